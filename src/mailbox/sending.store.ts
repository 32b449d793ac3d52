import { type RawBuilder, sql } from 'kysely'
import { day } from '../platform/instant.ts'
import type { Db } from '../platform/postgres/database.ts'
import { query, statement } from '../platform/postgres/query.ts'
import type { AccessRole } from '../platform/sealing/access.ts'
import type { KeyRing } from '../platform/sealing/key-ring.ts'
import { keyIdsIn, placeIn } from '../platform/sealing/sealed-text.ts'
import { keyOfChat, keyOfReporter } from '../platform/sealing/words.ts'
import { messagePlace, openExternal } from './external-ids.store.ts'
import { referred } from './inbound.store.ts'
import type { Content, Shown } from './shown.ts'

/**
 * After how many milliseconds without a sign of life another worker takes a message over, and how
 * often the sign is given.
 */
export const leaseMs = 6_000

/** How often a lease is renewed while a message is being sent, in milliseconds. */
export const leaseSignMs = 2_000

/**
 * Gives a sign of life while a message is being sent, so that a slow chat app does not cost the
 * lease.
 */
export async function keepSending(db: Db, id: bigint, at: Date): Promise<void> {
  const until = new Date(at.getTime() + leaseMs)
  await db.affect(
    statement`update "Outbound" set "notBefore" = ${until} where "id" = ${id}
      and "status" = 'queued' and "notBefore" <= ${until}`,
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
  /** The written forms that a member reads, best first. */
  readonly reads: readonly string[] | null
  /** Whether the person has each text said to them. */
  readonly listens: boolean
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
      select o.*, (o."notBefore" is null or o."notBefore" <= ${at})
        and (c."deliveringUntil" is null or c."deliveringUntil" < ${at}) as "isDue",
        c."channel", c."handleSealed", c."memberId", c."language", c."wordKeyId", c."listens"
      from "Outbound" o join "Conversation" c on c."id" = o."conversationId"
      where o."conversationId" = ${conversationId}::uuid and o."status" = 'queued' order by o."id"
        limit 2
    ), "begun" as (
      update "Outbound" set "attempts" = "Outbound"."attempts" + 1,
        "notBefore" = ${new Date(at.getTime() + leaseMs)}
      from (select "id" from "first" where "isDue" order by "id" limit 1) f
      where "Outbound"."id" = f."id" and f."id" = (select min("id") from "first")
        and "Outbound"."attempts" < ${sendingsAllowed}
        and ("Outbound"."notBefore" is null or "Outbound"."notBefore" <= ${at})
      returning "Outbound"."id", "Outbound"."content", "Outbound"."sealedAs"
    )
    select o."id", coalesce(b."content", o."content") as "content",
      coalesce(b."sealedAs", o."sealedAs")::text as "sealedAs", o."attempts", o."notBefore",
      o."isDue" and (b."id" is not null or o."attempts" >= ${sendingsAllowed}) as "isDue",
        o."replaces", count(*) over () = 1 as "isLast",
      o."channel", o."handleSealed", o."wordKeyId"::text as "wordKeyId",
        o."memberId"::text as "memberId", m."role"::text as "role", m."reads",
        coalesce(m."language", o."language") as "language", o."listens"
    from "first" o left join "begun" b on b."id" = o."id" left
      join "Member" m on m."id" = o."memberId"
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
      select 1 from "Outbound" n where n."conversationId" = o."conversationId" and n."id" > o."id"
        and n."status" = 'sent') as "isNewest"
    from "Outbound" o where o."conversationId" = ${conversationId}::uuid
      and o."id" = any(${[...ids]}::bigint[]) and o."status" = 'sent'`)
  return rows.map(({ externalSealed, ...row }) => ({
    ...row,
    externalId:
      externalSealed === null ? undefined : openExternal(keys, conversationId, externalSealed),
  }))
}

/** Where a card stands in a chat, so that it is edited and not repeated. */
type CardShown = { readonly ticketId: string; readonly externalId: string; readonly hash: string }

/** What became of a message in the chat. */
export type Sending = {
  readonly shown?: Shown | undefined
  readonly card?: CardShown | undefined
  /** The chat app's own id of it. */
  readonly externalId?: string | undefined
  /** What its buttons send, in their order. */
  readonly choices?: readonly string[]
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
  { shown, card, externalId, choices = [], replaced, retired = [], ofTicket }: Sending,
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
          sql`"retired" as (update "Outbound" set "shown" = "shown" || '{"buttons":[]}'::jsonb
            where "id" = any(${[...retired]}::bigint[]) and "shown" is not null)`,
        ]),
  ]
  // What quotes a ticket is sealed with its writer's key, so that their erasure makes it unreadable
  // here too.
  const seal = async (line: Shown) => {
    const [quoted = ofTicket === undefined ? undefined : await keyOfTicket(db, ofTicket)] =
      sealedWith
    const name = sealedAs ?? (await nameRow(db, id))
    const key = quoted ?? keyOfChat({ id: conversationId, wordKeyId })
    return db.words.seal(key, line, placeIn('Outbound', 'shown', name))
  }
  const line = shown === undefined ? undefined : await seal(shown)
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
    update "Outbound" set "status" = 'sent', "sentAt" = ${at},
      "shown" = ${line === undefined ? null : JSON.stringify(line)}::jsonb,
      "choices" = ${[...choices]}::text[], "externalSealed" = ${sealed}, "externalHash" = ${hash}
    where "id" = ${id}`)
}

/** A row that an earlier version wrote gets the name that its words are bound to. */
async function nameRow(db: Db, id: bigint): Promise<string> {
  const [row] = await db.read(statement<{ name: string }>`
    update "Outbound" set "sealedAs" = coalesce("sealedAs", gen_random_uuid()) where "id" = ${id}
      returning "sealedAs"::text as "name"`)
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
    insert into "Card" ("conversationId", "ticketId", "externalId", "shownHash")
      values (${conversationId}::uuid, ${ticketId}::uuid, ${sealed}, ${hash})
    on conflict ("conversationId", "ticketId") do update set "externalId" = excluded."externalId",
      "shownHash" = excluded."shownHash"`
}

/**
 * Sends a message later. `isCounted`: the message failed itself; otherwise the chat app could not be
 * reached, or asked to wait. `mayBeShown`: the person may have seen it, so it counts as begun, and
 * words that follow do not change it any more.
 */
export async function postpone(
  db: Db,
  id: bigint,
  until: Date,
  {
    isCounted,
    mayBeShown = false,
    error,
  }: { readonly isCounted: boolean; readonly mayBeShown?: boolean; readonly error?: string },
): Promise<void> {
  await db.affect(statement`
    update "Outbound" set "notBefore" = ${until}, "attempts" = greatest(
      ${mayBeShown ? 1 : 0}, "attempts" - ${isCounted ? 0 : 1}), "error" = coalesce(${error ?? null}, "error")
    where "id" = ${id}`)
}

/**
 * How long a message waits for a person to write, in milliseconds, before it is tried all the same:
 * longer than anything else is put off.
 */
const waitsForPersonMs = 30 * day

/** Keeps a message until the person writes: their chat app lets nobody write first. */
export async function waitForPerson(db: Db, id: bigint, at: Date): Promise<void> {
  const until = new Date(at.getTime() + waitsForPersonMs)
  await postpone(db, id, until, { isCounted: false })
}

/**
 * The person has written: what waited for that may be sent.
 *
 * @returns whether anything did.
 */
export async function personHasWritten(db: Db, conversationId: string, at: Date): Promise<boolean> {
  const changed = await db.affect(statement`
    update "Outbound" set "notBefore" = null where "conversationId" = ${conversationId}::uuid
      and "status" = 'queued' and "notBefore" > ${new Date(at.getTime() + day)}`)
  return changed > 0
}

/**
 * A chat app says later that a message which it took was not shown, as the person has not written
 * for too long: it waits for that.
 *
 * @returns whether the message is known.
 */
export async function wasNotShown(
  db: Db,
  keys: KeyRing,
  conversationId: string,
  externalId: string,
  at: Date,
): Promise<boolean> {
  const hashes = keys.hashes(referred(conversationId, externalId)).map((hash) => Buffer.from(hash))
  const changed = await db.affect(statement`
    update "Outbound" set "status" = 'queued', "sentAt" = null, "attempts" = 0,
      "notBefore" = ${new Date(at.getTime() + waitsForPersonMs)}
    where "conversationId" = ${conversationId}::uuid and "status" = 'sent'
      and "externalHash" = any(${hashes}::bytea[])`)
  return changed > 0
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
    update "Outbound" set "status" = 'undeliverable', "setAsideAt" = ${at},
      "error" = coalesce(${error ?? null}, "error", 'the process ended while it was sent')
    where "id" = ${id}`)
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
