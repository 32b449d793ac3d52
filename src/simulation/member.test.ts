import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { makeOffice } from '../organisation/office.store.ts'
import { isOnDuty } from '../organisation/roster.ts'
import { nextOnDuty, shiftsOf } from './member.ts'

const from = Date.UTC(2026, 10, 2)
const { localMoment } = makeOffice('Asia/Urumqi', new Date(from))
const isOn = (nth: number, at: number) =>
  isOnDuty({ saysOn: true, shifts: shiftsOf(nth), leaves: [] }, localMoment(at))

describe('a made-up roster', () => {
  it('has a member act when the service counts them as on duty, and at the first minute that it does', () => {
    fc.assert(
      fc.property(fc.nat(5), fc.nat(14 * 24 * 60), (nth, minutes) => {
        const at = from + minutes * 60_000
        const next = nextOnDuty(at, shiftsOf(nth), localMoment)
        expect(next).toBeGreaterThanOrEqual(at)
        expect(isOn(nth, next)).toBe(true)
        if (next > at)
          for (const before of [at, next - 60_000]) expect(isOn(nth, before)).toBe(false)
      }),
    )
  })
  it('has somebody of a team of three there on every day of the week', () => {
    const weekdays = new Set(
      [0, 1, 2].flatMap((nth) => shiftsOf(nth).map(({ weekday }) => weekday)),
    )
    expect([...weekdays].sort()).toEqual([1, 2, 3, 4, 5, 6, 7])
  })
})
