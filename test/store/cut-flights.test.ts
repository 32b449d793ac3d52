import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterEach, expect, it } from 'vitest'
import { type Running, startJawab } from '../../src/app.ts'
import { readConfig } from '../../src/config.ts'
import { loadOrganisation } from '../../src/organisation/organisation.store.ts'
import { teamInTelegram, telegramPerson } from '../residents/telegram-person.ts'
import { startBotApi } from '../servers/bot-api.ts'
import { type CuttingProxy, startCuttingProxy } from '../servers/cutting-proxy.ts'
import { type FreshDatabase, freshDatabase, ownRedis } from '../servers/database.ts'
import { roomyQuotas } from '../servers/roomy-quotas.ts'
import { usualOrganisation } from '../servers/stores.setup.ts'
import { until } from '../until.ts'

/** A turn's statements go out together: what becomes of it where that is cut or fails in the middle. */

const stops: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop()
})

type Faults = Pick<FreshDatabase, 'db'> & { readonly proxy: CuttingProxy }

it.each<[string, (faults: Faults) => Promise<void>, (faults: Faults) => Promise<boolean>]>([
  [
    'a write fails in the middle of a flight',
    async ({ db }) => {
      await db.prisma.$executeRaw`create sequence "tries"`
      await db.prisma.$executeRaw`
        create function "failOnce"() returns trigger language plpgsql as $$
          begin if nextval('tries') = 1 then raise 'no'; end if; return new; end $$`
      await db.prisma.$executeRaw`
        create trigger "fails" before insert on "TicketMessage" for each row execute function "failOnce"()`
    },
    async ({ db }) => {
      const [row] = await db.prisma.$queryRaw<{ tries: number }[]>`
        select "last_value"::int as "tries" from "tries"`
      return (row?.tries ?? 0) > 1
    },
  ],
  [
    'the connection is cut between a flight and its commit',
    async ({ proxy }) => proxy.arm('beforeCommit', 'insert into "TicketMessage"'),
    async ({ proxy }) => proxy.hasCut(),
  ],
  [
    'the answer to a commit is lost',
    async ({ proxy }) => proxy.arm('beforeItsAnswer', 'insert into "TicketMessage"'),
    async ({ proxy }) => proxy.hasCut(),
  ],
])('a report is one ticket, told once, where %s', async (_, begin, happened) => {
  const organisation = usualOrganisation
  const database = await freshDatabase()
  await loadOrganisation(database.db, organisation)
  const proxy = await startCuttingProxy(database.url)
  const api = await startBotApi()
  const dataDir = await mkdtemp(join(tmpdir(), 'jawab-flights-'))
  const redisUrl = ownRedis()
  const running: Running = await startJawab(
    readConfig({
      PORT: '0',
      DATA_DIR: dataDir,
      DATABASE_URL: proxy.url,
      QUOTAS: roomyQuotas,
      TELEGRAM_BOT_TOKEN: api.token,
      TELEGRAM_API_ROOT: api.root,
      ...(redisUrl === undefined ? {} : { REDIS_URL: redisUrl }),
    }),
    pino({ level: 'silent' }),
  )
  stops.push(running.stop, api.close, proxy.close, database.drop, () =>
    rm(dataDir, { recursive: true }),
  )
  const staff = await teamInTelegram(api, database.db, organisation, 'YL020101')
  const resident = telegramPerson(api, 101)
  await resident.says('/start v_YL020101')
  await resident.presses('language:zh-Hans')
  await resident.presses('notice:seen')
  await resident.says('学校门口的路灯坏了')
  await resident.choosesCategory('electricity')
  const faults = { db: database.db, proxy }
  await begin(faults)
  await resident.presses('send')
  await resident.hears('JW-')
  const cards = () =>
    staff.flatMap((each) =>
      each.messages().filter(({ text }) => text.includes('学校门口的路灯坏了')),
    )
  await until('somebody has the card', () => cards().length > 0)
  await until('all is shown', async () => {
    const waiting = await database.db.prisma.outbound.count({ where: { status: 'queued' } })
    const unhandled = await database.db.prisma.inbound.count({ where: { doneAt: null } })
    return waiting + unhandled === 0
  })
  expect(await happened(faults)).toBe(true)
  expect(await database.db.prisma.ticket.count()).toBe(1)
  expect(await database.db.prisma.ticketMessage.count()).toBe(1)
  expect(cards()).toHaveLength(1)
  expect(resident.messages().filter(({ text }) => text.includes('JW-'))).toHaveLength(1)
})
