import { type RawBuilder, sql } from 'kysely'
import { within } from '../../figures/figures.store.ts'
import type { Scope } from '../../figures/scope.ts'
import { startOfWeek, weeksAfter } from '../../figures/week.ts'
import { may, rolesThatMay } from '../../organisation/role.ts'
import type { Staff } from '../../organisation/staff.ts'
import type { Db } from '../../platform/postgres/database.ts'
import { statementForValues } from '../../platform/postgres/query.ts'
import { hasDesk } from '../../tickets/assignment.store.ts'
import { otherTeams } from '../../tickets/pass-on.store.ts'
import type { Behind, BehindRow } from './behind.ts'
import { type Facts, reasons, type ToActOn } from './to-act-on.ts'

const mostToActOn = 30

/**
 * Tickets that need somebody to act, the most pressing first: danger, what nobody has, what is past
 * its deadline, what was opened again. Never a confidential one (protection P07): so no count of
 * them tells of one either.
 */
export async function listToActOn(
  db: Db,
  scope: Pick<Scope, 'area' | 'category'>,
  now: Date,
): Promise<readonly ToActOn[]> {
  return db.read(statementForValues<ToActOn>`
    with "open" as (
      select "Ticket".*, "Place"."names" as "placeNames",
        case when "priority" = 'danger' then 'danger' when "status" = 'open' then 'nobody'
          when "questionAt" is null and "resolutionDueAt" < ${now} then 'overdue'
          when "reopenedCount" > 0 then 'reopened' end as "reason"
      from "Ticket" join "Place" on "Place"."code" = "Ticket"."placeCode"
      where "status" in ('open', 'assigned', 'accepted') and not "confidential"
        and ${await inArea(db, scope)}
    )
    select o."code", o."reason", o."status"::text as "status", o."category", o."placeNames",
      "Team"."names" as "teamNames", "Member"."name" as "assigneeName", o."openedAt",
      case when o."firstResponseAt" is null then o."firstResponseDueAt"
        else o."resolutionDueAt" end as "dueAt"
    from "open" o left join "Team" on "Team"."id" = o."teamId"
      left join "Member" on "Member"."id" = o."assigneeId"
    where o."reason" is not null
    order by array_position(${[...reasons]}::text[], o."reason"), o."resolutionDueAt", o."id"
    limit ${mostToActOn}`)
}

/**
 * What is known of a ticket beside its words, for who oversees the area or the team that it is of;
 * `undefined` alike for a confidential one, one that is not theirs and one that is not.
 */
export async function findFacts(db: Db, staff: Staff, code: string): Promise<Facts | undefined> {
  const area = overseen(staff)
  if (area === undefined) return undefined
  const [facts] = await db.read(statementForValues<Omit<Facts, 'events' | 'mayGoTo'>>`
    select "Ticket"."code", "status"::text as "status", "category", "Place"."names" as "placeNames",
      "Team"."names" as "teamNames", "Member"."name" as "assigneeName", "openedAt",
      "resolutionDueAt" as "dueAt", "firstResponseAt", "firstResponseDueAt", "resolvedAt",
      "closedAt", "reopenedCount",
      "assigneeId" is not null and "status" in ('assigned', 'accepted') as "mayBeReminded",
      array(select l."name" from "Member" l where l."teamId" = "Ticket"."teamId"
        and l."role"::text = any (${[...rolesThatMay('leadTeam')]}::text[]) and l."leftAt" is null
        and l."id" is distinct from "assigneeId" order by l."name") as "leadNames"
    from "Ticket" join "Place" on "Place"."code" = "Ticket"."placeCode"
      left join "Team" on "Team"."id" = "Ticket"."teamId"
      left join "Member" on "Member"."id" = "Ticket"."assigneeId"
    where "Ticket"."code" = ${code} and not "confidential" and "status" <> 'withdrawn'
      and not (${staff.id}::uuid = any("concernedIds")) and ${within(area)}`)
  if (facts === undefined) return undefined
  const events = await db.read(statementForValues<Facts['events'][number]>`
    select e."type", e."at" from "TicketEvent" e join "Ticket" t on t."id" = e."ticketId"
    where t."code" = ${code} order by e."seq"`)
  const isUnderWay = ['open', 'assigned', 'accepted'].includes(facts.status)
  const mayPassOn = isUnderWay && may(staff, 'superviseArea') && staff.areaCode !== null
  return {
    ...facts,
    leadNames: isUnderWay ? facts.leadNames : [],
    events,
    mayGoTo: {
      teams: mayPassOn ? await otherTeams(db, staff.areaCode, code) : [],
      desk: mayPassOn && (await hasDesk(db, code)),
    },
  }
}

/** The area or the team whose figures somebody sees. */
function overseen(staff: Staff): Scope['area'] | undefined {
  if (!may(staff, 'seeFigures')) return undefined
  if (may(staff, 'superviseArea'))
    return staff.areaCode === null ? undefined : { placeCode: staff.areaCode }
  return staff.teamId === null ? undefined : { teamId: staff.teamId }
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
