/**
 * A weekly stretch of duty: minutes after midnight, from `fromMinute` up to `untilMinute`; weekday
 * 1 is Monday (ISO 8601).
 */
export type Shift = {
  readonly weekday: number
  readonly fromMinute: number
  readonly untilMinute: number
}

/** A moment as the roster sees it, in the office's time zone. `day` is such as `2026-11-24`. */
export type LocalMoment = {
  readonly day: string
  readonly weekday: number
  readonly minute: number
}

/**
 * When somebody is on duty, as far as is known of them. Without shifts their own word (`/duty`)
 * alone counts.
 */
export type Duty = {
  /** What they said last with `/duty`. */
  readonly saysOn: boolean
  readonly shifts: readonly Shift[]
  readonly leaves: readonly { readonly firstDay: string; readonly lastDay: string }[]
}

function isOnLeave({ leaves }: Pick<Duty, 'leaves'>, day: string): boolean {
  return leaves.some(({ firstDay, lastDay }) => firstDay <= day && day <= lastDay)
}

/**
 * Whether new tickets may come now: not off by their own word, not on leave, and within a shift
 * where there are shifts.
 */
export function isOnDuty(duty: Duty, now: LocalMoment): boolean {
  if (!duty.saysOn || isOnLeave(duty, now.day)) return false
  return (
    duty.shifts.length === 0 ||
    duty.shifts.some(
      (shift) =>
        shift.weekday === now.weekday &&
        shift.fromMinute <= now.minute &&
        now.minute < shift.untilMinute,
    )
  )
}

/** Without a roster a member counts as working the usual week. */
export const usualWeekHours = 40

/** How many hours a week somebody is on duty by their shifts. */
export function dutyHoursPerWeek(shifts: readonly Shift[]): number {
  const minutes = shifts.reduce(
    (sum, { fromMinute, untilMinute }) => sum + untilMinute - fromMinute,
    0,
  )
  return minutes === 0 ? usualWeekHours : minutes / 60
}

/** The first two shifts of one member that overlap; a roster that has them is refused. */
export function findOverlap(shifts: readonly Shift[]): readonly [Shift, Shift] | undefined {
  const sorted = [...shifts].sort((a, b) => a.weekday - b.weekday || a.fromMinute - b.fromMinute)
  for (const [index, shift] of sorted.entries()) {
    const next = sorted[index + 1]
    if (next !== undefined && next.weekday === shift.weekday && next.fromMinute < shift.untilMinute)
      return [shift, next]
  }
  return undefined
}
