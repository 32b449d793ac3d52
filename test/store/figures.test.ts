import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { countBehind } from '../../src/console/supervision/behind.ts'
import { listBehind } from '../../src/console/supervision/supervised-tickets.store.ts'
import { foldFigures } from '../../src/figures/counting.store.ts'
import { shownCount, shownShare } from '../../src/figures/disclosure.ts'
import {
  partsOf,
  readCategories,
  readLate,
  readParts,
  readScope,
} from '../../src/figures/figures.store.ts'
import { type Rates, ratesOf } from '../../src/figures/rates.ts'
import type { Scope } from '../../src/figures/scope.ts'
import { weekOf, weeksAfter } from '../../src/figures/week.ts'
import { loadOrganisation } from '../../src/organisation/organisation.store.ts'
import { hour } from '../../src/platform/instant.ts'
import { makeOrganisation } from '../../src/simulation/organisation.ts'
import { toTicketCode } from '../../src/tickets/code.ts'
import { type FreshDatabase, freshDatabase } from '../servers/database.ts'

const now = Date.parse('2026-11-24T00:00:00Z')
const zone = 'Asia/Urumqi'
const hours = (least: number, most: number) => fc.integer({ min: least, max: most })
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null })
const fate = fc.record({
  answeredAfter: maybe(hours(0, 60)),
  resolvedAfter: maybe(hours(0, 300)),
  status: fc.constantFrom(
    'accepted' as const,
    'resolved' as const,
    'closed' as const,
    'withdrawn' as const,
  ),
  closedBy: fc.constantFrom('resident', 'timer'),
  satisfied: maybe(fc.boolean()),
  reopenedCount: fc.constantFrom(0, 0, 1),
})
const ticket = fc.record({
  openedHoursAgo: hours(0, 900),
  placeCode: fc.constantFrom('YL010101', 'YL010102', 'YL020101'),
  category: fc.constantFrom('road', 'waste'),
  confidential: fc.constantFrom(false, false, false, true),
  first: fate,
  later: maybe(fate),
})
type Made = typeof ticket extends fc.Arbitrary<infer Each> ? Each : never

describe('the figures', () => {
  let database: FreshDatabase
  const organisation = makeOrganisation({ teams: 4, members: 8, counties: 2 }, 7)
  beforeAll(async () => {
    database = await freshDatabase()
    await loadOrganisation(database.db, organisation)
  })
  afterAll(() => database.drop())
  const scopeOf = (scope: Partial<Scope>): Scope => ({
    area: { placeCode: 'YL' },
    category: undefined,
    lastWeek: weekOf(now, zone),
    firstWeek: weeksAfter(weekOf(now, zone), -3),
    ...scope,
  })

  /**
   * Rows as they are in the end; half of them were something else before, and are changed in the
   * store.
   */
  const keep = async (made: readonly Made[]) => {
    await database.db.prisma.ticket.deleteMany()
    const toRow = (
      each: Made,
      index: number,
      { answeredAfter, resolvedAfter, status, closedBy, satisfied, reopenedCount }: Made['first'],
    ) => {
      const openedAt = now - each.openedHoursAgo * hour
      return {
        code: toTicketCode([index % 32, Math.floor(index / 32), 2, 3, 4, 5, 6, 7, 8]),
        status,
        category: each.confidential ? 'complaint_staff' : each.category,
        confidential: each.confidential,
        placeCode: each.placeCode,
        teamId: each.confidential
          ? null
          : (organisation.places.find(({ code }) => code === each.placeCode)?.teamId ?? null),
        language: 'zh-Hans',
        assigneeId: organisation.members[0]?.id ?? '',
        openedAt: new Date(openedAt),
        firstResponseDueAt: new Date(openedAt + 8 * hour),
        resolutionDueAt: new Date(openedAt + 40 * hour),
        firstResponseAt: answeredAfter === null ? null : new Date(openedAt + answeredAfter * hour),
        resolvedAt: resolvedAfter === null ? null : new Date(openedAt + resolvedAfter * hour),
        closedBy: status === 'closed' ? closedBy : null,
        satisfied: status === 'closed' ? satisfied : null,
        reopenedCount,
        firstResponseWorkSeconds: answeredAfter === null ? null : answeredAfter * 600,
        resolutionWorkSeconds: resolvedAfter === null ? null : resolvedAfter * 600,
      }
    }
    const ids = made.map(() => randomUUID())
    await database.db.prisma.ticket.createMany({
      data: made.map((each, index) => ({
        id: ids[index] ?? '',
        ...toRow(each, index, each.first),
      })),
    })
    await foldFigures(database.db, zone)
    const rows = made.map((each, index) => toRow(each, index, each.later ?? each.first))
    for (const [index, row] of rows.entries())
      if (made[index]?.later !== null)
        await database.db.prisma.ticket.update({ where: { id: ids[index] ?? '' }, data: row })
    // Folded in or not yet: who reads sees the same.
    if (made.length % 2 === 0) await foldFigures(database.db, zone)
    return rows
  }
  type Row = Awaited<ReturnType<typeof keep>>[number]

  const slowly = (rows: readonly Row[], { area, category, firstWeek, lastWeek }: Scope): Rates => {
    const seen = rows.filter(
      (row) =>
        !row.confidential &&
        row.status !== 'withdrawn' &&
        ('teamId' in area
          ? row.teamId === area.teamId
          : row.placeCode.startsWith(area.placeCode)) &&
        (category === undefined || row.category === category) &&
        weekOf(row.openedAt.getTime(), zone) >= firstWeek &&
        weekOf(row.openedAt.getTime(), zone) <= lastWeek,
    )
    const share = (of: readonly Row[], holds: (row: Row) => boolean) =>
      shownShare(of.filter(holds).length, of.length)
    const spread = (values: (number | null)[]): Rates['firstResponse'] => {
      const sorted = values
        .filter((value) => value !== null)
        .map((seconds) => Number((seconds / 60).toPrecision(2)))
        .sort((a, b) => a - b)
      const at = (part: number) => sorted[Math.ceil(part * sorted.length) - 1] ?? 0
      return sorted.length < 5 ? undefined : { medianMinutes: at(0.5), p90Minutes: at(0.9) }
    }
    return {
      opened: shownCount(seen.length),
      responded: share(
        seen.filter(
          (row) => row.firstResponseAt !== null || row.firstResponseDueAt.getTime() < now,
        ),
        (row) => row.firstResponseAt !== null && row.firstResponseAt <= row.firstResponseDueAt,
      ),
      resolved: share(
        seen.filter((row) => row.resolvedAt !== null || row.resolutionDueAt.getTime() < now),
        (row) => row.resolvedAt !== null && row.resolvedAt <= row.resolutionDueAt,
      ),
      satisfied: share(
        seen.filter((row) => row.satisfied !== null),
        (row) => row.satisfied === true,
      ),
      closedPoorly: share(
        seen.filter((row) => row.status === 'closed'),
        (row) => row.closedBy === 'timer' || row.satisfied === false,
      ),
      reopened: share(seen, (row) => row.reopenedCount > 0),
      firstResponse: spread(seen.map((row) => row.firstResponseWorkSeconds)),
      resolution: spread(seen.map((row) => row.resolutionWorkSeconds)),
    }
  }
  const read = async (scope: Scope) =>
    readScope(database.db, scope, await readLate(database.db, scope, new Date(now), zone), zone)

  it('are what a slow and obvious count makes them, for areas, teams, categories, weeks and parts, after any change', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(ticket, { maxLength: 60 }),
        fc.integer({ min: 0, max: 4 }),
        async (made, back) => {
          const rows = await keep(made)
          const period = { firstWeek: weeksAfter(weekOf(now, zone), -back) }
          const teamId = organisation.places.find(({ code }) => code === 'YL010101')?.teamId ?? ''
          for (const scope of [
            scopeOf(period),
            scopeOf({ ...period, area: { placeCode: 'YL01' } }),
            scopeOf({ ...period, area: { placeCode: 'YL01' }, category: 'road' }),
            scopeOf({ ...period, area: { teamId } }),
            scopeOf({ ...period, area: { teamId }, category: 'road' }),
            scopeOf({ ...period, area: { placeCode: 'YL0101' }, category: 'road' }),
          ]) {
            const figures = await read(scope)
            expect(ratesOf(figures.total)).toEqual(slowly(rows, scope))
            for (const [week, tally] of figures.byWeek)
              expect([week, ratesOf(tally)]).toEqual([
                week,
                slowly(rows, { ...scope, firstWeek: week, lastWeek: week }),
              ])
            const parts = await partsOf(database.db, scope.area)
            const late = await readLate(database.db, scope, new Date(now), zone, parts)
            const tallies = await readParts(database.db, scope, parts, late, zone)
            for (const [category, tally] of await readCategories(database.db, scope, late, zone))
              expect([category, { ...ratesOf(tally), firstResponse: undefined }]).toEqual([
                category,
                { ...slowly(rows, { ...scope, category }), firstResponse: undefined },
              ])
            for (const part of parts) {
              const tally = tallies.get(part.key)
              if (tally !== undefined)
                expect([part.key, { ...ratesOf(tally), resolution: undefined }]).toEqual([
                  part.key,
                  { ...slowly(rows, { ...scope, area: part.area }), resolution: undefined },
                ])
            }
          }
        },
      ),
      { numRuns: 15 },
    )
  })

  it('tell when reports come in, and are counted anew in another zone', async () => {
    await keep([
      {
        openedHoursAgo: 3,
        placeCode: 'YL010101',
        category: 'road',
        confidential: false,
        first: { ...unanswered },
        later: null,
      },
    ])
    // 21:00 UTC on a Monday is 03:00 on Tuesday in Urumqi, and 05:00 in Shanghai.
    expect((await read(scopeOf({}))).arrivals[24 + 3]).toBe(1)
    await foldFigures(database.db, 'Asia/Shanghai')
    expect(
      (await read(scopeOf({}))).arrivals
        .map((count, at) => (count > 0 ? at : 0))
        .filter((at) => at > 0),
    ).toEqual([24 + 5])
    expect((await read(scopeOf({}))).total.counts.opened).toBe(1)
  })

  it('P22 let nobody find fewer than five by subtracting over areas, categories and periods', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(ticket, { minLength: 20, maxLength: 60 }), async (made) => {
        await keep(made)
        const shown = async (scope: Scope) => ratesOf((await read(scope)).total).opened
        const exact = async (scope: Scope) => (await read(scope)).total.counts.opened
        const whole = scopeOf({ firstWeek: weeksAfter(weekOf(now, zone), -5) })
        const splits: readonly (readonly Scope[])[] = [
          ['YL01', 'YL02'].map((placeCode) => ({ ...whole, area: { placeCode } })),
          ['road', 'waste'].map((category) => ({ ...whole, category })),
          [
            { ...whole, lastWeek: weeksAfter(whole.lastWeek, -1) },
            { ...whole, firstWeek: whole.lastWeek },
          ],
        ]
        for (const parts of splits) {
          const seen = await Promise.all(parts.map(shown))
          const hidden = seen.indexOf(undefined)
          const total = await shown(whole)
          if (
            hidden === -1 ||
            total === undefined ||
            seen.filter((each) => each === undefined).length > 1
          )
            continue
          // All that follows from what is shown: each shown count stands for itself and the four
          // above it.
          const others = seen.reduce<number>((sum, each) => sum + (each ?? 0), 0)
          const could = [0, 1, 2, 3, 4].filter(
            (secret) =>
              secret >= total - others - 4 * (parts.length - 1) && secret <= total + 4 - others,
          )
          expect(could).toContain(await exact(parts[hidden] ?? whole))
          expect(could.length).toBeGreaterThan(1)
        }
        const late = await readLate(database.db, whole, new Date(now), zone)
        const categories = await readCategories(database.db, whole, late, zone)
        expect([...categories.keys()]).not.toContain('complaint_staff')
      }),
      { numRuns: 8, endOnFailure: true },
    )
  })

  it('have as many tickets behind them as they say, all of them such', async () => {
    const late = { ...unanswered, answeredAfter: 20 }
    const one: Made = {
      openedHoursAgo: 100,
      placeCode: 'YL010101',
      category: 'road',
      confidential: false,
      first: late,
      later: null,
    }
    const made = Array.from({ length: 13 }, () => one)
    await keep(made)
    const scope = scopeOf({ area: { placeCode: 'YL01' } })
    const { total } = await read(scope)
    expect([countBehind.answeredLate(total), shownCount(countBehind.answeredLate(total))]).toEqual([
      13, 10,
    ])
    expect(
      await listBehind(database.db, scope, 'answeredLate', new Date(now), zone, {
        skip: 0,
        take: 10,
      }),
    ).toHaveLength(10)
    expect(
      await listBehind(database.db, scope, 'notContent', new Date(now), zone, {
        skip: 0,
        take: 10,
      }),
    ).toHaveLength(0)
  })
})

const unanswered: Made['first'] = {
  answeredAfter: null,
  resolvedAfter: null,
  status: 'accepted',
  closedBy: 'timer',
  satisfied: null,
  reopenedCount: 0,
}
