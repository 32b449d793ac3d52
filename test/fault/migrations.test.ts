import { describe, expect, it } from 'vitest'
import { migrate, ownMigrations } from '../../src/platform/postgres/migrate.ts'
import { withClient } from '../../src/platform/postgres/with-client.ts'
import { emptyDatabase } from '../servers/database.ts'
import { prismaEngine } from '../servers/prisma-engine.ts'

const ledgerOf = (url: string) =>
  withClient(url, async (client) => {
    const { rows } = await client.query<{
      entry: string
    }>(`select concat_ws(' ', migration_name, checksum, applied_steps_count, finished_at >= started_at, logs,
      rolled_back_at) as entry from "_prisma_migrations" order by migration_name`)
    return rows.map(({ entry }) => entry)
  })

describe('migrations beside Prisma', () => {
  it('leave the same ledger as Prisma’s own engine, in either order', async () => {
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
})
