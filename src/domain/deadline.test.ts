import { describe, expect, it } from 'vitest'
import { officeCalendar } from '../store/working-calendar.ts'
import { deadlines } from './deadline.ts'

const calendar = officeCalendar('Asia/Urumqi', new Date('2026-11-23T00:00:00Z'))
const at = (time: string) => new Date(`${time}+06:00`).getTime()
const shown = (instant: number) => new Date(instant + 6 * 3_600_000).toISOString().slice(0, 16)

describe('deadlines', () => {
  it('count one and five working days for an ordinary report, over the midday break and the weekend', () => {
    const due = deadlines('road', at('2026-11-26T11:00'), calendar)
    expect(shown(due.firstResponseDueAt)).toBe('2026-11-27T11:00')
    expect(shown(due.resolutionDueAt)).toBe('2026-12-03T11:00')
  })
  it('begin with the next working day when a report comes on a Saturday', () => {
    expect(shown(deadlines('waste', at('2026-11-28T15:00'), calendar).firstResponseDueAt)).toBe('2026-11-30T17:30')
  })
  it('count by the clock where people are without water, power or heating', () => {
    const due = deadlines('heating', at('2026-11-28T15:00'), calendar)
    expect([shown(due.firstResponseDueAt), shown(due.resolutionDueAt)]).toEqual(['2026-11-28T17:00', '2026-11-29T15:00'])
  })
  it('give a hard matter two and fifteen working days', () => {
    expect(shown(deadlines('land', at('2026-11-23T08:00'), calendar).resolutionDueAt)).toBe('2026-12-11T17:30')
  })
})
