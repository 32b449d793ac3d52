import type { Notice } from '../domain/notice.ts'
import type { Change, Db } from './connection.ts'
import { Prisma } from './generated/client.ts'
import type { AccessRole } from './text-access.ts'

/** What is to be shown to a person: a sentence of the dialogue, or a notice. Both are data, in no language yet. */
export type Content<Saying = unknown> = { readonly say: Saying } | Notice

/** A message as it was shown: kept for the web chat's page. */
export type Shown = {
  readonly language: string
  readonly text: string
  readonly buttons: readonly (readonly { readonly label: string; readonly data: string }[])[]
  readonly links?: readonly { readonly label: string; readonly href: string }[]
}

/** Writes a message for a conversation; it is delivered after the commit. */
export async function tell({ tx, at, told }: Change, conversationId: string, ...contents: readonly Content[]): Promise<void> {
  if (contents.length === 0) return
  await tx.$executeRaw`
    insert into "Outbound" ("conversationId", "content", "createdAt")
    select ${conversationId}::uuid, m."content", ${new Date(at)} from jsonb_array_elements(${JSON.stringify(contents)}::jsonb) with ordinality as m ("content", "nth") order by m."nth"`
  told.add(conversationId)
}

/** Writes a message for every chat of a member; a member without a chat has the console. */
export async function tellMember({ tx, at, told }: Change, memberId: string, ...contents: readonly Content[]): Promise<void> {
  if (contents.length === 0) return
  const rows = await tx.$queryRaw<{ conversationId: string }[]>`
    insert into "Outbound" ("conversationId", "content", "createdAt")
    select c."id", m."content", ${new Date(at)} from "Conversation" c, jsonb_array_elements(${JSON.stringify(contents)}::jsonb) with ordinality as m ("content", "nth")
    where c."memberId" = ${memberId}::uuid and c."unreachableAt" is null order by c."id", m."nth"
    returning "conversationId"::text as "conversationId"`
  for (const { conversationId } of rows) told.add(conversationId)
}

/** After how many milliseconds without a sign of life another worker takes over, and how often the sign is given. */
const leaseMs = 6_000
export const leaseSignMs = 2_000

/**
 * Takes a recipient for this worker, so that messages keep their order. `false` when another worker has it.
 * A lease and not a lock: sending may take long, and no database connection waits for a chat app.
 */
export async function takeRecipient(db: Db, conversationId: string, at: Date): Promise<boolean> {
  const taken = await db.$executeRaw`
    update "Conversation" set "deliveringUntil" = ${new Date(at.getTime() + leaseMs)}
    where "id" = ${conversationId}::uuid and ("deliveringUntil" is null or "deliveringUntil" < ${at})`
  return taken === 1
}

/** Gives a sign of life, so that a slow chat app does not cost the lease; none that comes after its end takes it again. */
export async function keepRecipient(db: Db, conversationId: string, at: Date): Promise<void> {
  await db.$executeRaw`
    update "Conversation" set "deliveringUntil" = ${new Date(at.getTime() + leaseMs)} where "id" = ${conversationId}::uuid and "deliveringUntil" is not null`
}

export async function leaveRecipient(db: Db, conversationId: string): Promise<void> {
  await db.$executeRaw`update "Conversation" set "deliveringUntil" = null where "id" = ${conversationId}::uuid`
}

/** A message that waits, with what is needed of whom it is for, as of now. `isLast`: no other waits behind it. */
export type Queued = {
  readonly id: bigint
  readonly content: Content
  readonly attempts: number
  readonly notBefore: Date | null
  readonly isLast: boolean
  readonly channel: string
  readonly handleSealed: Uint8Array
  readonly memberId: string | null
  readonly role: AccessRole | null
  /** The member's language, or the one that the resident writes in. */
  readonly language: string | null
}

/** The oldest message that a recipient has not been shown. */
export async function nextQueued(db: Db, conversationId: string): Promise<Queued | undefined> {
  const [row] = await db.$queryRaw<Queued[]>`
    select o."id", o."content", o."attempts", o."notBefore", count(*) over () = 1 as "isLast",
      c."channel", c."handleSealed", c."memberId"::text as "memberId", m."role"::text as "role", coalesce(m."language", c."language") as "language"
    from (select * from "Outbound" where "conversationId" = ${conversationId}::uuid and "status" = 'queued' order by "id" limit 2) o
      join "Conversation" c on c."id" = o."conversationId" left join "Member" m on m."id" = c."memberId"
    order by o."id" limit 1`
  return row
}

/** Where a card stands in a chat, so that it is edited and not repeated. */
export type CardShown = { readonly ticketId: string; readonly externalId: string; readonly hash: string }

/** Notes what was shown, and leaves the recipient after their last message, in one statement. */
export async function markSent(
  db: Db,
  conversationId: string,
  { id, isLast }: Pick<Queued, 'id' | 'isLast'>,
  at: Date,
  { shown, card }: { readonly shown?: Shown | undefined; readonly card?: CardShown | undefined },
): Promise<void> {
  const left = Prisma.sql`"left" as (update "Conversation" set "deliveringUntil" = null where "id" = ${conversationId}::uuid and ${isLast})`
  const and = card === undefined ? left : Prisma.sql`${left}, "card" as (${keepCard(conversationId, card)})`
  await db.$executeRaw`
    with ${and}
    update "Outbound" set "status" = 'sent', "sentAt" = ${at}, "shown" = ${shown === undefined ? null : JSON.stringify(shown)}::jsonb where "id" = ${id}`
}

function keepCard(conversationId: string, { ticketId, externalId, hash }: CardShown): Prisma.Sql {
  return Prisma.sql`
    insert into "Card" ("conversationId", "ticketId", "externalId", "shownHash") values (${conversationId}::uuid, ${ticketId}::uuid, ${externalId}, ${hash})
    on conflict ("conversationId", "ticketId") do update set "externalId" = excluded."externalId", "shownHash" = excluded."shownHash"`
}

export async function postpone(db: Db, id: bigint, until: Date): Promise<void> {
  await db.outbound.updateMany({ where: { id }, data: { notBefore: until, attempts: { increment: 1 } } })
}

/** A chat app refused this one message for good: it is given up, the others go on. */
export async function giveUp(db: Db, id: bigint): Promise<void> {
  await db.outbound.updateMany({ where: { id }, data: { status: 'undeliverable' } })
}

/** The person has blocked the bot or left: what waits ends, and staff see "cannot be reached". */
export async function markUnreachable(db: Db, conversationId: string, at: Date): Promise<void> {
  await db.$transaction([
    db.outbound.updateMany({ where: { conversationId, status: 'queued' }, data: { status: 'undeliverable' } }),
    db.conversation.update({ where: { id: conversationId }, data: { unreachableAt: at }, select: { id: true } }),
  ])
}

/** Recipients with a message that has waited since before `before` and may be sent now. */
export async function recipientsWaitingSince(db: Db, before: Date, now: Date, limit: number): Promise<readonly string[]> {
  const rows = await db.$queryRaw<{ conversationId: string }[]>`
    select distinct "Outbound"."conversationId" from "Outbound" join "Conversation" on "Conversation"."id" = "Outbound"."conversationId"
    where "status" = 'queued' and "Outbound"."createdAt" < ${before} and ("notBefore" is null or "notBefore" <= ${now})
      and ("deliveringUntil" is null or "deliveringUntil" < ${now}) limit ${limit}`
  return rows.map((row) => row.conversationId)
}
