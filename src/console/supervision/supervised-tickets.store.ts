import { within } from '../../figures/figures.store.ts'
import type { Scope } from '../../figures/scope.ts'
import { startOfWeek, weeksAfter } from '../../figures/week.ts'
import type { Db } from '../../platform/postgres/database.ts'
import { Prisma } from '../../platform/postgres/generated/client.ts'

import type { Behind, BehindRow } from './behind.ts'
import type { ToActOn } from './to-act-on.ts'
/** Open tickets that nobody has, longest waiting first. */
export async function listWaiting(
  db: Db,
  scope: Pick<Scope, 'area' | 'category'>,
): Promise<readonly ToActOn[]> {
  return listToActOn(db, scope, Prisma.sql`"status" = 'open'`, Prisma.sql`"openedAt"`)
}

/** Tickets past their deadline, most overdue first. */
export async function listOverdue(
  db: Db,
  scope: Pick<Scope, 'area' | 'category'>,
  now: Date,
): Promise<readonly ToActOn[]> {
  const overdue = Prisma.sql`"status" in ('open', 'assigned', 'accepted') and "resolvedAt" is null and "resolutionDueAt" < ${now}`
  return listToActOn(db, scope, overdue, Prisma.sql`"resolutionDueAt"`)
}

const mostToActOn = 30

async function listToActOn(
  db: Db,
  scope: Pick<Scope, 'area' | 'category'>,
  which: Prisma.Sql,
  order: Prisma.Sql,
): Promise<readonly ToActOn[]> {
  return db.$queryRaw<ToActOn[]>`
    select "Ticket"."code", "category", "Place"."names" as "placeNames", "Team"."names" as "teamNames", "openedAt", "resolutionDueAt" as "dueAt"
    from "Ticket" join "Place" on "Place"."code" = "Ticket"."placeCode" left join "Team" on "Team"."id" = "Ticket"."teamId"
    where ${which} and "status" <> 'withdrawn' and not "confidential" and ${await inArea(db, scope)}
    order by ${order}, "Ticket"."id" limit ${mostToActOn}`
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
  return db.$queryRaw<BehindRow[]>`
    select "Ticket"."code", "status"::text as "status", "Team"."names" as "teamNames", "openedAt", "firstResponseAt", "resolvedAt"
    from "Ticket" join "Place" on "Place"."code" = "Ticket"."placeCode" left join "Team" on "Team"."id" = "Ticket"."teamId"
    where "openedAt" >= ${from} and "openedAt" < ${until} and "status" <> 'withdrawn' and not "confidential" and ${await inArea(db, scope)}
      and ${isBehind[which](now)}
    order by "openedAt", "Ticket"."id" offset ${skip} limit ${take}`
}

/** Few places are looked up by their index; with many, the tickets are read in their order. */
const fewPlaces = 200

async function inArea(
  db: Db,
  { area, category }: Pick<Scope, 'area' | 'category'>,
): Promise<Prisma.Sql> {
  const ofCategory =
    category === undefined ? Prisma.empty : Prisma.sql`and "category" = ${category}`
  if ('teamId' in area) return Prisma.sql`${within(area)} ${ofCategory}`
  const places = await db.place.findMany({
    where: { OR: [{ code: area.placeCode }, { ancestors: { has: area.placeCode } }] },
    take: fewPlaces + 1,
    select: { code: true },
  })
  return places.length > fewPlaces
    ? Prisma.sql`${within(area)} ${ofCategory}`
    : Prisma.sql`"Ticket"."placeCode" = any(${places.map(({ code }) => code)}::text[]) ${ofCategory}`
}

/** The condition of the tickets behind a figure. */
const isBehind: Readonly<Record<Behind, (now: Date) => Prisma.Sql>> = {
  opened: () => Prisma.sql`true`,
  answeredLate: (now) =>
    Prisma.sql`("firstResponseAt" > "firstResponseDueAt" or "firstResponseAt" is null and "firstResponseDueAt" < ${now})`,
  solvedLate: (now) =>
    Prisma.sql`("resolvedAt" > "resolutionDueAt" or "resolvedAt" is null and "resolutionDueAt" < ${now})`,
  notContent: () => Prisma.sql`"satisfied" is false`,
  closedPoorly: () =>
    Prisma.sql`"status" = 'closed' and ("closedBy" = 'timer' or "satisfied" is false)`,
  reopened: () => Prisma.sql`"reopenedCount" > 0`,
}
