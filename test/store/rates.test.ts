import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { day, hour } from '../../src/domain/instant.ts'
import { toTicketCode } from '../../src/domain/ticket-code.ts'
import { makeOrganisation } from '../../src/simulation/organisation.ts'
import { loadOrganisation } from '../../src/store/organisation.ts'
import { type Rates, readRates } from '../../src/store/read-models/rates.ts'
import { type FreshDatabase, freshDatabase } from '../database.ts'

const now = Date.parse('2026-11-24T00:00:00Z')
const hours = (least: number, most: number) => fc.integer({ min: least, max: most })
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null })
const ticket = fc.record({
  openedHoursAgo: hours(0, 900),
  answeredAfter: maybe(hours(0, 60)),
  resolvedAfter: maybe(hours(0, 300)),
  status: fc.constantFrom('accepted' as const, 'resolved' as const, 'closed' as const, 'withdrawn' as const),
  closedBy: fc.constantFrom('resident', 'timer'),
  satisfied: maybe(fc.boolean()),
  confidential: fc.constantFrom(false, false, false, true),
})

describe('the three rates', () => {
  let database: FreshDatabase
  const organisation = makeOrganisation({ teams: 4, members: 8, counties: 2 }, 7)
  beforeAll(async () => {
    database = await freshDatabase()
    await loadOrganisation(database.db, organisation)
  })
  afterAll(() => database.drop())

  it('are what a slow and obvious count makes them', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(ticket, { maxLength: 40 }), hours(1, 40), async (made, days) => {
        await database.db.ticket.deleteMany()
        const rows = made.map((each, index) => {
          const openedAt = now - each.openedHoursAgo * hour
          return {
            id: randomUUID(),
            code: toTicketCode([index, 1, 2, 3, 4, 5, 6, 7, 8].map((digit) => digit % 32)),
            status: each.status,
            category: each.confidential ? 'complaint_staff' : 'road',
            confidential: each.confidential,
            placeCode: 'YL010101',
            language: 'zh-Hans',
            assigneeId: organisation.members[0]?.id ?? '',
            openedAt: new Date(openedAt),
            firstResponseDueAt: new Date(openedAt + 8 * hour),
            resolutionDueAt: new Date(openedAt + 40 * hour),
            firstResponseAt: each.answeredAfter === null ? null : new Date(openedAt + each.answeredAfter * hour),
            resolvedAt: each.resolvedAfter === null ? null : new Date(openedAt + each.resolvedAfter * hour),
            closedBy: each.status === 'closed' ? each.closedBy : null,
            satisfied: each.status === 'closed' ? each.satisfied : null,
            firstResponseWorkSeconds: each.answeredAfter === null ? null : each.answeredAfter * 600,
            resolutionWorkSeconds: each.resolvedAfter === null ? null : each.resolvedAfter * 600,
          }
        })
        await database.db.ticket.createMany({ data: rows })
        const from = now - days * day
        const seen = rows.filter(({ openedAt, confidential, status }) => openedAt.getTime() >= from && !confidential && status !== 'withdrawn')
        const share = (of: typeof rows, holds: (row: (typeof rows)[number]) => boolean) => (of.length < 5 ? undefined : of.filter(holds).length / of.length)
        const spread = (values: (number | null)[]): Rates['firstResponse'] => {
          const sorted = values.filter((value) => value !== null).sort((a, b) => a - b)
          // The value at a share of the way, between its two neighbours.
          const at = (part: number) => {
            const place = part * (sorted.length - 1)
            const [low, high] = [sorted[Math.floor(place)] ?? 0, sorted[Math.ceil(place)] ?? 0]
            return low + (high - low) * (place - Math.floor(place))
          }
          return sorted.length < 5 ? undefined : { medianSeconds: at(0.5), p90Seconds: at(0.9) }
        }
        const found = await readRates(database.db, { areaCode: 'YL01', from: new Date(from), until: new Date(now + 1) }, new Date(now))
        const expected: Rates = {
          responded: share(
            seen.filter((row) => row.firstResponseAt !== null || row.firstResponseDueAt.getTime() < now),
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
          closedUnheardOrUnfixed: share(
            seen.filter((row) => row.status === 'closed'),
            (row) => row.closedBy === 'timer' || row.satisfied === false,
          ),
          firstResponse: spread(seen.map((row) => row.firstResponseWorkSeconds)),
          resolution: spread(seen.map((row) => row.resolutionWorkSeconds)),
        }
        for (const key of ['responded', 'resolved', 'satisfied', 'closedUnheardOrUnfixed'] as const)
          expect([key, found[key]?.toFixed(9)]).toEqual([key, expected[key]?.toFixed(9)])
        for (const key of ['firstResponse', 'resolution'] as const) {
          expect([key, found[key]?.medianSeconds.toFixed(3)]).toEqual([key, expected[key]?.medianSeconds.toFixed(3)])
          expect([key, found[key]?.p90Seconds.toFixed(3)]).toEqual([key, expected[key]?.p90Seconds.toFixed(3)])
        }
      }),
      { numRuns: 40 },
    )
  })
})
