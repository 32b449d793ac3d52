import { type RawBuilder, sql } from 'kysely'
import type { Db } from '../platform/postgres/database.ts'
import { statementForValues } from '../platform/postgres/query.ts'
import { figures, itemsFrom, openedWeek, readItem } from './counting.store.ts'
import { type CountName, type Late, noCounts, notLate, type Tally } from './rates.ts'
import { areaKey, isOfTeam, type Part, type Scope, type ScopeFigures } from './scope.ts'
import { startOfWeek, weeksAfter } from './week.ts'

type FigureRow = { readonly key: string; readonly item: number; readonly count: number }

/**
 * The figures of one scope. Complaints about staff are in none: not even their number may tell
 * (protection P07).
 */
export async function readScope(
  db: Db,
  scope: Scope,
  late: readonly LateRow[],
  timeZone: string,
): Promise<ScopeFigures> {
  const rows = await (isOfTeam(scope.area) && scope.category !== undefined
    ? countTickets(
        db,
        { ...scope, teamIds: [scope.area.teamId], category: scope.category },
        timeZone,
        sql`"week"::text`,
      )
    : db.read(statementForValues<FigureRow>`
        select "week"::text as "key", "item", "count" from ${figures(timeZone)}
        where "scope" = ${areaKey(scope.area)} and "category" = ${scope.category ?? ''}
          and "week" between ${scope.firstWeek}::date and ${scope.lastWeek}::date`))
  const arrivals = Array.from({ length: 168 }, () => 0)
  for (const { item, count } of rows) {
    const { kind, value } = readItem(item)
    if (kind === 'arrivalHour') arrivals[value] = (arrivals[value] ?? 0) + count
  }
  const own = areaKey(scope.area)
  const inPeriod = lateIn(late, scope, own)
  return {
    total: tally(rows, lateOf(inPeriod)),
    byWeek: tallies(rows, (week) => lateOf(inPeriod.filter((row) => row.week === week))),
    arrivals,
    overdueNow: overdueIn(late, scope.category, own),
  }
}

/** The counts of one scope alone: what a list behind a figure needs to know. */
export async function readCounts(
  db: Db,
  scope: Scope,
  late: readonly LateRow[],
  timeZone: string,
): Promise<Tally> {
  if (isOfTeam(scope.area) && scope.category !== undefined)
    return (await readScope(db, scope, late, timeZone)).total
  const [least, beyond] = itemsFrom('opened', 'reopened')
  const rows = await db.read(statementForValues<FigureRow>`
    select '' as "key", "item", sum("count")::int as "count" from ${figures(timeZone)}
    where "scope" = ${areaKey(scope.area)} and "category" = ${scope.category ?? ''}
      and "week" between ${scope.firstWeek}::date and ${scope.lastWeek}::date
      and "item" >= ${least} and "item" < ${beyond}
    group by 2`)
  return tally(rows, lateOf(lateIn(late, scope, areaKey(scope.area))))
}

/**
 * What lies directly within an area: its counties or townships; within a township, the teams that
 * have their seat there.
 */
export async function partsOf(db: Db, area: Scope['area']): Promise<readonly Part[]> {
  if (isOfTeam(area)) return []
  const places = await db.prisma.place.findMany({
    where: { parentCode: area.placeCode, kind: { in: ['county', 'township'] } },
    orderBy: { code: 'asc' },
    select: { code: true, names: true },
  })
  const teams = await db.prisma.team.findMany({
    where: { placeCode: area.placeCode },
    orderBy: { id: 'asc' },
    select: { id: true, names: true },
  })
  return [
    ...places.map(({ code, names }) => ({
      key: code,
      names: names as Record<string, string>,
      area: { placeCode: code },
    })),
    ...teams.map(({ id, names }) => ({
      key: `team:${id}`,
      names: names as Record<string, string>,
      area: { teamId: id },
    })),
  ]
}

/** The parts of an area side by side, over the same period, without the times of solutions. */
export async function readParts(
  db: Db,
  scope: Scope,
  parts: readonly Part[],
  late: readonly LateRow[],
  timeZone: string,
): Promise<ReadonlyMap<string, Tally>> {
  const [least, beyond] = itemsFrom('opened', 'answerMinutes')
  const teamIds = parts.flatMap(({ area }) => (isOfTeam(area) ? [area.teamId] : []))
  const ofTeams =
    scope.category === undefined || teamIds.length === 0
      ? []
      : await countTickets(
          db,
          { ...scope, teamIds, category: scope.category },
          timeZone,
          sql`'team:' || "teamId"`,
        )
  const ofPlaces = await db.read(statementForValues<FigureRow>`
    select "scope" as "key", "item", sum("count")::int as "count" from ${figures(timeZone)}
    where "scope" = any(${parts.map(({ key }) => key)}::text[])
      and "category" = ${scope.category ?? ''}
      and "week" between ${scope.firstWeek}::date and ${scope.lastWeek}::date
        and "item" >= ${least} and "item" < ${beyond}
    group by 1, 2`)
  return tallies([...ofPlaces, ...ofTeams], (key) => lateOf(lateIn(late, scope, key)))
}

/** One category of teams, counted from their tickets: no count of it is kept. */
async function countTickets(
  db: Db,
  {
    teamIds,
    category,
    firstWeek,
    lastWeek,
  }: { readonly teamIds: readonly string[]; readonly category?: string } & Pick<
    Scope,
    'firstWeek' | 'lastWeek'
  >,
  timeZone: string,
  key: RawBuilder<unknown>,
): Promise<readonly FigureRow[]> {
  const [from, until] = [
    startOfWeek(firstWeek, timeZone),
    startOfWeek(weeksAfter(lastWeek, 1), timeZone),
  ].map((at) => new Date(at))
  return db.read(statementForValues<FigureRow>`
    select ${key} as "key", "item", count(*)::int as "count"
    from (
      select "teamId", "category", ${openedWeek(timeZone)} as "week",
        unnest("itemsOf"("Ticket")) as "item"
      from "Ticket" where "teamId" = any(${teamIds}::uuid[])
        ${category === undefined ? sql`` : sql`and "category" = ${category}`}
        and "openedAt" >= ${from} and "openedAt" < ${until}
    ) as "items" group by 1, 2`)
}

/**
 * The categories of a scope side by side, without the times of first answers: which wait longest,
 * which are reopened (protection P27).
 */
export async function readCategories(
  db: Db,
  scope: Scope,
  late: readonly LateRow[],
  timeZone: string,
): Promise<ReadonlyMap<string, Tally>> {
  const { firstWeek, lastWeek } = scope
  const [leastCount, beyondCounts] = itemsFrom('opened', 'reopened')
  const [leastTime, beyondTimes] = itemsFrom('solutionMinutes', 'solutionMinutes')
  // Of a team the figures have no categories: its tickets are few enough to be counted.
  const rows = await (isOfTeam(scope.area)
    ? countTickets(
        db,
        { firstWeek, lastWeek, teamIds: [scope.area.teamId] },
        timeZone,
        sql`"category"`,
      )
    : db.read(statementForValues<FigureRow>`
        select "category" as "key", "item", sum("count")::int as "count" from ${figures(timeZone)}
        where "scope" = ${areaKey(scope.area)} and "category" <> ''
          and "week" between ${firstWeek}::date and ${lastWeek}::date
          and ("item" >= ${leastCount} and "item" < ${beyondCounts} or "item" >= ${leastTime}
            and "item" < ${beyondTimes})
        group by 1, 2`))
  const wanted = rows.filter(
    ({ item }) =>
      (item >= leastCount && item < beyondCounts) || (item >= leastTime && item < beyondTimes),
  )
  return tallies(wanted, (category) =>
    lateOf(lateIn(late, { ...scope, category }, areaKey(scope.area))),
  )
}

/**
 * How many tickets are late at this moment, by week of arrival and category, of an area or a part of
 * it (`areaKey`).
 */
export type LateRow = {
  readonly week: string
  readonly category: string
  readonly scope: string
  readonly overdue: number
} & Late

/** Tickets in an area of which something is late at a moment (the table "Place" joined). */
const isLate = (area: Scope['area'], now: Date) => sql`
  "status" <> 'withdrawn' and not "confidential"
    and ("firstResponseAt" is null and "firstResponseDueAt" < ${now} or "resolvedAt" is null
      and "resolutionDueAt" < ${now})
    and ${within(area)}`

/**
 * What is late now in an area and in these parts of it, in every category; looked up by its index,
 * since it changes with the clock.
 */
export async function readLate(
  db: Db,
  { area }: Pick<Scope, 'area'>,
  now: Date,
  timeZone: string,
  parts: readonly Part[] = [],
): Promise<readonly LateRow[]> {
  const keys = [areaKey(area), ...parts.map(({ key }) => key)]
  return db.read(statementForValues<LateRow>`
    with "late" as (
      select "placeCode", "Ticket"."teamId", "category", ${openedWeek(timeZone)} as "week",
        count(*) filter (where "firstResponseAt" is null
          and "firstResponseDueAt" < ${now})::int as "unanswered",
        count(*) filter (where "resolvedAt" is null
          and "resolutionDueAt" < ${now})::int as "unsolved",
        count(*) filter (where "resolvedAt" is null and "resolutionDueAt" < ${now}
          and "status" in ('open', 'assigned', 'accepted'))::int as "overdue"
      from "Ticket" join "Place" on "Place"."code" = "Ticket"."placeCode"
      where ${isLate(area, now)}
      group by 1, 2, 3, 4
    )
    select "week"::text as "week", "category", "scope", sum("unanswered")::int as "unanswered",
      sum("unsolved")::int as "unsolved", sum("overdue")::int as "overdue"
    from "late" join "Place" on "Place"."code" = "late"."placeCode", lateral unnest(
      "ancestors" || "code" || coalesce('team:' || "late"."teamId", '')) as "scope"
    where "scope" = any(${keys}::text[])
    group by 1, 2, 3`)
}

/** The tickets of an area (the tables "Ticket" and "Place" joined) or of a team. */
export function within(area: Scope['area']): RawBuilder<unknown> {
  return isOfTeam(area)
    ? sql`"Ticket"."teamId" = ${area.teamId}::uuid`
    : sql`("Place"."ancestors" @> array[${area.placeCode}]::text[] or "Place"."code" = ${area.placeCode})`
}

function lateIn(
  late: readonly LateRow[],
  { category, firstWeek, lastWeek }: Scope,
  key: string,
): readonly LateRow[] {
  return late.filter(
    (row) =>
      row.scope === key &&
      row.week >= firstWeek &&
      row.week <= lastWeek &&
      (category === undefined || row.category === category),
  )
}

/** How many are overdue now in an area or a part, in one category or all, whenever they came. */
export function overdueIn(
  late: readonly LateRow[],
  category: string | undefined,
  key: string,
): number {
  return late
    .filter((row) => row.scope === key && (category === undefined || row.category === category))
    .reduce((sum, { overdue }) => sum + overdue, 0)
}

function lateOf(rows: readonly LateRow[]): Late {
  return rows.reduce(
    (sum, row) => ({
      unanswered: sum.unanswered + row.unanswered,
      unsolved: sum.unsolved + row.unsolved,
    }),
    notLate,
  )
}

function tallies(
  rows: readonly FigureRow[],
  lateFor: (key: string) => Late,
): ReadonlyMap<string, Tally> {
  const byKey = new Map<string, FigureRow[]>()
  for (const row of rows) {
    const own = byKey.get(row.key)
    if (own === undefined) byKey.set(row.key, [row])
    else own.push(row)
  }
  return new Map([...byKey].map(([key, own]) => [key, tally(own, lateFor(key))]))
}

function tally(rows: readonly FigureRow[], late: Late): Tally {
  const counts: Record<CountName, number> = { ...noCounts }
  const minutes = {
    answerMinutes: new Map<number, number>(),
    solutionMinutes: new Map<number, number>(),
  }
  for (const { item, count } of rows) {
    const { kind, value } = readItem(item)
    if (kind === 'arrivalHour') continue
    if (kind === 'answerMinutes' || kind === 'solutionMinutes') addTo(minutes[kind], value, count)
    else counts[kind] += count
  }
  return { counts, ...minutes, late }
}

function addTo(histogram: Map<number, number>, value: number, count: number): void {
  histogram.set(value, (histogram.get(value) ?? 0) + count)
}
