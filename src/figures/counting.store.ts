import { type RawBuilder, sql } from 'kysely'
import type { Db, Transaction } from '../platform/postgres/database.ts'
import { query, statement } from '../platform/postgres/query.ts'

/**
 * What the figures count, as `Figure.item` keeps it: a kind of ten million, and for a length of
 * time the minutes (two digits), for an arrival the hour of the week (0 is Monday's first). The SQL
 * functions `itemsOf` and `inTwoDigits` write the first twelve, in the transaction that changes the
 * ticket; the arrival needs the zone and is added when folding.
 */
const kinds = {
  opened: 1,
  answered: 2,
  answeredInTime: 3,
  solved: 4,
  solvedInTime: 5,
  rated: 6,
  satisfied: 7,
  closed: 8,
  closedPoorly: 9,
  reopened: 10,
  answerMinutes: 11,
  solutionMinutes: 12,
  arrivalHour: 13,
} as const
export type Kind = keyof typeof kinds
const base = 10_000_000

/** An item's kind and value. */
export function readItem(item: number): { readonly kind: Kind; readonly value: number } {
  const kind = (Object.keys(kinds) as Kind[])[Math.floor(item / base) - 1]
  if (kind === undefined) throw new RangeError(`no item ${item}`)
  return { kind, value: item % base }
}

/** The items of these kinds, as the least and the first one beyond. */
export function itemsFrom(first: Kind, last: Kind): readonly [number, number] {
  return [kinds[first] * base, (kinds[last] + 1) * base]
}

/** How many changes are folded in at once. */
const batch = 20_000

/**
 * Adds up what tickets have changed since the last time, one process at a time. A worker calls it
 * every few seconds. Who reads figures adds what is left themselves ({@link figures}).
 */
export async function foldFigures(db: Db, timeZone: string): Promise<void> {
  if (!(await isAnythingToFold(db, timeZone))) return
  while (
    await db.transaction(async (tx) => {
      tx.write(statement`select pg_advisory_xact_lock(hashtext('figures'))`)
      await keepZone(tx, timeZone)
      return (await foldBatch(tx, timeZone)) === batch
    })
  );
}

/** One look, where nothing has changed: it is asked for every few seconds. */
async function isAnythingToFold(db: Db, timeZone: string): Promise<boolean> {
  const [row] = await db.read(statement<{ isAny: boolean }>`
    select exists (select 1 from "FigureDelta")
      or not exists (select 1 from "FigureZone" where "zone" = ${timeZone}) as "isAny"`)
  return row?.isAny === true
}

/** The week in which a ticket (a row of tickets or of their changes) was opened. */
export const openedWeek = (timeZone: string) =>
  sql`date_trunc('week', "openedAt" at time zone ${timeZone})::date`

/** A change's items, with its ticket's hour of arrival. */
const itemsIn = (timeZone: string) => sql`unnest("items" || array[
  ${kinds.arrivalHour * base}::int + (extract(isodow
    from "openedAt" at time zone ${timeZone})::int - 1) * 24 + extract(hour
    from "openedAt" at time zone ${timeZone})::int])`

/**
 * The scopes and categories that a change (`c`) counts for: joins to its place. A team has too few
 * of one category in a week for a count to save anything.
 */
const spread = sql`join "Place" on "Place"."code" = c."placeCode",
  lateral (
    select unnest("Place"."ancestors") as "scope"
    union all select "Place"."code" where "Place"."kind" in ('prefecture', 'county', 'township')
    union all select 'team:' || c."teamId" where c."teamId" is not null
      and c."item" < ${kinds.arrivalHour * base}::int
  ) as "scopes", lateral (values (''), (c."category")) as "groups" ("group")
  where "group" = '' or "scope" not like 'team:%'`

/**
 * All figures as they are now, to read from: what was folded in, and what tickets have changed
 * since. The same item can have several rows, whose counts add up.
 */
export function figures(timeZone: string): RawBuilder<unknown> {
  return sql`(
    select "scope", "category", "week", "item", "count" from "Figure"
    union all
    select "scope", "group", "week", "item", "sign" from (
      select "placeCode", "teamId", "category", ${openedWeek(timeZone)} as "week",
        ${itemsIn(timeZone)} as "item", "sign" from "FigureDelta"
    ) c ${spread}
  ) as "figures"`
}

/** Returns how many changes there were to fold. */
async function foldBatch(tx: Transaction, timeZone: string): Promise<number> {
  const [row] = await tx.read(statement<{ taken: number }>`
    with "taken" as (
      delete from "FigureDelta" where "id" in (select "id" from "FigureDelta" order by "id"
        limit ${batch}) returning *
    ), "summed" as (
      select "placeCode", "teamId", "category", ${openedWeek(timeZone)} as "week", "item",
        sum("sign") as "count"
      from "taken", ${itemsIn(timeZone)} as "item"
      group by 1, 2, 3, 4, 5 having sum("sign") <> 0
    ), "spread" as (
      select "scope", "group" as "category", "week", "item", sum("count")::int as "count"
      from "summed" c ${spread}
      group by 1, 2, 3, 4
    ), "added" as (
      insert into "Figure" ("scope", "category", "week", "item", "count")
      select * from "spread" where "count" <> 0
      on conflict ("scope", "category", "week", "item") do update
        set "count" = "Figure"."count" + excluded."count"
    )
    select count(*)::int as "taken" from "taken"`)
  return row?.taken ?? 0
}

/**
 * Weeks and hours are told in one zone: after a change of `TIME_ZONE` everything is counted again.
 */
async function keepZone(tx: Transaction, timeZone: string): Promise<void> {
  const [known] = await tx.read(query.selectFrom('FigureZone').select('zone'))
  if (known?.zone === timeZone) return
  if (known !== undefined) {
    // No ticket changes meanwhile: each is counted once.
    tx.write(statement`lock table "Ticket" in share mode`)
    tx.write(statement`truncate "Figure", "FigureDelta"`)
    tx.write(statement`
      insert into "FigureDelta" ("placeCode", "teamId", "category", "openedAt", "items", "sign")
      select "placeCode", "teamId", "category", "openedAt", "itemsOf"("Ticket"), 1 from "Ticket"
        where "itemsOf"("Ticket") <> '{}'`)
    tx.write(query.deleteFrom('FigureZone'))
  }
  tx.write(query.insertInto('FigureZone').values({ zone: timeZone }))
}
