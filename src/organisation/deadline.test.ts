import { describe, expect, it } from 'vitest'
import type { Category } from '../categories/category.ts'
import { hour } from '../platform/instant.ts'
import { between, deadlines as deadlinesOf, later, moved, targetKey, targetOf } from './deadline.ts'
import { officeCalendar } from './working-calendar.ts'

const calendar = officeCalendar('Asia/Urumqi', new Date('2026-11-23T00:00:00Z'))
const at = (time: string) => new Date(`${time}+06:00`).getTime()
const shown = (instant: number) => new Date(instant + 6 * 3_600_000).toISOString().slice(0, 16)

const deadlines = (category: Category, from: number, calendar: Parameters<typeof deadlinesOf>[2]) =>
  deadlinesOf(targetOf(category, 'ordinary'), from, calendar)

describe('deadlines', () => {
  it('count one and five working days for an ordinary report, over the midday break and the weekend', () => {
    const due = deadlines('road', at('2026-11-26T11:00'), calendar)
    expect(shown(due.firstResponseDueAt)).toBe('2026-11-27T11:00')
    expect(shown(due.resolutionDueAt)).toBe('2026-12-03T11:00')
  })
  it('begin with the next working day when a report comes on a Saturday', () => {
    expect(shown(deadlines('waste', at('2026-11-28T15:00'), calendar).firstResponseDueAt)).toBe(
      '2026-11-30T17:30',
    )
  })
  it('count by the clock where people are without water, power or heating', () => {
    const due = deadlines('heating', at('2026-11-28T15:00'), calendar)
    expect([shown(due.firstResponseDueAt), shown(due.resolutionDueAt)]).toEqual([
      '2026-11-28T17:00',
      '2026-11-29T15:00',
    ])
  })
  it('give a hard matter two and fifteen working days', () => {
    expect(shown(deadlines('land', at('2026-11-23T08:00'), calendar).resolutionDueAt)).toBe(
      '2026-12-11T17:30',
    )
  })
  it('are two hours by the clock in danger, whatever it is about', () => {
    const due = deadlinesOf(targetOf('land', 'danger'), at('2026-11-28T23:00'), calendar)
    expect([shown(due.firstResponseDueAt), shown(due.resolutionDueAt)]).toEqual([
      '2026-11-28T23:30',
      '2026-11-29T01:00',
    ])
  })
  it('are those that an administrator has set', () => {
    const set = new Map([
      [
        targetKey('road', 'ordinary'),
        { firstResponseMinutes: 60, resolutionMinutes: 120, byTheClock: false },
      ],
    ])
    expect(targetOf('road', 'ordinary', set).firstResponseMinutes).toBe(60)
    expect(targetOf('waste', 'ordinary', set).firstResponseMinutes).toBe(480)
  })
  it('pass over China’s public holidays and count its exchanged working days', () => {
    // Spring Festival 2026: off from Sunday 15 to Monday 23 February; Saturdays 14 and 28 are
    // worked.
    const spring = officeCalendar('Asia/Urumqi', new Date('2026-02-01T00:00:00Z'))
    expect(shown(deadlines('road', at('2026-02-13T17:30'), spring).firstResponseDueAt)).toBe(
      '2026-02-14T17:30',
    )
    expect(shown(deadlines('road', at('2026-02-14T17:30'), spring).firstResponseDueAt)).toBe(
      '2026-02-24T17:30',
    )
  })
  it('pass over a day that the office has set free, and count one that it has set to be worked', () => {
    const own = officeCalendar('Asia/Urumqi', new Date('2026-11-01T00:00:00Z'), [
      { day: '2026-11-24', periods: [] },
      { day: '2026-11-28', periods: ['10:00-18:00'] },
      { day: 'friday', periods: [] },
    ])
    expect(shown(deadlines('road', at('2026-11-23T17:30'), own).firstResponseDueAt)).toBe(
      '2026-11-25T17:30',
    )
    expect(shown(deadlines('road', at('2026-11-26T17:30'), own).firstResponseDueAt)).toBe(
      '2026-11-28T18:00',
    )
  })
  it('are exact over a change of the clocks', () => {
    const berlin = officeCalendar('Europe/Berlin', new Date('2026-10-01T00:00:00Z'), [
      { day: 'sunday', periods: ['01:00-05:00'] },
    ])
    // On 25 October 2026 the hour from 2 to 3 comes twice: the four hours on the wall are five.
    expect(later(Date.parse('2026-10-24T22:59:00Z'), 5 * hour, false, berlin)).toBe(
      Date.parse('2026-10-25T04:00:00Z'),
    )
  })
  it('move by as much working time as the clock stood, and no further', () => {
    const due = at('2026-11-27T11:00')
    const [stopped, goesOn] = [at('2026-11-26T16:30'), at('2026-11-27T09:00')]
    expect(shown(moved(due, stopped, goesOn, false, calendar))).toBe('2026-11-27T14:30')
    expect(moved(due, stopped, goesOn, true, calendar)).toBe(due + goesOn - stopped)
    expect(between(due, moved(due, stopped, goesOn, false, calendar), false, calendar)).toBe(
      between(stopped, goesOn, false, calendar),
    )
  })
})
