import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Files, type Kept, openFiles } from '../../src/platform/files/attachments.ts'
import { openDecoder } from '../../src/platform/files/decoder.ts'
import { remakeVoice as remakeWith } from '../../src/platform/files/voice.ts'
import { createKeyRing } from '../../src/platform/sealing/key-ring.ts'
import { eraseExpired } from '../../src/privacy/retention.store.ts'
import { makeVoiceNote, packets, packetsOf } from '../residents/voice-note.ts'
import { type FreshDatabase, freshDatabase } from '../servers/database.ts'

const decoder = openDecoder()
const remakeVoice = async (content: Buffer) => {
  const made = await remakeWith(decoder, content, { of: '' })
  return 'lost' in made ? undefined : made
}
const [first, second] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)]

describe('photos and voice notes', () => {
  let database: FreshDatabase
  let files: Files
  let folder = ''
  beforeAll(async () => {
    database = await freshDatabase()
    folder = await mkdtemp(join(tmpdir(), 'jawab-files-'))
    files = await openFiles({ dataDir: folder }, createKeyRing([first]))
  })
  const idOf = (kept: Kept) => ('id' in kept ? kept.id : '')
  afterAll(async () => {
    await files?.close()
    await decoder.stop()
    await database?.drop()
    await rm(folder, { recursive: true, force: true })
  })

  it.each(['ogg', 'webm', 'mp4'] as const)(
    'P18 a voice note in %s loses titles, places and devices, and no sound',
    async (container) => {
      const note = await makeVoiceNote(container, 'MARKED')
      expect(note.includes('MARKED')).toBe(true)
      const id = idOf(await files.keep(database.db, 'voice', note))
      const kept = await files.find(database.db, id)
      expect(kept?.contentType).toBe(`audio/${container}`)
      expect([kept?.content.includes('MARKED'), kept?.content.includes('43.95')]).toEqual([
        false,
        false,
      ])
      expect(
        (await packetsOf(kept?.content ?? Buffer.alloc(0))).map((packet) =>
          Buffer.from(packet).toString('hex'),
        ),
      ).toEqual(packets.map((packet) => Buffer.from(packet).toString('hex')))
    },
  )

  it('P18 a voice note of an old phone (AMR) keeps its frames and nothing behind them', async () => {
    const frames = Buffer.concat(
      Array.from({ length: 5 }, () => Buffer.concat([Buffer.from([0x3c]), Buffer.alloc(31, 7)])),
    )
    const note = Buffer.concat([Buffer.from('#!AMR\n'), frames])
    expect(
      (
        await remakeVoice(Buffer.concat([note, Buffer.from('\xf8MARKED', 'latin1')]))
      )?.content.equals(note),
    ).toBe(true)
  })

  it('P25 a file made to keep its reader busy for ever is refused, and the next voice note is taken', async () => {
    const note = await makeVoiceNote('webm', 'x')
    // An element of no length: a reader that looks for the next one stands still.
    const endless = Buffer.concat([note.subarray(0, 53), Buffer.from([0]), note.subarray(54)])
    const [refused, taken] = await Promise.all([remakeVoice(endless), remakeVoice(note)])
    expect([refused, (await packetsOf(taken?.content ?? Buffer.alloc(0))).length]).toEqual([
      undefined,
      packets.length,
    ])
  })

  it('P18 what is no recording is refused and never throws, whatever it begins with', async () => {
    const heads = [
      'OggS',
      '#!AMR\n',
      'RIFF',
      '\x1a\x45\xdf\xa3',
      'ID3',
      '\xff\xf1',
      '\0\0\0\x18ftypM4A ',
      '',
    ]
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...heads),
        fc.uint8Array({ maxLength: 400 }),
        async (head, rest) => {
          const made = await remakeVoice(Buffer.concat([Buffer.from(head, 'latin1'), rest]))
          expect(made === undefined || made.content.length > 0).toBe(true)
        },
      ),
      { numRuns: 40 },
    )
  })

  it('P34 lie encrypted, under names that tell nothing, and open only in their own place', async () => {
    const note = await makeVoiceNote('ogg', 'x')
    const id = idOf(await files.keep(database.db, 'voice', note))
    const row = await database.db.prisma.attachment.findUniqueOrThrow({ where: { id } })
    const stored = await readFile(join(folder, 'attachments', row.key))
    expect([stored.includes('OggS'), stored.includes('OpusHead'), row.key]).toEqual([
      false,
      false,
      expect.stringMatching(/^[0-9a-f]{40}$/),
    ])
    const other = idOf(await files.keep(database.db, 'voice', note))
    await database.db.prisma.attachment.update({ where: { id: other }, data: { key: row.key } })
    await expect(files.find(database.db, other)).rejects.toThrow()
  })

  it('P34 are written anew with a new key, also those from before they were encrypted', async () => {
    const photo = await sharp({ create: { width: 9, height: 9, channels: 3, background: 'blue' } })
      .jpeg()
      .toBuffer()
    const id = idOf(await files.keep(database.db, 'photo', photo))
    const before = await files.find(database.db, id)
    const both = await openFiles({ dataDir: folder }, createKeyRing([second, first]))
    expect([await both.reseal(database.db, id), await both.reseal(database.db, id)]).toEqual([
      true,
      false,
    ])
    const alone = await openFiles({ dataDir: folder }, createKeyRing([second]))
    expect(
      (await alone.find(database.db, id))?.content.equals(before?.content ?? Buffer.alloc(0)),
    ).toBe(true)
    const { key } = await database.db.prisma.attachment.findUniqueOrThrow({ where: { id } })
    expect(
      (await readdir(join(folder, 'attachments'))).filter((name) => name === key),
    ).toHaveLength(1)
  })

  it('P34 voice notes go before everything else of a ticket', async () => {
    const { db } = database
    await db.prisma.place.createMany({
      data: [{ code: 'V', kind: 'village', ancestors: [], names: {}, spellings: '' }],
    })
    const closedAt = new Date('2026-01-01T00:00:00Z')
    const times = {
      openedAt: closedAt,
      firstResponseDueAt: closedAt,
      resolutionDueAt: closedAt,
      closedAt,
    }
    const ticket = {
      id: crypto.randomUUID(),
      code: 'JW-1',
      status: 'closed' as const,
      category: 'road',
      placeCode: 'V',
      language: 'zh-Hans',
      ...times,
    }
    await db.prisma.ticket.create({
      data: {
        ...ticket,
        messages: { create: { by: 'resident', kind: 'report', text: '听录音', at: closedAt } },
      },
    })
    const message = await db.prisma.ticketMessage.findFirstOrThrow()
    const voice = idOf(await files.keep(db, 'voice', await makeVoiceNote('ogg', 'x')))
    await db.prisma.attachment.update({ where: { id: voice }, data: { messageId: message.id } })
    const daysLater = (days: number) => new Date(closedAt.getTime() + days * 86_400_000)
    const kept = { textDays: 30, voiceDays: 2, chatDays: 14 }
    await eraseExpired(db, files, daysLater(1.9), kept)
    expect(await files.find(db, voice)).toBeDefined()
    await eraseExpired(db, files, daysLater(2.1), kept)
    expect([await files.find(db, voice), await db.prisma.ticketMessage.count()]).toEqual([
      undefined,
      1,
    ])
    await eraseExpired(db, files, daysLater(30.1), kept)
    // What counts stays, without content (P33).
    expect([await db.prisma.ticketMessage.count(), await db.prisma.ticket.count()]).toEqual([0, 1])
  })
})
