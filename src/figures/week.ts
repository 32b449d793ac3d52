import { Temporal } from 'temporal-polyfill'
import type { Instant } from '../platform/instant.ts'

/** A week of the office's calendar, named by its Monday, such as `2026-11-23`. */
export type Week = string

/** The week in which a moment lies, in the office's zone. */
export function weekOf(at: Instant, timeZone: string): Week {
  const day = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(timeZone).toPlainDate()
  return day.subtract({ days: day.dayOfWeek - 1 }).toString()
}

/** The week so many weeks later, or earlier. */
export function weeksAfter(week: Week, weeks: number): Week {
  return Temporal.PlainDate.from(week).add({ weeks }).toString()
}

/** The Monday of the week in which a day lies. */
export function mondayOf(day: string): Week {
  const date = Temporal.PlainDate.from(day)
  return date.subtract({ days: date.dayOfWeek - 1 }).toString()
}

/** When a week begins. */
export function startOfWeek(week: Week, timeZone: string): Instant {
  return Temporal.PlainDate.from(week).toZonedDateTime({ timeZone }).epochMilliseconds
}
