import { type RawBuilder, sql } from 'kysely'
import { within } from '../../figures/figures.store.ts'
import type { Scope } from '../../figures/scope.ts'
import { startOfWeek, weeksAfter } from '../../figures/week.ts'
import type { Db } from '../../platform/postgres/database.ts'
import { statementForValues } from '../../platform/postgres/query.ts'
import type { Behind, BehindRow } from './behind.ts'
import type { ToActOn } from './to-act-on.ts'

/** Open tickets that nobody has, longest waiting first. */
export async function listWaiting(
  db: Db,
  scope: Pick<Scope, 'area' | 'category'>,
): Promise<readonly ToActOn[]> {
  return listToActOn(db, scope, sql`"status" = 'open'`, sql`"openedAt"`)
}

/** Tickets past their deadline, most overdue first. */
export async function listOverdue(
  db: Db,
  scope: Pick<Scope, 'area' | 'category'>,
  now: Date,
): Promise<readonly ToActOn[]> {
  const overdue = sql`"status" in ('open', 'assigned', 'accepted') and "resolvedAt" is null
    and "resolutionDueAt" < ${now}`
  return listToActOn(db, scope, overdue, sql`"resolutionDueAt"`)
}

const mostToActOn = 30

async function listToActOn(
  db: Db,
  scope: Pick<Scope, 'area' | 'category'>,
  which: RawBuilder<unknown>,
  order: RawBuilder<unknown>,
): Promise<readonly ToActOn[]> {
  return db.read(statementForValues<ToActOn>`
    select "Ticket"."code", "category", "Place"."names" as "placeNames",
      "Team"."names" as "teamNames", "openedAt", "resolutionDueAt" as "dueAt"
    from "Ticket" join "Place" on "Place"."code" = "Ticket"."placeCode" left
      join "Team" on "Team"."id" = "Ticket"."teamId"
    where ${which} and "status" <> 'withdrawn' and not "confidential" and ${await inArea(db, scope)}
    order by ${order}, "Ticket"."id" limit ${mostToActOn}`)
}

/**
 * The tickets behind a figure, oldest first, from `skip` on. The caller bounds them by the figure
 * as it is shown.
 */
export async function listBehind(
  db: Db,
  scope: Scope,
  which: Behind,
  now: Date,
  timeZone: string,
  { skip, take }: { readonly skip: number; readonly take: number },
): Promise<readonly BehindRow[]> {
  const from = new Date(startOfWeek(scope.firstWeek, timeZone))
  const until = new Date(startOfWeek(weeksAfter(scope.lastWeek, 1), timeZone))
  return db.read(statementForValues<BehindRow>`
    select "Ticket"."code", "status"::text as "status", "Team"."names" as "teamNames", "openedAt",
      "firstResponseAt", "resolvedAt"
    from "Ticket" join "Place" on "Place"."code" = "Ticket"."placeCode" left
      join "Team" on "Team"."id" = "Ticket"."teamId"
    where "openedAt" >= ${from} and "openedAt" < ${until} and "status" <> 'withdrawn'
      and not "confidential" and ${await inArea(db, scope)}
      and ${isBehind[which](now)}
    order by "openedAt", "Ticket"."id" offset ${skip} limit ${take}`)
}

/** Few places are looked up by their index; with many, the tickets are read in their order. */
const fewPlaces = 200

async function inArea(
  db: Db,
  { area, category }: Pick<Scope, 'area' | 'category'>,
): Promise<RawBuilder<unknown>> {
  const ofCategory = category === undefined ? sql`` : sql`and "category" = ${category}`
  if ('teamId' in area) return sql`${within(area)} ${ofCategory}`
  const places = await db.prisma.place.findMany({
    where: { OR: [{ code: area.placeCode }, { ancestors: { has: area.placeCode } }] },
    take: fewPlaces + 1,
    select: { code: true },
  })
  return places.length > fewPlaces
    ? sql`${within(area)} ${ofCategory}`
    : sql`"Ticket"."placeCode" = any(${places.map(({ code }) => code)}::text[]) ${ofCategory}`
}

/** The condition of the tickets behind a figure. */
const isBehind: Readonly<Record<Behind, (now: Date) => RawBuilder<unknown>>> = {
  opened: () => sql`true`,
  answeredLate: (now) =>
    sql`("firstResponseAt" > "firstResponseDueAt" or "firstResponseAt" is null and "firstResponseDueAt" < ${now})`,
  solvedLate: (now) =>
    sql`("resolvedAt" > "resolutionDueAt" or "resolvedAt" is null and "resolutionDueAt" < ${now})`,
  notContent: () => sql`"satisfied" is false`,
  closedPoorly: () => sql`"status" = 'closed' and ("closedBy" = 'timer' or "satisfied" is false)`,
  reopened: () => sql`"reopenedCount" > 0`,
}
