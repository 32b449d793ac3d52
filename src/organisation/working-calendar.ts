import chineseDays from 'chinese-days'
import { Temporal } from 'temporal-polyfill'
import { type Calendar, type Period, toCalendar } from './working-time.ts'

/**
 * Hours of a weekday ("monday") or of one day ("2026-10-01"), such as `09:30-13:30`; none is a day
 * off.
 */
export type DayHours = { readonly day: string; readonly periods: readonly string[] }

/** The weekdays as import files name them, Monday first. */
export const weekdays = [
  'monday',
  'tuesday',
  'wednesday',
  'thursday',
  'friday',
  'saturday',
  'sunday',
] as const

/** In Urumqi time: the two periods that the long midday break leaves. */
const usualHours = ['08:00-12:00', '13:30-17:30'] as const

/**
 * The working calendar of an office in `timeZone`, from a year before `from` to three years after.
 *
 * A day that the office has set counts first; then China's public holidays with their exchanged
 * working days (as the State Council announces them each year; the package chinese-days keeps
 * them); then the hours of the weekday.
 *
 * @throws {RangeError} when the periods of a day overlap.
 */
export function officeCalendar(
  timeZone: string,
  from: Date,
  set: readonly DayHours[] = [],
): Calendar {
  const own = new Map(set.map(({ day, periods }) => [day, periods]))
  const first = Temporal.Instant.fromEpochMilliseconds(from.getTime())
    .toZonedDateTimeISO(timeZone)
    .toPlainDate()
    .subtract({ years: 1 })
  const days = Array.from({ length: 4 * 366 }, (_, index) => first.add({ days: index }))
  return toCalendar(
    days.flatMap((date) => hoursOf(date, own).map((period) => toPeriod(date, period, timeZone))),
  )
}

function hoursOf(
  date: Temporal.PlainDate,
  own: ReadonlyMap<string, readonly string[]>,
): readonly string[] {
  const day = date.toString()
  const set = own.get(day)
  if (set !== undefined) return set
  const { work, name } = chineseDays.getDayDetail(day)
  const isExchanged = name.includes(',') // A holiday or an exchanged working day; other days are called after the weekday.
  const weekday =
    own.get(weekdays[date.dayOfWeek - 1] ?? '') ?? (date.dayOfWeek <= 5 ? usualHours : [])
  if (!isExchanged) return weekday
  if (!work) return []
  return weekday.length > 0 ? weekday : (own.get('monday') ?? usualHours)
}

function toPeriod(date: Temporal.PlainDate, period: string, timeZone: string): Period {
  const [start = '', end = ''] = period.split('-')
  const at = (time: string) =>
    time === '24:00'
      ? date.add({ days: 1 }).toZonedDateTime({ timeZone }).epochMilliseconds
      : date.toZonedDateTime({ timeZone, plainTime: Temporal.PlainTime.from(time) })
          .epochMilliseconds
  return { start: at(start), end: at(end) }
}
