import { randomUUID } from 'node:crypto'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import pg from 'pg'
import { type FilesPlace, openFileStore } from './files/file-store.ts'
import { connectRedis } from './queue/connect-redis.ts'
import { type RedisAddress, whereaboutsOf } from './queue/redis-address.ts'

/** A store does not answer. The message names host and port, and never a password. */
class UnreachableError extends Error {
  override readonly name = 'UnreachableError'
}

const patienceMs = 8_000

/** Makes the folder of our files, and writes in it. @throws {UnreachableError} */
export async function reachFolder(dataDir: string): Promise<void> {
  const tried = join(dataDir, `.write-${randomUUID()}`)
  try {
    await mkdir(dataDir, { recursive: true })
    await writeFile(tried, '')
    await rm(tried)
  } catch (cause) {
    throw new UnreachableError(
      `DATA_DIR: nothing can be written in ${dataDir} (${reasonOf(cause)}); name a folder that this user may write in`,
      { cause },
    )
  }
}

/**
 * Asks for a file that is not there: a bucket that answers says so.
 *
 * @throws {UnreachableError}
 */
export async function reachFiles(place: FilesPlace): Promise<void> {
  if (place.bucket === undefined) return
  const { name, endpoint } = place.bucket
  const store = await openFileStore(place)
  await store.get(`probe-${randomUUID()}`).catch((cause: unknown) => {
    throw new UnreachableError(
      `FILES_URL: the bucket ${name}${endpoint === undefined ? '' : ` at ${new URL(endpoint).host}`} can't be read; check that it is there, and AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY`,
      { cause },
    )
  })
}

/**
 * Says plainly that another program has the port; any other failure stays as it is.
 *
 * @throws {UnreachableError}
 */
export function portTaken(cause: unknown): never {
  const { code, port } = cause as { code?: unknown; port?: unknown }
  if (code !== 'EADDRINUSE' && code !== 'EACCES') throw cause
  throw new UnreachableError(
    code === 'EACCES'
      ? `PORT: this user may not listen on ${port}; set it to one above 1023`
      : `PORT: another program listens on ${port}; end it, or set PORT to another`,
    { cause },
  )
}

/** @throws {UnreachableError} within 10 seconds. */
export async function reachDatabase(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: patienceMs })
  try {
    await client.connect()
    await client.query('select 1')
  } catch (cause) {
    throw new UnreachableError(
      `DATABASE_URL: PostgreSQL at ${whereabouts(url, 5432)} does not answer (${reasonOf(cause)}); check that it runs there, and its name, user and password`,
      { cause },
    )
  } finally {
    await client.end().catch(ignoreClosed)
  }
}

/** Reaches Redis: of a Cluster one node, whichever answers first. @throws {UnreachableError} */
export async function reachRedis(address: RedisAddress): Promise<void> {
  const each: readonly RedisAddress[] =
    address.kind === 'cluster' ? address.urls.map((url) => ({ kind: 'server', url })) : [address]
  const clients = each.map((one) =>
    connectRedis(one, {
      lazyConnect: true,
      connectTimeout: patienceMs,
      retryStrategy: () => null,
      sentinelRetryStrategy: () => null,
      maxRetriesPerRequest: 0,
    }).on('error', ignoreClosed),
  )
  try {
    await Promise.any(clients.map((client) => client.connect().then(() => client.ping())))
  } catch (cause) {
    const [first] = cause instanceof AggregateError ? cause.errors : [cause]
    const who = address.kind === 'sentinel' ? 'Sentinels' : 'Redis'
    throw new UnreachableError(
      `REDIS_URL: ${who} at ${whereaboutsOf(address)} does not answer (${reasonOf(first)}); check that it runs there, and its user and password`,
      { cause },
    )
  } finally {
    for (const client of clients) client.disconnect()
  }
}

function whereabouts(url: string, port: number): string {
  const { hostname, port: given } = new URL(url)
  return `${hostname}:${given === '' ? port : given}`
}

/** A code such as ECONNREFUSED or 28P01; a message could quote the address with its password. */
function reasonOf(cause: unknown): string {
  const { code, message } = cause as { code?: unknown; message?: unknown }
  return typeof code === 'string'
    ? code
    : typeof message === 'string' && /timeout|closed/i.test(message)
      ? 'no answer in time'
      : 'connection failed'
}

/** The connection is being given up; why it closes is told by the error that is thrown. */
function ignoreClosed(): void {}
