import { recordOf } from '../platform/memo.ts'
import type { Db, Transaction } from '../platform/postgres/database.ts'
import { query } from '../platform/postgres/query.ts'
import { evenedDegrees, shortest } from './cell-text.ts'
import { type Row, type TableName, tableNames } from './columns.ts'
import type { Current } from './plan.ts'
import { weekdays } from './working-calendar.ts'

/** How each table is read, as an export writes it and an import compares with it. */
const readers: Readonly<Record<TableName, (db: Db | Transaction) => Promise<readonly Row[]>>> = {
  places: async (db) => {
    const rows = await db.read(
      query
        .selectFrom('Place as p')
        .leftJoin('Team as t', 't.id', 'p.teamId')
        .select(['p.code', 'p.kind', 'p.parentCode', 'p.names', 'p.latitude', 'p.longitude'])
        .select('t.code as team')
        .orderBy('p.code'),
    )
    return rows.map(({ code, kind, parentCode, names, latitude, longitude, team }) => ({
      code,
      kind,
      parent: parentCode ?? '',
      team: team ?? '',
      ...nameCells(names),
      latitude: latitude === null ? '' : evenedDegrees(String(latitude)),
      longitude: longitude === null ? '' : evenedDegrees(String(longitude)),
    }))
  },
  teams: async (db) => {
    const rows = await db.read(
      query.selectFrom('Team').select(['code', 'placeCode', 'names']).orderBy('code'),
    )
    return rows.map(({ code, placeCode, names }) => ({
      code,
      place: placeCode,
      ...nameCells(names),
    }))
  },
  members: async (db) => {
    const rows = await db.read(
      query
        .selectFrom('Member as m')
        .leftJoin('Team as t', 't.id', 'm.teamId')
        .select(['m.code', 'm.name', 'm.role', 'm.areaCode', 'm.reads', 'm.skills', 'm.language'])
        .select(['m.leftAt', 't.code as team'])
        .orderBy('m.code'),
    )
    return rows.map(({ code, name, role, team, areaCode, reads, skills, language, leftAt }) => ({
      code,
      name,
      role,
      team: team ?? '',
      area: areaCode ?? '',
      reads: [...reads].sort().join(' '),
      skills: [...skills].sort().join(' '),
      language,
      left: leftAt === null ? '' : 'yes',
    }))
  },
  roster: async (db) => {
    const rows = await db.read(
      query
        .selectFrom('Shift as s')
        .innerJoin('Member as m', 'm.id', 's.memberId')
        .select(['m.code as member', 's.weekday', 's.fromMinute', 's.untilMinute'])
        .orderBy('s.memberId')
        .orderBy('s.weekday')
        .orderBy('s.fromMinute'),
    )
    return rows.map(({ member, weekday, fromMinute, untilMinute }) => ({
      member,
      weekday: weekdays[weekday - 1] ?? '',
      from: clock(fromMinute),
      until: clock(untilMinute),
    }))
  },
  deadlines: async (db) => {
    const rows = await db.read(
      query.selectFrom('DeadlineTarget').selectAll().orderBy('category').orderBy('priority'),
    )
    return rows.map(
      ({ category, priority, firstResponseMinutes, resolutionMinutes, byTheClock }) => ({
        category,
        priority,
        first_response: shortest(`${firstResponseMinutes}min`),
        resolution: shortest(`${resolutionMinutes}min`),
        counts: byTheClock ? 'clock' : 'working',
      }),
    )
  },
  calendar: async (db) => {
    const rows = await db.read(query.selectFrom('CalendarDay').selectAll().orderBy('day'))
    return rows.map(({ day, periods, note }) => ({
      day,
      periods: [...periods].sort().join(' '),
      note,
    }))
  },
}

/** The rows of one table. */
export async function readTable(db: Db | Transaction, table: TableName): Promise<readonly Row[]> {
  return readers[table](db)
}

/** Every table of the organisation. */
export async function readOrganisation(db: Db | Transaction): Promise<Current> {
  const rows = new Map(
    await Promise.all(
      tableNames.map(async (table) => [table, await readTable(db, table)] as const),
    ),
  )
  return recordOf(tableNames, (table) => rows.get(table) ?? [])
}

function nameCells(names: unknown): { name_zh: string; name_ug: string; name_kk: string } {
  const known = names as Readonly<Record<string, string>>
  return {
    name_zh: known['zh-Hans'] ?? '',
    name_ug: known['ug-Arab'] ?? '',
    name_kk: known['kk-Cyrl'] ?? '',
  }
}

/** Minutes after midnight as a time of day. */
function clock(minutes: number): string {
  return `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`
}
