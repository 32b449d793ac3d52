import { randomBytes } from 'node:crypto'
import sharp from 'sharp'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openFiles } from '../../src/platform/files/attachments.ts'
import { connect } from '../../src/platform/postgres/database.ts'
import { createKeyRing } from '../../src/platform/sealing/key-ring.ts'
import { rotateKeys } from '../../src/privacy/key-rotation.store.ts'
import { signedIn } from '../browsers/staff-browser.ts'
import { chatOfMember, given, report, residentOf } from '../residents/report.ts'
import { everyRow } from '../servers/database.ts'
import { runProgram } from '../servers/program.ts'
import { type Service, startService } from '../servers/service.ts'
import { until } from '../until.ts'

const key = randomBytes(32)
const words = ['MARKED', '垃圾三周', '桥头', '水管'] as const

/** Words from before sealing was begun, as an earlier version has left them. */
let service: Service
beforeAll(async () => {
  service = await startService({ DATA_KEY: key.toString('base64') })
})
afterAll(async () => {
  await service?.stopAll()
})

const run = async (...args: readonly string[]) => {
  const environment = {
    DATABASE_URL: service.database.url,
    DATA_DIR: service.config.dataDir,
    DATA_KEY: key.toString('base64'),
  }
  const program = runProgram(environment, ['dist/src/cli/jawab.js', ...args])
  const code = await program.ended()
  return { code, said: program.output(), wrong: program.errors() }
}
const readable = async () =>
  (await everyRow(service.db))
    .filter(({ row }) => words.some((word) => row.includes(word)))
    .map(({ table }) => table.replaceAll(/public\.|"/g, ''))
/** Tables whose pages hold a word, as PostgreSQL has them on the disk. */
const pagesWith = async () => {
  await service.db.prisma.$executeRawUnsafe('checkpoint')
  const tables = ['Conversation', 'TicketMessage', 'Attachment', 'Inbound', 'Outbound', 'WordKey']
  const found: string[] = []
  for (const table of tables) {
    const rows = await service.db.prisma.$queryRawUnsafe<{ bytes: Uint8Array }[]>(
      `select pg_read_binary_file(path) as bytes from unnest(array[pg_relation_filepath('"${table}"'),
        (select pg_relation_filepath(reltoastrelid) from pg_class where oid = '"${table}"'::regclass and reltoastrelid <> 0)]) as path where path is not null`,
    )
    if (rows.some(({ bytes }) => words.some((word) => Buffer.from(bytes).includes(word))))
      found.push(table)
  }
  return found
}

const redPhoto = () =>
  sharp({ create: { width: 40, height: 30, channels: 3, background: 'red' } })
    .jpeg()
    .toBuffer()
const photosOf = (of: Service, code: string) =>
  of.db.prisma.attachment.findMany({ where: { message: { ticket: { code } } } })

it('P36 what is there is sealed while the service runs, and nothing is lost by it', async () => {
  const resident = await residentOf(service, 'YL010101')
  await resident.sendsFile('photo', await redPhoto(), 'image/jpeg')
  const { code } = await report(service, resident, 'MARKED 垃圾三周没人清理了', 'waste')
  const [photo] = await photosOf(service, code)
  const { assigneeId } = await given(service, code)
  const member = await chatOfMember(service, assigneeId ?? '')
  await member.says('/mine')
  await member.hears('垃圾三周')
  await member.presses(`accept:${code}`)
  await member.presses(`ask:${code}`)
  await member.says('MARKED 具体在桥头吗')
  await resident.hears('桥头')
  const drafting = await residentOf(service, 'YL010102')
  await drafting.says('MARKED 水管漏水一整夜')
  await drafting.presses('category:drinking_water')
  // The words are in the draft once they are shown for the last look.
  await until('the draft can be sent', async () =>
    (await drafting.lines()).some(({ buttons = [] }) =>
      buttons.flat().some(({ data }) => data === 'send'),
    ),
  )
  await until(
    'all is sent',
    async () => (await service.db.prisma.outbound.count({ where: { status: 'queued' } })) === 0,
  )
  const before = JSON.stringify(await resident.lines())
  expect(new Set(await readable())).toEqual(
    new Set(['Conversation', 'Inbound', 'Outbound', 'TicketMessage']),
  )
  expect((await run('doctor')).said).toMatch(
    /to do {2}words sealed with keys of their own: not begun \(\d+ rows\)/,
  )
  expect(await run('seal', '--rewrite')).toMatchObject({
    code: 1,
    wrong: expect.stringContaining('first run: npx jawab seal'),
  })

  expect(await run('seal')).toMatchObject({
    code: 0,
    said: expect.stringMatching(/Sealed: [1-9]\d* rows\. Left: 0\./),
  })
  expect(await readable()).toEqual([])
  expect((await run('doctor')).said).toContain('well   words sealed with keys of their own: all')
  expect((await run('seal')).said).toContain('Sealed: 0 rows. Left: 0.')
  const sealedPhoto = (await photosOf(service, code))[0]
  expect(photo?.fileKey).toBeNull()
  expect(sealedPhoto?.fileKey).toMatch(/^jw2\./)
  expect(sealedPhoto?.key).not.toBe(photo?.key)
  const page = await signedIn(service, assigneeId ?? '')
  expect((await page.get(`/console/files/${photo?.id}`)).status).toBe(200)
  // All goes on: the transcript is the same, the draft can be sent, the answer goes to the member.
  expect(JSON.stringify(await resident.lines())).toBe(before)
  await resident.says('MARKED 就在桥头')
  await member.hears('就在桥头')
  await drafting.presses('send')
  await until('it is a ticket', async () => (await service.db.prisma.ticket.count()) === 2)
})

it('P36 pages of the tables keep old bytes until they are written anew', async () => {
  // Dead rows are in the pages: the search finds what there is to be found.
  expect((await pagesWith()).length).toBeGreaterThan(0)
  expect(await run('seal')).toMatchObject({ code: 0 })
  expect(await run('seal', '--rewrite')).toMatchObject({ code: 0 })
  expect(await pagesWith()).toEqual([])
})

it('P36 another key of the ring: the words stay as they are, their keys are sealed anew', async () => {
  const texts = () =>
    service.db.prisma.ticketMessage.findMany({ orderBy: { id: 'asc' }, select: { text: true } })
  const before = await texts()
  const ring = createKeyRing([randomBytes(32), key])
  const files = await openFiles({ dataDir: service.config.dataDir }, ring)
  const db = connect(service.database.url, 2, ring)
  const [photo] = await db.prisma.attachment.findMany()
  const content = (await files.find(db, photo?.id ?? ''))?.content
  expect(content?.length).toBeGreaterThan(100)
  const keys = await service.db.prisma.wordKey.count()
  expect(await rotateKeys(db, files, ring)).toMatchObject({ words: keys })
  expect(await rotateKeys(db, files, ring)).toMatchObject({ words: 0 })
  expect(await texts()).toEqual(before)
  const rows = await service.db.prisma.wordKey.findMany()
  expect(rows.every(({ sealed }) => ring.isCurrent(sealed))).toBe(true)
  expect((await files.find(db, photo?.id ?? ''))?.content).toEqual(content)
  await files.close()
  await db.close()
})

it('P36 what the version before has sealed is bound to its row once the operator says so', async () => {
  await service.stopAll()
  service = await startService({ DATA_KEY: key.toString('base64') })
  const { db } = service
  // As the version before has begun it.
  await db.prisma.sealing.create({ data: { since: new Date() } })
  const resident = await residentOf(service, 'YL010101')
  await resident.sendsFile('photo', await redPhoto(), 'image/jpeg')
  const { code } = await report(service, resident, 'MARKED 垃圾三周没人清理了', 'waste')
  const { assigneeId } = await given(service, code)
  const member = await chatOfMember(service, assigneeId ?? '')
  await member.says('/mine')
  await member.hears('垃圾三周')
  await resident.says('MARKED 还在桥头')
  await resident.presses(`add:${code}`)
  await member.hears('桥头')
  await until(
    'all is sent',
    async () => (await db.prisma.outbound.count({ where: { status: 'queued' } })) === 0,
  )
  const texts = async () => (await everyRow(db)).flatMap(({ row }) => row.match(/jw\d\./g) ?? [])
  expect(new Set(await texts())).toEqual(new Set(['jw1.']))
  expect((await photosOf(service, code)).every(({ fileKey }) => fileKey === null)).toBe(true)
  expect((await run('doctor')).said).toMatch(
    /to do {2}words sealed with keys of their own: not bound to their rows yet/,
  )
  // Rows of the version before have no name.
  await db.prisma.$executeRaw`update "Outbound" set "sealedAs" = null`
  await db.prisma.$executeRaw`update "TicketMessage" set "sealedAs" = null`
  const before = JSON.stringify(await resident.lines())
  expect(await run('seal')).toMatchObject({
    code: 0,
    said: expect.stringMatching(/Sealed: [1-9]\d* rows\. Left: 0\./),
  })
  expect(new Set(await texts())).toEqual(new Set(['jw2.']))
  expect((await photosOf(service, code)).every(({ fileKey }) => fileKey?.startsWith('jw2.'))).toBe(
    true,
  )
  expect(JSON.stringify(await resident.lines())).toBe(before)
  const page = await signedIn(service, assigneeId ?? '')
  expect((await page.get(`/console/tickets/${code}`)).html).toContain('还在桥头')
  await resident.says('/forget')
  await resident.presses('forget')
  await until('it is erased', async () => (await db.prisma.ticketMessage.count()) === 0)
})
