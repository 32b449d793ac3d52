import type { Category } from '../domain/category.ts'
import { holdsNumber, masked } from '../domain/contact.ts'
import type { Priority } from '../domain/deadline.ts'
import { day, type Instant } from '../domain/instant.ts'
import type { Change, Transaction } from './connection.ts'
import { tell, tellMember } from './outbound.ts'
import { openTicket } from './resident-requests.ts'
import { appendMessage, done, happen, lockTicket, type Outcome, refused, type Words } from './tickets.ts'

/** An open ticket that a report may be like. `text` is compared and never shown to the other resident. */
export type Alike = { readonly code: string; readonly openedAt: Instant; readonly text: string }

/** Reports of one matter come within days. */
const nearInTime = 14 * day

/** Open tickets of others in the same place and of the same category, of the last two weeks. Complaints about staff are never among them. */
export async function openTicketsLike(tx: Transaction, at: Instant, conversationId: string, placeCode: string, category: Category): Promise<readonly Alike[]> {
  const rows = await tx.$queryRaw<(Omit<Alike, 'openedAt'> & { openedAt: Date })[]>`
    select "code", "openedAt", array_to_string(array(
      select "text" from "TicketMessage" where "ticketId" = t."id" and "kind" = 'report' order by "id" limit 3), chr(10)) as "text"
    from "Ticket" t
    where "placeCode" = ${placeCode} and "category" = ${category} and not "confidential" and "status" in ('open', 'assigned', 'accepted')
      and "openedAt" > ${new Date(at - nearInTime)} and "conversationId" is distinct from ${conversationId}::uuid
      and not exists (select 1 from "Follower" where "ticketId" = t."id" and "conversationId" = ${conversationId}::uuid)
    order by "openedAt" desc limit 30`
  return rows.map((row) => ({ ...row, openedAt: row.openedAt.getTime() }))
}

/** A resident joins a ticket ("me too"): their words go to the handler, and they hear of what happens. Neither resident learns of the other. */
export async function follow(change: Change, conversationId: string, code: string, items: readonly Words[]): Promise<Outcome> {
  const ticket = await lockTicket(change, code)
  if (ticket === undefined || ticket.confidential) return refused('notYours')
  const outcome = await happen(change, ticket, { type: 'joined', by: 'resident' })
  if (!outcome.ok) return outcome
  const [source] = items.flatMap((item) => item.source ?? [])
  const words = { text: items.map(({ text }) => text).join('\n'), files: items.flatMap(({ files }) => files), ...(source === undefined ? {} : { source }) }
  const messageId = await appendMessage(change, ticket.id, 'resident', 'joined', words)
  await change.tx.follower.createMany({ data: [{ ticketId: ticket.id, conversationId, messageId, joinedAt: new Date(change.at) }], skipDuplicates: true })
  if (ticket.assigneeId !== null && words.text.trim() !== '')
    await tellMember(change, ticket.assigneeId, { notice: 'news', what: 'added', code, ticketId: ticket.id, text: masked(words.text) })
  await tell(change, conversationId, { notice: 'followed', code })
  if (holdsNumber(words.text)) await tell(change, conversationId, { notice: 'numberHidden', code })
  return done
}

/** It was another matter after all: the resident's words leave the ticket and become one of their own, nothing lost. */
export async function unfollow(
  change: Change,
  conversationId: string,
  code: string,
  judge: (items: readonly Words[]) => { readonly priority: Priority; readonly language: string },
): Promise<Outcome> {
  const ticket = await lockTicket(change, code)
  if (ticket === undefined) return refused('notYours')
  const [follower] = await change.tx.follower.findMany({ where: { ticketId: ticket.id, conversationId }, select: { messageId: true } })
  if (follower === undefined) return refused('notYours')
  const outcome = await happen(change, ticket, { type: 'left', by: 'resident' })
  if (!outcome.ok) return outcome
  await change.tx.follower.delete({ where: { ticketId_conversationId: { ticketId: ticket.id, conversationId } } })
  await tell(change, conversationId, { notice: 'unfollowed', code })
  const message =
    follower.messageId === null
      ? null
      : await change.tx.ticketMessage.findUnique({ where: { id: follower.messageId }, select: { text: true, attachments: { select: { id: true } } } })
  if (message === null || follower.messageId === null) return done
  const words = { text: message.text, files: message.attachments.map(({ id }) => id) }
  await change.tx.attachment.updateMany({ where: { id: { in: words.files } }, data: { messageId: null } })
  await change.tx.ticketMessage.delete({ where: { id: follower.messageId } })
  const { placeCode, category } = ticket
  await openTicket(change, { conversationId, words: [words], placeCode, category, ...judge([words]) })
  return done
}
