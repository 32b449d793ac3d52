import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import sharp, { type Metadata } from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Files, openFiles } from '../../src/platform/files/attachments.ts'
import { soundOfBoxes } from '../../src/platform/files/sound-boxes.ts'
import { createKeyRing } from '../../src/platform/sealing/key-ring.ts'
import { jpegOfScans } from '../residents/image-bomb.ts'
import { type FreshDatabase, freshDatabase } from '../servers/database.ts'

describe('photos and voice notes as phones make them', () => {
  let database: FreshDatabase
  let files: Files
  let folder = ''
  let jpeg: Buffer
  beforeAll(async () => {
    database = await freshDatabase()
    folder = await mkdtemp(join(tmpdir(), 'jawab-files-'))
    files = await openFiles({ dataDir: folder }, createKeyRing([Buffer.alloc(32, 1)]))
    jpeg = await sharp({ create: { width: 320, height: 240, channels: 3, background: 'green' } })
      .jpeg()
      .toBuffer()
  })
  afterAll(async () => {
    await files?.close()
    await database?.drop()
    await rm(folder, { recursive: true, force: true })
  })
  const photo = async (content: Buffer) => {
    const kept = await files.keep(database.db, 'photo', content)
    return 'id' in kept
      ? sharp((await files.find(database.db, kept.id))?.content).metadata()
      : kept.lost
  }
  const voice = async (content: Buffer) => {
    const kept = await files.keep(database.db, 'voice', content)
    return 'id' in kept ? files.find(database.db, kept.id) : kept.lost
  }
  const sample = (name: string) => readFile(new URL(`../files/${name}`, import.meta.url))

  it('a JPEG without its end, or with junk between its parts, is taken as every viewer shows it', async () => {
    expect(await photo(jpeg.subarray(0, jpeg.length - 2))).toMatchObject({
      format: 'jpeg',
      width: 320,
    })
    // Bytes between two markers, as some phones leave them.
    const scan = jpeg.indexOf(Buffer.from([0xff, 0xda]))
    expect(
      await photo(
        Buffer.concat([jpeg.subarray(0, scan), Buffer.from([0, 0, 0, 0]), jpeg.subarray(scan)]),
      ),
    ).toMatchObject({ format: 'jpeg' })
    expect(
      await photo(Buffer.concat([jpeg, Buffer.from('trailer of a moving picture'.repeat(99))])),
    ).toMatchObject({ format: 'jpeg' })
  })
  it('108 megapixels are made smaller while they are decoded', async () => {
    const huge = await sharp({
      create: { width: 12_032, height: 9_024, channels: 3, background: '#789' },
    })
      .jpeg()
      .toBuffer()
    expect(await photo(huge)).toMatchObject({ width: 1_600, height: 1_200 })
  })
  it('P39 a JPEG that goes over its points hundreds of times is refused before it costs time, and usual ones are taken', async () => {
    const progressive = await sharp(jpeg).jpeg({ progressive: true }).toBuffer()
    expect(await photo(progressive)).toMatchObject({ format: 'jpeg', width: 320 })
    for (const scans of [1, 10, 50])
      expect([scans, await photo(jpegOfScans(scans))]).toEqual([
        scans,
        expect.objectContaining({ format: 'jpeg', width: 1_600 }),
      ])
    for (const scans of [51, 200, 800])
      expect([scans, await photo(jpegOfScans(scans))]).toEqual([scans, 'damaged'])
    const bomb = jpegOfScans(800)
    // The end may be missing, and bytes may stand between: that hides none.
    expect(await photo(bomb.subarray(0, -2))).toBe('damaged')
    expect(
      await photo(Buffer.concat([bomb.subarray(0, -2), Buffer.alloc(9), bomb.subarray(-2)])),
    ).toBe('damaged')
    expect(
      await photo(
        Buffer.concat([bomb.subarray(0, 2), Buffer.from([0xff, 0xff, 0xff]), bomb.subarray(2)]),
      ),
    ).toBe('damaged')
    // What only looks like a scan is none: a small picture within a segment, and a trailer.
    const inside = Buffer.concat(Array.from({ length: 99 }, () => Buffer.from([0xff, 0xda, 0, 2])))
    const segment = Buffer.concat([
      Buffer.from([0xff, 0xe5, (inside.length + 2) >> 8, (inside.length + 2) & 255]),
      inside,
    ])
    expect(
      await photo(
        Buffer.concat([progressive.subarray(0, 2), segment, progressive.subarray(2), inside]),
      ),
    ).toMatchObject({ format: 'jpeg' })
  })
  it('HEIC is taken, and nothing of its device or place stays', async () => {
    const kept = await photo(await sample('iphone.heic'))
    expect(kept).toMatchObject({ format: 'jpeg' })
    expect([(kept as Metadata).exif, (kept as Metadata).icc]).toEqual([undefined, undefined])
  })
  it('a refusal names its true cause', async () => {
    expect(await photo(jpeg.subarray(0, 120))).toBe('damaged')
    expect(await photo(Buffer.from('hello'))).toBe('notAPhoto')
    expect(await photo(Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'))).toBe('notAPhoto')
    expect(await photo(Buffer.alloc(21 * 1024 * 1024))).toBe('tooLarge')
    expect(await voice(Buffer.from('hello'))).toBe('notAVoice')
  })
  it('what is sent as a picture never throws, and the next one is taken', async () => {
    const heads = [
      '\xff\xd8\xff\xe0',
      '\x89PNG\r\n\x1a\n',
      'RIFF\0\0\0\0WEBP',
      '\0\0\0\x1cftypheic',
      'GIF89a',
      '',
    ].map((head) => Buffer.from(head, 'latin1'))
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...heads),
        fc.uint8Array({ maxLength: 300 }),
        async (head, rest) => {
          expect(['damaged', 'notAPhoto', 'tooLarge']).toContain(
            await photo(Buffer.concat([head, rest])),
          )
        },
      ),
      { numRuns: 60 },
    )
    expect(await photo(jpeg)).toMatchObject({ format: 'jpeg' })
  })
  it('AMR in 3GP and ALAC are taken, without titles, times and places', async () => {
    const amr = await voice(await sample('phone.3gp'))
    expect(amr).toMatchObject({ contentType: 'audio/amr' })
    const alac = await voice(await sample('ios-alac.m4a'))
    if (alac === undefined || typeof alac === 'string') throw new Error('not taken')
    expect(alac.contentType).toBe('audio/mp4')
    for (const box of ['udta', 'meta', 'uuid', 'free'])
      expect([box, alac.content.includes(box)]).toEqual([box, false])
    expect(alac.content.includes('alac')).toBe(true)
    // Read once more it is the same: nothing is lost on the way.
    expect(soundOfBoxes(alac.content)?.content.equals(alac.content)).toBe(true)
  })
  it('boxes that lead out of their file, or into one another, are refused', async () => {
    const [alac, amr] = await Promise.all([sample('ios-alac.m4a'), sample('phone.3gp')])
    fc.assert(
      fc.property(
        fc.constantFrom(alac, amr),
        fc.nat({ max: 4_000 }),
        fc.uint8Array({ minLength: 1, maxLength: 8 }),
        (file, back, bytes) => {
          const broken = Buffer.from(file)
          broken.set(
            bytes.slice(0, Math.min(bytes.length, back)),
            Math.max(0, broken.length - back),
          )
          const sound = soundOfBoxes(broken)
          expect(sound === undefined || sound.content.length <= file.length + 1_024).toBe(true)
        },
      ),
      { numRuns: 500 },
    )
  })
})
