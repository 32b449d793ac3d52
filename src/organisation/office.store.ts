import { Temporal } from 'temporal-polyfill'
import type { Category } from '../categories/category.ts'
import type { Instant } from '../platform/instant.ts'
import type { Db, Transaction } from '../platform/postgres/database.ts'
import { anyOf, query } from '../platform/postgres/query.ts'
import { type Priority, type Target, targetKey } from './deadline.ts'
import type { Office } from './office.ts'
import type { LocalMoment } from './roster.ts'
import { type DayHours, officeCalendar } from './working-calendar.ts'

/**
 * How long a change of the calendar or of a target may take to be seen by every process, in
 * milliseconds.
 */
const freshMs = 30_000

/** The office's times, read again now and then; an unchanged calendar is not made again. */
export function openOffice(db: Db, timeZone: string, now: () => Instant): () => Promise<Office> {
  const kept: { office: Office | undefined; made: string; readAt: Instant } = {
    office: undefined,
    made: '',
    readAt: 0,
  }
  return async () => {
    if (kept.office !== undefined && now() - kept.readAt < freshMs) return kept.office
    const [days, targets] = await Promise.all([
      db.prisma.calendarDay.findMany({
        orderBy: { day: 'asc' },
        select: { day: true, periods: true },
      }),
      db.prisma.deadlineTarget.findMany({ orderBy: [{ category: 'asc' }, { priority: 'asc' }] }),
    ])
    const made = JSON.stringify([days, targets, new Date(now()).toISOString().slice(0, 10)])
    const office =
      kept.office !== undefined && made === kept.made
        ? kept.office
        : makeOffice(timeZone, new Date(now()), days, targets)
    Object.assign(kept, { office, made, readAt: now() })
    return office
  }
}

/** The office's times from what was set; without anything set, the defaults. */
export function makeOffice(
  timeZone: string,
  from: Date,
  days: readonly DayHours[] = [],
  targets: readonly (Target & { readonly category: string; readonly priority: string })[] = [],
): Office {
  return {
    calendar: officeCalendar(timeZone, from, days),
    targets: new Map(
      targets.map((target) => [
        targetKey(target.category as Category, target.priority as Priority),
        target,
      ]),
    ),
    localMoment: (at) => localMoment(timeZone, at),
  }
}

function localMoment(timeZone: string, at: Instant): LocalMoment {
  const local = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(timeZone)
  return {
    day: local.toPlainDate().toString(),
    weekday: local.dayOfWeek,
    minute: local.hour * 60 + local.minute,
  }
}

/** Sets working hours; days that are not named stay as they are. */
export async function saveCalendar(
  tx: Transaction,
  days: readonly (DayHours & { readonly note: string })[],
): Promise<void> {
  for (const { day, periods, note } of days) {
    const hours = { periods: [...periods], note }
    tx.write(
      query
        .insertInto('CalendarDay')
        .values({ day, ...hours })
        .onConflict((conflict) => conflict.column('day').doUpdateSet(hours)),
    )
  }
}

/** Sets targets; others stay as they are. */
export async function saveTargets(
  tx: Transaction,
  targets: readonly (Target & { readonly category: string; readonly priority: string })[],
): Promise<void> {
  for (const { category, priority, ...target } of targets)
    tx.write(
      query
        .insertInto('DeadlineTarget')
        .values({ category, priority, ...target })
        .onConflict((conflict) => conflict.columns(['category', 'priority']).doUpdateSet(target)),
    )
}

/** A member's weekly shifts; they replace those that the member had. */
export type RosterRow = {
  readonly memberId: string
  readonly shifts: readonly {
    readonly weekday: number
    readonly fromMinute: number
    readonly untilMinute: number
  }[]
}

/** Sets the shifts of the members named, all or none. */
export async function saveRoster(db: Db, rows: readonly RosterRow[]): Promise<void> {
  const memberIds = rows.map(({ memberId }) => memberId)
  const shifts = rows.flatMap((row) =>
    row.shifts.map((shift) => ({ memberId: row.memberId, ...shift })),
  )
  await db.transaction(async (tx) => {
    tx.write(query.deleteFrom('Shift').where('memberId', '=', anyOf(memberIds, 'uuid')))
    if (shifts.length > 0) tx.write(query.insertInto('Shift').values(shifts))
  })
}
