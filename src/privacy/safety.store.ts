import { queueMessage } from '../mailbox/outbound.store.ts'
import type { UnitOfWork } from '../organisation/unit-of-work.store.ts'
import { query } from '../platform/postgres/query.ts'
import { followerOf } from '../tickets/followers.store.ts'
import { messagesOf } from '../tickets/messages.store.ts'
import { openTicket } from '../tickets/open-ticket.store.ts'
import {
  applyEvent,
  type Locked,
  lockTicketOf,
  type Outcome,
  ok,
  refused,
} from '../tickets/tickets.store.ts'
import { takeBack } from '../tickets/withdraw.store.ts'
import { eraseShown } from './erase-shown.store.ts'

/**
 * The resident does not feel safe (`/unsafe`, protection P09): their words leave the ticket at once
 * and become a complaint about the member who had it, for the level above, to be answered by a
 * human within one working day. For everybody else the ticket was taken back, as any other, and
 * nothing ties the two: not a column, not an event, not a code.
 *
 * Works on any ticket of theirs, over ones and joined ones too.
 */
export async function makeSafe(
  work: UnitOfWork,
  conversationId: string,
  code: string,
): Promise<Outcome> {
  const { tx } = work
  const ticket = await lockTicketOf(work, conversationId, code)
  if (ticket === undefined) return refused('notYours')
  const [joined] = await tx.read(followerOf(ticket.id, conversationId))
  const isOwn = ticket.conversationId === conversationId
  if (!isOwn && joined === undefined) return refused('notYours')
  const messages = await tx.read(messagesOf(ticket.id, isOwn ? undefined : joined?.id))
  await queueMessage(work, conversationId, { notice: 'madeSafe', code })
  await eraseShown(work, [ticket.id])
  await openTicket(work, {
    conversationId,
    words: { messages: messages.map(({ id }) => id) },
    placeCode: ticket.placeCode,
    category: 'complaint_staff',
    priority: ticket.priority,
    language: ticket.language,
    concerns: ticket.concerns === 'above' ? 'above' : 'team',
    concernedIds: await concernedIn(work, ticket),
    anonymous: isOwn && ticket.anonymous,
  })
  if (isOwn) await leaveQuietly(work, ticket)
  else {
    await applyEvent(work, ticket, { type: 'left', by: 'resident' })
    if (joined !== undefined) tx.write(query.deleteFrom('Follower').where('id', '=', joined.id))
  }
  return ok
}

/** Anyone who has the ticket, or had it last, and whom it was about before. */
async function concernedIn({ tx }: UnitOfWork, ticket: Locked): Promise<readonly string[]> {
  const [last] = await tx.read(
    query
      .selectFrom('TicketEvent')
      .select('memberId')
      .where('ticketId', '=', ticket.id)
      .where('type', 'in', ['assigned', 'reassigned'])
      .orderBy('seq', 'desc')
      .limit(1),
  )
  const handler = ticket.assigneeId ?? last?.memberId
  return [...new Set([...ticket.concernedIds, ...(handler == null ? [] : [handler])])]
}

/**
 * An anonymous report is untied when it is over; here its words go on, and its resident with them.
 */
async function leaveQuietly(work: UnitOfWork, ticket: Locked): Promise<void> {
  if (ticket.status === 'closed' || ticket.status === 'withdrawn') return
  if (!ticket.anonymous) return void (await takeBack(work, ticket))
  work.tx.write(
    query.updateTable('Ticket').set({ conversationId: null }).where('id', '=', ticket.id),
  )
  await takeBack(work, { ...ticket, conversationId: null })
}
