import type { Writable } from 'node:stream'
import { PrismaPg } from '@prisma/adapter-pg'
import pg from 'pg'
import type { KeyRing } from '../sealing/key-ring.ts'
import { noWords, openWords, type WordSeal } from '../sealing/words.ts'
import { PrismaClient } from './generated/client.ts'
import type { Query } from './query.ts'
import { type NameOf, statementNames, toSend } from './statements.ts'

/** Where queries are sent: to the database, or within one of its transactions. */
type Statements = {
  /**
   * The rows that a query returns. A failure is pg's `DatabaseError`, with its SQLSTATE as `code`.
   */
  readonly read: <Row>(query: Query<Row>) => Promise<Row[]>
  /** How many rows a query wrote. */
  readonly affect: (query: Query) => Promise<number>
  /** What seals and opens the words in rows. */
  readonly words: WordSeal
}

/** PostgreSQL, outside transactions: queries of our own, and Prisma's models. */
export type Db = Statements & {
  /**
   * Prisma's client, for plain reads and writes. Its transactions and nested writes are not used.
   */
  readonly prisma: Omit<PrismaClient, '$transaction'>
  /** Runs `work` in one transaction. Where it throws, nothing of it is kept. */
  readonly transaction: <T>(
    work: (tx: Transaction) => Promise<T>,
    options?: { readonly isolation?: 'repeatable read' },
  ) => Promise<T>
  readonly poolUse: () => PoolUse
  readonly close: () => Promise<void>
}

/**
 * One transaction. Statements go out as they come, without waiting for each other's answers, and
 * are carried out in their order.
 */
export type Transaction = Statements & {
  /** Sends a statement whose result nobody needs. Its failure fails the commit. */
  readonly write: (query: Query) => void
  /** The same for a statement whose rows are needed only once it is committed. */
  readonly collect: <Row>(query: Query<Row>, take: (rows: Row[]) => void) => void
  /**
   * Sends a statement right behind the commit, in the same flight. It is no part of the transaction:
   * it is carried out where that failed too, and its own failure changes nothing.
   */
  readonly follow: (query: Query) => void
}

/** Connections of a pool that work and that are free, and how many wait for one. */
export type PoolUse = { readonly busy: number; readonly idle: number; readonly waiting: number }

/**
 * How many connections a process opens. One process keeps some six at work, and more of them only
 * crowd PostgreSQL: with four workers on two cores, twenty each cost it 11 ms of CPU a message and
 * six each 8. Measured as `npm run bench -- growth` is.
 */
const mostConnections = 6

/** The longest wait for a lock, and the longest silence in a transaction: 30 seconds. */
const longestWaitMs = 30_000

/**
 * Opens PostgreSQL. Code in a transaction must not ask the pool for a second connection: it could
 * wait for ever.
 *
 * @param connections the most that the pool of this process has.
 * @param keys the ring that seals the keys of words; without it words are left as they are.
 */
export function connect(databaseUrl: string, connections = mostConnections, keys?: KeyRing): Db {
  const words = keys === undefined ? noWords : openWords(databaseUrl, keys)
  const nameOf = statementNames()
  const pool = new pg.Pool({
    connectionString: databaseUrl,
    max: connections,
    connectionTimeoutMillis: 8_000,
    pipeline: true,
    lock_timeout: longestWaitMs,
    idle_in_transaction_session_timeout: longestWaitMs,
  })
  // The query in hand fails with its connection, and the pool makes another one. Without listeners
  // the process would end.
  pool.on('error', () => {})
  pool.on('connect', (client) => client.on('error', () => {}))
  const prisma = new PrismaClient({
    adapter: new PrismaPg(pool, { statementNameGenerator: nameOf, disposeExternalPool: true }),
  })
  return {
    ...statementsOf((query) => pool.query(toSend(query, nameOf)), words),
    prisma,
    transaction: (work, options = {}) => transact({ pool, nameOf, words, ...options }, work),
    poolUse: () => ({
      busy: pool.totalCount - pool.idleCount,
      idle: pool.idleCount,
      waiting: pool.waitingCount,
    }),
    close: async () => {
      await words.close()
      await prisma.$disconnect()
    },
  }
}

type Send = (query: Query) => Promise<pg.QueryResult>

function statementsOf(send: Send, words: WordSeal): Statements {
  return {
    words,
    read: async <Row>(query: Query<Row>) => (await send(query)).rows as Row[],
    affect: async (query) => (await send(query)).rowCount ?? 0,
  }
}

type Connection = {
  readonly pool: pg.Pool
  readonly nameOf: NameOf
  readonly words: WordSeal
  readonly isolation?: 'repeatable read'
}

/**
 * What is sent until the event loop goes on is one write to the socket: a write for each statement
 * costs a third of the time of a message (`docs/performance.md`).
 */
function corked(client: pg.PoolClient): () => void {
  const { stream } = (client as { readonly connection?: { readonly stream?: Writable } })
    .connection ?? { stream: undefined }
  let isCorked = false
  return () => {
    if (stream === undefined || isCorked) return
    isCorked = true
    stream.cork()
    setImmediate(() => {
      isCorked = false
      stream.uncork()
    })
  }
}

async function transact<T>(
  { pool, nameOf, words, isolation }: Connection,
  work: (tx: Transaction) => Promise<T>,
): Promise<T> {
  const client = await pool.connect()
  let isOver = false
  let failed: { readonly error: unknown } | undefined
  const taken: Promise<void>[] = []
  const following: Query[] = []
  const inOneWrite = corked(client)
  // Each promise gets its handler as it is sent: nobody may be waiting for it when it fails. What
  // follows a failure fails too, with an error that says less.
  const send = (what: pg.QueryConfig) => {
    if (isOver) throw new Error('a statement came after the end of its transaction')
    inOneWrite()
    const sent = client.query(what)
    sent.catch((error: unknown) => {
      failed ??= { error }
    })
    return sent
  }
  const sendQuery: Send = async (query) => send(toSend(query, nameOf))
  const collect = <Row>(query: Query<Row>, take: (rows: Row[]) => void) => {
    taken.push(
      sendQuery(query)
        .then(({ rows }) => take(rows as Row[]))
        .catch((error: unknown) => {
          failed ??= { error }
        }),
    )
  }
  const write = (query: Query) => collect(query, () => {})
  const begin = isolation === undefined ? 'begin' : `begin isolation level ${isolation}`
  try {
    void send({ text: begin })
    const follow = (query: Query) => void following.push(query)
    const result = await work({ ...statementsOf(sendQuery, words), write, collect, follow })
    const committed = send({ text: failed === undefined ? 'commit' : 'rollback' })
    const followed = following.map((query) =>
      client.query(toSend(query, nameOf)).catch(() => undefined),
    )
    const { command } = await committed
    await Promise.all(taken)
    await Promise.all(followed)
    if (failed !== undefined) throw failed.error
    if (command !== 'COMMIT') throw new Error('PostgreSQL took a transaction back')
    isOver = true
    client.release()
    return result
  } catch (error) {
    isOver = true
    const wasBroken = await client.query('rollback').then(
      () => false,
      () => true,
    )
    client.release(wasBroken)
    throw failed === undefined ? error : failed.error
  }
}
