import { tell } from '../mailbox/outbound.store.ts'
import type { Change } from '../platform/postgres/database.ts'
import { openTicket, takeBack } from '../tickets/resident-requests.store.ts'
import {
  done,
  happen,
  type Locked,
  lockTicketOf,
  type Outcome,
  ofReporter,
  refused,
} from '../tickets/tickets.store.ts'
import { eraseShown } from './erase-resident.store.ts'

/**
 * The resident does not feel safe (`/unsafe`, protection P09): their words leave the ticket at once
 * and become a complaint about whoever had it, for the level above, to be answered by a human
 * within one working day. For everybody else the ticket was taken back, as any other, and nothing
 * ties the two: not a column, not an event, not a code.
 *
 * Works on any ticket of theirs, over ones and joined ones too.
 */
export async function makeSafe(
  change: Change,
  conversationId: string,
  code: string,
): Promise<Outcome> {
  const { tx } = change
  const ticket = await lockTicketOf(change, conversationId, code)
  if (ticket === undefined) return refused('notYours')
  const joined = await tx.follower.findUnique({
    where: { ticketId_conversationId: { ticketId: ticket.id, conversationId } },
    select: { id: true },
  })
  const isOwn = ticket.conversationId === conversationId
  if (!isOwn && joined === null) return refused('notYours')
  const messages = await tx.ticketMessage.findMany({
    where: { ticketId: ticket.id, ...(isOwn ? ofReporter : { writerId: joined?.id ?? null }) },
    select: { id: true },
  })
  await tell(change, conversationId, { notice: 'madeSafe', code })
  await eraseShown(change, [ticket.id])
  await openTicket(change, {
    conversationId,
    words: { messages: messages.map(({ id }) => id) },
    placeCode: ticket.placeCode,
    category: 'complaint_staff',
    priority: ticket.priority,
    language: ticket.language,
    concerns: ticket.concerns === 'above' ? 'above' : 'team',
    concernedIds: await concernedIn(change, ticket),
    anonymous: isOwn && ticket.anonymous,
  })
  if (isOwn) await leaveQuietly(change, ticket)
  else {
    await happen(change, ticket, { type: 'left', by: 'resident' })
    await tx.follower.delete({
      where: { ticketId_conversationId: { ticketId: ticket.id, conversationId } },
    })
  }
  return done
}

/** Whoever has the ticket, or had it last, and whom it was about before. */
async function concernedIn({ tx }: Change, ticket: Locked): Promise<readonly string[]> {
  const last = await tx.ticketEvent.findFirst({
    where: { ticketId: ticket.id, type: { in: ['assigned', 'reassigned'] } },
    orderBy: { seq: 'desc' },
    select: { memberId: true },
  })
  const handler = ticket.assigneeId ?? last?.memberId
  return [...new Set([...ticket.concernedIds, ...(handler == null ? [] : [handler])])]
}

/**
 * An anonymous report is untied when it is over; here its words go on, and its resident with them.
 */
async function leaveQuietly(change: Change, ticket: Locked): Promise<void> {
  if (ticket.status === 'closed' || ticket.status === 'withdrawn') return
  if (!ticket.anonymous) return void (await takeBack(change, ticket))
  await change.tx.ticket.update({
    where: { id: ticket.id },
    data: { conversationId: null },
    select: { id: true },
  })
  await takeBack(change, { ...ticket, conversationId: null })
}
