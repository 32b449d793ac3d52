import { Temporal } from 'temporal-polyfill'
import { type Calendar, type Period, toCalendar } from '../domain/working-time.ts'

/**
 * The working calendar of an office in `timeZone`: Monday to Friday, in the two periods that the long midday break
 * leaves, from a year before `from` to three years after. In Urumqi time 8:00-12:00 and 13:30-17:30.
 */
export function officeCalendar(timeZone: string, from: Date): Calendar {
  const first = Temporal.Instant.fromEpochMilliseconds(from.getTime()).toZonedDateTimeISO(timeZone).toPlainDate().subtract({ years: 1 })
  const days = Array.from({ length: 4 * 366 }, (_, index) => first.add({ days: index })).filter((date) => date.dayOfWeek <= 5)
  return toCalendar(days.flatMap((date) => [period(date, '08:00', '12:00', timeZone), period(date, '13:30', '17:30', timeZone)]))
}

function period(date: Temporal.PlainDate, start: string, end: string, timeZone: string): Period {
  const at = (time: string) => date.toZonedDateTime({ timeZone, plainTime: Temporal.PlainTime.from(time) }).epochMilliseconds
  return { start: at(start), end: at(end) }
}
