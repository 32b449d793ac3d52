/**
 * What a cell may hold. Each has a sentence in the catalogues that says what would be right
 * (`import.right.…`).
 */
export type CellKind =
  | 'code'
  | 'placeCode'
  | 'placeKind'
  | 'maybeCode'
  | 'name'
  | 'maybeName'
  | 'degrees'
  | 'role'
  | 'languages'
  | 'categories'
  | 'pageLanguage'
  | 'yesOrEmpty'
  | 'weekday'
  | 'time'
  | 'category'
  | 'priority'
  | 'length'
  | 'counts'
  | 'day'
  | 'periods'

/** The kinds of place, and how a deadline counts, as files write them. */
export const placeKinds = [
  'prefecture',
  'county',
  'township',
  'village',
  'community',
  'park',
] as const
export const waysToCount = ['working', 'clock'] as const

export type Column = {
  readonly name: string
  readonly holds: CellKind
  readonly refersTo?: TableName
}
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

/** What names a row within its table. */
export function keyOf(table: TableName, row: Row): string {
  return tables[table].key.map((column) => row[column] ?? '').join(' ')
}
