import type { Category } from '../../categories/category.ts'
import { type Scope, within } from '../../figures/figures.store.ts'
import type { Tally } from '../../figures/rates.ts'
import { startOfWeek, weeksAfter } from '../../figures/week.ts'
import type { Db } from '../../platform/postgres/database.ts'
import { Prisma } from '../../platform/postgres/generated/client.ts'
import type { Status } from '../../tickets/lifecycle.ts'

/** A ticket that a supervisor must act on: without a text, but with where it is and who has it. */
export type ToActOn = {
  readonly code: string
  readonly category: Category
  readonly placeNames: Readonly<Record<string, string>>
  readonly teamNames: Readonly<Record<string, string>> | null
  readonly openedAt: Date
  readonly dueAt: Date
}

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

/** What a figure can be asked for: the tickets that it is about. */
export const behind = {
  opened: { where: () => Prisma.sql`true`, count: ({ counts }: Tally) => counts.opened },
  answeredLate: {
    where: (now: Date) =>
      Prisma.sql`("firstResponseAt" > "firstResponseDueAt" or "firstResponseAt" is null and "firstResponseDueAt" < ${now})`,
    count: ({ counts, late }: Tally) => counts.answered - counts.answeredInTime + late.unanswered,
  },
  solvedLate: {
    where: (now: Date) =>
      Prisma.sql`("resolvedAt" > "resolutionDueAt" or "resolvedAt" is null and "resolutionDueAt" < ${now})`,
    count: ({ counts, late }: Tally) => counts.solved - counts.solvedInTime + late.unsolved,
  },
  notContent: {
    where: () => Prisma.sql`"satisfied" is false`,
    count: ({ counts }: Tally) => counts.rated - counts.satisfied,
  },
  closedPoorly: {
    where: () => Prisma.sql`"status" = 'closed' and ("closedBy" = 'timer' or "satisfied" is false)`,
    count: ({ counts }: Tally) => counts.closedPoorly,
  },
  reopened: {
    where: () => Prisma.sql`"reopenedCount" > 0`,
    count: ({ counts }: Tally) => counts.reopened,
  },
} as const satisfies Record<
  string,
  { where: (now: Date) => Prisma.Sql; count: (tally: Tally) => number }
>
export type Behind = keyof typeof behind

/** Those whose number changes with the clock, and not with tickets alone. */
export const dependsOnTheClock: ReadonlySet<Behind> = new Set(['answeredLate', 'solvedLate'])

/**
 * A ticket behind a figure: when, how it stands and whose team it is with; no text, and no more of
 * the report than its figure says.
 */
export type BehindRow = {
  readonly code: string
  readonly status: Status
  readonly teamNames: Readonly<Record<string, string>> | null
  readonly openedAt: Date
  readonly firstResponseAt: Date | null
  readonly resolvedAt: Date | null
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
      and ${behind[which].where(now)}
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
