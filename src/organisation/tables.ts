import { z } from 'zod'
import { categories } from '../categories/category.ts'
import { catalogueLanguages } from '../language/catalogue.ts'
import { writtenLanguages } from '../language/written-language.ts'
import { priorities, targetBounds, workingDayMinutes } from './deadline.ts'
import { roles } from './role.ts'
import { weekdays } from './working-calendar.ts'

/** A time of day, to 24:00. */
const clock = /^(?:[01]\d|2[0-3]):[0-5]\d$|^24:00$/

/**
 * What a cell must hold. Each has a sentence in the catalogues that says what would be right
 * (`import.right.…`).
 */
const cells = {
  code: z.string().regex(/^[\w.:-]{1,60}$/),
  /**
   * What a button, a start link and a poster can carry: the signs that chat apps allow; see
   * `placeKey`.
   */
  placeCode: z.string().regex(/^[\w-]{1,60}$/),
  placeKind: z.enum(['prefecture', 'county', 'township', 'village', 'community', 'park']),
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
  counts: z.enum(['working', 'clock']),
  day: z.string().refine(isDay),
  periods: z
    .string()
    .refine(
      (text) =>
        text.split(/\s+/).every((period) => period === '' || isPeriod(period)) &&
        arePeriodsApart(text),
    ),
} as const satisfies Record<string, z.ZodType<string>>
export type CellKind = keyof typeof cells

type Column = { readonly name: string; readonly holds: CellKind; readonly refersTo?: TableName }
type Table = { readonly columns: readonly Column[]; readonly key: readonly string[] }

/**
 * The tables of an organisation, their columns, and what names a row. Places come before what lies
 * in them.
 */
export const tables = {
  places: {
    key: ['code'],
    columns: [
      { name: 'code', holds: 'placeCode' },
      { name: 'kind', holds: 'placeKind' },
      { name: 'parent', holds: 'maybeCode', refersTo: 'places' },
      { name: 'team', holds: 'maybeCode', refersTo: 'teams' },
      { name: 'name_zh', holds: 'name' },
      { name: 'name_ug', holds: 'maybeName' },
      { name: 'name_kk', holds: 'maybeName' },
      { name: 'latitude', holds: 'degrees' },
      { name: 'longitude', holds: 'degrees' },
    ],
  },
  teams: {
    key: ['code'],
    columns: [
      { name: 'code', holds: 'code' },
      { name: 'place', holds: 'code', refersTo: 'places' },
      { name: 'name_zh', holds: 'name' },
      { name: 'name_ug', holds: 'maybeName' },
      { name: 'name_kk', holds: 'maybeName' },
    ],
  },
  members: {
    key: ['code'],
    columns: [
      { name: 'code', holds: 'code' },
      { name: 'name', holds: 'name' },
      { name: 'role', holds: 'role' },
      { name: 'team', holds: 'maybeCode', refersTo: 'teams' },
      { name: 'area', holds: 'maybeCode', refersTo: 'places' },
      { name: 'reads', holds: 'languages' },
      { name: 'skills', holds: 'categories' },
      { name: 'language', holds: 'pageLanguage' },
      { name: 'left', holds: 'yesOrEmpty' },
    ],
  },
  roster: {
    key: ['member', 'weekday', 'from'],
    columns: [
      { name: 'member', holds: 'code', refersTo: 'members' },
      { name: 'weekday', holds: 'weekday' },
      { name: 'from', holds: 'time' },
      { name: 'until', holds: 'time' },
    ],
  },
  deadlines: {
    key: ['category', 'priority'],
    columns: [
      { name: 'category', holds: 'category' },
      { name: 'priority', holds: 'priority' },
      { name: 'first_response', holds: 'length' },
      { name: 'resolution', holds: 'length' },
      { name: 'counts', holds: 'counts' },
    ],
  },
  calendar: {
    key: ['day'],
    columns: [
      { name: 'day', holds: 'day' },
      { name: 'periods', holds: 'periods' },
      { name: 'note', holds: 'maybeName' },
    ],
  },
} as const satisfies Record<string, Table>
export type TableName = 'places' | 'teams' | 'members' | 'roster' | 'deadlines' | 'calendar'
export const tableNames = Object.keys(tables) as readonly TableName[]
export const columnsOf = (table: TableName): readonly Column[] => tables[table].columns

/** A row as its file has it: cells by column. */
export type Row = Readonly<Record<string, string>>
export type NumberedRow = { readonly number: number; readonly cells: Row }

/** What names a row within its table. */
export function keyOf(table: TableName, row: Row): string {
  return tables[table].key.map((column) => row[column] ?? '').join(' ')
}

/** Something that is wrong with a row: which, where, and what kind of mistake. */
export type Wrong = {
  readonly table: TableName
  readonly row: number
  readonly column: string
  readonly value: string
  readonly mistake: 'shape' | 'noSuch' | 'twice' | 'circle' | 'overlap' | 'order' | 'needed'
  readonly right: CellKind
}

/**
 * Checks each cell by itself. Lists are put in order and spaces are evened, so that the same is
 * always written alike.
 */
export function readRow(
  table: TableName,
  { number, cells: raw }: NumberedRow,
): { readonly cells: Row; readonly wrong: readonly Wrong[] } {
  const wrong: Wrong[] = []
  const read: Record<string, string> = {}
  for (const { name, holds } of columnsOf(table)) {
    const value = evened(holds, (raw[name] ?? '').trim())
    read[name] = value
    if (!cells[holds].safeParse(value).success)
      wrong.push({ table, row: number, column: name, value, mistake: 'shape', right: holds })
  }
  return { cells: read, wrong }
}

/** `30min`, `2h` or `5d` (working days of eight hours), in minutes. */
export function minutesOf(length: string): number {
  return (
    Number.parseInt(length, 10) *
    (length.endsWith('min') ? 1 : length.endsWith('h') ? 60 : workingDayMinutes)
  )
}

/** A time of day in minutes after midnight. */
export function minuteOfDay(time: string): number {
  return Number(time.slice(0, 2)) * 60 + Number(time.slice(3))
}

/** A weekday, or a day such as `2026-10-01`. */
function isDay(text: string): boolean {
  return (weekdays as readonly string[]).includes(text) || z.iso.date().safeParse(text).success
}

function evened(holds: CellKind, value: string): string {
  if (holds === 'languages' || holds === 'categories')
    return [...new Set(value.split(/[\s,;]+/).filter((part) => part !== ''))].sort().join(' ')
  if (holds === 'periods') return value.split(/\s+/).sort().join(' ').trim()
  if (holds === 'length') return shortest(value)
  if (holds === 'degrees') return evenedDegrees(value)
  return value
}

/** Degrees to a metre, which is more than a village needs. */
export function evenedDegrees(text: string): string {
  return /^-?\d{1,3}\.\d{6,}$/.test(text) ? String(Number(Number(text).toFixed(5))) : text
}

/** The same length is always written alike: `60min` is `1h`. */
export function shortest(length: string): string {
  if (!/^\d{1,4}(?:min|h|d)$/.test(length)) return length
  const minutes = minutesOf(length)
  if (minutes % workingDayMinutes === 0) return `${minutes / workingDayMinutes}d`
  return minutes % 60 === 0 ? `${minutes / 60}h` : `${minutes}min`
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
