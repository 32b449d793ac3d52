import { randomUUID } from 'node:crypto'
import { type RawBuilder, sql } from 'kysely'
import type { UnitOfWork } from '../organisation/unit-of-work.store.ts'
import type { Db, Transaction } from '../platform/postgres/database.ts'
import { query, statement } from '../platform/postgres/query.ts'
import type { AccessRole } from '../platform/sealing/access-log.ts'
import type { KeyRing } from '../platform/sealing/key-ring.ts'
import { keyIdsIn, placeIn } from '../platform/sealing/sealed-text.ts'
import { keyOfChat, keyOfReporter } from '../platform/sealing/words.ts'
import { referred } from './inbound.store.ts'

import type { Content, Shown } from './shown.ts'
/** Writes a message for a conversation; it is delivered after the commit. */
export async function tell(
  change: UnitOfWork,
  conversationId: string,
  ...given: readonly Content[]
): Promise<void> {
  if (given.length === 0) return
  const { tx, at, after } = change
  const key = await keyFor(change, conversationId, given)
  insert(
    tx,
    at,
    await Promise.all(given.map((content) => newRow(tx, conversationId, content, key))),
  )
  after.deliverTo.add(conversationId)
}

type NewRow = {
  readonly conversationId: string
  readonly content: unknown
  readonly sealedAs: string
}

/** A row to be written, with a name that its words are bound to. */
async function newRow(
  tx: Pick<Transaction, 'words'>,
  conversationId: string,
  content: Content,
  key: string | undefined,
): Promise<NewRow> {
  const sealedAs = randomUUID()
  return {
    conversationId,
    sealedAs,
    content:
      key === undefined
        ? content
        : await tx.words.seal(key, content, placeIn('Outbound', 'content', sealedAs)),
  }
}

function insert(tx: Transaction, at: number, rows: readonly NewRow[]): void {
  tx.write(statement`
    insert into "Outbound" ("conversationId", "content", "sealedAs", "createdAt")
    select (m."row" ->> 'conversationId')::uuid, m."row" -> 'content', (m."row" ->> 'sealedAs')::uuid, ${new Date(at)}
    from jsonb_array_elements(${JSON.stringify(rows)}::jsonb) with ordinality as m ("row", "nth") order by m."nth"`)
}

/** The key of a chat, where there are words to seal with it. */
async function keyFor(
  { tx, chatKeys }: UnitOfWork,
  conversationId: string,
  value: unknown,
): Promise<string | undefined> {
  if (!(await tx.words.isWanted(value))) return undefined
  const known = chatKeys.get(conversationId)
  if (known !== undefined) return known
  const [chat] = await tx.read(
    query.selectFrom('Conversation').select(['id', 'wordKeyId']).where('id', '=', conversationId),
  )
  return chat === undefined ? undefined : keyOfChat(chat)
}

/** How a turn's answer is shown. */
export type AnswerOptions = {
  /**
   * It belongs to words that follow the last ones within seconds: it changes the answer that stands
   * there.
   */
  readonly amends: boolean
  /** Its buttons wait for an answer: they are taken away once that is given. */
  readonly asks: boolean
}

/** An answer can be changed for so long after it was written, in milliseconds. */
export const amendableMs = 10_000

/**
 * Writes the answer of a turn. If it amends the chat's newest answer, it takes that one's place:
 * unsent, the row is changed; sent, a new row says which message is to be edited, and the delivery
 * decides whether it still can be.
 */
export async function answer(
  change: UnitOfWork,
  conversationId: string,
  given: Content,
  { amends, asks }: AnswerOptions,
): Promise<void> {
  const { tx, at, after } = change
  const { content, sealedAs } = await newRow(
    tx,
    conversationId,
    given,
    await keyFor(change, conversationId, given),
  )
  const standing = amends ? await newestAnswer(tx, conversationId, at) : undefined
  after.deliverTo.add(conversationId)
  // The delivery may begin to send it in this moment: then it is not changed any more, and a new
  // row follows it.
  const isChanged =
    standing?.isUnsent === true &&
    (await tx.affect(statement`
      update "Outbound" set "content" = ${JSON.stringify(content)}::jsonb, "sealedAs" = ${sealedAs}::uuid, "asks" = ${asks}
      where "id" = ${standing.id} and "status" = 'queued' and "attempts" = 0`)) === 1
  if (isChanged) return
  tx.write(statement`
    with "before" as (update "Outbound" set "asks" = false where "id" = ${standing?.id ?? null}::bigint)
    insert into "Outbound" ("conversationId", "content", "sealedAs", "createdAt", "asks", "replaces")
    values (${conversationId}::uuid, ${JSON.stringify(content)}::jsonb, ${sealedAs}::uuid, ${new Date(at)}, ${asks}, ${standing?.id ?? null})`)
}

/**
 * The chat's newest message, where it is a question of the dialogue that may still be changed:
 * numbers, refusals and news never are.
 */
async function newestAnswer(
  tx: Transaction,
  conversationId: string,
  at: number,
): Promise<{ readonly id: bigint; readonly isUnsent: boolean } | undefined> {
  const [row] = await tx.read(statement<{ id: bigint; isUnsent: boolean; mayChange: boolean }>`
    select "id", "status" = 'queued' and "attempts" = 0 as "isUnsent",
      "content" -> 'say' ->> 'asks' = 'true' and "status" <> 'undeliverable' and coalesce("sentAt", "createdAt") > ${new Date(at - amendableMs)} as "mayChange"
    from "Outbound" where "conversationId" = ${conversationId}::uuid order by "id" desc limit 1`)
  return row?.mayChange === true ? row : undefined
}

/**
 * Takes away the buttons of questions that were answered, with the next message that goes to the
 * chat: the one that a turn wrote last. `used` is the message whose button was pressed.
 */
export async function retireQuestions(
  { tx }: UnitOfWork,
  conversationId: string,
  used: bigint | undefined,
): Promise<void> {
  tx.write(statement`
    with "last" as (select max("id") as "id" from "Outbound" where "conversationId" = ${conversationId}::uuid and "status" = 'queued'),
    "over" as (
      update "Outbound" o set "asks" = false from "last"
      where o."conversationId" = ${conversationId}::uuid and (o."asks" or o."id" = ${used ?? null}::bigint) and "last"."id" is not null
        and o."id" < "last"."id" and o."id" is distinct from (select "replaces" from "Outbound" r where r."id" = "last"."id") returning o."id"
    )
    update "Outbound" set "content" = "content" || jsonb_build_object('retires', (select jsonb_agg("id"::text) from "over"))
    where "id" = (select "id" from "last") and exists (select 1 from "over")`)
}

/** Which messages' buttons go when this one is shown. */
export function retiredBy(content: Content): readonly bigint[] {
  const { retires } = content as { readonly retires?: readonly string[] }
  return (retires ?? []).map(BigInt)
}

/** A message that a person replied to or pressed a button of. */
export type Referred = { readonly id: bigint; readonly content: Content }

/** The message of ours that the chat app's reference names. */
export async function findReferred(
  tx: Transaction,
  conversationId: string,
  reference: string,
): Promise<Referred | undefined> {
  const [row] = await tx.read(statement<Referred>`
    select "id", "content" from "Outbound" where "conversationId" = ${conversationId}::uuid
      and "externalHash" = ${Buffer.from(reference, 'base64url')} order by "id" desc limit 1`)
  return row
}

/** Writes a message for every chat of a member; a member without a chat has the console. */
export async function tellMember(
  change: UnitOfWork,
  memberId: string,
  ...contents: readonly Content[]
): Promise<void> {
  if (contents.length === 0) return
  const { tx, at, after } = change
  if (await tx.words.isWanted(contents)) return tellChatsOf(change, memberId, contents)
  const rows = await tx.read(statement<{ conversationId: string }>`
    insert into "Outbound" ("conversationId", "content", "createdAt")
    select c."id", m."content", ${new Date(at)} from "Conversation" c, jsonb_array_elements(${JSON.stringify(contents)}::jsonb) with ordinality as m ("content", "nth")
    where c."memberId" = ${memberId}::uuid and c."unreachableAt" is null order by c."id", m."nth"
    returning "conversationId"::text as "conversationId"`)
  for (const { conversationId } of rows) after.deliverTo.add(conversationId)
}

/** The same where words are quoted: in each chat they are bound to a row of their own. */
async function tellChatsOf(
  { tx, at, after }: UnitOfWork,
  memberId: string,
  contents: readonly Content[],
): Promise<void> {
  const chats = await tx.read(
    query
      .selectFrom('Conversation')
      .select(['id', 'wordKeyId'])
      .where('memberId', '=', memberId)
      .where('unreachableAt', 'is', null)
      .orderBy('id'),
  )
  const rows = chats.flatMap((chat) =>
    contents.map((content) => newRow(tx, chat.id, content, keyOfChat(chat))),
  )
  if (rows.length > 0) insert(tx, at, await Promise.all(rows))
  for (const { id } of chats) after.deliverTo.add(id)
}

/**
 * After how many milliseconds without a sign of life another worker takes a message over, and how
 * often the sign is given.
 */
export const leaseMs = 6_000
export const leaseSignMs = 2_000

/**
 * Gives a sign of life while a message is being sent, so that a slow chat app does not cost the
 * lease.
 */
export async function keepSending(db: Db, id: bigint, at: Date): Promise<void> {
  const until = new Date(at.getTime() + leaseMs)
  await db.affect(
    statement`update "Outbound" set "notBefore" = ${until} where "id" = ${id} and "status" = 'queued' and "notBefore" <= ${until}`,
  )
}

/**
 * A message that waits, with what is needed of whom it is for, as of now. `isLast`: no other waits
 * behind it.
 */
export type Queued = {
  readonly id: bigint
  readonly content: Content
  /** How often it was begun to be sent before; this attempt is counted already where `isDue`. */
  readonly attempts: number
  readonly notBefore: Date | null
  /** Whether it may be sent now. */
  readonly isDue: boolean
  readonly isLast: boolean
  /** The keys that words in it are sealed with, and the name that they are bound to. */
  readonly sealedWith: readonly string[]
  readonly sealedAs: string | null
  /** The key of the chat's own words. */
  readonly wordKeyId: string | null
  readonly replaces: bigint | null
  readonly channel: string
  readonly handleSealed: Uint8Array
  readonly memberId: string | null
  readonly role: AccessRole | null
  /** The member's language, or the one that the resident writes in. */
  readonly language: string | null
}

/** After this many attempts a message is set aside, and the chat goes on. */
export const sendingsAllowed = 5

/**
 * The oldest message that a recipient has not been shown. If it may be sent now, it is leased to
 * this worker: nobody else begins it or one after it before the lease has ended, so messages keep
 * their order. A lease and not a lock: sending may take long, and no database connection waits for
 * a chat app. It stands in the message's own row, as the conversation's is locked by turns.
 *
 * The attempt is counted with it, before it begins, so that a message that ends the process counts
 * too. Counting it waits for a turn that is changing it, so the content is what that turn has
 * written.
 */
export async function nextQueued(
  db: Db,
  conversationId: string,
  at: Date,
): Promise<Queued | undefined> {
  // A copy of the version before leases the whole conversation.
  const [row] = await db.read(statement<Omit<Queued, 'sealedWith'>>`
    with "first" as (
      select o.*, (o."notBefore" is null or o."notBefore" <= ${at}) and (c."deliveringUntil" is null or c."deliveringUntil" < ${at}) as "isDue",
        c."channel", c."handleSealed", c."memberId", c."language", c."wordKeyId"
      from "Outbound" o join "Conversation" c on c."id" = o."conversationId"
      where o."conversationId" = ${conversationId}::uuid and o."status" = 'queued' order by o."id" limit 2
    ), "begun" as (
      update "Outbound" set "attempts" = "Outbound"."attempts" + 1, "notBefore" = ${new Date(at.getTime() + leaseMs)}
      from (select "id" from "first" where "isDue" order by "id" limit 1) f
      where "Outbound"."id" = f."id" and f."id" = (select min("id") from "first") and "Outbound"."attempts" < ${sendingsAllowed}
        and ("Outbound"."notBefore" is null or "Outbound"."notBefore" <= ${at})
      returning "Outbound"."id", "Outbound"."content"
    )
    select o."id", coalesce(b."content", o."content") as "content", o."sealedAs"::text as "sealedAs", o."attempts", o."notBefore",
      o."isDue" and (b."id" is not null or o."attempts" >= ${sendingsAllowed}) as "isDue", o."replaces", count(*) over () = 1 as "isLast",
      o."channel", o."handleSealed", o."wordKeyId"::text as "wordKeyId", o."memberId"::text as "memberId", m."role"::text as "role", coalesce(m."language", o."language") as "language"
    from "first" o left join "begun" b on b."id" = o."id" left join "Member" m on m."id" = o."memberId"
    order by o."id" limit 1`)
  if (row === undefined) return undefined
  const [{ content } = row] = await db.words.open('Outbound', [
    { sealedAs: row.sealedAs, content: row.content },
  ])
  return { ...row, sealedWith: keyIdsIn(row.content), content }
}

/** A message of the chat that can be edited, or whose buttons can be taken away. */
export type Standing = {
  readonly id: bigint
  readonly externalId: string | undefined
  readonly sentAt: Date | null
  readonly isNewest: boolean
}

/**
 * Messages that were sent to a chat, with the chat app's ids, opened. `isNewest`: nothing was shown
 * there after it.
 */
export async function findStanding(
  db: Db,
  keys: KeyRing,
  conversationId: string,
  ids: readonly bigint[],
): Promise<readonly Standing[]> {
  const rows = await db.read(statement<{
    id: bigint
    externalSealed: Uint8Array | null
    sentAt: Date | null
    isNewest: boolean
  }>`
    select o."id", o."externalSealed", o."sentAt", not exists (
      select 1 from "Outbound" n where n."conversationId" = o."conversationId" and n."id" > o."id" and n."status" = 'sent') as "isNewest"
    from "Outbound" o where o."conversationId" = ${conversationId}::uuid and o."id" = any(${[...ids]}::bigint[]) and o."status" = 'sent'`)
  return rows.map(({ externalSealed, ...row }) => ({
    ...row,
    externalId:
      externalSealed === null ? undefined : openExternal(keys, conversationId, externalSealed),
  }))
}

/** What the chat app's id of a message is bound to when it is sealed. */
const messagePlace = (conversationId: string) => `Outbound.external:${conversationId}`

/** Where a card stands in a chat, so that it is edited and not repeated. */
type CardShown = { readonly ticketId: string; readonly externalId: string; readonly hash: string }

/** What became of a message in the chat. */
export type Sending = {
  readonly shown?: Shown | undefined
  readonly card?: CardShown | undefined
  /** The chat app's own id of it. */
  readonly externalId?: string | undefined
  /** The message whose place it took. */
  readonly replaced?: bigint | undefined
  /** Messages whose buttons went with it. */
  readonly retired?: readonly bigint[]
  /** The ticket that it shows words of, by its id. */
  readonly ofTicket?: string | undefined
}

/** Notes what was shown, in one statement. */
export async function markSent(
  db: Db,
  keys: KeyRing,
  conversationId: string,
  {
    id,
    sealedWith,
    sealedAs,
    wordKeyId,
  }: Pick<Queued, 'id' | 'sealedWith' | 'sealedAs' | 'wordKeyId'>,
  at: Date,
  { shown, card, externalId, replaced, retired = [], ofTicket }: Sending,
): Promise<void> {
  const parts = [
    ...(card === undefined ? [] : [sql`"card" as (${keepCard(keys, conversationId, card)})`]),
    // What it took the place of stands there no more.
    ...(replaced === undefined
      ? []
      : [sql`"replaced" as (update "Outbound" set "shown" = null where "id" = ${replaced})`]),
    ...(retired.length === 0
      ? []
      : [
          sql`"retired" as (update "Outbound" set "shown" = "shown" || '{"buttons":[]}'::jsonb where "id" = any(${[...retired]}::bigint[]) and "shown" is not null)`,
        ]),
  ]
  // What quotes a ticket is sealed with its writer's key, so that their erasure makes it unreadable
  // here too.
  const [quoted = ofTicket === undefined ? undefined : await keyOfTicket(db, ofTicket)] = sealedWith
  const name = sealedAs ?? (await nameRow(db, id))
  const line =
    shown === undefined
      ? undefined
      : await db.words.seal(
          quoted ?? keyOfChat({ id: conversationId, wordKeyId }),
          shown,
          placeIn('Outbound', 'shown', name),
        )
  const sealed =
    externalId === undefined
      ? null
      : Buffer.from(keys.seal(externalId, messagePlace(conversationId)))
  const hash =
    externalId === undefined
      ? null
      : Buffer.from(keys.hashes(referred(conversationId, externalId))[0])
  await db.affect(statement`
    ${parts.length === 0 ? sql`` : sql`with ${sql.join(parts)}`}
    update "Outbound" set "status" = 'sent', "sentAt" = ${at}, "shown" = ${line === undefined ? null : JSON.stringify(line)}::jsonb,
      "externalSealed" = ${sealed}, "externalHash" = ${hash} where "id" = ${id}`)
}

/** A row that an earlier version wrote gets the name that its words are bound to. */
async function nameRow(db: Db, id: bigint): Promise<string> {
  const [row] = await db.read(statement<{ name: string }>`
    update "Outbound" set "sealedAs" = coalesce("sealedAs", gen_random_uuid()) where "id" = ${id} returning "sealedAs"::text as "name"`)
  return row?.name ?? ''
}

async function keyOfTicket(db: Db, id: string): Promise<string | undefined> {
  const ticket = await db.prisma.ticket.findUnique({
    where: { id },
    select: { id: true, wordKeyId: true },
  })
  return ticket === null ? undefined : keyOfReporter(ticket)
}

function keepCard(
  keys: KeyRing,
  conversationId: string,
  { ticketId, externalId, hash }: CardShown,
): RawBuilder<unknown> {
  const sealed = Buffer.from(keys.seal(externalId, messagePlace(conversationId))).toString('base64')
  return sql`
    insert into "Card" ("conversationId", "ticketId", "externalId", "shownHash") values (${conversationId}::uuid, ${ticketId}::uuid, ${sealed}, ${hash})
    on conflict ("conversationId", "ticketId") do update set "externalId" = excluded."externalId", "shownHash" = excluded."shownHash"`
}

/**
 * The chat app's id of a card; those that an earlier version wrote are not sealed. Without it the
 * card is sent anew.
 */
export function openCardId(
  keys: KeyRing,
  conversationId: string,
  stored: string,
): string | undefined {
  return /^\d+$/.test(stored)
    ? stored
    : openExternal(keys, conversationId, Buffer.from(stored, 'base64'))
}

/** The chat app's id of a message whose row is gone; see the notice `erasedWords`. */
export function openMessageId(
  keys: KeyRing,
  conversationId: string,
  sealed: string,
): string | undefined {
  return openExternal(keys, conversationId, Buffer.from(sealed, 'base64'))
}

/**
 * An id that was sealed with a key which is gone can't be opened: then the message can't be edited,
 * and a new one is sent.
 */
function openExternal(
  keys: KeyRing,
  conversationId: string,
  sealed: Uint8Array,
): string | undefined {
  return keys.holdsKeyOf(sealed) ? keys.open(sealed, messagePlace(conversationId)) : undefined
}

/**
 * Seals the chat app's ids of cards anew with the first key, where they are not yet. Returns how
 * many were.
 */
export async function resealCards(db: Db, keys: KeyRing): Promise<number> {
  const cards = await db.prisma.card.findMany({
    select: { conversationId: true, ticketId: true, externalId: true },
  })
  let done = 0
  for (const { conversationId, ticketId, externalId } of cards) {
    if (!/^\d+$/.test(externalId) && keys.isCurrent(Buffer.from(externalId, 'base64'))) continue
    const id = openCardId(keys, conversationId, externalId)
    if (id === undefined) continue
    const sealed = Buffer.from(keys.seal(id, messagePlace(conversationId))).toString('base64')
    done += (
      await db.prisma.card.updateMany({
        where: { conversationId, ticketId, externalId },
        data: { externalId: sealed },
      })
    ).count
  }
  return done
}

/**
 * Sends a message later. `isCounted`: the message failed itself; otherwise it was never tried, as
 * the chat app could not be reached.
 */
export async function postpone(
  db: Db,
  id: bigint,
  until: Date,
  { isCounted, error }: { readonly isCounted: boolean; readonly error?: string },
): Promise<void> {
  await db.affect(statement`
    update "Outbound" set "notBefore" = ${until}, "attempts" = greatest(0, "attempts" - ${isCounted ? 0 : 1}), "error" = coalesce(${error ?? null}, "error")
    where "id" = ${id}`)
}

/** A chat app refused this one message for good: it is given up, the others go on. */
export async function giveUp(db: Db, id: bigint): Promise<void> {
  await db.prisma.outbound.updateMany({ where: { id }, data: { status: 'undeliverable' } })
}

/**
 * A message that can't be made or sent is set aside for an administrator to see, and the chat goes
 * on.
 */
export async function setAside(
  db: Db,
  id: bigint,
  at: Date,
  error: string | undefined,
): Promise<void> {
  await db.affect(statement`
    update "Outbound" set "status" = 'undeliverable', "setAsideAt" = ${at}, "error" = coalesce(${error ?? null}, "error", 'the process ended while it was sent')
    where "id" = ${id}`)
}

/**
 * A message that could not be sent: when it was written and what is wrong, and nothing of whom or
 * what it is.
 */
export type UnsentMessage = {
  readonly id: bigint
  readonly channel: string
  readonly createdAt: Date
  readonly attempts: number
  readonly error: string | null
}

const mostListed = 200

/** The messages that were set aside, the oldest first. */
export async function listUnsent(db: Db): Promise<readonly UnsentMessage[]> {
  const rows = await db.prisma.outbound.findMany({
    where: { setAsideAt: { not: null } },
    orderBy: { id: 'asc' },
    take: mostListed,
    select: {
      id: true,
      createdAt: true,
      attempts: true,
      error: true,
      conversation: { select: { channel: true } },
    },
  })
  return rows.map(({ id, conversation, ...row }) => ({ ...row, id, channel: conversation.channel }))
}

/**
 * Sends a message again that was set aside. Returns its conversation, to be nudged; `undefined`
 * when there is none.
 */
export async function sendAgain(db: Db, id: bigint): Promise<string | undefined> {
  const [row] = await db.prisma.outbound.updateManyAndReturn({
    where: { id, setAsideAt: { not: null } },
    data: { status: 'queued', setAsideAt: null, attempts: 0, notBefore: null },
    select: { conversationId: true },
  })
  return row?.conversationId
}

/** The person has blocked the bot or left: what waits ends, and staff see "cannot be reached". */
export async function markUnreachable(db: Db, conversationId: string, at: Date): Promise<void> {
  await db.transaction(async (tx) => {
    tx.write(
      query
        .updateTable('Outbound')
        .set({ status: 'undeliverable' })
        .where('conversationId', '=', conversationId)
        .where('status', '=', 'queued'),
    )
    tx.write(
      query.updateTable('Conversation').set({ unreachableAt: at }).where('id', '=', conversationId),
    )
  })
}

/** Recipients with a message that has waited since before `before` and may be sent now. */
export async function recipientsWaitingSince(
  db: Db,
  before: Date,
  now: Date,
  limit: number,
): Promise<readonly string[]> {
  const rows = await db.read(statement<{ conversationId: string }>`
    select distinct "conversationId" from "Outbound"
    where "status" = 'queued' and "createdAt" < ${before} and ("notBefore" is null or "notBefore" <= ${now}) limit ${limit}`)
  return rows.map((row) => row.conversationId)
}
