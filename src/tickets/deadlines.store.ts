import { tellMember } from '../mailbox/outbound.store.ts'
import { rolesThatMay } from '../organisation/role.ts'
import type { UnitOfWork } from '../organisation/unit-of-work.store.ts'
import { hour } from '../platform/instant.ts'
import type { Db } from '../platform/postgres/database.ts'
import { query, statement } from '../platform/postgres/query.ts'
import { unreachable } from '../platform/unreachable.ts'
import { assignOpenTicket, nearestSupervisors } from './assignment.store.ts'
import { tellAssignee, tellFollowers, tellReporter, tellResidents } from './tell.store.ts'
import { applyEvent, type Locked, lockTicket, lockTicketById, timedOf } from './tickets.store.ts'
import { doubleOf, type TimerKind, timersOf } from './timer.ts'

/**
 * Does what the clock asks of a ticket by now, each thing once. Whatever the queue did, it follows
 * from the row: what has fired stands there, and a second call finds nothing to do.
 *
 * After a long standstill reminders whose deadline has passed too are left out.
 */
export async function fireTimers(work: UnitOfWork, ticketId: string): Promise<void> {
  let ticket = await lockWithReporter(work, ticketId)
  let hasFired = false
  while (ticket !== undefined) {
    const timers = timersOf(timedOf(work, ticket), work.office.calendar)
    const due = timers.filter(({ at }) => at <= work.at)
    const [first] = due
    if (first === undefined) {
      if (!hasFired) setNextTimer(work, ticket, timers[0]?.at)
      return
    }
    const isStale =
      (first.kind === 'half' || first.kind === 'fourFifths' || first.kind === 'askAgain') &&
      due.length > 1
    ticket = await fire(work, ticket, first.kind, isStale)
    hasFired = true
  }
}

/**
 * Locks a ticket, and before it the chat of its reporter where closing it will untie the two: a
 * turn locks its conversation first and then tickets, and who locks in another order waits for it,
 * and it for them.
 */
async function lockWithReporter(work: UnitOfWork, ticketId: string): Promise<Locked | undefined> {
  const { tx } = work
  const reporter = query
    .selectFrom('Ticket')
    .select('conversationId')
    .where('id', '=', ticketId)
    .where('anonymous', '=', true)
  tx.write(
    query.selectFrom('Conversation').select('id').where('id', '=', reporter).forNoKeyUpdate(),
  )
  return lockTicketById(work, ticketId)
}

/** Returns the ticket as it is then; `undefined` when there is nothing more to do. */
async function fire(
  work: UnitOfWork,
  ticket: Locked,
  kind: TimerKind,
  isStale: boolean,
): Promise<Locked | undefined> {
  const { code, assigneeId } = ticket
  const timersFired = kind === 'offer' ? ticket.timersFired : [...ticket.timersFired, kind]
  const note = async (type: 'reminded' | 'overdue' | 'escalated' | 'askedAgain') => {
    const outcome = await applyEvent(work, ticket, {
      type,
      by: 'service',
      data: { timer: kind, late: isStale },
      also: { timersFired },
    })
    return outcome.ticket
  }
  switch (kind) {
    case 'offer': {
      if (assigneeId === null) return undefined
      const outcome = await applyEvent(work, ticket, {
        type: 'offerRanOut',
        by: 'service',
        memberId: assigneeId,
      })
      if (!outcome.ok) return undefined
      await tellAssignee(work, ticket, 'ranOut')
      await assignOpenTicket(work, ticket.id)
      const after = await lockTicketById(work, ticket.id)
      const dueAt = after?.offerDueAt ?? after?.resolutionDueAt ?? ticket.resolutionDueAt
      await tellResidents(work, ticket, {
        notice: 'firstResponseMissed',
        code,
        dueAt: dueAt.getTime(),
      })
      return after
    }
    case 'half':
    case 'fourFifths':
      if (!isStale && assigneeId !== null)
        await tellMember(work, assigneeId, {
          notice: 'reminder',
          code,
          dueAt: ticket.resolutionDueAt.getTime(),
        })
      return note('reminded')
    case 'due': {
      const newDate = doubleOf(timedOf(work, ticket), work.office.calendar)
      for (const id of await leadsOf(work, ticket))
        await tellMember(work, id, { notice: 'overdueForLead', code })
      if (assigneeId !== null)
        await tellMember(work, assigneeId, { notice: 'overdueForAssignee', code })
      await tellResidents(work, ticket, { notice: 'overdue', code, dueAt: newDate })
      return note('overdue')
    }
    case 'double':
      for (const id of await nearestSupervisors(work, ticket))
        await tellMember(work, id, { notice: 'overdueForSupervisor', code })
      await tellResidents(work, ticket, { notice: 'escalated', code })
      return note('escalated')
    case 'askAgain':
      if (!isStale) await tellReporter(work, ticket, { notice: 'askAgain', code })
      return note('askedAgain')
    case 'close': {
      if (!ticket.anonymous) await tellReporter(work, ticket, { notice: 'closedByTime', code })
      await tellFollowers(work, ticket, { notice: 'closedToo', code })
      return (
        await applyEvent(work, ticket, {
          type: 'closed',
          by: 'service',
          data: { by: 'timer' },
          also: { timersFired },
        })
      ).ticket
    }
    default:
      return unreachable(kind)
  }
}

/** After the calendar or a target has changed, the next timer is another one. */
function setNextTimer({ tx }: UnitOfWork, { id }: Locked, at: number | undefined): void {
  const timerAt = at === undefined ? null : new Date(at)
  tx.write(query.updateTable('Ticket').set({ timerAt }).where('id', '=', id))
}

/**
 * The leads of the ticket's team, less who has it; a complaint about staff is nobody else's
 * business (protection P07).
 */
async function leadsOf({ tx }: UnitOfWork, ticket: Locked): Promise<readonly string[]> {
  if (ticket.confidential || ticket.teamId === null) return []
  const leads = await tx.read(
    query
      .selectFrom('Member')
      .select('id')
      .where('teamId', '=', ticket.teamId)
      .where('role', 'in', [...rolesThatMay('leadTeam')]),
  )
  return leads.map(({ id }) => id).filter((id) => id !== ticket.assigneeId)
}

/** How often somebody is reminded of a ticket by hand: once an hour. */
const betweenRemindersMs = hour

/**
 * Reminds the handler of a ticket, for a person who oversees it. The caller checks that this person
 * may. Nobody is reminded of a ticket that has no handler, or twice within an hour.
 *
 * @returns whether the handler was reminded.
 */
export async function remindHandler(
  work: UnitOfWork,
  overseerId: string,
  code: string,
): Promise<boolean> {
  const ticket = await lockTicket(work, code)
  if (ticket === undefined || ticket.confidential || ticket.assigneeId === null) return false
  const isNoted = await noteReminder(work, ticket, overseerId, 'byHand')
  if (isNoted)
    await tellMember(work, ticket.assigneeId, {
      notice: 'reminder',
      code,
      dueAt: ticket.resolutionDueAt.getTime(),
    })
  return isNoted
}

/**
 * Asks the leads of a ticket's team to see to it, for a person who oversees it, as
 * {@link remindHandler}.
 *
 * @returns whether a lead was asked.
 */
export async function callLeads(
  work: UnitOfWork,
  overseerId: string,
  code: string,
): Promise<boolean> {
  const ticket = await lockTicket(work, code)
  if (ticket === undefined) return false
  const leads = await leadsOf(work, ticket)
  if (leads.length === 0 || !(await noteReminder(work, ticket, overseerId, 'leadByHand')))
    return false
  for (const id of leads) await tellMember(work, id, { notice: 'leadIsCalled', code })
  return true
}

/** Notes that somebody was reminded by hand; not where they were within the last hour. */
async function noteReminder(
  work: UnitOfWork,
  ticket: Locked,
  overseerId: string,
  timer: 'byHand' | 'leadByHand',
): Promise<boolean> {
  const [last] = await work.tx.read(statement<{ at: Date }>`
    select max("at") as "at" from "TicketEvent" where "ticketId" = ${ticket.id}::uuid
      and "type" = 'reminded' and "data" ->> 'timer' = ${timer}`)
  if (last?.at != null && work.at - last.at.getTime() < betweenRemindersMs) return false
  const { ok } = await applyEvent(work, ticket, {
    type: 'reminded',
    by: 'member',
    memberId: overseerId,
    data: { timer },
  })
  return ok
}

/** Tickets on which the clock has something to do by now, the longest waiting first. */
export async function ticketsWithTimerDue(
  db: Db,
  now: Date,
  limit: number,
): Promise<readonly string[]> {
  const rows = await db.prisma.ticket.findMany({
    where: { timerAt: { lte: now } },
    orderBy: { timerAt: 'asc' },
    take: limit,
    select: { id: true },
  })
  return rows.map(({ id }) => id)
}
