import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { compareMigrations, migrate, ownMigrations } from '../../src/platform/postgres/migrate.ts'
import { withClient } from '../../src/platform/postgres/with-client.ts'
import { emptyDatabase } from '../servers/database.ts'
import { until } from '../until.ts'

describe('migrations', () => {
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

  it('give way to a turn that holds what they need and needs what they hold, and are tried again', async () => {
    const url = await emptyDatabase()
    const own = await ownMigrations()
    // The one that changes conversations first, and then what is sent to them.
    const last = own.indexOf('20261127180000_heard_and_numbered')
    await migrate(url, own.slice(0, last))
    await withClient(url, async (turn) => {
      await turn.query('begin')
      await turn.query('lock table "Outbound" in row exclusive mode')
      const migrating = migrate(url, own.slice(0, last + 1))
      await until('the migration holds conversations and waits', () =>
        withClient(url, async (client) => {
          const { rows } = await client.query(
            `select 1 from pg_locks where relation = '"Outbound"'::regclass and not granted`,
          )
          return rows.length > 0
        }),
      )
      await turn.query('select count(*) from "Conversation"')
      await turn.query('commit')
      expect(await migrating).toEqual([own[last]])
    })
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
