import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { toCalendar } from '../organisation/working-time.ts'
import { day, hour } from '../platform/instant.ts'
import { statuses } from './lifecycle.ts'
import { type Timed, timerKinds, timersOf } from './timer.ts'

// Eight hours of every day, for a year.
const calendar = toCalendar(
  Array.from({ length: 400 }, (_, index) => ({
    start: index * day + 8 * hour,
    end: index * day + 16 * hour,
  })),
)
const at = 10 * day + 8 * hour
const ticket: Timed = {
  status: 'assigned',
  byTheClock: false,
  clockFrom: at,
  offerDueAt: at + 8 * hour,
  resolutionDueAt: at + 4 * day + 8 * hour,
  resolvedAt: undefined,
  stoppedAt: undefined,
  fired: [],
}
const kinds = (each: Timed) => timersOf(each, calendar).map(({ kind }) => kind)

describe('the clock', () => {
  it('moves an offer on, reminds at half and at four fifths of the working time, then tells the lead and the level above', () => {
    expect(timersOf(ticket, calendar)).toEqual([
      { kind: 'offer', at: at + 8 * hour },
      { kind: 'half', at: at + 2 * day + 4 * hour },
      { kind: 'fourFifths', at: at + 3 * day + 8 * hour },
      { kind: 'due', at: at + 4 * day + 8 * hour },
      { kind: 'double', at: at + 9 * day + 8 * hour },
    ])
  })
  it('counts nights too, by the clock', () => {
    expect(
      timersOf({ ...ticket, byTheClock: true, resolutionDueAt: at + 24 * hour }, calendar).slice(1),
    ).toEqual([
      { kind: 'half', at: at + 12 * hour },
      { kind: 'fourFifths', at: at + 19.2 * hour },
      { kind: 'due', at: at + 24 * hour },
      { kind: 'double', at: at + 48 * hour },
    ])
  })
  it('stands while the member waits for the resident', () =>
    expect(kinds({ ...ticket, status: 'accepted', stoppedAt: at + hour })).toEqual([]))
  it('asks a resident again after four days, and closes after seven', () => {
    const resolved: Timed = { ...ticket, status: 'resolved', resolvedAt: at }
    expect(timersOf(resolved, calendar)).toEqual([
      { kind: 'askAgain', at: at + 4 * day },
      { kind: 'close', at: at + 7 * day },
    ])
    expect(kinds({ ...resolved, fired: ['askAgain'] })).toEqual(['close'])
  })
  it('has nothing to do on a ticket that is over', () =>
    expect([
      kinds({ ...ticket, status: 'closed' }),
      kinds({ ...ticket, status: 'withdrawn' }),
    ]).toEqual([[], []]))
  it('never names what has fired, nor anything twice, and always soonest first', () => {
    const timed = fc.record({
      status: fc.constantFrom(...statuses),
      byTheClock: fc.boolean(),
      clockFrom: fc.integer({ min: 0, max: 50 }).map((hours) => hours * hour + day),
      offerDueAt: fc.option(
        fc.integer({ min: 51, max: 200 }).map((hours) => hours * hour + day),
        { nil: undefined },
      ),
      resolutionDueAt: fc.integer({ min: 60, max: 900 }).map((hours) => hours * hour + day),
      resolvedAt: fc.option(fc.constant(100 * hour), { nil: undefined }),
      stoppedAt: fc.option(fc.constant(100 * hour), { nil: undefined }),
      fired: fc.subarray([...timerKinds]),
    })
    fc.assert(
      fc.property(timed, (each) => {
        const timers = timersOf(each, calendar)
        expect(new Set(timers.map(({ kind }) => kind)).size).toBe(timers.length)
        expect(timers.filter(({ kind }) => kind !== 'offer' && each.fired.includes(kind))).toEqual(
          [],
        )
        expect(timers.map((timer) => timer.at)).toEqual(
          timers.map((timer) => timer.at).sort((a, b) => a - b),
        )
      }),
    )
  })
})
