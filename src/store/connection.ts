import { createHash } from 'node:crypto'
import { PrismaPg } from '@prisma/adapter-pg'
import pg from 'pg'
import type { Instant } from '../domain/instant.ts'
import type { Office } from '../domain/office.ts'
import { PrismaClient } from './generated/client.ts'

export type Db = PrismaClient
export type Transaction = Parameters<Parameters<Db['$transaction']>[0]>[0]

/**
 * How many connections a process opens. One process keeps some six at work, and more of them only crowd PostgreSQL: with
 * four workers on two cores, twenty each cost it 11 ms of CPU a message and six each 8. Measured as `npm run bench -- growth` is.
 */
const mostConnections = 6

/** Opens PostgreSQL. `connections` bounds the pool of this process. Whoever holds one in a transaction asks for no second one. */
export function connect(databaseUrl: string, connections = mostConnections): Db {
  const pool = new pg.Pool({ connectionString: databaseUrl, max: connections, connectionTimeoutMillis: 8_000 })
  const db = new PrismaClient({ adapter: new PrismaPg(pool, { statementNameGenerator: statementNames(), disposeExternalPool: true }) })
  pools.set(db, pool)
  return db
}

const pools = new WeakMap<Db, pg.Pool>()

/** Connections of a pool that work and that are free, and who waits for one. */
export type PoolUse = { readonly busy: number; readonly idle: number; readonly waiting: number }

export function poolUse(db: Db): PoolUse {
  const { totalCount = 0, idleCount = 0, waitingCount = 0 } = pools.get(db) ?? {}
  return { busy: totalCount - idleCount, idle: idleCount, waiting: waitingCount }
}

/** How many statements each connection keeps prepared. Those that come later are planned each time, as are all without a name. */
const mostPrepared = 400

/** Names for statements by what they say, so that PostgreSQL plans each once for a connection and not for every message. */
function statementNames(): ({ sql }: { readonly sql: string }) => string {
  const names = new Map<string, string>()
  return ({ sql }) => {
    const known = names.get(sql)
    if (known !== undefined) return known
    if (names.size >= mostPrepared) return ''
    const name = createHash('sha256').update(sql).digest('base64url').slice(0, 20)
    names.set(sql, name)
    return name
  }
}

/** One transaction, the moment it happens at, the office's times, and what is to be done once it is committed (`Word`). */
export type Change = {
  readonly tx: Transaction
  readonly at: Instant
  readonly office: Office
  /** Conversations that nothing may tie to what they were about any more: what is being handled for them is not kept. */
  readonly untied: Set<string>
} & { readonly [Part in keyof Word]: Set<string> }

/** What follows from a change once it is committed; its caller does it. Lost word costs time and nothing else. */
export type Word = {
  /** Conversations with something to deliver, to be nudged. */
  readonly told: readonly string[]
  /** Webhook subscriptions with a call to make, to be nudged. */
  readonly hooked: readonly string[]
  /** Pages that are open and show something else now: `member:` or `team:` and an id. */
  readonly seen: readonly string[]
  /** Files that nobody may see any more. */
  readonly erased: readonly string[]
}

/** Runs `work` in one transaction. */
export async function change<T>(db: Db, office: Office, at: Instant, work: (change: Change) => Promise<T>): Promise<{ readonly result: T } & Word> {
  const [told, hooked, seen, erased] = [new Set<string>(), new Set<string>(), new Set<string>(), new Set<string>()]
  const result = await db.$transaction((tx) => work({ tx, at, office, untied: new Set(), told, hooked, seen, erased }), { maxWait: 15_000, timeout: 30_000 })
  return { result, told: [...told], hooked: [...hooked], seen: [...seen], erased: [...erased] }
}
