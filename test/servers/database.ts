import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { expect, inject } from 'vitest'
import { connect, type Db } from '../../src/platform/postgres/database.ts'
import { withDatabase } from './stores.setup.ts'

export type FreshDatabase = {
  readonly url: string
  readonly db: Db
  readonly drop: () => Promise<void>
}

/** A migrated, empty database of this test's own. */
export async function freshDatabase(): Promise<FreshDatabase> {
  const server = inject('databaseUrl')
  const name = `jawab_${randomBytes(6).toString('hex')}`
  const run = async (sql: string) => {
    const client = new pg.Client({ connectionString: server })
    await client.connect()
    await client.query(sql)
    await client.end()
  }
  await run(`create database ${name} template jawab_template`)
  const url = withDatabase(server, name)
  const db = connect(url, 5)
  return {
    url,
    db,
    drop: async () => {
      await db.close()
      await run(`drop database ${name} with (force)`)
    },
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
