import type { ExpressionBuilder } from 'kysely'
import { findableHandle, handlePlace } from '../mailbox/conversations.store.ts'
import { afterErasure, dayOf, keyRecord, namesInRecord } from '../mailbox/erasure-record.store.ts'
import { queueMessage } from '../mailbox/outbound.store.ts'
import { endReturnCode } from '../mailbox/return-codes.store.ts'
import type { UnitOfWork } from '../organisation/unit-of-work.store.ts'
import { releaseFiles } from '../platform/files/file-keys.ts'
import { day } from '../platform/instant.ts'
import { inBatches } from '../platform/postgres/batches.ts'
import type { Db } from '../platform/postgres/database.ts'
import { anyOf, type Query, query, statement } from '../platform/postgres/query.ts'
import type { DB } from '../platform/postgres/tables.ts'
import type { KeyRing } from '../platform/sealing/key-ring.ts'
import { placeIn } from '../platform/sealing/sealed-text.ts'
import { destroyKeys, destroyWords } from '../platform/sealing/word-keys.ts'
import { keyOfChat } from '../platform/sealing/words.ts'
import { deleteHandled, eraseLastWords, lastWordMs } from '../tickets/anonymity.store.ts'
import { messagesOf } from '../tickets/messages.store.ts'
import { applyEvent, lockTicket } from '../tickets/tickets.store.ts'
import { withdraw } from '../tickets/withdraw.store.ts'
import { eraseShown } from './erase-shown.store.ts'

/**
 * Erases all that is kept of a resident: words, files, conversation and, once they have been told,
 * the chat's handle. Open tickets are withdrawn, and anyone who had them learns that alone. What
 * counts stays without content: tickets, their times. (PIPL 47; protection P16.)
 */
export async function forget(work: UnitOfWork, conversationId: string): Promise<void> {
  const { tx } = work
  // All at once and by their ids, as everywhere: two who forget tickets that both have joined don't
  // wait for each other.
  const joined = query
    .selectFrom('Follower')
    .select('ticketId')
    .where('conversationId', '=', conversationId)
  tx.write(
    query
      .selectFrom('Ticket')
      .select('id')
      .where((each) =>
        each.or([each('conversationId', '=', conversationId), each('id', 'in', joined)]),
      )
      .orderBy('id')
      .forNoKeyUpdate(),
  )
  const own = await tx.read(
    query
      .selectFrom('Ticket')
      .select(['id', 'code'])
      .where('conversationId', '=', conversationId)
      .orderBy('id'),
  )
  for (const { code } of own) await withdraw(work, conversationId, code)
  const followed = await tx.read(
    query
      .selectFrom('Follower as f')
      .innerJoin('Ticket as t', 't.id', 'f.ticketId')
      .select(['f.id', 't.id as ticketId', 't.code'])
      .where('f.conversationId', '=', conversationId),
  )
  for (const { id, code } of followed) await leave(work, code, id)
  // Tickets that others have joined are theirs by now, without this resident's words; the rest has
  // nobody left to read it.
  const left = await tx.read(
    query
      .selectFrom('Ticket')
      .select(['id', (each) => each.exists(followersOf(each)).as('isShared')])
      .where('conversationId', '=', conversationId),
  )
  for (const { id, isShared } of left)
    await eraseMessages(
      work,
      isShared
        ? messagesOf(id, undefined)
        : query.selectFrom('TicketMessage').select('id').where('ticketId', '=', id),
    )
  tx.write(
    query
      .updateTable('Ticket')
      .set({ conversationId: null })
      .where('conversationId', '=', conversationId),
  )
  await eraseShown(work, [...own.map(({ id }) => id), ...followed.map((each) => each.ticketId)])
  await looseFilesOf(work, conversationId)
  endReturnCode(tx, conversationId)
  tx.write(deleteHandled(conversationId))
  tx.write(query.deleteFrom('Outbound').where('conversationId', '=', conversationId))
  const at = new Date(work.at)
  tx.write(
    statement`insert into "Erasure" ("hash", "at") select "handleHash", ${dayOf(at)}
      from "Conversation" where "id" = ${conversationId}::uuid on conflict do nothing`,
  )
  // What is written after this is of another chat, and no erasure of this day is meant by it.
  tx.write(
    statement`update "Conversation" set "createdAt" = ${afterErasure(at)} where "id" = ${conversationId}::uuid`,
  )
  await changeKey(work, conversationId)
  await queueMessage(work, conversationId, { notice: 'forgotten' })
}

/**
 * Destroys the key of a chat's words. What came in meanwhile is not erased: it gets the new key.
 */
async function changeKey(work: UnitOfWork, id: string): Promise<void> {
  const { tx } = work
  // Until the commit no message can be kept with the old key: `keepArrival` waits for this lock and
  // then finds the new key.
  tx.write(statement`select pg_advisory_xact_lock(hashtextextended(${id}, 36))`)
  const [chat] = await tx.read(
    query.selectFrom('Conversation').select(['id', 'wordKeyId']).where('id', '=', id),
  )
  if (chat === undefined) return
  const sealed = await tx.read(
    query
      .selectFrom('Inbound')
      .select(['id', 'externalId', 'payload'])
      .where('conversationId', '=', id)
      .where('doneAt', 'is', null)
      .where('setAsideAt', 'is', null),
  )
  const waiting = await tx.words.open('Inbound', sealed)
  const wordKeyId = await tx.words.newKeyId()
  for (const row of waiting) {
    const payload = await tx.words.seal(
      wordKeyId,
      row.payload,
      placeIn('Inbound', 'payload', row.externalId),
    )
    tx.write(
      query
        .updateTable('Inbound')
        .set({ payload: JSON.stringify(payload) })
        .where('id', '=', row.id),
    )
  }
  tx.write(query.updateTable('Conversation').set({ wordKeyId }).where('id', '=', id))
  work.chatKeys.set(id, wordKeyId)
  destroyKeys(work, [keyOfChat(chat)])
}

/**
 * How far back erasures are listed outside the database again: a process may have ended before it
 * did. In milliseconds.
 */
const listedAgainMs = 3 * day

/**
 * Erases the rows of those who were told that all is erased, with their handles. Anyone who has
 * written again since then has begun again and is kept. Returns what the record has of the last
 * days, for the list outside the database.
 */
export async function eraseForgotten(
  db: Db,
  keys: KeyRing,
  at: Date,
): Promise<readonly { readonly hash: Uint8Array; readonly at: Date }[]> {
  const before = new Date(at.getTime() - lastWordMs)
  await eraseLastWords(db, at)
  await keyRecord(db, keys)
  await db.transaction(async (tx) => {
    // Locked first: a message that comes in meanwhile either is seen here, or begins a new
    // conversation.
    const rows = await tx.read(
      query
        .selectFrom('Conversation')
        .select(['id', 'wordKeyId'])
        .where('forgottenAt', '<', before)
        .orderBy('id')
        .limit(500)
        .forUpdate(),
    )
    const ids = rows.map(({ id }) => id)
    const waiting = await tx.read(
      query
        .selectFrom('Inbound')
        .select('conversationId')
        .where('conversationId', '=', anyOf(ids, 'uuid'))
        .where('doneAt', 'is', null)
        .where('setAsideAt', 'is', null),
    )
    const kept = new Set(waiting.map(({ conversationId }) => conversationId))
    const gone = rows.filter(({ id }) => !kept.has(id))
    const goneIds = gone.map(({ id }) => id)
    destroyKeys({ tx }, gone.map(keyOfChat))
    tx.write(query.deleteFrom('Conversation').where('id', '=', anyOf(goneIds, 'uuid')))
  })
  return db.prisma.erasure.findMany({
    where: { at: { gte: new Date(at.getTime() - listedAgainMs) } },
  })
}

/**
 * The chats that a list of erasures is about and that are here all the same, from before they were
 * erased: a backup was restored. Keys may have rotated since: each chat is looked for by every key
 * of the ring.
 */
export async function findErased(
  db: Db,
  keys: KeyRing,
  erasures: readonly { readonly hash: Uint8Array; readonly at: Date }[],
): Promise<readonly string[]> {
  const erasedAt = new Map<string, Date>()
  for (const { hash, at } of [...(await db.prisma.erasure.findMany()), ...erasures]) {
    const name = Buffer.from(hash).toString('hex')
    const before = erasedAt.get(name)
    const end = afterErasure(at)
    if (before === undefined || before < end) erasedAt.set(name, end)
  }
  if (erasedAt.size === 0) return []
  const chats = inBatches(1_000, (after, take) =>
    db.prisma.conversation.findMany({
      where: { id: { gt: after } },
      orderBy: { id: 'asc' },
      take,
      select: { id: true, channel: true, handleSealed: true, createdAt: true },
    }),
  )
  const found: string[] = []
  for await (const { id, channel, handleSealed, createdAt } of chats) {
    const hashes = keys.hashes(findableHandle(channel, keys.open(handleSealed, handlePlace(id))))
    if (
      namesInRecord(keys, hashes).some(
        (hash) => createdAt < (erasedAt.get(Buffer.from(hash).toString('hex')) ?? createdAt),
      )
    )
      found.push(id)
  }
  return found
}

/** Whether anybody joined a ticket. */
function followersOf(ticket: ExpressionBuilder<DB, 'Ticket'>) {
  return ticket
    .selectFrom('Follower')
    .select('Follower.id')
    .whereRef('Follower.ticketId', '=', 'Ticket.id')
}

async function leave(work: UnitOfWork, code: string, followerId: string): Promise<void> {
  const ticket = await lockTicket(work, code)
  if (ticket === undefined) return
  await applyEvent(work, ticket, { type: 'left', by: 'resident' })
  work.tx.write(query.deleteFrom('Follower').where('id', '=', followerId))
  await eraseMessages(work, messagesOf(ticket.id, followerId))
}

async function eraseMessages(
  work: UnitOfWork,
  messages: Query<{ readonly id: bigint }>,
): Promise<void> {
  const { tx, after } = work
  const ids = (await tx.read(messages)).map(({ id }) => id)
  if (ids.length === 0) return
  const files = await tx.read(
    query.selectFrom('Attachment').select('id').where('messageId', '=', anyOf(ids, 'bigint')),
  )
  for (const { id } of files) after.deleteFiles.add(id)
  await destroyWords(work, ids)
  tx.write(releaseFiles(ids))
  tx.write(query.deleteFrom('TicketMessage').where('id', '=', anyOf(ids, 'bigint')))
}

/** Files that were sent and never became part of a report. */
async function looseFilesOf(work: UnitOfWork, conversationId: string): Promise<void> {
  const { tx, after } = work
  const rows = await tx.read(statement<{ id: string }>`
    select distinct "file" as "id" from "Inbound",
      jsonb_array_elements_text(case when jsonb_typeof("payload"->'files') = 'array'
      then "payload"->'files' else '[]' end) as "file"
    where "conversationId" = ${conversationId}::uuid`)
  const named = rows.map(({ id }) => id)
  const loose = await tx.read(
    query
      .selectFrom('Attachment')
      .select('id')
      .where('id', '=', anyOf(named, 'uuid'))
      .where('messageId', 'is', null),
  )
  for (const { id } of loose) after.deleteFiles.add(id)
  destroyKeys(
    work,
    loose.map(({ id }) => id),
  )
}
