import { minutesOf } from './cell-text.ts'
import { type CellKind, columnsOf, keyOf, type Row, type TableName, tableNames } from './columns.ts'
import { belongingOf, roles } from './role.ts'
import { findOverlap } from './roster.ts'
import { minuteOfDay, readRow, type Tables, type Wrong } from './tables.ts'
import { weekdays } from './working-calendar.ts'

/** What a row would do. */
export type Effect = {
  readonly table: TableName
  /** The row's number in its file; none for what the file takes away. */
  readonly row: number | undefined
  readonly key: string
  readonly does: 'new' | 'changed' | 'same' | 'gone'
  /** Which columns change, from what to what. */
  readonly changes: readonly {
    readonly column: string
    readonly from: string
    readonly to: string
  }[]
  readonly cells: Row
}

/** What an import would do, or all that is wrong with it; then it does nothing. */
export type Plan = { readonly effects: readonly Effect[]; readonly wrong: readonly Wrong[] }

/** Every row of the organisation as it is. */
export type Current = Readonly<Record<TableName, readonly Row[]>>

/**
 * Compares files with what there is. Rows that are not in a file stay as they are, but a roster:
 * who is in it has these shifts and no others. The same file a second time changes nothing.
 */
export function planImport(given: Tables, current: Current): Plan {
  const wrong: Wrong[] = []
  const effects: Effect[] = []
  const known = Object.fromEntries(
    tableNames.map((table) => [
      table,
      new Map(current[table].map((row) => [keyOf(table, row), row])),
    ]),
  ) as Record<TableName, Map<string, Row>>
  const read = Object.fromEntries(
    tableNames.map((table) => [
      table,
      (given[table] ?? []).map((row) => {
        const { cells, wrong: own } = readRow(table, row)
        wrong.push(...own)
        return { number: row.number, cells }
      }),
    ]),
  ) as Record<TableName, { number: number; cells: Row }[]>

  for (const table of tableNames) {
    const seen = new Set<string>()
    for (const { number, cells } of read[table]) {
      const key = keyOf(table, cells)
      const [first] = columnsOf(table)
      if (seen.has(key) && first !== undefined)
        wrong.push({
          table,
          row: number,
          column: first.name,
          value: key,
          mistake: 'twice',
          right: first.holds,
        })
      seen.add(key)
    }
  }
  const ids = Object.fromEntries(
    tableNames.map((table) => [
      table,
      new Set([...known[table].keys(), ...read[table].map(({ cells }) => keyOf(table, cells))]),
    ]),
  ) as Record<TableName, Set<string>>
  for (const table of tableNames)
    for (const { number, cells } of read[table]) {
      for (const { name, holds, refersTo } of columnsOf(table)) {
        const value = cells[name] ?? ''
        if (refersTo !== undefined && value !== '' && !ids[refersTo].has(value))
          wrong.push({ table, row: number, column: name, value, mistake: 'noSuch', right: holds })
      }
      wrong.push(...ruleOf(table, number, cells))
    }
  wrong.push(...circles(read.places, known.places), ...overlaps(read.roster))

  for (const table of tableNames) {
    for (const { number, cells } of read[table]) {
      const before = known[table].get(keyOf(table, cells))
      const changes = columnsOf(table)
        .map(({ name }) => ({ column: name, from: before?.[name] ?? '', to: cells[name] ?? '' }))
        .filter(({ from, to }) => from !== to)
      effects.push({
        table,
        row: number,
        key: keyOf(table, cells),
        does: before === undefined ? 'new' : changes.length > 0 ? 'changed' : 'same',
        changes,
        cells,
      })
    }
  }
  const kept = new Set(read.roster.map(({ cells }) => keyOf('roster', cells)))
  const members = new Set(read.roster.map(({ cells }) => cells['member']))
  for (const row of current.roster)
    if (members.has(row['member']) && !kept.has(keyOf('roster', row)))
      effects.push({
        table: 'roster',
        row: undefined,
        key: keyOf('roster', row),
        does: 'gone',
        changes: [],
        cells: row,
      })
  return {
    effects: wrong.length > 0 ? [] : effects,
    wrong: [...wrong].sort(
      (a, b) => tableNames.indexOf(a.table) - tableNames.indexOf(b.table) || a.row - b.row,
    ),
  }
}

type Say = (column: string, mistake: Wrong['mistake'], right: CellKind) => readonly Wrong[]

/** Anyone who is of a team or an area is of one that is named. */
function ruleOfMember(cells: Row, say: Say): readonly Wrong[] {
  const role = cells['role'] ?? ''
  if (!(roles as readonly string[]).includes(role)) return []
  const belongsTo = belongingOf(role)
  return belongsTo !== 'nothing' && cells[belongsTo] === '' ? say(belongsTo, 'needed', 'code') : []
}

/** What must hold between the cells of one row. */
function ruleOf(table: TableName, row: number, cells: Row): readonly Wrong[] {
  const say: Say = (column, mistake, right) => [
    { table, row, column, value: cells[column] ?? '', mistake, right },
  ]
  switch (table) {
    case 'members':
      return ruleOfMember(cells, say)
    case 'places':
      return (cells['latitude'] === '') === (cells['longitude'] === '')
        ? []
        : say('longitude', 'needed', 'degrees')
    case 'roster':
      // What is no time at all is said by its own cell.
      return minuteOfDay(cells['from'] ?? '') >= minuteOfDay(cells['until'] ?? '')
        ? say('until', 'order', 'time')
        : []
    case 'deadlines':
      return minutesOf(cells['first_response'] ?? '') > minutesOf(cells['resolution'] ?? '')
        ? say('first_response', 'order', 'length')
        : []
    case 'teams':
    case 'calendar':
      return []
  }
}

/** A place that lies inside itself, over however many others. */
function circles(
  rows: readonly { readonly number: number; readonly cells: Row }[],
  known: ReadonlyMap<string, Row>,
): readonly Wrong[] {
  const parents = new Map([...known].map(([code, row]) => [code, row['parent'] ?? '']))
  for (const { cells } of rows) parents.set(cells['code'] ?? '', cells['parent'] ?? '')
  return rows.flatMap(({ number, cells }) => {
    const start = cells['code'] ?? ''
    let at = parents.get(start) ?? ''
    for (let steps = 0; at !== '' && steps < 20; steps++) {
      if (at === start)
        return [
          {
            table: 'places' as const,
            row: number,
            column: 'parent',
            value: cells['parent'] ?? '',
            mistake: 'circle' as const,
            right: 'maybeCode' as const,
          },
        ]
      at = parents.get(at) ?? ''
    }
    return []
  })
}

function overlaps(
  rows: readonly { readonly number: number; readonly cells: Row }[],
): readonly Wrong[] {
  const byMember = groupBy(rows)
  return [...byMember.values()].flatMap((own) => {
    const shifts = own.map(({ cells }) => toShift(cells))
    const pair = findOverlap(shifts)
    if (pair === undefined) return []
    const at = shifts.indexOf(pair[1])
    return [
      {
        table: 'roster' as const,
        row: own[at]?.number ?? 0,
        column: 'from',
        value: own[at]?.cells['from'] ?? '',
        mistake: 'overlap' as const,
        right: 'time' as const,
      },
    ]
  })
}

function groupBy(
  rows: readonly { readonly number: number; readonly cells: Row }[],
): Map<string, { readonly number: number; readonly cells: Row }[]> {
  const groups = new Map<string, { readonly number: number; readonly cells: Row }[]>()
  for (const row of rows) {
    const member = row.cells['member'] ?? ''
    const own = groups.get(member)
    if (own === undefined) groups.set(member, [row])
    else own.push(row)
  }
  return groups
}

/** A roster's row as a shift. */
export function toShift(cells: Row): {
  readonly weekday: number
  readonly fromMinute: number
  readonly untilMinute: number
} {
  return {
    weekday: (weekdays as readonly string[]).indexOf(cells['weekday'] ?? '') + 1,
    fromMinute: minuteOfDay(cells['from'] ?? ''),
    untilMinute: minuteOfDay(cells['until'] ?? ''),
  }
}
