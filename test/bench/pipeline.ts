import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { startJawab } from '../../src/app.ts'
import { categories } from '../../src/categories/category.ts'
import { readConfig } from '../../src/config.ts'
import { findableHandle, handlePlace } from '../../src/mailbox/conversations.store.ts'
import { loadOrganisation } from '../../src/organisation/organisation.store.ts'
import type { Organisation } from '../../src/organisation/organisation.ts'
import { connect, type Db } from '../../src/platform/postgres/database.ts'
import { createKeyRing } from '../../src/platform/sealing/key-ring.ts'
import { beginSealing } from '../../src/platform/sealing/seal-rows.ts'
import { placeIn } from '../../src/platform/sealing/sealed-text.ts'
import { keyOfChat } from '../../src/platform/sealing/words.ts'
import { makeOrganisation } from '../../src/simulation/organisation.ts'
import { type Postgres, type QueueStore, startPostgres, startRedis } from '../fault/stores.ts'
import { type BotApi, startBotApi } from '../servers/bot-api.ts'
import { countSent } from '../servers/flights.ts'
import { type Program, runProgram } from '../servers/program.ts'
import { roomyQuotas } from '../servers/roomy-quotas.ts'
import { until } from '../until.ts'
import { postgresCpuMs, processCpuMs } from './cpu.ts'
import { startFloor } from './floor.ts'

export const prefecture = makeOrganisation({ teams: 977, members: 5821, counties: 8 })
const dataKey = Buffer.alloc(32, 7)
const secret = 'bench'
const [firstResident, firstMember] = [1_000_000, 9_000_000] as const
/**
 * How many webhooks are on their way at once: Telegram's own bound (`max_connections`, see
 * `register.ts`).
 */
const atOnce = 40

/**
 * The whole job: webhook in, ticket assigned, its card delivered to the member's chat at a Bot API
 * on loopback; beside the floor (`floor.ts`), in the same run, on stores of the same kind, in one
 * process each.
 *
 * `npm run bench -- pipeline [redis|postgres] [messages]`; without a backend, both, each with its
 * line of JSON.
 */
export async function benchPipeline(args: readonly string[]): Promise<Record<string, unknown>> {
  const messages = Number(args.find((each) => /^\d+$/.test(each)) ?? 3_000)
  const hasRedis = spawnSync('redis-server', ['--version']).status === 0
  const wanted = (['postgres', 'redis'] as const).filter(
    (name) =>
      (args.includes(name) || !args.some((each) => each === 'redis' || each === 'postgres')) &&
      (name === 'postgres' || hasRedis),
  )
  const results: Record<string, unknown>[] = []
  for (const backend of wanted) {
    const folder = await mkdtemp(join(tmpdir(), 'jawab-pipeline-'))
    const stops: (() => Promise<void>)[] = []
    /** Stores of its own for each: both are up while they are measured in turn. */
    const storesFor = async (what: Bench['what']): Promise<Stores> => {
      const own = join(folder, what)
      await mkdir(own)
      const postgres = await startPostgres(own)
      stops.push(postgres.stop)
      const queue = backend === 'redis' ? await startRedis(own) : undefined
      if (queue !== undefined) stops.push(queue.stop)
      return { folder: own, postgres, queue }
    }
    try {
      results.push(
        await benchOn(
          backend,
          { jawab: await storesFor('jawab'), floor: await storesFor('floor') },
          messages,
        ),
      )
    } finally {
      for (const stop of stops.reverse()) await stop()
      await rm(folder, { recursive: true, force: true })
    }
    if (results.length < wanted.length)
      console.log(JSON.stringify({ bench: 'pipeline', ...results.at(-1) }))
  }
  return results.at(-1) ?? {}
}

type Stores = {
  readonly folder: string
  readonly postgres: Postgres
  readonly queue: QueueStore | undefined
}
type Both<T> = { readonly jawab: T; readonly floor: T }

async function benchOn(
  backend: 'redis' | 'postgres',
  stores: Both<Stores>,
  messages: number,
): Promise<Record<string, unknown>> {
  const bench = (what: Bench['what']) =>
    prepare(stores[what].postgres, stores[what].queue, stores[what].folder, what)
  console.log(`\n${backend}, one process each, ${messages} messages`)
  const trips = {
    jawab: await countTrips(await bench('jawab')),
    floor: await countTrips(await bench('floor')),
  }
  const { ratio, ...full } = await inTurn(
    { jawab: await bench('jawab'), floor: await bench('floor') },
    messages,
  )
  const rate = full.jawab.perSecond / 2
  const calm = {
    floor: await latency(await bench('floor'), rate, messages),
    jawab: await latency(await bench('jawab'), rate, messages),
  }
  for (const what of ['jawab', 'floor'] as const)
    console.log(
      `${what}: ${round(full[what].perSecond)} messages/s, ${round(full[what].cpuMs, 2)} ms of CPU each and ${round(full[what].postgresMs, 2)} of PostgreSQL's, ${round(full[what].bytes / 1024, 1)} KiB written each, ${round(full[what].rssMb)} MB; ` +
        `each: ${round(trips[what].flights, 1)} flights of ${round(trips[what].postgres, 1)} statements to PostgreSQL, ${round(trips[what].redis, 1)} commands to Redis; at ${round(rate)} messages/s p50 ${round(calm[what].p50, 1)} ms, p99 ${round(calm[what].p99, 1)} ms`,
    )
  return {
    backend,
    messagesPerSecond: round(full.jawab.perSecond, 1),
    floorMessagesPerSecond: round(full.floor.perSecond, 1),
    ratio: round(ratio, 2),
    p50Ms: round(calm.jawab.p50, 1),
    floorP50Ms: round(calm.floor.p50, 1),
    p99Ms: round(calm.jawab.p99, 1),
    floorP99Ms: round(calm.floor.p99, 1),
    cpuMsPerMessage: round(full.jawab.cpuMs, 2),
    floorCpuMsPerMessage: round(full.floor.cpuMs, 2),
    postgresCpuMsPerMessage: round(full.jawab.postgresMs, 2),
    floorPostgresCpuMsPerMessage: round(full.floor.postgresMs, 2),
    bytesWrittenPerMessage: Math.round(full.jawab.bytes),
    floorBytesWrittenPerMessage: Math.round(full.floor.bytes),
    flightsPerMessage: round(trips.jawab.flights, 1),
    floorFlightsPerMessage: round(trips.floor.flights, 1),
    statementsPerMessage: round(trips.jawab.postgres, 1),
    redisCommandsPerMessage: round(trips.jawab.redis, 1),
    floorRedisCommandsPerMessage: round(trips.floor.redis, 1),
    rssMb: round(full.jawab.rssMb),
  }
}

const slices = 5

/**
 * Both run, and are measured in turn, slice by slice: the speed of a machine that is shared changes
 * by half within a minute, and what is compared should meet with the same. `ratio` is the median of
 * the slices' own.
 */
async function inTurn(
  benches: Both<Bench>,
  messages: number,
): Promise<Both<Cost> & { readonly ratio: number }> {
  const each = Math.ceil(messages / slices)
  const running = {
    jawab: await startWarm(benches.jawab, each * slices),
    floor: await startWarm(benches.floor, each * slices),
  }
  const costs = { jawab: [] as Cost[], floor: [] as Cost[] }
  const names = ['floor', 'jawab'] as const
  for (let nth = 0; nth < slices; nth++)
    for (const what of nth % 2 === 0 ? names : names.toReversed())
      costs[what].push(await measure(running[what], each))
  for (const what of names) await running[what].stop()
  const ratio = median(
    costs.jawab.map(
      ({ perSecond }, nth) => perSecond / (costs.floor[nth]?.perSecond ?? Number.NaN),
    ),
  )
  return { jawab: middle(costs.jawab), floor: middle(costs.floor), ratio }
}

/** The median of each figure, and the most memory. */
function middle(costs: readonly Cost[]): Cost {
  const of = (what: keyof Cost) => median(costs.map((cost) => cost[what]))
  return {
    perSecond: of('perSecond'),
    cpuMs: of('cpuMs'),
    postgresMs: of('postgresMs'),
    bytes: of('bytes'),
    rssMb: Math.max(...costs.map(({ rssMb }) => rssMb)),
  }
}

export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0
}

export type Bench = {
  /** Where PostgreSQL has its files. */
  readonly folder: string
  readonly organisation: Organisation
  /** How many processes work beside one that answers; none where one process does both. */
  readonly workers: number
  readonly what: 'jawab' | 'floor'
  readonly db: Db
  readonly api: BotApi
  readonly environment: Record<string, string>
  readonly end: () => Promise<void>
}

/**
 * A database, a Bot API and the environment of a program; `like` names a database that has its
 * staff already.
 */
export async function prepare(
  postgres: Postgres,
  queue: QueueStore | undefined,
  folder: string,
  what: Bench['what'],
  {
    organisation = prefecture,
    workers = 0,
    like,
  }: {
    readonly organisation?: Organisation
    readonly workers?: number
    readonly like?: string
  } = {},
): Promise<Bench> {
  await queue?.empty()
  const databaseUrl = await postgres.database('jawab_bench', like)
  const db = connect(databaseUrl, 4, createKeyRing([dataKey]))
  // As in every new database.
  await beginSealing(databaseUrl)
  if (like === undefined) await addStaff(db, organisation)
  const api = await startBotApi()
  return {
    folder,
    organisation,
    workers,
    what,
    db,
    api,
    environment: {
      DATABASE_URL: databaseUrl,
      DATA_DIR: join(folder, 'data'),
      DATA_KEY: dataKey.toString('base64'),
      PORT: '0',
      LOG_LEVEL: 'error',
      TELEGRAM_BOT_TOKEN: api.token,
      TELEGRAM_API_ROOT: api.root,
      TELEGRAM_MODE: 'webhook',
      TELEGRAM_WEBHOOK_SECRET: secret,
      QUOTAS: roomyQuotas,
      ...(queue === undefined ? {} : { REDIS_URL: queue.url }),
    },
    end: async () => {
      await api.close()
      await db.close()
    },
  }
}

/** An organisation whose members have chats. */
export async function addStaff(db: Db, organisation: Organisation): Promise<void> {
  await loadOrganisation(db, organisation)
  const members = organisation.members.filter(({ teamId }) => teamId !== null)
  await addChats(
    db,
    members.map(({ id }, index) => ({
      handle: firstMember + index,
      memberId: id,
      state: { v: 1, at: 'memberIdle' },
    })),
  )
}

/**
 * No two in one village write the same words: they would be asked whether theirs is the other
 * one's.
 */
async function addResidents({ db, organisation }: Bench, count: number): Promise<void> {
  const villages = organisation.places.filter(({ teamId }) => teamId !== null)
  const topics = categories.filter((category) => category !== 'complaint_staff')
  const chats = Array.from({ length: count }, (_, index) => {
    const village = villages[index % villages.length]
    const place = { code: village?.code, names: village?.names, takesReports: true }
    const items = [{ text: `第 ${index} 号：${wordsOf(index)}`, files: [] }]
    const draft = {
      items,
      place,
      category: topics[Math.floor(index / villages.length) % topics.length],
    }
    return { handle: firstResident + index, memberId: null, state: { v: 1, at: 'confirm', draft } }
  })
  await addChats(db, chats)
  await db.prisma.$executeRaw`analyze`
}

/** Twenty characters by chance, the same ones for the same number. */
function wordsOf(index: number): string {
  const drawn = createHash('sha256').update(String(index)).digest()
  return String.fromCodePoint(
    ...Array.from(
      { length: 20 },
      (_, nth) => 0x4e00 + (drawn[nth] ?? 0) * 64 + ((drawn[31 - (nth % 12)] ?? 0) % 64),
    ),
  )
}

async function addChats(
  db: Db,
  chats: readonly {
    readonly handle: number
    readonly memberId: string | null
    readonly state: object
  }[],
): Promise<void> {
  const keys = createKeyRing([dataKey])
  const rows = chats.map(async ({ handle, memberId, state }) => {
    const id = crypto.randomUUID()
    // As the service keeps it: otherwise it would seal them while it is measured.
    const wordKeyId = crypto.randomUUID()
    const key = keyOfChat({ id, wordKeyId })
    return {
      id,
      channel: 'telegram',
      handleHash: keys.hashes(findableHandle('telegram', String(handle)))[0],
      handleSealed: keys.seal(String(handle), handlePlace(id)),
      memberId,
      wordKeyId,
      state: await db.words.seal(key, state, placeIn('Conversation', 'state', id)),
      language: 'zh-Hans',
      languageChosen: true,
      noticeSeenAt: new Date(),
    }
  })
  for (let from = 0; from < rows.length; from += 1_000)
    await db.prisma.conversation.createMany({
      data: await Promise.all(rows.slice(from, from + 1_000)),
    })
}

async function press(url: string, index: number): Promise<void> {
  const chat = firstResident + index
  const query = {
    id: String(index),
    from: { id: chat },
    chat_instance: '1',
    data: 'send',
    message: { message_id: 1, date: 1, chat: { id: chat, type: 'private' } },
  }
  const response = await fetch(`${url}/channels/telegram`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-telegram-bot-api-secret-token': secret },
    body: JSON.stringify({ update_id: index + 1, callback_query: query }),
  })
  await response.arrayBuffer()
  if (!response.ok) throw new Error(`the webhook answered ${response.status}`)
}

/** Cards that members were sent. */
const cardsOf = (api: BotApi) => api.messages.filter(({ chat }) => chat >= firstMember)
const allSent = (api: BotApi, count: number) =>
  until(
    `${count} cards`,
    () => api.messages.length >= 2 * count && cardsOf(api).length >= count,
    300_000,
  )

export type Cost = {
  readonly perSecond: number
  readonly cpuMs: number
  readonly postgresMs: number
  readonly bytes: number
  readonly rssMb: number
}

/** As fast as it goes, once. */
export async function throughput(bench: Bench, messages: number): Promise<Cost> {
  const running = await startWarm(bench, messages)
  const cost = await measure(running, messages)
  await running.stop()
  return cost
}

/** Webhooks are sent as fast as they are answered, and it is waited for the last card. */
async function measure(
  { bench, programs, url, handled }: Running,
  messages: number,
): Promise<Cost> {
  const before = {
    cpu: await cpuOf(programs),
    postgres: await postgresCpuMs(bench.folder),
    bytes: await walOf(bench.db),
    at: performance.now(),
  }
  await pressAll(url, handled.count, messages)
  handled.count += messages
  await allSent(bench.api, handled.count)
  const seconds = (performance.now() - before.at) / 1000
  const cpuMs = ((await cpuOf(programs)) - before.cpu) / messages
  const postgresMs = ((await postgresCpuMs(bench.folder)) - before.postgres) / messages
  const bytes = Number((await walOf(bench.db)) - before.bytes) / messages
  const rssMb = Math.max(...(await Promise.all(programs.map(rssOf))))
  return { perSecond: messages / seconds, cpuMs, postgresMs, bytes, rssMb }
}

function pressAll(url: string, from: number, count: number): Promise<void> {
  return together(atOnce, count, (nth) => press(url, from + nth))
}

/** Does something so many times, always `width` of them at once. */
export async function together(
  width: number,
  count: number,
  work: (nth: number) => Promise<unknown>,
): Promise<void> {
  const next = { nth: 0 }
  await Promise.all(
    Array.from({ length: width }, async () => {
      while (next.nth < count) await work(next.nth++)
    }),
  )
}

/** At a steady rate: from the moment that the webhook is sent until the card is shown. */
async function latency(
  bench: Bench,
  perSecond: number,
  most: number,
): Promise<{ p50: number; p99: number }> {
  const messages = Math.min(most, Math.ceil(perSecond * 15))
  const running = await startWarm(bench, messages)
  const { url, handled } = running
  const warm = handled.count
  const sentAt = new Map<number, number>()
  const begun = performance.now()
  const pressing: Promise<void>[] = []
  for (let nth = 0; nth < messages; nth++) {
    const wait = begun + (nth * 1000) / perSecond - performance.now()
    if (wait > 1) await new Promise((resume) => setTimeout(resume, wait))
    sentAt.set(warm + nth, performance.timeOrigin + performance.now())
    pressing.push(press(url, warm + nth))
  }
  await Promise.all(pressing)
  await allSent(bench.api, warm + messages)
  const took = cardsOf(bench.api)
    .map(({ text, at }) => at - (sentAt.get(Number(/第 (\d+) 号/.exec(text)?.[1])) ?? Number.NaN))
    .filter((ms) => !Number.isNaN(ms))
    .sort((a, b) => a - b)
  await running.stop()
  return { p50: median(took), p99: took[Math.floor(took.length * 0.99)] ?? 0 }
}

/**
 * How many messages each process that works handles before those that are measured: V8 compiles
 * what is used often.
 */
const warmEach = 1_000

/** What is measured while it runs; `handled`: of how many residents the message has been. */
type Running = {
  readonly bench: Bench
  readonly programs: readonly Program[]
  readonly url: string
  readonly handled: { count: number }
  readonly stop: () => Promise<void>
}

/**
 * Starts what is measured, with so many residents who can press "send", after it has handled some.
 */
async function startWarm(bench: Bench, messages: number): Promise<Running> {
  const { what, workers, environment } = bench
  const warm = warmEach * Math.max(1, workers)
  const first =
    what === 'jawab'
      ? runProgram({ ...environment, ROLES: workers === 0 ? 'web,worker' : 'web' })
      : runProgram(environment, ['--import', 'tsx', 'test/bench/floor.ts'])
  const url = await first.ready()
  const others = Array.from({ length: workers }, () =>
    runProgram({ ...environment, ROLES: 'worker' }),
  )
  for (const each of others) await each.ready()
  const programs = [first, ...others]
  await addResidents(bench, warm + messages)
  await pressAll(url, 0, warm)
  await allSent(bench.api, warm)
  // As in a database that has been in use: PostgreSQL plans statements anew, for tables with rows.
  await bench.db.prisma.$executeRaw`analyze`
  const stop = async () => {
    for (const program of programs) await program.kill('SIGKILL')
    await bench.end()
  }
  return { bench, programs, url, handled: { count: warm }, stop }
}

async function cpuOf(programs: readonly Program[]): Promise<number> {
  return (await Promise.all(programs.map((program) => processCpuMs(program.process.pid)))).reduce(
    (sum, each) => sum + each,
    0,
  )
}

/** The memory that a process has in hand, in MB. */
async function rssOf(program: Program): Promise<number> {
  return (
    Number(
      /VmRSS:\s+(\d+)/.exec(await readFile(`/proc/${program.process.pid}/status`, 'utf8'))?.[1],
    ) / 1024
  )
}

async function walOf(db: Db): Promise<bigint> {
  const [row] = await db.prisma.$queryRaw<
    { bytes: bigint }[]
  >`select pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::bigint as "bytes"`
  return row?.bytes ?? 0n
}

/**
 * Statements to PostgreSQL and commands to Redis for one message, one after another: counted in
 * this process, where each passes.
 */
async function countTrips(
  bench: Bench,
): Promise<{ postgres: number; flights: number; redis: number }> {
  const { sent, stop: countNoMore } = countSent()
  const { url, stop } =
    bench.what === 'floor'
      ? await startFloor(bench.environment)
      : await startJawab(readConfig(bench.environment), pino({ level: 'silent' })).then(
          (running) => ({ ...running, url: running.url ?? '' }),
        )
  const [first, messages] = [20, 100]
  await addResidents(bench, first + messages)
  const one = async (index: number) => {
    await press(url, index)
    await allSent(bench.api, index + 1)
  }
  for (let index = 0; index < first; index++) await one(index)
  const before = { ...sent }
  for (let index = first; index < first + messages; index++) await one(index)
  const trips = {
    postgres: (sent.statements - before.statements) / messages,
    flights: (sent.flights - before.flights) / messages,
    redis: (sent.commands - before.commands) / messages,
  }
  countNoMore()
  await stop()
  await bench.end()
  return trips
}

export function round(value: number, digits = 0): number {
  return Number(value.toFixed(digits))
}
