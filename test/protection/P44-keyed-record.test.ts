import { createHash, randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { noteExport } from '../../src/figures/exports.store.ts'
import type { Transaction } from '../../src/platform/postgres/database.ts'
import { statement } from '../../src/platform/postgres/query.ts'
import { hasSeal, openAccessRecord, verifyAccess } from '../../src/platform/sealing/access-log.ts'
import { createKeyRing } from '../../src/platform/sealing/key-ring.ts'
import { type FreshDatabase, freshDatabase } from '../servers/database.ts'
import { runProgram } from '../servers/program.ts'

const [first, second] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)]

describe('P44 the record of who has read what', () => {
  let database: FreshDatabase
  beforeAll(async () => {
    database = await freshDatabase()
  })
  afterAll(() => database.drop())
  const keys = createKeyRing([first])
  const [ticketId, memberId] = [randomUUID(), randomUUID()]
  const entry = (at: number) => ({
    ticketId,
    memberId,
    role: 'member' as const,
    at: new Date(1_760_000_000_000 + at * 60_000),
    how: 'page' as const,
  })
  /** What an operator can do who has the database and not the key. */
  const behindItsBack = (work: (tx: Transaction) => Promise<unknown>) =>
    database.db.transaction(async (tx) => {
      tx.write(statement`set local session_replication_role = replica`)
      await work(tx)
    })

  it('is written by many copies at once in one chain, and follows a change that was taken back', async () => {
    const { db } = database
    const copies = [openAccessRecord(keys), openAccessRecord(keys), openAccessRecord(keys)]
    await Promise.all(
      Array.from({ length: 30 }, async (_, at) => copies[at % 3]?.note(db, entry(at))),
    )
    await expect(
      db.transaction(async (tx) => {
        await copies[0]?.note(tx, entry(30))
        throw new Error('the change failed')
      }),
    ).rejects.toThrow('the change failed')
    await copies[0]?.note(db, entry(31))
    await copies[1]?.note(db, entry(32))
    expect(await verifyAccess(db, keys)).toMatchObject({
      entries: 32,
      brokenAt: undefined,
      unkeyed: 0,
      unchecked: 0,
      missing: 0,
    })
  })

  it('has what one copy notes at once in few transactions, in the order in which it was noted', async () => {
    const { db } = database
    const record = openAccessRecord(keys)
    await record.note(db, entry(33))
    await Promise.all(Array.from({ length: 200 }, (_, at) => record.note(db, entry(34 + at))))
    const rows = await db.read(statement<{ at: Date; by: string }>`
      select "at", xmin::text as "by" from "TextAccess" order by "seq" desc limit 200`)
    expect(rows.map(({ at }) => at)).toEqual(
      Array.from({ length: 200 }, (_, at) => entry(34 + at).at).toReversed(),
    )
    expect(new Set(rows.map(({ by }) => by)).size).toBeLessThan(5)
    expect(await verifyAccess(db, keys)).toMatchObject({ entries: 233, brokenAt: undefined })
  })

  it('cannot be rewritten by who has the database alone, who knows how a chain without a key is made', async () => {
    const { db } = database
    const rows = await db.prisma.textAccess.findMany({ orderBy: { seq: 'asc' } })
    const kept = (await verifyAccess(db, keys)).newest
    const last = rows.at(-3)
    // Takes the last entries out and writes others, each sealing the one before as earlier versions
    // did.
    const seal = (before: Uint8Array, at: Date) =>
      createHash('sha256')
        .update(before)
        .update([ticketId, memberId, 'lead', at.toISOString(), 'page'].join('\n'))
        .digest()
    const forgedAt = new Date(1_760_000_000_000 + 86_400_000 * 3)
    await behindItsBack(async (tx) => {
      await tx.affect(statement`delete from "TextAccess" where "seq" > ${last?.seq}`)
      await tx.affect(
        statement`insert into "TextAccess" ("ticketId", "memberId", "role", "at", "how", "seal")
        values (${ticketId}, ${memberId}, 'lead', ${forgedAt}, 'page', ${seal(last?.seal ?? new Uint8Array(), forgedAt)})`,
      )
    })
    expect((await verifyAccess(db, keys)).brokenAt).toBeDefined()
    // Even where the end is only cut off, a seal that was kept elsewhere shows it.
    await behindItsBack((tx) =>
      tx.affect(statement`delete from "TextAccess" where "seq" > ${last?.seq}`),
    )
    expect(await verifyAccess(db, keys)).toMatchObject({ brokenAt: undefined })
    expect(kept && (await hasSeal(db, kept))).toBeUndefined()
    const now = (await verifyAccess(db, keys)).newest
    expect(now && (await hasSeal(db, now))).toBe(true)
    expect(now && (await hasSeal(db, { ...now, seal: kept?.seal ?? '' }))).toBe(false)
  })

  it('covers openings out of turn and exports: one that is changed or added behind its back is missing there', async () => {
    const { db } = database
    const record = openAccessRecord(keys)
    const at = new Date(1_760_000_000_000 + 86_400_000)
    const opening = {
      ticketId,
      memberId,
      reason: '为了核实记录是否完整而查看',
      at,
      until: new Date(at.getTime() + 3_600_000),
    }
    await db.prisma.breakGlass.create({ data: { id: randomUUID(), ...opening } })
    await record.noteOpening(db, opening)
    await noteExport(db, record, {
      memberId,
      role: 'supervisor',
      format: 'csv',
      asked: { lastWeek: '2026-W40', area: 'YL', firstWeek: '2026-W30' },
      at,
    })
    expect(await verifyAccess(db, keys)).toMatchObject({ missing: 0, brokenAt: undefined })
    await behindItsBack((tx) =>
      tx.affect(statement`update "BreakGlass" set "reason" = 'another reason, afterwards'`),
    )
    expect(await verifyAccess(db, keys)).toMatchObject({ missing: 1 })
    await behindItsBack((tx) =>
      tx.affect(statement`update "FigureExport" set "asked" = '{"area":"YL01"}'`),
    )
    expect(await verifyAccess(db, keys)).toMatchObject({ missing: 2 })
  })

  it('goes on after the keys have rotated, and says how much was sealed with one that is gone', async () => {
    const { db } = database
    const both = createKeyRing([second, first])
    await openAccessRecord(both).note(db, entry(60))
    expect(await verifyAccess(db, both)).toMatchObject({ brokenAt: undefined, unchecked: 0 })
    expect((await verifyAccess(db, createKeyRing([second]))).unchecked).toBeGreaterThan(10)
  })

  it('of earlier versions goes on as it is, and is counted', async () => {
    const other = await freshDatabase()
    try {
      for (let at = 0; at < 3; at++)
        await other.db.prisma
          .$executeRaw`select "noteAccess"(${ticketId}::uuid, ${memberId}::uuid, 'member', ${entry(at).at}, 'page')`
      await openAccessRecord(keys).note(other.db, entry(4))
      // A copy of the version before still runs beside this one.
      await other.db.prisma
        .$executeRaw`select "noteAccess"(${ticketId}::uuid, ${memberId}::uuid, 'member', ${entry(5).at}, 'page')`
      await openAccessRecord(keys).note(other.db, entry(6))
      expect(await verifyAccess(other.db, keys)).toMatchObject({
        entries: 6,
        unkeyed: 4,
        brokenAt: undefined,
      })
      const examine = async (...args: string[]) => {
        const program = runProgram(
          { DATABASE_URL: other.url, DATA_KEY: first.toString('base64') },
          ['dist/src/cli/jawab.js', 'doctor', ...args],
        )
        return { code: await program.ended(), output: program.output() }
      }
      const { output } = await examine()
      const [, seal = ''] = /newest seal (\d+:[\w-]+)/.exec(output) ?? []
      expect(seal).not.toBe('')
      expect(await examine('--seal', seal)).toMatchObject({
        code: 0,
        output: expect.stringContaining('well   seal that was kept elsewhere'),
      })
      expect(await examine('--seal', `99${seal}`)).toMatchObject({
        code: 1,
        output: expect.stringContaining('the record was rewritten'),
      })
    } finally {
      await other.drop()
    }
  })
})
