import { createHash, randomUUID } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type pg from 'pg'
import { installed } from '../installation.ts'
import { withClient } from './with-client.ts'

/** The lock that `prisma migrate` takes too: whatever migrates a database, one does at a time. */
const migrationLock = 72_707_369
/** The ledger as `prisma migrate deploy` makes and reads it. */
const ledger = `
  create table if not exists "_prisma_migrations" (
    "id" varchar(36) primary key not null, "checksum" varchar(64) not null,
      "finished_at" timestamptz, "migration_name" varchar(255) not null,
    "logs" text, "rolled_back_at" timestamptz, "started_at" timestamptz not null default now(), "applied_steps_count" integer not null default 0)`

/**
 * Brings the database to this version's schema; does nothing when it already is there. Copies that
 * start together take turns. Each migration is one transaction with its entry in the ledger, which
 * is the same that `prisma migrate deploy` writes. It gives way to a service in use, and tries again.
 *
 * @param only the migrations to go to, as of an older version whose backup is restored; without,
 * all of this version.
 * @returns the names of the migrations that it applied.
 * @throws when a migration fails; the ones before it stay applied.
 */
export async function migrate(
  databaseUrl: string,
  only?: readonly string[],
): Promise<readonly string[]> {
  const isAsked = (name: string) => only === undefined || only.includes(name)
  if (!(await compareMigrations(databaseUrl)).missing.some(isAsked)) return []
  return withClient(databaseUrl, async (client) => {
    // Goes with the connection.
    await client.query('select pg_advisory_lock($1)', [migrationLock])
    await client.query(ledger)
    await refuseUnfinished(client)
    // Another copy may have been here before the lock was had.
    const missing = (await compareWith(client)).missing.filter(isAsked)
    const folder = installed('prisma/migrations')
    for (const name of missing) await apply(client, folder, name)
    return missing
  })
}

/**
 * How long a migration waits for a lock, in milliseconds: what comes after it in the queue for that
 * lock waits as long. It is shorter than PostgreSQL's `deadlock_timeout` of a second, so a migration
 * gives way before a request of the service is cancelled for it.
 */
const lockTimeoutMs = 300
/** How often it is tried again, and after how long, in milliseconds. */
const [tries, againMs] = [300, 100] as const

/** Applies a migration; where the service in use holds its locks, again until it gets them. */
async function apply(client: pg.ClientBase, folder: string, name: string): Promise<void> {
  for (let left: number = tries; ; left--)
    try {
      return await applyOnce(client, folder, name)
    } catch (error) {
      if (left === 1 || !gaveWay(error as Error)) throw error
      await new Promise((resume) => setTimeout(resume, againMs))
    }
}

/** A lock was not to be had in time, or two waited for one another: PostgreSQL's appendix A. */
function gaveWay({ cause }: { readonly cause?: unknown }): boolean {
  const code = (cause as { readonly code?: unknown } | undefined)?.code
  return code === '55P03' || code === '40P01'
}

async function applyOnce(client: pg.ClientBase, folder: string, name: string): Promise<void> {
  const script = await readFile(join(folder, name, 'migration.sql'), 'utf8')
  const checksum = createHash('sha256').update(script).digest('hex')
  const entry = `insert into "_prisma_migrations" ("id", "checksum", "migration_name", "started_at",
    "finished_at", "applied_steps_count")
    values ($1, $2, $3, now(), clock_timestamp(), 1)`
  try {
    await client.query('begin')
    await client.query(`set local lock_timeout = ${lockTimeoutMs}`)
    await client.query(script)
    await client.query(entry, [randomUUID(), checksum, name])
    await client.query('commit')
  } catch (error) {
    await client.query('rollback')
    throw new Error(
      `the migration ${name} failed and changed nothing: ${error instanceof Error ? error.message : ''}`,
      { cause: error },
    )
  }
}

/**
 * Prisma leaves an entry behind where a migration of its own failed half way: somebody has to look
 * at it first.
 */
async function refuseUnfinished(client: pg.ClientBase): Promise<void> {
  const { rows } = await client.query<{ name: string }>(
    'select migration_name as name from "_prisma_migrations" where finished_at is null and rolled_back_at is null',
  )
  if (rows[0] !== undefined)
    throw new Error(
      `the migration ${rows[0].name} was begun and not finished: see prisma migrate resolve`,
    )
}

/** The migrations of this version, in their order. */
export async function ownMigrations(): Promise<readonly string[]> {
  const entries = await readdir(installed('prisma/migrations'), { withFileTypes: true })
  return entries
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort()
}

export type Compared = {
  readonly applied: readonly string[]
  readonly missing: readonly string[]
  readonly unknown: readonly string[]
}

/**
 * Migrations that the database has had; those of this version that it has not; and those that it
 * has and this version does not know.
 */
export async function compareMigrations(databaseUrl: string): Promise<Compared> {
  return withClient(databaseUrl, compareWith)
}

async function compareWith(client: pg.ClientBase): Promise<Compared> {
  const own = await ownMigrations()
  const { rows: found } = await client.query<{ there: boolean }>(
    `select to_regclass('_prisma_migrations') is not null as there`,
  )
  const finished =
    'select migration_name as name from "_prisma_migrations" where finished_at is not null and rolled_back_at is null'
  const { rows } =
    found[0]?.there === true ? await client.query<{ name: string }>(finished) : { rows: [] }
  const had = rows.map(({ name }) => name)
  return {
    applied: had,
    missing: own.filter((name) => !had.includes(name)),
    unknown: had.filter((name) => !own.includes(name)),
  }
}
