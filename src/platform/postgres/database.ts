import { PrismaPg } from '@prisma/adapter-pg'
import pg from 'pg'
import type { Office } from '../../organisation/office.ts'
import type { Instant } from '../instant.ts'
import type { KeyRing } from '../sealing/key-ring.ts'
import { noWords, openWords } from '../sealing/words.ts'
import { type Prisma, PrismaClient } from './generated/client.ts'
import { type Statements, statementNames, statementsTo } from './statements.ts'

/** PostgreSQL: Prisma's models, and statements of our own that don't go through Prisma. */
export type Db = Omit<PrismaClient, keyof Statements | '$transaction'> &
  Statements & {
    $transaction<T>(
      work: (tx: Transaction) => Promise<T>,
      options?: {
        readonly maxWait?: number
        readonly timeout?: number
        readonly isolationLevel?: 'RepeatableRead'
      },
    ): Promise<T>
    $transaction<const Work extends readonly Prisma.PrismaPromise<unknown>[]>(
      work: Work,
    ): Promise<{ -readonly [Each in keyof Work]: Awaited<Work[Each]> }>
  }
/** The same in one transaction: both use its connection. */
export type Transaction = Omit<Prisma.TransactionClient, keyof Statements> & Statements

/**
 * How many connections a process opens. One process keeps some six at work, and more of them only
 * crowd PostgreSQL: with four workers on two cores, twenty each cost it 11 ms of CPU a message and
 * six each 8. Measured as `npm run bench -- growth` is.
 */
const mostConnections = 6

/**
 * Opens PostgreSQL. Code in a transaction must not ask the pool for a second connection: it could
 * wait for ever.
 *
 * @param connections - The most that the pool of this process has.
 * @param keys - The ring that the keys of words are sealed with; without it words are left as they
 * are.
 */
export function connect(databaseUrl: string, connections = mostConnections, keys?: KeyRing): Db {
  const words = keys === undefined ? noWords : openWords(databaseUrl, keys)
  const nameOf = statementNames()
  const pool = new pg.Pool({
    Client: NumberedClient,
    connectionString: databaseUrl,
    max: connections,
    connectionTimeoutMillis: 8_000,
  })
  // A connection that is lost while it is idle is made anew by the next statement. Prisma listens
  // from its first query on, and without a listener the process ends.
  pool.on('error', () => {})
  const prisma = new PrismaClient({
    adapter: new PrismaPg(pool, { statementNameGenerator: nameOf, disposeExternalPool: true }),
  })
  const transact = async <T>(work: (tx: Transaction) => Promise<T>, options: object) =>
    prisma.$transaction(
      async (tx) => work(withStatements(tx, statementsTo(await connectionOf(tx), nameOf, words))),
      options,
    )
  const $transaction = (work: unknown, options: object = {}) =>
    typeof work === 'function'
      ? transact(work as (tx: Transaction) => Promise<unknown>, options)
      : prisma.$transaction(work as Prisma.PrismaPromise<unknown>[])
  const $disconnect = async () => {
    await words.close()
    await prisma.$disconnect()
  }
  const db = withStatements(prisma, {
    ...statementsTo(pool, nameOf, words),
    $transaction,
    $disconnect,
  }) as Db
  pools.set(db, pool)
  return db
}

/**
 * Defined, not assigned: Prisma's clients are proxies, and what is assigned lands on the one below.
 */
function withStatements<Client extends object, Own extends Statements>(
  client: Client,
  own: Own,
): Omit<Client, keyof Own> & Own {
  return Object.create(client, Object.getOwnPropertyDescriptors(own))
}

/**
 * A connection that is told which one it is without asking PostgreSQL: so we learn on which of them
 * Prisma has begun a transaction.
 */
class NumberedClient extends pg.Client {
  readonly number = numbered.next++

  // biome-ignore lint/suspicious/noExplicitAny: pg has eight forms of it.
  override query(...asked: any[]): any {
    if (asked[0]?.text !== whichNumber) return Reflect.apply(super.query, this, asked)
    numbered.clients.set(this.number, this)
    return Promise.resolve({
      fields: [{ name: 'number', dataTypeID: pg.types.builtins.INT4 }],
      rows: [[this.number]],
      rowCount: 1,
    })
  }
}

const numbered = { next: 1, clients: new Map<number, pg.Client>() }
const whichNumber = 'the number of this connection'

async function connectionOf(tx: Prisma.TransactionClient): Promise<pg.Client> {
  const [{ number } = { number: 0 }] = await tx.$queryRawUnsafe<{ number: number }[]>(whichNumber)
  const client = numbered.clients.get(number)
  if (client === undefined) throw new Error('a transaction without a connection')
  numbered.clients.delete(number)
  return client
}

const pools = new WeakMap<Db, pg.Pool>()

/** Connections of a pool that work and that are free, and who waits for one. */
export type PoolUse = { readonly busy: number; readonly idle: number; readonly waiting: number }

export function poolUse(db: Db): PoolUse {
  const { totalCount = 0, idleCount = 0, waitingCount = 0 } = pools.get(db) ?? {}
  return { busy: totalCount - idleCount, idle: idleCount, waiting: waitingCount }
}

/**
 * One transaction, the moment it happens at, the office's times, and what is to be done once it is
 * committed (`Word`).
 */
export type Change = {
  readonly tx: Transaction
  readonly at: Instant
  readonly office: Office
  /**
   * Conversations that nothing may tie to what they were about any more: what is being handled for
   * them is not kept.
   */
  readonly untied: Set<string>
  /** The keys of words of the chats that this transaction has locked, by the chat's id. */
  readonly chatKeys: Map<string, string>
} & { readonly [Part in keyof Word]: Set<string> }

/**
 * What follows from a change once it is committed; its caller does it. Lost word costs time and
 * nothing else.
 */
export type Word = {
  /** Conversations with something to deliver, to be nudged. */
  readonly told: readonly string[]
  /** Webhook subscriptions with a call to make, to be nudged. */
  readonly hooked: readonly string[]
  /** Pages that are open and show something else now: `member:` or `team:` and an id. */
  readonly seen: readonly string[]
  /** Files that nobody may see any more. */
  readonly erased: readonly string[]
  /** Keys of words that were destroyed: they are taken out of the pages of their table. */
  readonly destroyed: readonly string[]
}

/** Runs `work` in one transaction. */
export async function change<T>(
  db: Db,
  office: Office,
  at: Instant,
  work: (change: Change) => Promise<T>,
): Promise<{ readonly result: T } & Word> {
  const word = {
    told: new Set<string>(),
    hooked: new Set<string>(),
    seen: new Set<string>(),
    erased: new Set<string>(),
    destroyed: new Set<string>(),
  }
  const result = await db.$transaction(
    (tx) => work({ tx, at, office, untied: new Set(), chatKeys: new Map(), ...word }),
    { maxWait: 15_000, timeout: 30_000 },
  )
  return {
    result,
    told: [...word.told],
    hooked: [...word.hooked],
    seen: [...word.seen],
    erased: [...word.erased],
    destroyed: [...word.destroyed],
  }
}
