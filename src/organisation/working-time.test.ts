import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { addWorkingTime, type Period, toCalendar, workingTimeBetween } from './working-time.ts'

/** Any calendar: periods of 1 to 50 with gaps of 0 to 50, from 1,000 on. */
const calendars = fc
  .array(fc.tuple(fc.nat(50), fc.integer({ min: 1, max: 50 })), { minLength: 5, maxLength: 40 })
  .map((pairs) => {
    const periods: Period[] = []
    let at = 1000
    for (const [gap, length] of pairs) {
      periods.push({ start: at + gap, end: at + gap + length })
      at += gap + length
    }
    return toCalendar(periods)
  })
const moments = fc.integer({ min: 900, max: 3000 })

/** The slow and obvious way: unit by unit. */
function walk(from: number, until: number, periods: readonly Period[]): number {
  let worked = 0
  for (let at = from; at < until; at++)
    if (periods.some(({ start, end }) => start <= at && at < end)) worked++
  return worked
}

describe('working time', () => {
  it('between two moments is what a walk through every unit counts', () => {
    fc.assert(
      fc.property(calendars, moments, moments, (calendar, a, b) => {
        const [from, until] = a < b ? [a, b] : [b, a]
        expect(workingTimeBetween(from, until, calendar)).toBe(walk(from, until, calendar.periods))
        expect(workingTimeBetween(until, from, calendar)).toBe(
          -workingTimeBetween(from, until, calendar) + 0,
        )
      }),
    )
  })
  it('added and counted again is the same, falls in a period, and moves on with what is added', () => {
    fc.assert(
      fc.property(
        calendars,
        moments,
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 40 }),
        (calendar, from, first, second) => {
          const left = workingTimeBetween(from, Number.MAX_SAFE_INTEGER, calendar)
          fc.pre(left >= first + second)
          const once = addWorkingTime(from, first, calendar)
          expect(workingTimeBetween(from, once, calendar)).toBe(first)
          expect(calendar.periods.some(({ start, end }) => start < once && once <= end)).toBe(true)
          expect(addWorkingTime(once, second, calendar)).toBe(
            addWorkingTime(from, first + second, calendar),
          )
          expect(addWorkingTime(from, first + second, calendar)).toBeGreaterThan(once)
        },
      ),
    )
  })
  it('says that a calendar is wrong instead of guessing', () => {
    expect(() => toCalendar([{ start: 5, end: 5 }])).toThrow(
      'working period 1 ends before it begins',
    )
    expect(() =>
      toCalendar([
        { start: 0, end: 10 },
        { start: 9, end: 12 },
      ]),
    ).toThrow('working period 2 begins before')
    expect(() => addWorkingTime(0, 100, toCalendar([{ start: 0, end: 10 }]))).toThrow(RangeError)
    expect(() => addWorkingTime(0, 1, toCalendar([]))).toThrow(RangeError)
  })
})
