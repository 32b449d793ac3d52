import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { afterEach, describe, expect, inject, it } from 'vitest'
import { compareMigrations, migrate, ownMigrations } from '../../src/platform/postgres/migrate.ts'
import { withClient } from '../../src/platform/postgres/with-client.ts'
import { prismaEngine } from '../prisma-engine.ts'

const made: string[] = []
const admin = () => inject('databaseUrl')
/** A database without anything in it. */
async function emptyDatabase(): Promise<string> {
  const name = `jawab_migrate_${randomUUID().slice(0, 8)}`
  await withClient(admin(), (client) =>
    client.query(`create database ${pg.escapeIdentifier(name)} template template0`),
  )
  made.push(name)
  const url = new URL(admin())
  url.pathname = `/${name}`
  return url.href
}
afterEach(async () => {
  for (const name of made.splice(0))
    await withClient(admin(), (client) =>
      client.query(`drop database ${pg.escapeIdentifier(name)} with (force)`),
    )
})
const ledgerOf = (url: string) =>
  withClient(url, async (client) => {
    const { rows } = await client.query<{
      entry: string
    }>(`select concat_ws(' ', migration_name, checksum, applied_steps_count, finished_at >= started_at, logs,
      rolled_back_at) as entry from "_prisma_migrations" order by migration_name`)
    return rows.map(({ entry }) => entry)
  })

describe('migrations', () => {
  it('leave the same ledger as Prisma’s own engine, whoever of them goes first', async () => {
    const [ours, theirs, both] = await Promise.all([
      emptyDatabase(),
      emptyDatabase(),
      emptyDatabase(),
    ])
    const names = await ownMigrations()
    const half = names.slice(0, Math.floor(names.length / 2))
    expect(await migrate(ours)).toEqual(names)
    const [onOurs, onTheirs, onBoth] = [
      await prismaEngine(ours),
      await prismaEngine(theirs),
      await prismaEngine(both),
    ]
    try {
      expect(await onTheirs.deploy(names)).toEqual(names)
      expect(await ledgerOf(ours)).toEqual(await ledgerOf(theirs))
      // Each finds nothing to do after the other, and nothing that was changed.
      expect(await onOurs.deploy(names)).toEqual([])
      expect(await onOurs.diagnose(names)).toMatchObject({ edited: [], failed: [] })
      expect(await migrate(theirs)).toEqual([])
      // One goes on where the other has stopped.
      expect(await onBoth.deploy(half)).toEqual(half)
      expect(await migrate(both)).toEqual(names.slice(half.length))
      expect(await ledgerOf(both)).toEqual(await ledgerOf(ours))
    } finally {
      await Promise.all([onOurs, onTheirs, onBoth].map((engine) => engine.close()))
    }
  }, 120_000)

  it('are applied once by copies that start together', async () => {
    const url = await emptyDatabase()
    const applied = await Promise.all([migrate(url), migrate(url), migrate(url)])
    expect(applied.flat().sort()).toEqual(await ownMigrations())
    expect(await compareMigrations(url)).toMatchObject({ missing: [], unknown: [] })
  })

  it('that fail change nothing, are named, and are tried again', async () => {
    const url = await emptyDatabase()
    const [first = '', second = ''] = await ownMigrations()
    await migrate(url, [first])
    // Something stands in the way of one of the next.
    await withClient(url, (client) => client.query(`alter table "Inbound" rename to "InTheWay"`))
    await expect(migrate(url)).rejects.toThrow(
      /^the migration \d+_\w+ failed and changed nothing: .*Inbound/,
    )
    const before = await compareMigrations(url)
    await withClient(url, (client) => client.query(`alter table "InTheWay" rename to "Inbound"`))
    expect(await migrate(url)).toEqual(before.missing)
    expect(before.applied).toContain(first)
    expect([...before.applied, ...before.missing]).toContain(second)
  })

  it('of Prisma that failed half way are left for somebody to look at', async () => {
    const url = await emptyDatabase()
    const [first = '', second = ''] = await ownMigrations()
    await migrate(url, [first])
    await withClient(url, (client) =>
      client.query(
        'insert into "_prisma_migrations" ("id", "checksum", "migration_name") values ($1, $2, $3)',
        [randomUUID(), 'x', second],
      ),
    )
    await expect(migrate(url)).rejects.toThrow(`the migration ${second} was begun and not finished`)
  })
})
