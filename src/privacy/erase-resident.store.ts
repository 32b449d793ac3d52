import { findableHandle, handlePlace } from '../mailbox/conversations.store.ts'
import { afterErasure, dayOf, keyRecord, namesInRecord } from '../mailbox/erasure-record.store.ts'
import type { Notice } from '../mailbox/notice.ts'
import { tell } from '../mailbox/outbound.store.ts'
import { endReturnCode } from '../mailbox/return-codes.store.ts'
import { day } from '../platform/instant.ts'
import { inBatches } from '../platform/postgres/batches.ts'
import type { Change, Db } from '../platform/postgres/database.ts'
import type { KeyRing } from '../platform/sealing/key-ring.ts'
import { placeIn } from '../platform/sealing/sealed-text.ts'
import { destroyKeys, destroyWords } from '../platform/sealing/word-keys.ts'
import { keyOfChat } from '../platform/sealing/words.ts'
import { eraseLastWords, lastWordMs } from '../tickets/anonymity.store.ts'
import { withdraw } from '../tickets/resident-requests.store.ts'
import { happen, lockTicket, ofReporter } from '../tickets/tickets.store.ts'

/**
 * Erases all that is kept of a resident: words, files, conversation and, once they have been told,
 * the chat's handle. Open tickets are withdrawn, and whoever had them learns that alone. What
 * counts stays without content: tickets, their times. (PIPL 47; protection P16.)
 */
export async function forget(change: Change, conversationId: string): Promise<void> {
  const { tx } = change
  // All at once and by their ids, as everywhere: two who forget tickets that both have joined don't
  // wait for each other.
  await tx.$executeRaw`
    select 1 from "Ticket" where "conversationId" = ${conversationId}::uuid
      or "id" in (select "ticketId" from "Follower" where "conversationId" = ${conversationId}::uuid) order by "id" for no key update`
  const own = await tx.ticket.findMany({
    where: { conversationId },
    orderBy: { id: 'asc' },
    select: { id: true, code: true },
  })
  for (const { code } of own) await withdraw(change, conversationId, code)
  const followed = await tx.follower.findMany({
    where: { conversationId },
    select: { id: true, ticket: { select: { id: true, code: true } } },
  })
  for (const { id, ticket } of followed) await leave(change, conversationId, ticket.code, id)
  // Tickets that others have joined are theirs by now, without this resident's words; the rest has
  // nobody left to read it.
  const left = await tx.ticket.findMany({
    where: { conversationId },
    select: { id: true, _count: { select: { followers: true } } },
  })
  const shared = left.filter(({ _count }) => _count.followers > 0).map(({ id }) => id)
  const alone = left.filter(({ _count }) => _count.followers === 0).map(({ id }) => id)
  await eraseMessages(change, { ticketId: { in: alone } })
  await eraseMessages(change, { ticketId: { in: shared }, ...ofReporter })
  await tx.ticket.updateMany({ where: { conversationId }, data: { conversationId: null } })
  await eraseShown(change, [...own.map(({ id }) => id), ...followed.map(({ ticket }) => ticket.id)])
  await looseFilesOf(change, conversationId)
  await endReturnCode(tx, conversationId)
  await tx.inbound.deleteMany({
    where: { conversationId, OR: [{ doneAt: { not: null } }, { setAsideAt: { not: null } }] },
  })
  await tx.outbound.deleteMany({ where: { conversationId } })
  const at = new Date(change.at)
  await tx.$executeRaw`insert into "Erasure" ("hash", "at") select "handleHash", ${dayOf(at)} from "Conversation" where "id" = ${conversationId}::uuid on conflict do nothing`
  // What is written after this is of another chat, and no erasure of this day is meant by it.
  await tx.$executeRaw`update "Conversation" set "createdAt" = ${afterErasure(at)} where "id" = ${conversationId}::uuid`
  await changeKey(change, conversationId)
  await tell(change, conversationId, { notice: 'forgotten' })
}

/**
 * Destroys the key of a chat's words. What came in meanwhile is not erased: it gets the new key.
 */
async function changeKey(change: Change, id: string): Promise<void> {
  const { tx } = change
  // Until the commit no message can be kept with the old key: `keepArrival` waits for this lock and
  // then finds the new key.
  await tx.$executeRaw`select pg_advisory_xact_lock(hashtextextended(${id}, 36))`
  const [chat] = await tx.$queryRaw<{ id: string; wordKeyId: string | null }[]>`
    select "id"::text as "id", "wordKeyId"::text as "wordKeyId" from "Conversation" where "id" = ${id}::uuid`
  if (chat === undefined) return
  const sealed = await tx.inbound.findMany({
    where: { conversationId: id, doneAt: null, setAsideAt: null },
    select: { id: true, externalId: true, payload: true },
  })
  const waiting = await tx.words.open('Inbound', sealed)
  const wordKeyId = await tx.words.newKeyId()
  for (const row of waiting) {
    const payload = await tx.words.seal(
      wordKeyId,
      row.payload,
      placeIn('Inbound', 'payload', row.externalId),
    )
    await tx.$executeRaw`update "Inbound" set "payload" = ${JSON.stringify(payload)}::jsonb where "id" = ${row.id}`
  }
  await tx.$executeRaw`update "Conversation" set "wordKeyId" = ${wordKeyId}::uuid where "id" = ${id}::uuid`
  change.chatKeys.set(id, wordKeyId)
  await destroyKeys(change, [keyOfChat(chat)])
}

/**
 * How far back erasures are listed outside the database again: a process may have ended before it
 * did. In milliseconds.
 */
const listedAgainMs = 3 * day

/**
 * Erases the rows of those who were told that all is erased, with their handles. Whoever has
 * written again since then has begun anew and is kept. Returns what the record has of the last
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
  await db.$transaction(async (tx) => {
    // Locked first: a message that comes in meanwhile either is seen here, or begins a new
    // conversation.
    const rows = await tx.$queryRaw<{ id: string }[]>`
      select "id"::text as "id" from "Conversation" where "forgottenAt" < ${before} order by "id" limit 500 for update`
    const waiting = await tx.inbound.findMany({
      where: { conversationId: { in: rows.map(({ id }) => id) }, doneAt: null, setAsideAt: null },
      select: { conversationId: true },
    })
    const kept = new Set(waiting.map(({ conversationId }) => conversationId))
    const gone = rows.filter(({ id }) => !kept.has(id))
    const keys = await tx.conversation.findMany({
      where: { id: { in: gone.map(({ id }) => id) } },
      select: { id: true, wordKeyId: true },
    })
    await destroyKeys({ tx }, keys.map(keyOfChat))
    await tx.conversation.deleteMany({ where: { id: { in: gone.map(({ id }) => id) } } })
  })
  return db.erasure.findMany({ where: { at: { gte: new Date(at.getTime() - listedAgainMs) } } })
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
  for (const { hash, at } of [...(await db.erasure.findMany()), ...erasures]) {
    const name = Buffer.from(hash).toString('hex')
    const before = erasedAt.get(name)
    const end = afterErasure(at)
    if (before === undefined || before < end) erasedAt.set(name, end)
  }
  if (erasedAt.size === 0) return []
  const chats = inBatches(1_000, (after, take) =>
    db.conversation.findMany({
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

async function leave(
  change: Change,
  conversationId: string,
  code: string,
  followerId: string,
): Promise<void> {
  const ticket = await lockTicket(change, code)
  if (ticket === undefined) return
  await happen(change, ticket, { type: 'left', by: 'resident' })
  await change.tx.follower.delete({
    where: { ticketId_conversationId: { ticketId: ticket.id, conversationId } },
  })
  await eraseMessages(change, { ticketId: ticket.id, writerId: followerId })
}

async function eraseMessages(
  change: Change,
  where: NonNullable<Parameters<Change['tx']['ticketMessage']['findMany']>[0]>['where'],
): Promise<void> {
  const { tx, erased } = change
  const messages = await tx.ticketMessage.findMany({
    where: where ?? {},
    select: { id: true, attachments: { select: { id: true } } },
  })
  const ids = messages.map(({ id }) => id)
  for (const { attachments } of messages) for (const { id } of attachments) erased.add(id)
  await destroyWords(change, { id: { in: ids } })
  // The rows of files stay until the files are gone, so that none is left behind on the disk.
  await tx.attachment.updateMany({ where: { messageId: { in: ids } }, data: { messageId: null } })
  await tx.ticketMessage.deleteMany({ where: { id: { in: ids } } })
}

/**
 * What members' chats were sent of these tickets: our rows go, and what stands in the chat is taken
 * back or edited by a message that is queued here. A card that waits to be sent is made anew,
 * without the words.
 */
export async function eraseShown(
  { tx, at, told }: Change,
  ticketIds: readonly string[],
): Promise<void> {
  const gone = await tx.$queryRaw<
    {
      id: bigint
      conversationId: string
      notice: string
      code: string
      externalSealed: Uint8Array | null
      isShown: boolean
    }[]
  >`
    delete from "Outbound" o using "Ticket" t where t."id"::text = o."content" ->> 'ticketId' and o."content" ->> 'ticketId' = any(${[...ticketIds]}::text[])
      and ("content" ->> 'notice' in ('card', 'file') and o."status" <> 'queued' or "content" ->> 'notice' = 'news' and "content" ->> 'text' <> '')
    returning o."id", o."conversationId"::text as "conversationId", o."content" ->> 'notice' as "notice", t."code", o."externalSealed",
      o."status" = 'sent' and (o."externalSealed" is not null or o."shown" is not null) as "isShown"`
  for (const { id, conversationId, notice, code, externalSealed, isShown } of gone) {
    if (!isShown) continue
    const content: Notice = {
      notice: 'erasedWords',
      code,
      kind: notice === 'file' ? 'file' : 'words',
      row: String(id),
      ...(externalSealed === null ? {} : { of: Buffer.from(externalSealed).toString('base64') }),
    }
    await tx.outbound.create({
      data: { conversationId, content: content as object, createdAt: new Date(at) },
      select: { id: true },
    })
    told.add(conversationId)
  }
}

/** Files that were sent and never became part of a report. */
async function looseFilesOf(change: Change, conversationId: string): Promise<void> {
  const { tx, erased } = change
  const rows = await tx.$queryRaw<{ id: string }[]>`
    select distinct "file" as "id" from "Inbound", jsonb_array_elements_text(case when jsonb_typeof("payload"->'files') = 'array' then "payload"->'files' else '[]' end) as "file"
    where "conversationId" = ${conversationId}::uuid`
  const loose = await tx.attachment.findMany({
    where: { id: { in: rows.map(({ id }) => id) }, messageId: null },
    select: { id: true },
  })
  for (const { id } of loose) erased.add(id)
  await destroyKeys(
    change,
    loose.map(({ id }) => id),
  )
}
