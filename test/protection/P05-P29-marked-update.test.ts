import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type BotApi, startBotApi } from '../bot-api.ts'
import { type Service, startService } from '../service.ts'
import { telegramPerson } from '../telegram-person.ts'
import { until } from '../until.ts'

const handle = 7_700_123_456
const words = 'MARKEDWORDS يېزىمىزنىڭ يولى بۇزۇلۇپ كەتتى، ئېلىپ بېرىڭلار'

let api: BotApi
let service: Service
beforeAll(async () => {
  api = await startBotApi()
  service = await startService({ TELEGRAM_BOT_TOKEN: api.token, TELEGRAM_API_ROOT: api.root, LOG_LEVEL: 'trace' })
  const resident = telegramPerson(api, handle)
  await resident.says(words)
  await resident.presses('notice:seen')
  await resident.presses('place:YL01')
  await resident.presses('place:YL0101')
  await resident.presses('place:YL010101')
  await resident.presses('category:road')
  await resident.presses('send')
  await resident.hears('رەھمەت')
  // A refused message and a failing chat app, so that errors are logged too.
  api.fail({ method: 'sendMessage', times: 1, answer: { error_code: 500, description: `cannot send ${words}` } })
  await resident.says('/status')
  await resident.hears('JW-')
})
afterAll(async () => {
  await service?.stopAll()
  await api?.close()
})

/** Every text of every table of the database, the queue's included. */
async function dump(): Promise<string> {
  const tables = await service.db.$queryRaw<
    { name: string }[]
  >`select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname in ('public', 'bullmq')`
  expect(tables.length).toBeGreaterThan(14)
  const rows = await Promise.all(tables.map(({ name }) => service.db.$queryRawUnsafe<{ row: string }[]>(`select t::text as row from ${name} as t`)))
  return rows
    .flat()
    .map(({ row }) => row)
    .join('\n')
}

it('P05 the chat identity is in no table of the database and of the queue', async () => {
  const everything = await dump()
  expect(everything).toContain('MARKEDWORDS')
  expect(everything).not.toContain(String(handle))
})

it('P05 neither handle, nor text, nor token is in the log or the metrics', async () => {
  const metrics = await (await fetch(`${service.url}/metrics`)).text()
  await until('something was logged', () => service.logged.some((line) => line.includes('sending failed')))
  const log = service.logged.join('\n')
  for (const secret of [String(handle), 'MARKEDWORDS', api.token, 'test-token']) expect(log + metrics).not.toContain(secret)
})

it('P05 neither handle nor text is in the queue, nor in the names of files', async () => {
  const jobs = await service.db.$queryRawUnsafe<{ row: string }[]>('select t::text as row from bullmq.job as t')
  expect(jobs.map(({ row }) => row).join('\n')).not.toMatch(/MARKEDWORDS|7700123456/)
  const files = await readdir(service.config.dataDir, { recursive: true })
  expect(files.join('\n')).not.toMatch(/7700123456/)
  for (const file of files) {
    const content = await readFile(join(service.config.dataDir, file)).catch(() => Buffer.alloc(0))
    expect(content.includes(String(handle))).toBe(false)
  }
})

it('P29 display name, username and device language are dropped before anything is stored', async () => {
  expect(await dump()).not.toMatch(/Marked-First|Marked-Last|marked_username/)
})

it('P07 a complaint is refused by the database itself where it would reach the team', async () => {
  const { teamId } = await service.db.place.findUniqueOrThrow({ where: { code: 'YL010101' } })
  const complaint = service.db.$executeRaw`update "Ticket" set "category" = 'complaint_staff', "teamId" = ${teamId}::uuid`
  await expect(complaint).rejects.toThrow('complaint_skips_the_team')
})
