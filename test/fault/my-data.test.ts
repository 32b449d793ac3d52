import { randomBytes } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadOrganisation } from '../../src/organisation/organisation.store.ts'
import { openFiles } from '../../src/platform/files/attachments.ts'
import { createKeyRing } from '../../src/platform/sealing/key-ring.ts'
import { report, residentOf } from '../residents/report.ts'
import { telegramPerson } from '../residents/telegram-person.ts'
import { type BotApi, startBotApi } from '../servers/bot-api.ts'
import { type FreshDatabase, freshDatabase } from '../servers/database.ts'
import { type Program, runProgram } from '../servers/program.ts'
import { usualOrganisation } from '../servers/stores.setup.ts'
import { until } from '../until.ts'

const photos = 40
const key = randomBytes(32)

// Before: with 40 pictures of noise, one request ended the process ("heap out of memory"), and in
// Telegram every start again.
describe('P39 a copy of much data takes little memory', () => {
  let api: BotApi
  let database: FreshDatabase
  let dataDir: string
  let program: Program
  let url: string
  let picture: Buffer
  beforeAll(async () => {
    api = await startBotApi()
    database = await freshDatabase()
    await loadOrganisation(database.db, usualOrganisation)
    dataDir = await mkdtemp(join(tmpdir(), 'jawab-my-data-'))
    program = runProgram({
      DATABASE_URL: database.url,
      DATA_DIR: dataDir,
      DATA_KEY: key.toString('base64'),
      TELEGRAM_BOT_TOKEN: api.token,
      TELEGRAM_API_ROOT: api.root,
    })
    url = await program.ready()
    const size = { width: 1600, height: 1600, channels: 3 } as const
    picture = await sharp(randomBytes(size.width * size.height * size.channels), { raw: size })
      .jpeg({ quality: 95 })
      .toBuffer()
  })
  afterAll(async () => {
    await program?.kill('SIGKILL')
    await database?.drop()
    await api?.close()
    await rm(dataDir, { recursive: true, force: true })
  })
  const service = () => ({ url, db: database.db })

  /** Gives a ticket's first message pictures of noise, which take as much room as a picture can. */
  async function fill(ticketId: string): Promise<void> {
    const { db } = database
    const files = await openFiles({ dataDir }, createKeyRing([key]))
    const { id: messageId } = await db.prisma.ticketMessage.findFirstOrThrow({
      where: { ticketId },
      select: { id: true },
    })
    for (let count = 0; count < photos; count++) {
      const kept = await files.keep(db, 'photo', picture)
      if ('lost' in kept) throw new Error(kept.lost)
      await db.prisma.attachment.update({ where: { id: kept.id }, data: { messageId } })
    }
    await files.close()
  }
  const peakMb = async () =>
    Number(
      /VmHWM:\s+(\d+)/.exec(await readFile(`/proc/${program.process.pid}/status`, 'utf8'))?.[1],
    ) / 1024

  it('at the web chat: all pictures are in it, and the process lives', async () => {
    const resident = await residentOf(service(), 'YL010101')
    const { code, ticket } = await report(service(), resident, '垃圾没人收', 'waste')
    await fill(ticket.id)
    const before = await peakMb()
    const response = await fetch(`${url}/channels/webchat/mydata.html`, {
      headers: { cookie: resident.cookie() },
    })
    const page = await response.text()
    expect(page).toContain(code)
    expect([...page.matchAll(/data:image\/jpeg;base64,/g)].length).toBe(photos)
    expect(page.length).toBeGreaterThan(40_000_000)
    const data = (await (
      await fetch(`${url}/channels/webchat/mydata.json`, { headers: { cookie: resident.cookie() } })
    ).json()) as {
      requests: { messages: { files: { base64: string }[] }[] }[]
    }
    expect(data.requests[0]?.messages.flatMap(({ files }) => files).length).toBe(photos)
    const [first] = data.requests[0]?.messages[0]?.files ?? []
    expect((await sharp(Buffer.from(first?.base64 ?? '', 'base64')).metadata()).format).toBe('jpeg')
    // Much less than what was sent: it is never there as a whole.
    expect((await peakMb()) - before).toBeLessThan(100)
    expect((await fetch(`${url}/healthz`)).status).toBe(200)
  })

  it('in a chat app: as documents that it takes, and what has no room in them by itself', async () => {
    const resident = telegramPerson(api, 5_150_778)
    await resident.says('/start v_YL010101')
    await resident.presses('language:zh-Hans')
    await resident.presses('notice:seen')
    await resident.says('路灯坏了三天了')
    await resident.choosesCategory('street_light')
    await resident.presses('send')
    const { id } = await until('there is a ticket', () =>
      database.db.prisma.ticket.findFirst({
        where: { messages: { some: { text: '路灯坏了三天了' } } },
      }),
    )
    await fill(id)
    await resident.says('/mydata')
    const documents = await until(
      'all of it is there',
      () => {
        const sent = resident.messages().filter(({ kind }) => kind === 'document')
        const inside = [...(sent[0]?.text ?? '').matchAll(/data:image\/jpeg;base64,/g)].length
        return sent.length >= 2 && inside + sent.length - 2 === photos ? sent : undefined
      },
      60_000,
    )
    for (const { text } of documents) expect(Buffer.byteLength(text)).toBeLessThan(50_000_000)
    expect(documents.length).toBeGreaterThan(2)
    expect((await fetch(`${url}/healthz`)).status).toBe(200)
    expect(program.process.exitCode).toBe(null)
  })
})
