import type { Instant } from '../../platform/instant.ts'
import type { ListedTicket } from './ticket.ts'

/** What a ticket asks of its handler, the most pressing first. */
export const groups = [
  'danger',
  'fresh',
  'answered',
  'overdue',
  'waiting',
  'underWay',
  'solved',
] as const
export type Group = (typeof groups)[number]

/** Which of them a ticket is in. */
export function groupOf(ticket: ListedTicket, now: Instant): Group {
  if (ticket.status === 'resolved') return 'solved'
  if (ticket.priority === 'danger') return 'danger'
  if (ticket.status === 'assigned') return ticket.dueAt.getTime() < now ? 'overdue' : 'fresh'
  if (ticket.hasAnswered) return 'answered'
  if (ticket.waitsForResident) return 'waiting'
  return ticket.dueAt.getTime() < now ? 'overdue' : 'underWay'
}

/** Tickets with their groups: the groups in their order, and in each the deadline that is next. */
export function grouped(
  tickets: readonly ListedTicket[],
  now: Instant,
): readonly { readonly group: Group; readonly ticket: ListedTicket }[] {
  return tickets
    .map((ticket) => ({ group: groupOf(ticket, now), ticket }))
    .sort(
      (a, b) =>
        groups.indexOf(a.group) - groups.indexOf(b.group) ||
        a.ticket.dueAt.getTime() - b.ticket.dueAt.getTime() ||
        (a.ticket.code < b.ticket.code ? -1 : 1),
    )
}
