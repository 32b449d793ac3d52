import { readButton } from '../conversation/input.ts'
import type { WrittenLanguage } from '../language/written-language.ts'
import type { LocalMoment, Shift } from '../organisation/roster.ts'
import { hour, type Instant, minute } from '../platform/instant.ts'
import type { Chance } from './chance.ts'
import { type Act, buttonsOf, type Person, patience, presses, says } from './person.ts'
import { wordsFor } from './words.ts'

/**
 * How somebody answers: how soon they look at their chat while on duty, and how many of the tickets
 * offered they take, in how long they are done.
 */
type Habit = { readonly looksAfter: number; readonly takes: number; readonly worksFor: number }

/** Each with how many of a hundred members have it. */
const habits: readonly (readonly [Habit, number])[] = [
  [{ looksAfter: 20 * minute, takes: 0.97, worksFor: 10 * hour }, 45],
  [{ looksAfter: 90 * minute, takes: 0.95, worksFor: 26 * hour }, 35],
  [{ looksAfter: 5 * hour, takes: 0.9, worksFor: 60 * hour }, 15],
  [{ looksAfter: 12 * hour, takes: 0.5, worksFor: 90 * hour }, 5],
]

const officeHours = [
  { fromMinute: 8 * 60, untilMinute: 12 * 60 },
  { fromMinute: 13 * 60 + 30, untilMinute: 17 * 60 + 30 },
]
const evening = [{ fromMinute: 12 * 60, untilMinute: 20 * 60 }]

/**
 * The shifts of the `nth` member of a team: somebody is there on every day of the week, and most
 * evenings.
 */
export function shiftsOf(nth: number): readonly Shift[] {
  const [weekdays, hours] = (
    [
      [[1, 2, 3, 4, 5], officeHours],
      [[2, 3, 4, 5, 6], officeHours],
      [[1, 2, 3, 4, 7], evening],
    ] as const
  )[nth % 3] ?? [[], []]
  return weekdays.flatMap((weekday) => hours.map((each) => ({ weekday, ...each })))
}

const weekMinutes = 7 * 24 * 60

/**
 * The first moment from `at` on at which a roster has its member on duty, in a zone without summer
 * time.
 */
export function nextOnDuty(
  at: Instant,
  shifts: readonly Shift[],
  localMoment: (at: Instant) => LocalMoment,
): Instant {
  const { weekday, minute: ofDay } = localMoment(at)
  const now = (weekday - 1) * 1_440 + ofDay
  const waits = shifts.map((shift) => {
    const from = (shift.weekday - 1) * 1_440 + shift.fromMinute
    const isOn = from <= now && now < (shift.weekday - 1) * 1_440 + shift.untilMinute
    return isOn ? 0 : (from - now + weekMinutes) % weekMinutes
  })
  return at + Math.min(...waits) * minute
}

/** A made-up member of staff, with a habit, who acts on duty only. */
export function createMember(
  chance: Chance,
  language: WrittenLanguage,
  shifts: readonly Shift[],
  localMoment: (at: Instant) => LocalMoment,
): Person {
  const { looksAfter, takes, worksFor } = chance.weighted(habits)
  const state: { freeAt: Instant; isWriting: 'question' | 'solution' | undefined } = {
    freeAt: 0,
    isWriting: undefined,
  }
  const planned = new Set<string>()
  /**
   * One thing after another: anyone who writes how it was solved presses nothing else meanwhile.
   */
  const when = (at: Instant) => {
    const onDuty = nextOnDuty(Math.max(at, state.freeAt), shifts, localMoment)
    state.freeAt = onDuty + 2 * minute
    return onDuty
  }
  const plan = (at: Instant, data: string, writes?: 'question' | 'solution'): readonly Act[] => {
    if (planned.has(data)) return []
    planned.add(data)
    const message = () => {
      planned.delete(data)
      state.isWriting = writes
      return presses(data)
    }
    return [{ at: when(at), message }]
  }
  return {
    sees: (shown, now) => {
      const data = buttonsOf(shown)
      const { verb, argument: code } = readButton(data[0] ?? '')
      if (verb === 'accept') {
        const isPlanned = planned.has(data[0] ?? '')
        const luck = chance.next()
        if (isPlanned || luck > takes) return []
        return plan(
          now + patience(chance, looksAfter),
          luck < 0.03 ? `handBack:${code}:noMeans` : `accept:${code}`,
        )
      }
      if (verb === 'tell' && !planned.has(`resolve:${code}`))
        return chance.next() < 0.08
          ? plan(now + patience(chance, hour), `ask:${code}`, 'question')
          : plan(now + patience(chance, worksFor), `resolve:${code}`, 'solution')
      if (verb === 'kept') return plan(now + patience(chance, looksAfter), `kept:${code}`)
      if (data.length === 1 && data[0] === 'command:cancel' && state.isWriting !== undefined) {
        const words = wordsFor(state.isWriting, language)
        state.isWriting = undefined
        return [{ at: now + 20_000 + chance.below(60_000), message: () => says(words) }]
      }
      return []
    },
  }
}
