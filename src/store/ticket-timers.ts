import { doubleOf, type TimerKind, timersOf } from '../domain/timer.ts'
import { unreachable } from '../domain/unreachable.ts'
import { assignOpenTicket, nearestSupervisors } from './assignments.ts'
import type { Change, Db } from './connection.ts'
import { tell, tellMember } from './outbound.ts'
import { happen, type Locked, lockTicketById, tellFollowers, tellReporter, tellResidents, timedOf } from './tickets.ts'

/**
 * Does what the clock asks of a ticket by now, each thing once. Whatever the queue did, it follows from the row: what
 * has fired stands there, and a second call finds nothing to do.
 *
 * After a long standstill reminders whose deadline has passed too are left out.
 */
export async function fireTimers(change: Change, ticketId: string): Promise<void> {
  for (;;) {
    const ticket = await lockTicketById(change, ticketId)
    if (ticket === undefined) return
    const due = timersOf(timedOf(change, ticket), change.office.calendar).filter(({ at }) => at <= change.at)
    const [first] = due
    if (first === undefined) return void (await setNextTimer(change, ticket))
    const isStale = (first.kind === 'half' || first.kind === 'fourFifths' || first.kind === 'askAgain') && due.length > 1
    if (!(await fire(change, ticket, first.kind, isStale))) return
  }
}

/** Returns whether the ticket may have more to do. */
async function fire(change: Change, ticket: Locked, kind: TimerKind, isStale: boolean): Promise<boolean> {
  const { code, assigneeId } = ticket
  const timersFired = kind === 'offer' ? ticket.timersFired : [...ticket.timersFired, kind]
  const note = (type: 'reminded' | 'overdue' | 'escalated' | 'askedAgain') =>
    happen(change, ticket, { type, by: 'service', data: { timer: kind, late: isStale }, also: { timersFired } })
  switch (kind) {
    case 'offer': {
      if (assigneeId === null) return false
      const outcome = await happen(change, ticket, { type: 'offerRanOut', by: 'service', memberId: assigneeId })
      if (!outcome.ok) return false
      await tellMember(change, assigneeId, { notice: 'news', what: 'ranOut', code, ticketId: ticket.id, text: '' })
      await assignOpenTicket(change, ticket.id)
      const after = await lockTicketById(change, ticket.id)
      await tellResidents(change, ticket, {
        notice: 'firstResponseMissed',
        code,
        dueAt: (after?.offerDueAt ?? after?.resolutionDueAt ?? ticket.resolutionDueAt).getTime(),
      })
      return true
    }
    case 'half':
    case 'fourFifths':
      await note('reminded')
      if (!isStale && assigneeId !== null) await tellMember(change, assigneeId, { notice: 'reminder', code, dueAt: ticket.resolutionDueAt.getTime() })
      return true
    case 'due': {
      await note('overdue')
      const newDate = doubleOf(timedOf(change, ticket), change.office.calendar)
      for (const id of await leadsOf(change, ticket)) await tellMember(change, id, { notice: 'overdueForLead', code })
      if (assigneeId !== null) await tellMember(change, assigneeId, { notice: 'overdueForAssignee', code })
      await tellResidents(change, ticket, { notice: 'overdue', code, dueAt: newDate })
      return true
    }
    case 'double':
      await note('escalated')
      for (const id of await nearestSupervisors(change, ticket)) await tellMember(change, id, { notice: 'overdueForSupervisor', code })
      await tellResidents(change, ticket, { notice: 'escalated', code })
      return true
    case 'askAgain':
      await note('askedAgain')
      if (!isStale) await tellReporter(change, ticket, { notice: 'askAgain', code })
      return true
    case 'close':
      await happen(change, ticket, { type: 'closed', by: 'service', data: { by: 'timer' }, also: { timersFired } })
      if (ticket.conversationId !== null) await tell(change, ticket.conversationId, { notice: 'closedByTime', code })
      await tellFollowers(change, ticket, { notice: 'closedToo', code })
      return true
    default:
      return unreachable(kind)
  }
}

/** After the calendar or a target has changed, the next timer is another one. */
async function setNextTimer(change: Change, ticket: Locked): Promise<void> {
  const next = timersOf(timedOf(change, ticket), change.office.calendar)[0]?.at
  await change.tx.ticket.update({ where: { id: ticket.id }, data: { timerAt: next === undefined ? null : new Date(next) }, select: { id: true } })
}

/** The leads of the ticket's team, less who has it; a complaint about staff is nobody else's business (protection P07). */
async function leadsOf({ tx }: Change, ticket: Locked): Promise<readonly string[]> {
  if (ticket.confidential || ticket.teamId === null) return []
  const leads = await tx.member.findMany({ where: { teamId: ticket.teamId, role: 'lead' }, select: { id: true } })
  return leads.map(({ id }) => id).filter((id) => id !== ticket.assigneeId)
}

/** Tickets on which the clock has something to do by now, the longest waiting first. */
export async function ticketsWithTimerDue(db: Db, now: Date, limit: number): Promise<readonly string[]> {
  const rows = await db.ticket.findMany({ where: { timerAt: { lte: now } }, orderBy: { timerAt: 'asc' }, take: limit, select: { id: true } })
  return rows.map(({ id }) => id)
}
