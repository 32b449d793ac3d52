import { type Category, entryOf } from '../categories/category.ts'
import { type Instant, minute } from '../platform/instant.ts'
import { addWorkingTime, type Calendar, workingTimeBetween } from './working-time.ts'

/**
 * How pressing a ticket is. `danger`: life or safety, now. Urgency only speeds help (protection
 * P19).
 */
export const priorities = ['ordinary', 'danger'] as const
export type Priority = (typeof priorities)[number]

/**
 * How soon a ticket must be first answered and resolved, in minutes: working minutes, unless it
 * counts by the clock.
 */
export type Target = {
  readonly firstResponseMinutes: number
  readonly resolutionMinutes: number
  readonly byTheClock: boolean
}

/**
 * Targets that an administrator has set, by `category priority`; where there is none, the default
 * holds.
 */
export type Targets = ReadonlyMap<string, Target>

/** By when a ticket must be first answered and by when it must be resolved. */
export type Deadlines = { readonly firstResponseDueAt: Instant; readonly resolutionDueAt: Instant }

/** One working day of the calendar is eight hours. */
export const workingDayMinutes = 8 * 60

/**
 * The practice of China's 12345 lines: danger at once and within 2 hours; without water, power or
 * heating 24 hours by the clock.
 */
const danger: Target = { firstResponseMinutes: 30, resolutionMinutes: 2 * 60, byTheClock: true }
const withoutSupply: Target = {
  firstResponseMinutes: 2 * 60,
  resolutionMinutes: 24 * 60,
  byTheClock: true,
}
/** The same practice: 1 and 5 working days; 2 and 15 for what takes an office more than a visit. */
const ordinary: Target = {
  firstResponseMinutes: workingDayMinutes,
  resolutionMinutes: 5 * workingDayMinutes,
  byTheClock: false,
}
const hard: Target = {
  firstResponseMinutes: 2 * workingDayMinutes,
  resolutionMinutes: 15 * workingDayMinutes,
  byTheClock: false,
}
/**
 * Anyone who complains about staff, or has said that they are not safe, is answered by a human
 * within one working day.
 */
const complaint: Target = { ...hard, firstResponseMinutes: workingDayMinutes }

const defaults = { ordinary, hard, supply: withoutSupply, complaint } as const

/**
 * The target of a category at a priority. An administrator may have complaints about staff answered
 * sooner, never later.
 */
export function targetOf(category: Category, priority: Priority, set: Targets = new Map()): Target {
  const own = set.get(targetKey(category, priority))
  if (own !== undefined)
    return category === 'complaint_staff'
      ? { ...own, firstResponseMinutes: Math.min(own.firstResponseMinutes, workingDayMinutes) }
      : own
  if (priority === 'danger') return danger
  return defaults[entryOf(category).target]
}

/** The key of a target that an administrator has set. */
export function targetKey(category: Category, priority: Priority): string {
  return `${category} ${priority}`
}

/**
 * The published deadlines of a ticket whose clock starts at `from` (protection P10). The same for
 * every resident.
 */
export function deadlines(target: Target, from: Instant, calendar: Calendar): Deadlines {
  return {
    firstResponseDueAt: later(
      from,
      target.firstResponseMinutes * minute,
      target.byTheClock,
      calendar,
    ),
    resolutionDueAt: later(from, target.resolutionMinutes * minute, target.byTheClock, calendar),
  }
}

/** `ms` after a moment: by the clock, or in working time. */
export function later(from: Instant, ms: number, byTheClock: boolean, calendar: Calendar): Instant {
  return byTheClock ? from + ms : addWorkingTime(from, ms, calendar)
}

/** How long from one moment to another: by the clock, or in working time, in milliseconds. */
export function between(
  from: Instant,
  until: Instant,
  byTheClock: boolean,
  calendar: Calendar,
): number {
  return byTheClock ? until - from : workingTimeBetween(from, until, calendar)
}

/**
 * A deadline after the clock stood from `stoppedAt` to `at`, waiting for the resident: later by as
 * much as it stood.
 */
export function moved(
  due: Instant,
  stoppedAt: Instant,
  at: Instant,
  byTheClock: boolean,
  calendar: Calendar,
): Instant {
  const stood = between(stoppedAt, at, byTheClock, calendar)
  return stood <= 0 ? due : later(due, stood, byTheClock, calendar)
}

/** The shortest and longest target that may be set: a quarter of an hour and 60 working days. */
export const targetBounds = { least: 15, most: 60 * workingDayMinutes } as const
