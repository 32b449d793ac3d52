import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { grouped, groupOf, groups } from './groups.ts'
import type { ListedTicket } from './ticket.ts'

const now = Date.UTC(2026, 10, 27, 9)
const ticket = (change: Partial<ListedTicket> = {}): ListedTicket => ({
  code: 'JW-0000000000',
  category: 'road',
  placeNames: {},
  status: 'accepted',
  priority: 'ordinary',
  openedAt: new Date(now - 3_600_000),
  dueAt: new Date(now + 3_600_000),
  waitsForResident: false,
  hasAnswered: false,
  isReopened: false,
  hasPhoto: false,
  hasVoice: false,
  assigneeName: null,
  closedAt: null,
  ...change,
})
const late = new Date(now - 1)

describe('the groups of a list', () => {
  it.each([
    ['danger', { priority: 'danger', waitsForResident: true, dueAt: late }],
    ['fresh', { status: 'assigned' }],
    ['overdue', { status: 'assigned', dueAt: late }],
    ['answered', { hasAnswered: true, dueAt: late }],
    ['waiting', { waitsForResident: true }],
    // Its clock stands still.
    ['waiting', { waitsForResident: true, dueAt: late }],
    ['overdue', { dueAt: late }],
    ['underWay', {}],
    ['solved', { status: 'resolved', priority: 'danger', dueAt: late }],
  ] as const)('%s: %o', (group, change) => expect(groupOf(ticket(change), now)).toBe(group))

  it('come in their order, and in each the next deadline first', () => {
    const any = fc.record({
      code: fc.string({ minLength: 12, maxLength: 12 }),
      status: fc.constantFrom('assigned' as const, 'accepted' as const, 'resolved' as const),
      priority: fc.constantFrom('ordinary' as const, 'danger' as const),
      waitsForResident: fc.boolean(),
      hasAnswered: fc.boolean(),
      dueAt: fc.integer({ min: -100, max: 100 }).map((minutes) => new Date(now + minutes * 60_000)),
    })
    fc.assert(
      fc.property(fc.array(any), (changes) => {
        const list = grouped(changes.map(ticket), now)
        expect(list).toHaveLength(changes.length)
        for (const [at, { group, ticket: each }] of list.entries()) {
          const next = list[at + 1]
          if (next === undefined) continue
          expect(groups.indexOf(group)).toBeLessThanOrEqual(groups.indexOf(next.group))
          if (group === next.group)
            expect(each.dueAt.getTime()).toBeLessThanOrEqual(next.ticket.dueAt.getTime())
        }
      }),
    )
  })
})
