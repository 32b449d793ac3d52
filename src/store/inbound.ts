import { z } from 'zod'
import { categories } from '../domain/category.ts'
import type { Change, Db, Transaction } from './connection.ts'
import { conversationWith, findableHandle } from './conversations.ts'
import { Prisma } from './generated/client.ts'
import type { KeyRing } from './key-ring.ts'

/** A message as a channel's adapter keeps it: what was said or pressed, and nothing about who or with which device (P29). */
export const InboundMessage = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('said'), text: z.string().max(20_000), files: z.array(z.uuid()).max(10) }),
  z.strictObject({ kind: z.literal('pressed'), data: z.string().max(200) }),
  /** A file that is still with the chat app: fetched by the worker before the message is handled. */
  z.strictObject({ kind: z.literal('fileToFetch'), text: z.string().max(20_000), fileKind: z.enum(['photo', 'voice']), reference: z.string().max(500) }),
  /** A shared location, already coarsened. */
  z.strictObject({ kind: z.literal('located'), latitude: z.number().min(-90).max(90), longitude: z.number().min(-180).max(180) }),
  /** A whole report from another program: nothing needs to be asked. */
  z.strictObject({
    kind: z.literal('reported'),
    text: z.string().max(20_000),
    files: z.array(z.uuid()).max(10),
    placeCode: z.string().max(60),
    category: z.enum(categories),
    isUrgent: z.boolean(),
  }),
  z.strictObject({ kind: z.literal('unsupported') }),
  z.strictObject({ kind: z.literal('fileRefused') }),
])
export type InboundMessage = z.infer<typeof InboundMessage>

/** What a channel hands over: `externalId` is the channel's own id of the message and makes a repeated delivery harmless. */
export type Arrival = { readonly channel: string; readonly handle: string; readonly externalId: string; readonly message: InboundMessage }

/**
 * Keeps a message. Only after this may the channel acknowledge it.
 *
 * @returns the conversation to nudge, also when the message was here before.
 */
export async function keepArrival(db: Db, keys: KeyRing, { channel, handle, externalId, message }: Arrival, at = new Date()): Promise<string> {
  const hashes = Prisma.join(keys.hashes(findableHandle(channel, handle)))
  const keep = async () => {
    const [row] = await db.$queryRaw<{ id: string }[]>`
      with "known" as (select "id" from "Conversation" where "channel" = ${channel} and "handleHash" in (${hashes}) limit 1), "kept" as (
        insert into "Inbound" ("channel", "externalId", "conversationId", "payload", "receivedAt")
        select ${channel}, ${externalId}, "id", ${JSON.stringify(storable(message))}::jsonb, ${at} from "known" on conflict do nothing
      )
      select "id"::text from "known"`
    return row?.id
  }
  const known = await keep()
  if (known !== undefined) return known
  await conversationWith(db, keys, channel, handle)
  const begun = await keep()
  if (begun === undefined) throw new Error('a conversation was erased as it began')
  return begun
}

/** PostgreSQL keeps neither U+0000 nor half a character; a message with one is kept without it, since nothing may be lost. */
function storable(message: InboundMessage): InboundMessage {
  const kept = Object.entries(message).map(([name, value]) => [name, typeof value === 'string' ? value.replaceAll('\0', '').toWellFormed() : value])
  return Object.fromEntries(kept) as InboundMessage
}

/** `isLast`: nothing else waited with it. Whatever comes later has a nudge of its own. */
export type Waiting = { readonly id: bigint; readonly payload: unknown; readonly attempts: number; readonly isLast: boolean }

/** The oldest message of a conversation that is not handled yet. */
export async function nextWaiting(tx: Transaction, conversationId: string): Promise<Waiting | undefined> {
  const [row] = await tx.$queryRaw<Waiting[]>`
    select *, count(*) over () = 1 as "isLast" from (
      select "id", "payload", "attempts" from "Inbound"
      where "conversationId" = ${conversationId}::uuid and "doneAt" is null and "setAsideAt" is null order by "id" limit 2) w
    order by "id" limit 1`
  return row
}

/** A message that changes nothing of its conversation is handled. */
export async function markDone({ tx, at }: Change, id: bigint): Promise<void> {
  await tx.inbound.update({ where: { id }, data: { doneAt: new Date(at) }, select: { id: true } })
}

/** Replaces a message that named a file by one that has it. */
export async function replaceWaiting(db: Db, id: bigint, message: InboundMessage): Promise<void> {
  await db.inbound.update({ where: { id }, data: { payload: message }, select: { id: true } })
}

/** After this many failures a message is set aside, and the conversation goes on. */
export const attemptsAllowed = 5

/** Counts a failure; from the last one allowed on, the message is set aside and kept. Says whether it was. */
export async function countFailure(db: Db, id: bigint, at: Date, error: string): Promise<boolean> {
  const { attempts } = await db.inbound.update({ where: { id }, data: { attempts: { increment: 1 }, error }, select: { attempts: true } })
  if (attempts < attemptsAllowed) return false
  await db.inbound.update({ where: { id }, data: { setAsideAt: at }, select: { id: true } })
  return true
}

/** A message that could not be handled: when it came and what is wrong, and nothing of whom or what it is. */
export type SetAside = { readonly id: string; readonly channel: string; readonly receivedAt: Date; readonly attempts: number; readonly error: string | null }

const mostSetAside = 200

/** What was set aside, the oldest first. */
export async function listSetAside(db: Db): Promise<readonly SetAside[]> {
  const rows = await db.inbound.findMany({
    where: { setAsideAt: { not: null }, doneAt: null },
    orderBy: { id: 'asc' },
    take: mostSetAside,
    select: { id: true, channel: true, receivedAt: true, attempts: true, error: true },
  })
  return rows.map(({ id, ...row }) => ({ ...row, id: String(id) }))
}

/** Takes a message up again that was set aside. Returns its conversation, to be nudged; `undefined` when there is none. */
export async function takeUpAgain(db: Db, id: bigint): Promise<string | undefined> {
  const [row] = await db.inbound.updateManyAndReturn({
    where: { id, setAsideAt: { not: null }, doneAt: null },
    data: { setAsideAt: null, attempts: 0 },
    select: { conversationId: true },
  })
  return row?.conversationId
}

/** Whether more than `limit` messages wait to be handled. Counts no further than that. */
export async function isBacklogOver(db: Db, limit: number): Promise<boolean> {
  const [row] = await db.$queryRaw<{ waiting: number }[]>`
    select count(*)::int as "waiting" from (select 1 from "Inbound" where "doneAt" is null and "setAsideAt" is null limit ${limit + 1}) w`
  return (row?.waiting ?? 0) > limit
}

/** Conversations with a message that has waited since before `before`: what the sweeper nudges again. */
export async function conversationsWaitingSince(db: Db, before: Date, limit: number): Promise<readonly string[]> {
  const rows = await db.$queryRaw<{ conversationId: string }[]>`
    select distinct "conversationId" from "Inbound"
    where "doneAt" is null and "setAsideAt" is null and "receivedAt" < ${before} limit ${limit}`
  return rows.map((row) => row.conversationId)
}
