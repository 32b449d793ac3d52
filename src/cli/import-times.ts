import { readFile } from 'node:fs/promises'
import { parse } from 'csv-parse/sync'
import { z } from 'zod'
import { categories } from '../domain/category.ts'
import { priorities, targetBounds } from '../domain/deadline.ts'
import { findOverlap, type Shift } from '../domain/roster.ts'
import { clock, isDay, minuteOfDay, minutesOf } from '../organisation/tables.ts'
import { saveCalendar, saveRoster, saveTargets } from '../store/office.ts'
import { officeCalendar, weekdays } from '../store/working-calendar.ts'
import { membersCalled, withDatabase } from './database.ts'
import { InputError } from './language.ts'

/** Several periods of a day, such as `09:30-13:30 15:30-19:30`; empty for a day off. */
const Periods = z
  .string()
  .transform((text) => text.split(/\s+/).filter((part) => part !== ''))
  .pipe(
    z.array(
      z
        .string()
        .refine(
          (part) => part.split('-').length === 2 && part.split('-').every((time) => clock.test(time)),
          'must be periods such as 09:30-13:30 15:30-19:30, or empty for a day off',
        )
        .refine((part) => (part.split('-')[0] ?? '') < (part.split('-')[1] ?? ''), 'must be periods that begin before they end'),
    ),
  )
  .refine(
    (periods) => [...periods].sort().every((period, index, all) => index === 0 || (all[index - 1]?.split('-')[1] ?? '') <= (period.split('-')[0] ?? '')),
    'must be periods that do not overlap',
  )
  .transform((periods) => [...periods].sort())

const Day = z.string().refine(isDay, 'must be a weekday such as monday, or a day such as 2026-10-01')
const CalendarRow = z.strictObject({ day: Day, periods: Periods, note: z.string().max(200).default('') })

/** `jawab import calendar FILE`: working hours of weekdays and of single days; all rows or none. */
export async function importCalendar(file: string): Promise<void> {
  const rows = await readRows(file, CalendarRow)
  refuseTwice(rows.map(({ day }) => day))
  await withDatabase({ migrates: true }, async (db, { timeZone }) => {
    // Made once before anything is kept: hours that no calendar can be made of are refused.
    officeCalendar(timeZone, new Date(), rows)
    await db.$transaction((tx) => saveCalendar(tx, rows))
  })
  console.log(`Kept the working hours of ${rows.length} days. Deadlines count by them from now on.`)
}

/** A length of time: `30min`, `2h`, `5d` (working days); `clock` beside it counts nights and holidays too. */
const Length = z
  .string()
  .regex(/^\d{1,4}(?:min|h|d)$/, 'must be a length such as 30min, 2h or 5d (working days of 8 hours)')
  .transform(minutesOf)
  .refine((minutes) => minutes >= targetBounds.least && minutes <= targetBounds.most, 'must be from 15min to 60d')
const TargetRow = z
  .strictObject({
    category: z.enum(categories, `must be one of ${categories.join(', ')}`),
    priority: z.enum(priorities, `must be one of ${priorities.join(', ')}`),
    first_response: Length,
    resolution: Length,
    counts: z.enum(['working', 'clock'], 'must be working or clock'),
  })
  .refine((row) => row.first_response <= row.resolution, { path: ['first_response'], error: 'must not be longer than the resolution' })

/** `jawab import deadlines FILE`: first response and resolution per category and priority; all rows or none. */
export async function importDeadlines(file: string): Promise<void> {
  const rows = await readRows(file, TargetRow)
  refuseTwice(rows.map(({ category, priority }) => `${category} ${priority}`))
  await withDatabase({ migrates: true }, (db) =>
    db.$transaction((tx) =>
      saveTargets(
        tx,
        rows.map(({ category, priority, first_response, resolution, counts }) => ({
          category,
          priority,
          firstResponseMinutes: first_response,
          resolutionMinutes: resolution,
          byTheClock: counts === 'clock',
        })),
      ),
    ),
  )
  console.log(`Kept ${rows.length} deadlines. New tickets get them from now on.`)
}

const Time = z.string().regex(clock, 'must be a time such as 09:30')
const ShiftRow = z
  .strictObject({
    member: z.string().min(1, 'must be the id or the name of a member'),
    weekday: z.enum(weekdays, `must be one of ${weekdays.join(', ')}`),
    from: Time,
    until: Time,
  })
  .refine(({ from, until }) => from < until, { path: ['until'], error: 'must be later than from' })

/** `jawab import roster FILE`: weekly shifts, a line each; they replace those that a member had. All rows or none. */
export async function importRoster(file: string): Promise<void> {
  const rows = await readRows(file, ShiftRow)
  await withDatabase({ migrates: true }, async (db) => {
    const shifts = new Map<string, Shift[]>()
    for (const [index, row] of rows.entries()) {
      const [id, ...others] = await membersCalled(db, row.member)
      if (id === undefined || others.length > 0)
        throw new InputError(
          `row ${index + 2}, column member: ${row.member} is ${others.length > 0 ? 'the name of several members; give the id' : 'no member'}`,
        )
      const own = [
        ...(shifts.get(id) ?? []),
        { weekday: weekdays.indexOf(row.weekday) + 1, fromMinute: minuteOfDay(row.from), untilMinute: minuteOfDay(row.until) },
      ]
      if (findOverlap(own) !== undefined)
        throw new InputError(`row ${index + 2}, column from: ${row.member} has another shift on ${row.weekday} at this time; shifts of a day must not overlap`)
      shifts.set(id, own)
    }
    await saveRoster(
      db,
      [...shifts].map(([memberId, own]) => ({ memberId, shifts: own })),
    )
    console.log(`Kept ${rows.length} shifts of ${shifts.size} members.`)
  })
}

/** Reads a CSV with a heading, each row by `schema`. @throws InputError naming each wrong row's number, column, and what would be right. */
async function readRows<Row>(file: string, schema: z.ZodType<Row>): Promise<readonly Row[]> {
  const text = await readFile(file, 'utf8').catch(() => {
    throw new InputError(`${file} cannot be read`)
  })
  const records: unknown[] = (() => {
    try {
      return parse(text, { columns: true, skip_empty_lines: true, trim: true, bom: true })
    } catch (error) {
      throw new InputError(`${file} is not CSV with a heading line: ${error instanceof Error ? error.message : ''}`)
    }
  })()
  const results = records.map((record) => schema.safeParse(record))
  const wrong = results.flatMap((result, index) =>
    result.success ? [] : result.error.issues.map(({ path, message }) => `row ${index + 2}, column ${path[0]?.toString() ?? 'heading'}: ${message}`),
  )
  if (wrong.length > 0) throw new InputError([...wrong.slice(0, 50), 'Nothing was changed.'].join('\n'))
  return results.flatMap(({ data }) => (data === undefined ? [] : [data]))
}

function refuseTwice(keys: readonly string[]): void {
  const again = keys.findIndex((key, index) => keys.indexOf(key) !== index)
  if (again !== -1) throw new InputError(`row ${again + 2}: ${keys[again]} is here twice\nNothing was changed.`)
}
