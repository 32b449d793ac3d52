import { assign, assignComplaint, type Candidate, type Decision } from '../domain/assignment.ts'
import type { Category } from '../domain/category.ts'
import type { Change, Db } from './connection.ts'
import type { InputJsonValue } from './generated/internal/prismaNamespace.ts'
import { tellMember } from './outbound.ts'
import { appendEvent } from './ticket-events.ts'

/** From this many reopenings on, the level above decides (design, section 6). */
const reopeningsBeforeLevelAbove = 2

type Unassigned = {
  readonly id: string
  readonly code: string
  readonly category: string
  readonly language: string
  readonly placeCode: string
  readonly teamId: string | null
  readonly confidential: boolean
  readonly concerns: string | null
  readonly reopenedCount: number
}

/**
 * Gives an open ticket to whom it fits best, and says so on their card. Nobody fits: it stays open, is on the
 * supervisor's page, and is tried again when somebody comes on duty.
 *
 * Decisions about one team take turns, so that load counts are right under concurrency.
 *
 * @returns whether somebody has it now.
 */
export async function assignOpenTicket(change: Change, ticketId: string): Promise<boolean> {
  const { tx, at } = change
  const [ticket] = await tx.$queryRaw<Unassigned[]>`
    select "id", "code", "category", "language", "placeCode", "teamId", "confidential", "concerns", "reopenedCount"
    from "Ticket" where "id" = ${ticketId}::uuid and "status" = 'open' for no key update`
  if (ticket === undefined) return false
  const decision = await decide(change, ticket)
  if (decision.assignee === undefined) return false
  await tx.ticket.update({
    where: { id: ticket.id },
    data: { status: 'assigned', assigneeId: decision.assignee, assignedAt: new Date(at), assignment: decision.reason as InputJsonValue },
    select: { id: true },
  })
  await appendEvent(change, ticket.id, { type: 'assigned', by: 'service', memberId: decision.assignee })
  await showCard(change, decision.assignee, ticket)
  return true
}

async function decide(change: Change, ticket: Unassigned): Promise<Decision> {
  if (ticket.confidential || ticket.reopenedCount >= reopeningsBeforeLevelAbove)
    return assignComplaint(await supervisorsAbove(change, ticket), ticket.concerns === 'above')
  if (ticket.teamId === null) return { assignee: undefined, reason: { considered: 0 } }
  await change.tx.$queryRaw`select 1 from "Team" where "id" = ${ticket.teamId}::uuid for no key update`
  return assign({ language: ticket.language, category: ticket.category as Category }, await teamCandidates(change, ticket.teamId, ticket.id))
}

async function teamCandidates({ tx }: Change, teamId: string, ticketId: string): Promise<readonly Candidate[]> {
  return tx.$queryRaw<Candidate[]>`
    select "Member"."id"::text as "id", "onDuty", "reads", "skills",
      (select count(*)::int from "Ticket" where "assigneeId" = "Member"."id" and "status" in ('assigned', 'accepted')) as "openTickets",
      exists (select 1 from "TicketEvent" where "ticketId" = ${ticketId}::uuid and "memberId" = "Member"."id" and "type" in ('handedBack', 'reopened')) as "handedThisBack"
    from "Member" where "teamId" = ${teamId}::uuid and "role" in ('member', 'lead')`
}

/** Who may handle what the team must not see: supervisors of the areas around the place, nearest first, then administrators. */
async function supervisorsAbove(
  { tx }: Change,
  ticket: Unassigned,
): Promise<readonly { id: string; level: number; onDuty: boolean; handedThisBack: boolean }[]> {
  return tx.$queryRaw`
    select "Member"."id"::text as "id", "onDuty",
      case when "role" = 'administrator' then 1000 else cardinality("Place"."ancestors") - coalesce(array_position("Place"."ancestors", "areaCode"), 0) end as "level",
      exists (select 1 from "TicketEvent" where "ticketId" = ${ticket.id}::uuid and "memberId" = "Member"."id" and "type" in ('handedBack', 'reopened')) as "handedThisBack"
    from "Member" join "Place" on "Place"."code" = ${ticket.placeCode}
    where ("role" = 'supervisor' and "areaCode" = any ("Place"."ancestors")) or "role" = 'administrator'
    order by "level", "Member"."id"`
}

/** Puts a ticket's card, and its photos and voice notes, into its assignee's chats. */
async function showCard(change: Change, memberId: string, ticket: { id: string; code: string }): Promise<void> {
  const files = await change.tx.attachment.findMany({ where: { message: { ticketId: ticket.id } }, orderBy: { createdAt: 'asc' }, select: { id: true } })
  await tellMember(
    change,
    memberId,
    { notice: 'card', ticketId: ticket.id },
    ...files.map(({ id }) => ({ notice: 'file' as const, code: ticket.code, attachmentId: id, ticketId: ticket.id })),
  )
}

/** Open tickets that have waited since before `before` and whose team has somebody on duty: what the sweeper nudges again. */
export async function ticketsThatMayFit(db: Db, before: Date, limit: number): Promise<readonly string[]> {
  const rows = await db.$queryRaw<{ id: string }[]>`
    select "id"::text from "Ticket" as t where "status" = 'open' and "openedAt" < ${before} and (
      exists (select 1 from "Member" as m where m."teamId" = t."teamId" and m."onDuty"
        and not exists (select 1 from "TicketEvent" where "ticketId" = t."id" and "memberId" = m."id" and "type" in ('handedBack', 'reopened')))
      or (t."teamId" is null and t."confidential"))
    order by "openedAt" limit ${limit}`
  return rows.map(({ id }) => id)
}
