import type { Instant } from '../platform/instant.ts'

/** A stretch of working time, from `start` up to, and without, `end`. */
export type Period = { readonly start: Instant; readonly end: Instant }

/**
 * A working calendar: the periods in which people work, sorted, apart, for as many years as
 * deadlines may reach. It is made at the edge, where the time zone and the holidays are known, so
 * arithmetic here is exact whatever they are.
 */
export type Calendar = {
  readonly periods: readonly Period[]
  readonly workedBefore: readonly number[]
}

/**
 * Makes a calendar of periods.
 *
 * @throws {RangeError} when a period is empty, or overlaps or precedes the one before it.
 */
export function toCalendar(periods: readonly Period[]): Calendar {
  const workedBefore: number[] = []
  let worked = 0
  for (const [index, { start, end }] of periods.entries()) {
    if (start >= end) throw new RangeError(`working period ${index + 1} ends before it begins`)
    if (index > 0 && start < (periods[index - 1]?.end ?? 0))
      throw new RangeError(`working period ${index + 1} begins before the one before it ends`)
    workedBefore.push(worked)
    worked += end - start
  }
  return { periods, workedBefore }
}

/**
 * The moment at which `milliseconds` of working time have passed since `from`. It falls inside a
 * period or at its end, never at the start of the next: work that ends with the day is due today.
 *
 * @throws {RangeError} when the calendar ends before that: a calendar mistake, not a ticket's.
 */
export function addWorkingTime(from: Instant, milliseconds: number, calendar: Calendar): Instant {
  const target = workedUntil(from, calendar) + milliseconds
  const index = lastWhere(calendar.workedBefore, (worked) => worked < target)
  const period = calendar.periods[index]
  if (milliseconds === 0) return from
  if (period === undefined)
    throw new RangeError('the working calendar has no working time after this moment')
  const due = period.start + (target - (calendar.workedBefore[index] ?? 0))
  if (due > period.end) throw new RangeError('the working calendar ends before this deadline')
  return due
}

/** The working time between two moments, in milliseconds; negative when `until` comes first. */
export function workingTimeBetween(from: Instant, until: Instant, calendar: Calendar): number {
  return workedUntil(until, calendar) - workedUntil(from, calendar)
}

function workedUntil(at: Instant, { periods, workedBefore }: Calendar): number {
  const index = lastWhere(periods, ({ start }) => start <= at)
  const period = periods[index]
  return period === undefined
    ? 0
    : (workedBefore[index] ?? 0) + Math.min(at, period.end) - period.start
}

/** Where a sorted list last holds what `holds` asks, by halving; -1 when nowhere. */
function lastWhere<T>(list: readonly T[], holds: (item: T) => boolean): number {
  let low = 0
  let high = list.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (holds(list[middle] as T)) low = middle + 1
    else high = middle
  }
  return low - 1
}
