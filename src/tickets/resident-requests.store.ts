import { queueMessage, tellMember } from '../mailbox/outbound.store.ts'
import { moved } from '../organisation/deadline.ts'
import type { UnitOfWork } from '../organisation/unit-of-work.store.ts'
import { query } from '../platform/postgres/query.ts'
import { inTransit } from '../platform/sealing/sealed-text.ts'
import { keyOfReporter } from '../platform/sealing/words.ts'
import { appendMessage } from './append.store.ts'
import { holdsNumber, masked } from './contact.ts'
import { makeUrgent } from './danger.store.ts'
import { followerIn } from './followers.store.ts'
import { messagesOf } from './messages.store.ts'
import { filesOf, ofTicket, tellAssignee, tellFollowers } from './tell.store.ts'
import {
  applyEvent,
  type Locked,
  lockReported,
  lockTicketOf,
  type Outcome,
  ok,
  refused,
  timedOf,
  type Words,
} from './tickets.store.ts'

/** The most photos and voice notes that one ticket takes. */
const mostFiles = 10

/**
 * The resident adds to a ticket, or answers the member's question on it; then the clock goes on
 * from where it stood.
 *
 * @param isMore it follows words that were just added there: the answer to those stands for it too.
 */
export async function addToTicket(
  work: UnitOfWork,
  conversationId: string,
  code: string,
  items: readonly Words[],
  isUrgent: boolean,
  isMore = false,
): Promise<Outcome> {
  const ticket = await lockReported(work, conversationId, code)
  if (ticket === undefined) return refused('notYours')
  if (await isTooMany(work, ticket, items)) return refused('tooManyFiles')
  const type = ticket.questionAt === null ? 'added' : 'answered'
  const outcome = await applyEvent(work, ticket, {
    type,
    by: 'resident',
    ...(type === 'answered' ? { data: clockGoesOn(work, ticket) } : {}),
  })
  if (!outcome.ok) return outcome
  for (const item of items) {
    await appendMessage(work, ticket, 'resident', type, item)
    if (ticket.assigneeId !== null) await passToMember(work, ticket, ticket.assigneeId, type, item)
  }
  const dueAt = (outcome.ticket ?? ticket).resolutionDueAt.getTime()
  if (!isMore || type === 'answered')
    await queueMessage(
      work,
      conversationId,
      ofTicket(
        ticket,
        type === 'answered' ? { notice: 'answered', code, dueAt } : { notice: 'added', code },
      ),
    )
  if (items.some(({ text }) => holdsNumber(text)))
    await queueMessage(work, conversationId, { notice: 'numberHidden', code })
  if (isUrgent && outcome.ticket !== undefined) await makeUrgent(work, outcome.ticket)
  return ok
}

async function isTooMany(
  { tx }: UnitOfWork,
  { id }: Locked,
  items: readonly Words[],
): Promise<boolean> {
  const more = items.reduce((sum, { files }) => sum + files.length, 0)
  if (more === 0) return false
  const there = await tx.read(
    query
      .selectFrom('Attachment')
      .innerJoin('TicketMessage', 'TicketMessage.id', 'Attachment.messageId')
      .select('Attachment.id')
      .where('TicketMessage.ticketId', '=', id),
  )
  return more + there.length > mostFiles
}

/** The member who has the ticket gets what the resident wrote to it, words first. */
async function passToMember(
  work: UnitOfWork,
  ticket: Locked,
  memberId: string,
  what: 'added' | 'answered' | 'corrected',
  item: Words,
): Promise<void> {
  const { id: ticketId, code } = ticket
  const words =
    item.text.trim() === ''
      ? []
      : [
          {
            notice: 'news' as const,
            what,
            code,
            ticketId,
            text: await work.tx.words.seal(keyOfReporter(ticket), masked(item.text), inTransit),
          },
        ]
  await tellMember(work, memberId, ...words, ...filesOf(ticket, item))
}

/**
 * The resident edited a message that is in a ticket: the first wording stays, and the new one
 * follows it as a correction.
 */
export async function correct(
  work: UnitOfWork,
  conversationId: string,
  code: string,
  item: Words,
  isUrgent: boolean,
): Promise<Outcome> {
  const ticket = await lockTicketOf(work, conversationId, code)
  if (ticket === undefined) return refused('notYours')
  const follower = await followerIn(work, ticket, conversationId)
  if (ticket.conversationId !== conversationId && follower === undefined) return refused('notYours')
  if (await isTooMany(work, ticket, [item])) return refused('tooManyFiles')
  const outcome = await applyEvent(work, ticket, { type: 'corrected', by: 'resident' })
  if (!outcome.ok) return outcome
  await appendMessage(work, ticket, 'resident', 'corrected', item, follower?.id)
  if (ticket.assigneeId !== null)
    await passToMember(work, ticket, ticket.assigneeId, 'corrected', item)
  await queueMessage(work, conversationId, { notice: 'corrected', code })
  if (holdsNumber(item.text))
    await queueMessage(work, conversationId, { notice: 'numberHidden', code })
  if (isUrgent && outcome.ticket !== undefined) await makeUrgent(work, outcome.ticket)
  return ok
}

/** The resolution deadline after the clock stood, waiting for the resident. */
export function clockGoesOn(
  work: UnitOfWork,
  ticket: Locked,
): { readonly resolutionDueAt: number } | Record<never, never> {
  if (ticket.questionAt === null) return {}
  const { byTheClock } = timedOf(work, ticket)
  return {
    resolutionDueAt: moved(
      ticket.resolutionDueAt.getTime(),
      ticket.questionAt.getTime(),
      work.at,
      byTheClock,
      work.office.calendar,
    ),
  }
}

/**
 * The resident lets the handler see the telephone and identity numbers that they have written, for
 * this one ticket and no more: who joined decides for their own words, and who wrote it for theirs
 * (protection P28).
 */
export async function showNumbers(
  work: UnitOfWork,
  conversationId: string,
  code: string,
): Promise<Outcome> {
  const ticket = await lockTicketOf(work, conversationId, code)
  if (ticket === undefined) return refused('notYours')
  const follower = await followerIn(work, ticket, conversationId)
  if (ticket.conversationId !== conversationId && follower === undefined) return refused('notYours')
  const writerId = ticket.conversationId === conversationId ? undefined : follower?.id
  work.tx.write(
    query
      .updateTable('TicketMessage')
      .set({ numbersShown: true })
      .where('id', 'in', messagesOf(ticket.id, writerId)),
  )
  if (ticket.assigneeId !== null)
    await tellMember(work, ticket.assigneeId, { notice: 'card', ticketId: ticket.id })
  await queueMessage(work, conversationId, { notice: 'numberShown', code })
  return ok
}

/** The resident agrees that it helped: the ticket is closed, and one question is asked. */
export async function agree(
  work: UnitOfWork,
  conversationId: string,
  code: string,
): Promise<Outcome> {
  const ticket = await lockReported(work, conversationId, code)
  if (ticket === undefined) return refused('notYours')
  const outcome = await applyEvent(work, ticket, {
    type: 'closed',
    by: 'resident',
    data: { by: 'resident' },
  })
  if (!outcome.ok) return outcome
  if (!ticket.anonymous) await queueMessage(work, conversationId, { notice: 'closed', code })
  await tellFollowers(work, ticket, { notice: 'closedToo', code })
  await tellAssignee(work, ticket, 'closed')
  return ok
}

/** The resident says once whether they are content. A second answer is refused. */
export async function rate(
  work: UnitOfWork,
  conversationId: string,
  code: string,
  satisfied: boolean,
): Promise<Outcome> {
  const ticket = await lockReported(work, conversationId, code)
  if (ticket === undefined) return refused('notYours')
  const [before] = await work.tx.read(
    query.selectFrom('Ticket').select('satisfied').where('id', '=', ticket.id),
  )
  if (before?.satisfied !== null) return refused('alreadyRated')
  const outcome = await applyEvent(work, ticket, {
    type: 'rated',
    by: 'resident',
    data: { satisfied },
  })
  return outcome.ok ? ok : outcome
}

/**
 * A word to the answer, if the resident likes: it goes to the handler and stands with the ticket.
 */
export async function addWordToRating(
  work: UnitOfWork,
  conversationId: string,
  code: string,
  item: Words,
): Promise<Outcome> {
  const ticket = await lockReported(work, conversationId, code)
  if (ticket?.status !== 'closed') return refused('notYours')
  await appendMessage(work, ticket, 'resident', 'rating', item)
  return ok
}
