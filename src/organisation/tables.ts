import { z } from 'zod'
import { categories } from '../categories/category.ts'
import { catalogueLanguages } from '../language/catalogue.ts'
import { writtenLanguages } from '../language/written-language.ts'
import { evenCell, minutesOf } from './cell-text.ts'
import {
  type CellKind,
  columnsOf,
  placeKinds,
  type Row,
  type TableName,
  waysToCount,
} from './columns.ts'
import { priorities, targetBounds } from './deadline.ts'
import { roles } from './role.ts'
import { weekdays } from './working-calendar.ts'

/** A time of day, to 24:00. */
const clock = /^(?:[01]\d|2[0-3]):[0-5]\d$|^24:00$/

/** What a cell must hold. */
const cells = {
  code: z.string().regex(/^[\w.:-]{1,60}$/),
  /**
   * What a button, a start link and a poster can carry: the signs that chat apps allow; see
   * `placeKey`.
   */
  placeCode: z.string().regex(/^[\w-]{1,60}$/),
  placeKind: z.enum(placeKinds),
  maybeCode: z.string().regex(/^[\w.:-]{0,60}$/),
  name: z.string().max(200).min(1),
  maybeName: z.string().max(200),
  degrees: z.string().regex(/^(?:-?\d{1,3}(?:\.\d{1,8})?)?$/),
  role: z.enum(roles),
  languages: listOf(writtenLanguages),
  categories: listOf(categories),
  pageLanguage: z.enum(catalogueLanguages),
  yesOrEmpty: z.enum(['', 'yes']),
  weekday: z.enum(weekdays),
  time: z.string().regex(clock),
  category: z.enum(categories),
  priority: z.enum(priorities),
  length: z
    .string()
    .regex(/^\d{1,4}(?:min|h|d)$/)
    .refine(
      (text) => minutesOf(text) >= targetBounds.least && minutesOf(text) <= targetBounds.most,
    ),
  counts: z.enum(waysToCount),
  day: z.string().refine(isDay),
  periods: z
    .string()
    .refine(
      (text) =>
        text.split(/\s+/).every((period) => period === '' || isPeriod(period)) &&
        arePeriodsApart(text),
    ),
} as const satisfies Record<CellKind, z.ZodType<string>>

/** A row and its number in its file; `merged` are columns whose cells are part of a merged one. */
export type NumberedRow = {
  readonly number: number
  readonly cells: Row
  readonly merged?: readonly string[]
}

/**
 * What is wrong with a cell. `rounded`: a program has made a number of a code and lost its digits;
 * `garbled`: letters were lost when the file was saved; `merged`: the cell is part of a merged one.
 */
type Mistake =
  | 'shape'
  | 'rounded'
  | 'garbled'
  | 'merged'
  | 'noSuch'
  | 'twice'
  | 'circle'
  | 'overlap'
  | 'order'
  | 'needed'

/** Something that is wrong with a row: which, where, and what kind of mistake. */
export type Wrong = {
  readonly table: TableName
  readonly row: number
  readonly column: string
  readonly value: string
  readonly mistake: Mistake
  readonly right: CellKind
}

/** Checks each cell by itself, as `evenCell` has made it: so that the same is always written alike. */
export function readRow(
  table: TableName,
  { number, cells: raw, merged = [] }: NumberedRow,
): { readonly cells: Row; readonly wrong: readonly Wrong[] } {
  const wrong: Wrong[] = []
  const read: Record<string, string> = {}
  for (const { name, holds } of columnsOf(table)) {
    const value = evenCell(holds, raw[name] ?? '')
    read[name] = value
    const mistake = merged.includes(name) ? 'merged' : mistakeIn(holds, value)
    if (mistake !== undefined)
      wrong.push({ table, row: number, column: name, value, mistake, right: holds })
  }
  return { cells: read, wrong }
}

function mistakeIn(holds: CellKind, value: string): Mistake | undefined {
  // Programs write question marks for letters that an encoding lacks.
  if (value.includes('\uFFFD') || /^(?=.*\?\?)[?\s]+$/.test(value)) return 'garbled'
  if (cells[holds].safeParse(value).success)
    return holds.endsWith('ode') && isRounded(value) ? 'rounded' : undefined
  return isRounded(value) ? 'rounded' : 'shape'
}

/** `6.54E+11`, as Excel shows a long number: its last digits are gone. */
function isRounded(value: string): boolean {
  return /^-?\d(?:[.,]\d+)?e\+?\d+$/i.test(value)
}

/** A time of day in minutes after midnight. */
export function minuteOfDay(time: string): number {
  return Number(time.slice(0, 2)) * 60 + Number(time.slice(3))
}

/** A weekday, or a day such as `2026-10-01`. */
function isDay(text: string): boolean {
  return (weekdays as readonly string[]).includes(text) || z.iso.date().safeParse(text).success
}

function listOf(values: readonly string[]) {
  return z
    .string()
    .refine((text) => text.split(' ').every((part) => part === '' || values.includes(part)))
}

function isPeriod(text: string): boolean {
  const [from = '', until = '', ...more] = text.split('-')
  return more.length === 0 && clock.test(from) && clock.test(until) && from < until
}

function arePeriodsApart(text: string): boolean {
  const periods = text.split(/\s+/).sort()
  return periods.every(
    (period, index) =>
      index === 0 || (periods[index - 1]?.split('-')[1] ?? '') <= (period.split('-')[0] ?? ''),
  )
}

/** The rows of some tables, each with its number in its file (the heading is row 1). */
export type Tables = Partial<Record<TableName, readonly NumberedRow[]>>
