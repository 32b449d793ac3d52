import { queueMessage } from '../mailbox/outbound.store.ts'
import type { UnitOfWork } from '../organisation/unit-of-work.store.ts'
import { releaseFiles } from '../platform/files/file-keys.ts'
import { anyOf, query } from '../platform/postgres/query.ts'
import { destroyWords } from '../platform/sealing/word-keys.ts'
import { untie } from './anonymity.store.ts'
import { messagesOf } from './messages.store.ts'
import { tellAssignee } from './tell.store.ts'
import {
  applyEvent,
  type Locked,
  lockReported,
  type Outcome,
  ok,
  refused,
} from './tickets.store.ts'

/**
 * The resident takes the ticket back; nobody works on it any more. Where others have joined, it is
 * theirs from then on: only this resident's words leave it.
 */
export async function withdraw(
  work: UnitOfWork,
  conversationId: string,
  code: string,
): Promise<Outcome> {
  const ticket = await lockReported(work, conversationId, code)
  if (ticket === undefined) return refused('notYours')
  const outcome = await takeBack(work, ticket)
  if (outcome.ok && !ticket.anonymous)
    await queueMessage(work, conversationId, { notice: 'withdrawn', code })
  return outcome
}

/** Takes a ticket back without a word to its resident. */
export async function takeBack(work: UnitOfWork, ticket: Locked): Promise<Outcome> {
  const [heir] = await work.tx.read(
    query
      .selectFrom('Follower')
      .select(['id', 'conversationId'])
      .where('ticketId', '=', ticket.id)
      .orderBy('joinedAt')
      .limit(1),
  )
  const isOver = ticket.status === 'closed' || ticket.status === 'withdrawn'
  if (heir !== undefined && !isOver) return passOn(work, ticket, heir)
  const outcome = await applyEvent(work, ticket, { type: 'withdrawn', by: 'resident' })
  if (!outcome.ok) return outcome
  await tellAssignee(work, ticket, 'withdrawn')
  return ok
}

/**
 * Another resident of the same ticket takes the first one's place; the first one's words and files
 * leave it.
 */
async function passOn(
  work: UnitOfWork,
  ticket: Locked,
  heir: { readonly id: string; readonly conversationId: string },
): Promise<Outcome> {
  const { tx } = work
  const outcome = await applyEvent(work, ticket, { type: 'left', by: 'resident' })
  if (!outcome.ok) return outcome
  const gone = (await tx.read(messagesOf(ticket.id, undefined))).map(({ id }) => id)
  await destroyWords(work, gone)
  tx.write(releaseFiles(gone))
  tx.write(query.deleteFrom('TicketMessage').where('id', '=', anyOf(gone, 'bigint')))
  tx.write(query.deleteFrom('Follower').where('id', '=', heir.id))
  tx.write(
    query
      .updateTable('TicketMessage')
      .set({ writerId: null })
      .where('ticketId', '=', ticket.id)
      .where('writerId', '=', heir.id),
  )
  const wordKeyId = await tx.words.newKeyId()
  tx.write(
    query
      .updateTable('Ticket')
      .set({ conversationId: heir.conversationId, anonymous: false, wordKeyId })
      .where('id', '=', ticket.id),
  )
  if (ticket.anonymous && ticket.conversationId !== null)
    await untie(work, ticket.conversationId, ticket.code)
  return ok
}
