import { type RawBuilder, sql } from 'kysely'
import { tellMember } from '../mailbox/outbound.store.ts'
import { later, targetOf } from '../organisation/deadline.ts'
import { type Right, rolesThatMay } from '../organisation/role.ts'
import { type LocalMoment, usualWeekHours } from '../organisation/roster.ts'
import type { UnitOfWork } from '../organisation/unit-of-work.store.ts'
import { minute } from '../platform/instant.ts'
import type { Db } from '../platform/postgres/database.ts'
import { query, statement } from '../platform/postgres/query.ts'
import {
  assign,
  assignAbove,
  type Candidate,
  type Decision,
  type Level,
  levelsFor,
  reopeningsBeforeLevelAbove,
  type SupervisorCandidate,
} from './assignment.ts'
import { applyEvent, type Locked, lockTicketById, type Outcome, ok } from './tickets.store.ts'

/** As {@link assignTicket}, when the ticket is still open. Says whether somebody has it now. */
export async function assignOpenTicket(work: UnitOfWork, ticketId: string): Promise<boolean> {
  const ticket = await lockTicketById(work, ticketId)
  return ticket?.status === 'open' && (await assignTicket(work, ticket))
}

/**
 * Gives an open ticket to whom it fits best, and says so on their card. Nobody of the team fits: to
 * its lead, then to the township's duty desk; then it stays open, the supervisors hear of it, and
 * it is tried again when somebody comes on duty. Each step is an event.
 *
 * Decisions about one team take turns, so that load counts are right under concurrency.
 *
 * @param team who was found in its team already, by {@link candidatesOfTeam} in this transaction.
 * @returns whether somebody has it now.
 */
export async function assignTicket(
  work: UnitOfWork,
  ticket: Locked,
  team?: readonly Candidate[],
): Promise<boolean> {
  for (const level of levelsFor(ticket)) {
    if (level !== 'team' && level !== 'above') await widen(work, ticket, level)
    const decision = await decide(work, ticket, level, team)
    if (decision.assignee === undefined) continue
    return (await offerTo(work, ticket, 'assigned', decision.assignee, decision.reason)).ok
  }
  if (await widen(work, ticket, 'supervisor'))
    for (const id of await nearestSupervisors(work, ticket))
      await tellMember(work, id, { notice: 'nobodyFits', code: ticket.code })
  return false
}

/** Offers a ticket to a member: their card, its files, and how long the offer stands. */
export async function offerTo(
  work: UnitOfWork,
  ticket: Locked,
  type: 'assigned' | 'reassigned',
  memberId: string,
  reason: object,
  teamId?: string,
): Promise<Outcome> {
  const target = targetOf(ticket.category, ticket.priority, work.office.targets)
  const offerDueAt = later(
    work.at,
    target.firstResponseMinutes * minute,
    target.byTheClock,
    work.office.calendar,
  )
  const outcome = await applyEvent(work, ticket, {
    type,
    by: type === 'assigned' ? 'service' : 'member',
    memberId,
    data: { offerDueAt },
    also: { assignment: reason, ...(teamId === undefined ? {} : { teamId }) },
  })
  if (!outcome.ok) return outcome
  showFiles(work, memberId, ticket)
  return ok
}

/**
 * Who would get a ticket in another team than its own: whom it fits best, else the team's lead. The
 * team is locked until the transaction ends.
 */
export async function decideInTeam(
  work: UnitOfWork,
  ticket: Locked,
  teamId: string,
): Promise<Decision> {
  const asked = { language: ticket.language, category: ticket.category }
  const isOfTeam = sql`m."teamId" = ${teamId}::uuid`
  work.tx.write(query.selectFrom('Team').select('id').where('id', '=', teamId).forNoKeyUpdate())
  const team = sql`${isOfTeam} and ${isIn('takeTickets')}`
  const best = assign(asked, await candidates(work, ticket, team, byRoster(work)))
  if (best.assignee !== undefined) return best
  const lead = sql`${isOfTeam} and ${isIn('leadTeam')}`
  return assign({ ...asked, level: 'lead' }, await candidates(work, ticket, lead, byWord(work)))
}

/** Whether the township of a ticket's place has a duty desk. */
export async function hasDesk(db: Db, code: string): Promise<boolean> {
  const place = sql`(select "placeCode" from "Ticket" where "code" = ${code})`
  const rows = await db.read(statement<{ id: string }>`
    select "id"::text from "Member" m where m."leftAt" is null and ${deskOf(place)} limit 1`)
  return rows.length > 0
}

/** Who would get a ticket at the duty desk of its township. */
export function decideAtDesk(work: UnitOfWork, ticket: Locked): Promise<Decision> {
  return decide(work, ticket, 'desk', undefined)
}

async function decide(
  work: UnitOfWork,
  ticket: Locked,
  level: Level,
  team: readonly Candidate[] | undefined,
): Promise<Decision> {
  const asked = { language: ticket.language, category: ticket.category, level }
  switch (level) {
    case 'above':
      return assignAbove(asked, await supervisorsAbove(work, ticket), ticket.concerns === 'above')
    case 'team':
      return assign(asked, team ?? (await candidatesOfTeam(work, ticket)))
    case 'lead':
      // The lead is asked outside of their shift too, but not on leave and not when they said that
      // they are off.
      return assign(
        asked,
        await candidates(
          work,
          ticket,
          sql`m."teamId" = ${ticket.teamId}::uuid and ${isIn('leadTeam')}`,
          byWord(work),
        ),
      )
    case 'desk':
      return assign(
        asked,
        await candidates(work, ticket, deskOf(sql`${ticket.placeCode}`), byRoster(work)),
      )
  }
}

/** What a search for somebody needs to know of a ticket. */
type Sought = Pick<Locked, 'id' | 'confidential' | 'concernedIds' | 'placeCode'>

/**
 * Who in a ticket's team takes tickets. The team is locked until the transaction ends. Its number
 * is read from the ticket's row, so this can be sent together with what writes that row.
 */
export function candidatesOfTeam(work: UnitOfWork, ticket: Sought): Promise<readonly Candidate[]> {
  const teamId = query.selectFrom('Ticket').select('teamId').where('id', '=', ticket.id)
  work.tx.write(query.selectFrom('Team').select('id').where('id', '=', teamId).forNoKeyUpdate())
  const isOfTeam = sql`m."teamId" = (select "teamId" from "Ticket" where "id" = ${ticket.id}::uuid)`
  return candidates(work, ticket, sql`${isOfTeam} and ${isIn('takeTickets')}`, byRoster(work))
}

/** Whether a member of staff (`m`, or another name of the row) may do something. */
function isIn(right: Right, row = 'm'): RawBuilder<unknown> {
  return sql`${sql.ref(`${row}.role`)}::text = any(${[...rolesThatMay(right)]}::text[])`
}

/** The duty desk of a township: its supervisors. */
function deskOf(placeCode: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`${isIn('superviseArea')} and m."areaCode" in (
    select a."code" from "Place" p join "Place" a on a."code" = any (p."ancestors")
      and a."kind" = 'township' where p."code" = ${placeCode})`
}

/**
 * Whether `m` is on duty, as `organisation/roster.ts` says it: their own word, no leave, and a
 * shift where there are shifts.
 */
function onDutySql({ day, weekday, minute: now }: LocalMoment): RawBuilder<unknown> {
  return sql`(${byWordSql(day)} and (not exists (select 1 from "Shift" where "memberId" = m."id")
    or exists (select 1 from "Shift" where "memberId" = m."id" and "weekday" = ${weekday}
      and "fromMinute" <= ${now} and ${now} < "untilMinute")))`
}

function byWordSql(day: string): RawBuilder<unknown> {
  return sql`(m."onDuty" and m."leftAt" is null and not exists (select 1 from "Leave"
    where "memberId" = m."id" and ${day}::date between "firstDay" and "lastDay"))`
}

const byRoster = ({ office, at }: UnitOfWork) => onDutySql(office.localMoment(at))
const byWord = ({ office, at }: UnitOfWork) => byWordSql(office.localMoment(at).day)

/** What ends somebody's turn at a ticket: it does not come back to them. */
const endsOfTurns = sql`('handedBack', 'steppedAside', 'offerRanOut', 'movedOn', 'reopened')`

/**
 * What is told of somebody. Complaints about staff are in no count that anyone who decides on
 * another ticket sees (protection P07).
 */
function columnsOf(ticket: Sought, duty: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`m."id"::text as "id", m."name", ${duty} as "onDuty", m."reads", m."skills",
    (select count(*)::int from "Ticket" where "assigneeId" = m."id" and "status" in ('assigned',
      'accepted')
      and (not "confidential" or ${ticket.confidential})) as "openTickets",
    coalesce((select nullif(sum("untilMinute" - "fromMinute"), 0)::float8 / 60 from "Shift"
      where "memberId" = m."id"), ${usualWeekHours}::float8) as "dutyHoursPerWeek",
    exists (select 1 from "TicketEvent" where "ticketId" = ${ticket.id}::uuid
      and "memberId" = m."id" and "type" in ${endsOfTurns}) as "hadThis",
    (m."id" = any (${[...ticket.concernedIds]}::uuid[]) or ${ticket.confidential} and m."teamId" = (
      select "teamId" from "Place" where "code" = ${ticket.placeCode})) is true as "isConcerned"`
}

async function candidates(
  { tx }: UnitOfWork,
  ticket: Sought,
  who: RawBuilder<unknown>,
  duty: RawBuilder<unknown>,
): Promise<readonly Candidate[]> {
  return tx.read(
    statement<Candidate>`select ${columnsOf(ticket, duty)} from "Member" m where m."leftAt" is null and ${who}`,
  )
}

/**
 * Who may handle what the team must not see: supervisors of the areas around the place, nearest
 * first, then administrators.
 */
async function supervisorsAbove(
  work: UnitOfWork,
  ticket: Locked,
): Promise<readonly SupervisorCandidate[]> {
  return work.tx.read(statement<SupervisorCandidate>`
    select ${columnsOf(ticket, byRoster(work))},
      ${isIn('administer')} as "isAdministrator", case when ${isIn('administer')} then 1000
        else cardinality(p."ancestors") - coalesce(array_position(p."ancestors", m."areaCode"),
        0) end as "level"
    from "Member" m join "Place" p on p."code" = ${ticket.placeCode}
    where m."leftAt" is null and ((${isIn('superviseArea')} and m."areaCode" = any (p."ancestors"))
      or ${isIn('administer')})`)
}

/**
 * Notes that the search went on to a level; once for each turn of the ticket. Says whether it was
 * noted now.
 */
async function widen(work: UnitOfWork, ticket: Locked, to: Level | 'supervisor'): Promise<boolean> {
  const [row] = await work.tx.read(statement<{ noted: boolean }>`
    select exists (select 1 from "TicketEvent" as e where e."ticketId" = ${ticket.id}::uuid
      and e."type" = 'widened' and e."data" ->> 'to' = ${to}
      and e."seq" > coalesce((select max("seq") from "TicketEvent" where "ticketId" = e."ticketId"
        and "type" in ('assigned', 'reassigned', 'reopened')), 0)) as "noted"`)
  if (row?.noted === true) return false
  await applyEvent(work, ticket, { type: 'widened', by: 'service', data: { to } })
  return true
}

/**
 * The supervisors nearest to a ticket's place, less who has it; of a complaint about staff none of
 * them hears (protection P07).
 */
export async function nearestSupervisors(
  { tx }: UnitOfWork,
  ticket: Locked,
): Promise<readonly string[]> {
  if (ticket.confidential) return []
  const near = await tx.read(statement<{ id: string }>`
    select m."id"::text from "Member" m join "Place" p on p."code" = ${ticket.placeCode}
    where m."leftAt" is null and ${isIn('superviseArea')} and m."areaCode" = (
      select s."areaCode" from "Member" s where s."leftAt" is null
        and ${isIn('superviseArea', 's')} and s."areaCode" = any (p."ancestors")
      order by array_position(p."ancestors", s."areaCode") desc limit 1)`)
  return near.map(({ id }) => id).filter((id) => id !== ticket.assigneeId)
}

/** Puts a ticket's photos and voice notes into its assignee's chats, after its card. */
function showFiles(
  { tx, at, after }: UnitOfWork,
  memberId: string,
  ticket: { readonly id: string; readonly code: string },
): void {
  const shown = statement<{ conversationId: string }>`
    insert into "Outbound" ("conversationId", "content", "createdAt")
    select c."id", jsonb_build_object('notice', 'file', 'code', ${ticket.code}::text,
      'attachmentId', a."id", 'ticketId', ${ticket.id}::text), ${new Date(at)}
    from "TicketMessage" m join "Attachment" a on a."messageId" = m."id"
      join "Conversation" c on c."memberId" = ${memberId}::uuid and c."unreachableAt" is null
    where m."ticketId" = ${ticket.id}::uuid order by c."id", a."createdAt"
    returning "conversationId"`
  tx.collect(shown, (rows) => {
    for (const { conversationId } of rows) after.deliverTo.add(conversationId)
  })
}

/**
 * Open tickets that have waited since before `before` and for which somebody may be on duty now:
 * what the sweeper nudges again.
 */
export async function ticketsThatMayFit(
  db: Db,
  before: Date,
  now: LocalMoment,
  limit: number,
): Promise<readonly string[]> {
  const hadNot = sql`not exists (select 1 from "TicketEvent" where "ticketId" = t."id"
    and "memberId" = m."id" and "type" in ${endsOfTurns})`
  // The team and the desk are looked up one by one: together, each ticket would be held against
  // every member there is.
  const rows = await db.read(statement<{ id: string }>`
    select "id"::text from "Ticket" as t where "status" = 'open' and "openedAt" < ${before} and (
      (t."teamId" is null and t."confidential")
        or t."reopenedCount" >= ${reopeningsBeforeLevelAbove}
      or exists (select 1 from "Member" as m where m."teamId" = t."teamId" and (${onDutySql(now)}
        or (${isIn('leadTeam')} and ${byWordSql(now.day)})) and ${hadNot})
      or exists (select 1 from "Member" as m
        where ${deskOf(sql`t."placeCode"`)} and ${onDutySql(now)} and ${hadNot}))
    order by "openedAt" limit ${limit}`)
  return rows.map(({ id }) => id)
}
