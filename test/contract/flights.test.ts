import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startJawab } from '../../src/app.ts'
import { readConfig } from '../../src/config.ts'
import { loadOrganisation } from '../../src/organisation/organisation.store.ts'
import type { Db } from '../../src/platform/postgres/database.ts'
import { teamInTelegram, telegramPerson } from '../residents/telegram-person.ts'
import { type BotApi, startBotApi } from '../servers/bot-api.ts'
import { freshDatabase, ownRedis } from '../servers/database.ts'
import { countSent } from '../servers/flights.ts'
import { roomyQuotas } from '../servers/roomy-quotas.ts'
import { usualOrganisation } from '../servers/stores.setup.ts'
import { until } from '../until.ts'

/**
 * The most flights to PostgreSQL that a message may cost, from the update that brings it until
 * everybody has been told (`docs/performance.md`). What costs is the round trip, not the row.
 */
const most = {
  start: 11,
  words: 9,
  place: 10,
  category: 9,
  send: 13,
  accept: 16,
  ask: 17,
  answer: 17,
  resolve: 15,
  yes: 18,
} as const
type Kind = keyof typeof most

/** After so long without a statement the message is done with, in milliseconds. */
const quietMs = 300

const stops: (() => Promise<unknown>)[] = []
const organisation = usualOrganisation
let api: BotApi
let db: Db
beforeAll(async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'jawab-flights-'))
  const database = await freshDatabase()
  await loadOrganisation(database.db, organisation)
  api = await startBotApi()
  const redisUrl = ownRedis()
  const began = Date.now()
  const running = await startJawab(
    readConfig({
      PORT: '0',
      DATA_DIR: dataDir,
      DATABASE_URL: database.url,
      QUOTAS: roomyQuotas,
      TELEGRAM_BOT_TOKEN: api.token,
      TELEGRAM_API_ROOT: api.root,
      ...(redisUrl === undefined ? {} : { REDIS_URL: redisUrl }),
    }),
    pino({ level: 'silent' }),
    // What is done from time to time is no part of a message, nor whether too much waits, which is
    // asked twice a second at most.
    { clock: { now: () => began, every: () => async () => {} } },
  )
  db = database.db
  stops.push(running.stop, api.close, database.drop, () => rm(dataDir, { recursive: true }))
})
afterAll(async () => {
  for (const stop of stops) await stop()
})

it('each kind of message takes no more flights than it needs', async () => {
  const staff = await teamInTelegram(api, db, organisation, 'YL020101')
  const { sent, lastAt, stop } = countSent()
  stops.unshift(async () => stop())
  const costs = new Map<string, { readonly flights: number; readonly statements: number }>()
  const step = async (kind: Kind | 'other', work: () => Promise<unknown>) => {
    const before = { ...sent }
    await work()
    await until('something is sent', () => sent.statements > before.statements)
    await until('nothing is sent any more', () => performance.now() - lastAt() > quietMs)
    costs.set(kind, {
      flights: sent.flights - before.flights,
      statements: sent.statements - before.statements,
    })
  }
  const talk = async (id: number) => {
    const resident = telegramPerson(api, id)
    await step('start', () => resident.says('/start'))
    await step('other', () => resident.presses('language:zh-Hans'))
    await step('other', () => resident.presses('notice:seen'))
    await step('words', () => resident.says(`${id} 号路灯坏了`))
    await step('place', () => resident.says('东升'))
    await step('category', () => resident.choosesCategory('electricity'))
    await step('send', () => resident.presses('send'))
    const holder = await until('somebody has it', () =>
      staff.find((each) => each.messages().some(({ text }) => text.includes(`${id} 号路灯坏了`))),
    )
    await step('accept', () => holder.pressesLike('accept:'))
    await step('other', () => holder.pressesLike('ask:'))
    await step('ask', () => holder.says('在哪一家门口？'))
    await step('answer', () => resident.says('在学校旁边'))
    await step('other', () => holder.pressesLike('resolve:'))
    await step('resolve', () => holder.says('已经修好了'))
    await step('yes', () => resident.pressesLike('yes:'))
    expect(resident.messages().at(-1)?.text).toContain('已办结')
  }
  // The second talk counts: keys and what else is made once are there.
  await talk(101)
  await talk(102)
  const over = [...costs].filter(
    ([kind, { flights }]) => kind !== 'other' && flights > most[kind as Kind],
  )
  expect(over).toEqual([])
})
