import { createHash } from 'node:crypto'
import type { ExpressionBuilder } from 'kysely'
import type { Category } from '../categories/category.ts'
import { queueMessage } from '../mailbox/outbound.store.ts'
import type { Priority } from '../organisation/deadline.ts'
import type { UnitOfWork } from '../organisation/unit-of-work.store.ts'
import { takeFiles } from '../platform/files/file-keys.ts'
import { day, type Instant } from '../platform/instant.ts'
import type { Transaction } from '../platform/postgres/database.ts'
import { anyOf, query, statement } from '../platform/postgres/query.ts'
import type { DB } from '../platform/postgres/tables.ts'
import { inTransit } from '../platform/sealing/sealed-text.ts'
import { destroyWords } from '../platform/sealing/word-keys.ts'
import { appendMessageWithId } from './append.store.ts'
import { holdsNumber, masked } from './contact.ts'
import { messagesOf } from './messages.store.ts'
import { openTicket } from './open-ticket.store.ts'
import { tellAssignee } from './tell.store.ts'
import {
  applyEvent,
  type Locked,
  lockTicketById,
  lockTicketOf,
  newTicketCode,
  type Outcome,
  ok,
  refused,
  type Words,
} from './tickets.store.ts'

/**
 * An open ticket that a report may be like. `text` is compared and never shown to the other
 * resident.
 */
export type Alike = { readonly handle: string; readonly text: string }

/** Reports of one matter come within days. */
const nearInTime = 14 * day

/**
 * Open tickets of others in the same place and of the same category, of the last two weeks.
 * Complaints about staff are never among them.
 */
export async function openTicketsLike(
  tx: Transaction,
  at: Instant,
  conversationId: string,
  placeCode: string,
  category: Category,
): Promise<readonly Alike[]> {
  const rows = await tx.read(statement<{
    id: string
    messages: { text: string; sealedAs: string | null }[]
  }>`
    select "id"::text as "id", (
      select coalesce(jsonb_agg(jsonb_build_object('text', "text", 'sealedAs', "sealedAs")
        order by "id"), '[]') from (
        select * from "TicketMessage" where "ticketId" = t."id" and "kind" = 'report' order by "id"
          limit 3) m) as "messages"
    from "Ticket" t
    where "placeCode" = ${placeCode} and "category" = ${category} and not "confidential"
      and "status" in ('open', 'assigned', 'accepted')
      and "openedAt" > ${new Date(at - nearInTime)} and "conversationId" is distinct
        from ${conversationId}::uuid
      and not exists (select 1 from "Follower" where "ticketId" = t."id"
        and "conversationId" = ${conversationId}::uuid)
    order by "openedAt" desc limit 30`)
  return Promise.all(
    rows.map(async ({ id, messages }) => {
      const words = await tx.words.open('TicketMessage', messages)
      return {
        handle: handleOf(id, conversationId),
        text: words.map(({ text }) => text).join('\n'),
      }
    }),
  )
}

/**
 * What a ticket is called in another's chat before they have joined it. Its id is random, and known
 * to nobody outside.
 */
function handleOf(ticketId: string, conversationId: string): string {
  return createHash('sha256')
    .update(`${ticketId}:${conversationId}`)
    .digest('base64url')
    .slice(0, 16)
}

/**
 * A resident joins a ticket ("me too"): their words go to the handler, and they hear of what
 * happens. Neither resident learns of the other.
 */
export async function follow(
  work: UnitOfWork,
  conversationId: string,
  {
    handle,
    placeCode,
    category,
  }: { readonly handle: string; readonly placeCode: string; readonly category: Category },
  items: readonly Words[],
): Promise<Outcome> {
  const open = await work.tx.read(
    query
      .selectFrom('Ticket')
      .select('id')
      .where('placeCode', '=', placeCode)
      .where('category', '=', category)
      .where('confidential', '=', false)
      .where('status', 'in', ['open', 'assigned', 'accepted', 'resolved']),
  )
  const found = open.find(({ id }) => handleOf(id, conversationId) === handle)
  const ticket = found === undefined ? undefined : await lockTicketById(work, found.id)
  if (ticket === undefined || ticket.confidential) return refused('notYours')
  const outcome = await applyEvent(work, ticket, { type: 'joined', by: 'resident' })
  if (!outcome.ok) return outcome
  const [source] = items.flatMap((item) => item.source ?? [])
  const words = {
    text: items.map(({ text }) => text).join('\n'),
    files: items.flatMap(({ files }) => files),
    ...(source === undefined ? {} : { source }),
  }
  const [id, code] = [await work.tx.words.newKeyId(), newTicketCode()]
  const messageId = await appendMessageWithId(work, {
    ticket,
    by: 'resident',
    kind: 'joined',
    words,
    writerId: id,
  })
  work.tx.write(
    query.insertInto('Follower').values({
      ticketId: ticket.id,
      conversationId,
      messageId,
      joinedAt: new Date(work.at),
      id,
      alias: code,
    }),
  )
  if (ticket.assigneeId !== null && words.text.trim() !== '')
    await tellAssignee(
      work,
      ticket,
      'added',
      await work.tx.words.seal(id, masked(words.text), inTransit),
    )
  await queueMessage(work, conversationId, { notice: 'followed', code })
  if (holdsNumber(words.text))
    await queueMessage(work, conversationId, { notice: 'numberHidden', code })
  return ok
}

/** The row of a chat that has joined a ticket. */
export function followerOf(ticketId: string, conversationId: string) {
  return query
    .selectFrom('Follower')
    .select(['id', 'objectedAt'])
    .where('ticketId', '=', ticketId)
    .where('conversationId', '=', conversationId)
}

/** The ids of a message's files. */
function filesIn(message: ExpressionBuilder<DB, 'TicketMessage'>) {
  return message.fn<string[]>('array', [
    message
      .selectFrom('Attachment')
      .select('Attachment.id')
      .whereRef('Attachment.messageId', '=', 'TicketMessage.id'),
  ])
}

/**
 * It was another matter after all: the resident's words leave the ticket and become one of their
 * own, nothing lost.
 */
export async function unfollow(
  work: UnitOfWork,
  conversationId: string,
  code: string,
  judge: (items: readonly Words[]) => { readonly priority: Priority; readonly language: string },
): Promise<Outcome> {
  const ticket = await lockTicketOf(work, conversationId, code)
  if (ticket === undefined) return refused('notYours')
  const [follower] = await work.tx.read(followerOf(ticket.id, conversationId))
  if (follower === undefined) return refused('notYours')
  const outcome = await applyEvent(work, ticket, { type: 'left', by: 'resident' })
  if (!outcome.ok) return outcome
  work.tx.write(query.deleteFrom('Follower').where('id', '=', follower.id))
  await queueMessage(work, conversationId, { notice: 'unfollowed', code })
  const own = await work.tx.read(
    messagesOf(ticket.id, follower.id)
      .select(['text', 'sealedAs', (each) => filesIn(each).as('files')])
      .orderBy('id'),
  )
  if (own.length === 0) return ok
  const words = await work.tx.words.open('TicketMessage', own)
  const ids = own.map(({ id }) => id)
  await takeFiles(work.tx, ids)
  await destroyWords(work, ids)
  work.tx.write(query.deleteFrom('TicketMessage').where('id', '=', anyOf(ids, 'bigint')))
  const { placeCode, category } = ticket
  await openTicket(work, { conversationId, words, placeCode, category, ...judge(words) })
  return ok
}

export type Follower = { readonly id: string; readonly objectedAt: Date | null }

/** The chat as one that has joined the ticket. */
export async function followerIn(
  { tx }: UnitOfWork,
  ticket: Locked,
  conversationId: string,
): Promise<Follower | undefined> {
  const [row] = await tx.read(followerOf(ticket.id, conversationId))
  return row
}
