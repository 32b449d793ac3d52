import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { dutyHoursPerWeek, findOverlap, isOnDuty, type Shift } from './roster.ts'

const monday = { day: '2026-11-23', weekday: 1, minute: 600 }
const early: Shift = { weekday: 1, fromMinute: 540, untilMinute: 780 }
const late: Shift = { weekday: 1, fromMinute: 780, untilMinute: 1080 }
const duty = { saysOn: true, shifts: [early], leaves: [] }

describe('duty', () => {
  it('is one’s own word, where there is no roster', () => {
    expect(isOnDuty({ saysOn: true, shifts: [], leaves: [] }, monday)).toBe(true)
    expect(isOnDuty({ saysOn: false, shifts: [], leaves: [] }, monday)).toBe(false)
  })
  it('is within a shift, up to its end and not at it', () => {
    expect([539, 540, 779, 780].map((minute) => isOnDuty(duty, { ...monday, minute }))).toEqual([
      false,
      true,
      true,
      false,
    ])
    expect(isOnDuty(duty, { ...monday, weekday: 2 })).toBe(false)
  })
  it('is not on leave, from the first day to the last', () => {
    const onLeave = { ...duty, leaves: [{ firstDay: '2026-11-22', lastDay: '2026-11-23' }] }
    expect(
      ['2026-11-21', '2026-11-22', '2026-11-23', '2026-11-24'].map((day) =>
        isOnDuty(onLeave, { ...monday, day }),
      ),
    ).toEqual([true, false, false, true])
  })
  it('counts its hours, and a usual week where there is no roster', () => {
    expect([dutyHoursPerWeek([]), dutyHoursPerWeek([early, late])]).toEqual([40, 9])
  })
})

describe('a roster', () => {
  it('may have shifts that follow one another, and none that overlap', () => {
    expect(findOverlap([late, early])).toBeUndefined()
    expect(findOverlap([early, { ...late, fromMinute: 700 }])).toEqual([
      early,
      { ...late, fromMinute: 700 },
    ])
    expect(findOverlap([early, { ...early, weekday: 3 }])).toBeUndefined()
  })
  it('has an overlap just where two shifts share a minute', () => {
    const shift = fc
      .tuple(fc.integer({ min: 1, max: 2 }), fc.nat(20), fc.integer({ min: 1, max: 8 }))
      .map(([weekday, fromMinute, length]) => ({
        weekday,
        fromMinute,
        untilMinute: fromMinute + length,
      }))
    fc.assert(
      fc.property(fc.array(shift, { maxLength: 6 }), (shifts) => {
        const minutes = shifts.flatMap(({ weekday, fromMinute, untilMinute }) =>
          Array.from(
            { length: untilMinute - fromMinute },
            (_, index) => `${weekday} ${fromMinute + index}`,
          ),
        )
        expect(findOverlap(shifts) !== undefined).toBe(new Set(minutes).size < minutes.length)
      }),
    )
  })
})
