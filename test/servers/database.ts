import { randomBytes } from 'node:crypto'
import { expect, inject, onTestFinished } from 'vitest'
import { connect, type Db } from '../../src/platform/postgres/database.ts'
import { withClient } from '../../src/platform/postgres/with-client.ts'
import { withDatabase } from './stores.setup.ts'

export type FreshDatabase = {
  readonly url: string
  readonly db: Db
  readonly drop: () => Promise<void>
}

/** A migrated database of this test's own: empty, or with the tests' usual organisation. */
export async function freshDatabase(
  template: 'jawab_template' | 'jawab_template_staffed' = 'jawab_template',
): Promise<FreshDatabase> {
  const { url, drop } = await databaseFrom(template)
  const db = connect(url, 5)
  return {
    url,
    db,
    drop: async () => {
      await db.close()
      await drop()
    },
  }
}

/**
 * A database without any table, until the end of the test. Returns its address.
 *
 * @param atEnd of the test, where it runs beside others.
 */
export async function emptyDatabase(
  atEnd: (drop: () => Promise<void>) => unknown = onTestFinished,
): Promise<string> {
  const { url, drop } = await databaseFrom('template0')
  atEnd(drop)
  return url
}

async function databaseFrom(template: string) {
  const server = inject('databaseUrl')
  const name = `jawab_${randomBytes(6).toString('hex')}`
  const run = (sql: string) => withClient(server, (client) => client.query(sql))
  // Its files are copied: faster than writing each page to the log, where nothing waits for the disk.
  await run(`create database ${name} template ${template} strategy file_copy`)
  return {
    url: withDatabase(server, name),
    drop: async () => void (await run(`drop database ${name} with (force)`)),
  }
}

/** Every row of every table as text, with its table: all that the database holds of anything. */
export async function everyRow(
  db: Db,
  schemas: readonly string[] = ['public'],
): Promise<readonly { readonly table: string; readonly row: string }[]> {
  const tables = await db.prisma.$queryRaw<
    { name: string }[]
  >`select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname = any(${[...schemas]})`
  expect(tables.length).toBeGreaterThan(14)
  const rows = await Promise.all(
    tables.map(async ({ name }) =>
      (
        await db.prisma.$queryRawUnsafe<{ row: string }[]>(
          `select t::text as row from ${name} as t`,
        )
      ).map(({ row }) => ({ table: name, row })),
    ),
  )
  return rows.flat()
}

/** This worker's own database in the run's Redis, or `undefined` where there is none. */
export function ownRedis(): string | undefined {
  const url = inject('redisUrl')
  return url === undefined ? undefined : `${url}/${process.env['VITEST_POOL_ID'] ?? '0'}`
}

/** The queue backends to test on: both, wherever there is a Redis. */
export function queueBackends(): readonly {
  readonly name: string
  readonly redisUrl: string | undefined
}[] {
  const redisUrl = ownRedis()
  return [
    { name: 'PostgreSQL', redisUrl: undefined },
    ...(redisUrl === undefined ? [] : [{ name: 'Redis', redisUrl }]),
  ]
}
