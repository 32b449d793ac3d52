import type { UnitOfWork } from '../organisation/unit-of-work.store.ts'
import type { Db, Transaction } from '../platform/postgres/database.ts'
import { statement } from '../platform/postgres/query.ts'
import type { KeyRing } from '../platform/sealing/key-ring.ts'
import { keyIdsIn, placeIn } from '../platform/sealing/sealed-text.ts'
import { keyOfChat } from '../platform/sealing/words.ts'
import { chatWith, findableHandle } from './conversations.store.ts'
import type { Arrival, Handled, InboundMessage, Waiting } from './message.ts'

/** A keyed hash of something of a conversation that the chat app names, as payloads hold it. */
function referenceTo(keys: KeyRing, conversationId: string, externalId: string): string {
  return Buffer.from(keys.hashes(referred(conversationId, externalId))[0]).toString('base64url')
}

/**
 * A message's id of the chat app as it is hashed: never an id alone, as other chats have the same
 * ones.
 */
export const referred = (conversationId: string, externalId: string) =>
  `message:${conversationId}:${externalId}`

/**
 * The chats that messages came from lately, so that the next message needs no look. What is not
 * true any more is noticed as the message is kept.
 */
export type KnownChats = Map<string, Chat>
type Chat = { readonly id: string; readonly wordKeyId: string | null }
const mostKnown = 10_000

/** What a chat is remembered by: no process holds a handle for longer than it needs it. */
function nameOf(keys: KeyRing, channel: string, handle: string): string {
  return Buffer.from(keys.hashes(findableHandle(channel, handle))[0]).toString('base64')
}

/** Finds or begins the chat that a message came from, and remembers it. */
async function findChat(
  db: Db,
  keys: KeyRing,
  known: KnownChats,
  name: string,
  { channel, handle }: Arrival,
): Promise<Chat> {
  const chat = await chatWith(db, keys, channel, handle)
  const [oldest] = known.keys()
  if (known.size >= mostKnown && oldest !== undefined) known.delete(oldest)
  known.set(name, chat)
  return chat
}

/**
 * Keeps a message. Only after this may the channel acknowledge it.
 *
 * @param known the chats that this process has met.
 * @returns the conversation to nudge, also when the message was here before.
 */
export async function keepArrival(
  db: Db,
  keys: KeyRing,
  arrival: Arrival,
  at = new Date(),
  known: KnownChats = new Map(),
): Promise<string> {
  const { channel, handle, externalId, message } = arrival
  const name = nameOf(keys, channel, handle)
  const remembered = known.get(name)
  const chat = remembered ?? (await findChat(db, keys, known, name, arrival))
  const { id: conversationId } = chat
  // Older keys count too: a message that is delivered again after they rotated is the same one.
  const ids = keys
    .hashes(`${channel}:${conversationId}:${externalId}`)
    .map((hash) => Buffer.from(hash).toString('base64url'))
  const plain = withHashedReferences(keys, conversationId, storable(message))
  const kept = await sealed(db, chat, plain, ids[0] ?? '')
  const [row] = await db.read(statement<{ isKept: boolean; wasHere: boolean; isThere: boolean }>`
    with "kept" as (
      insert into "Inbound" ("channel", "externalId", "conversationId", "payload", "receivedAt")
      select ${channel}, ${ids[0]}, "id", ${JSON.stringify(kept)}::jsonb, ${at} from "Conversation"
        where "id" = ${conversationId}::uuid
        and not exists (select 1 from "Inbound" where "channel" = ${channel}
          and "externalId" = any(${ids}::text[]))
        and "isWordKey"("id", ${chat.wordKeyId}::uuid)
      on conflict do nothing returning 1
    )
    select exists (select 1 from "kept") as "isKept",
      exists (select 1 from "Inbound" where "channel" = ${channel}
        and "externalId" = any(${ids}::text[])) as "wasHere",
      exists (select 1 from "Conversation" where "id" = ${conversationId}::uuid) as "isThere"`)
  if (row?.isKept === true || row?.wasHere === true) return conversationId
  known.delete(name)
  if (row?.isThere !== true && remembered === undefined)
    throw new Error('a conversation was erased as a message came')
  // The resident had everything erased in this moment, and the chat has another key; or another
  // copy kept the same message.
  return keepArrival(db, keys, arrival, at, known)
}

/**
 * A message with its words sealed for its row. That it is a command shows in the text, so it is
 * said beside it.
 */
async function sealed(
  db: Db,
  chat: { readonly id: string; readonly wordKeyId: string | null },
  message: InboundMessage,
  row: string,
): Promise<InboundMessage> {
  const made = await db.words.seal(keyOfChat(chat), message, placeIn('Inbound', 'payload', row))
  const isCommand =
    made.kind === 'said' &&
    keyIdsIn(made).length > 0 &&
    message.kind === 'said' &&
    message.text.startsWith('/')
  return isCommand ? { ...made, isCommand: true } : made
}

/** A chat app's own ids may hold a telephone number. */
function withHashedReferences(
  keys: KeyRing,
  conversationId: string,
  message: InboundMessage,
): InboundMessage {
  const hashed = (['source', 'on', 'album'] as const).flatMap((name) => {
    const value = (message as Partial<Record<typeof name, string>>)[name]
    return value === undefined ? [] : [[name, referenceTo(keys, conversationId, value)]]
  })
  return hashed.length === 0
    ? message
    : ({ ...message, ...Object.fromEntries(hashed) } as InboundMessage)
}

/**
 * PostgreSQL keeps neither U+0000 nor half a character; a message with one is kept without it,
 * since nothing may be lost.
 */
function storable(message: InboundMessage): InboundMessage {
  const kept = Object.entries(message).map(([name, value]) => [
    name,
    typeof value === 'string' ? value.replaceAll('\0', '').toWellFormed() : value,
  ])
  return Object.fromEntries(kept) as InboundMessage
}

/** The most messages that one turn looks at. */
export const mostWaiting = 40

/**
 * The messages of a conversation that are not handled yet, oldest first, and what was handled
 * before them.
 */
export async function readWaiting(
  tx: Transaction,
  conversationId: string,
): Promise<{ readonly waiting: readonly Waiting[]; readonly before: Handled | undefined }> {
  const rows = await tx.read(statement<
    Waiting & {
      readonly externalId: string
      readonly isWaiting: boolean
      readonly kind: string
    }
  >`
    (select "id", "externalId", "payload", "attempts", "receivedAt", true as "isWaiting",
      '' as "kind" from "Inbound"
      where "conversationId" = ${conversationId}::uuid and "doneAt" is null
        and "setAsideAt" is null order by "id" limit ${mostWaiting})
    union all
    (select "id", "externalId", null, 0, "receivedAt", false,
      case when "payload" ->> 'text' like '/%' or "payload" ? 'isCommand' then 'command'
      else "payload" ->> 'kind' end from "Inbound"
      where "conversationId" = ${conversationId}::uuid and "doneAt" is not null order by "id" desc
        limit 1)`)
  const [before] = rows.filter(({ isWaiting }) => !isWaiting)
  const opened = await tx.words.open(
    'Inbound',
    rows.filter(({ isWaiting }) => isWaiting),
  )
  const waiting = opened.sort((a, b) => Number(a.id - b.id))
  return {
    waiting,
    before: before === undefined ? undefined : { kind: before.kind, receivedAt: before.receivedAt },
  }
}

/** A message that changes nothing of its conversation is handled. */
export async function markDone({ tx, at }: UnitOfWork, ids: readonly bigint[]): Promise<void> {
  tx.write(
    statement`update "Inbound" set "doneAt" = ${new Date(at)} where "id" = any(${[...ids]}::bigint[])`,
  )
}

/** Replaces a message that named a file by one that has it. */
export async function replaceWaiting(db: Db, id: bigint, message: InboundMessage): Promise<void> {
  const row = await db.prisma.inbound.findUnique({
    where: { id },
    select: { externalId: true, conversation: { select: { id: true, wordKeyId: true } } },
  })
  if (row === null) return
  const { externalId, conversation: chat } = row
  const payload = await sealed(db, chat, message, externalId)
  const changed = await db.affect(statement`
    update "Inbound" set "payload" = ${JSON.stringify(payload)}::jsonb where "id" = ${id}
      and "isWordKey"("conversationId", ${chat.wordKeyId}::uuid)`)
  // The resident had everything erased in this moment: the chat has another key now, or is gone.
  if (changed === 0) await replaceWaiting(db, id, message)
}

/** After this many failures a message is set aside, and the conversation goes on. */
const attemptsAllowed = 5

/**
 * Counts a failure; from the last one allowed on, the message is set aside and kept. Says whether
 * it was.
 */
export async function countFailure(db: Db, id: bigint, at: Date, error: string): Promise<boolean> {
  const { attempts } = await db.prisma.inbound.update({
    where: { id },
    data: { attempts: { increment: 1 }, error },
    select: { attempts: true },
  })
  if (attempts < attemptsAllowed) return false
  await db.prisma.inbound.update({ where: { id }, data: { setAsideAt: at }, select: { id: true } })
  return true
}

/**
 * A message that could not be handled: when it came and what is wrong, and nothing of whom or what
 * it is.
 */
export type SetAside = {
  readonly id: bigint
  readonly channel: string
  readonly receivedAt: Date
  readonly attempts: number
  readonly error: string | null
}

const mostSetAside = 200

/** What was set aside, the oldest first. */
export async function listSetAside(db: Db): Promise<readonly SetAside[]> {
  const rows = await db.prisma.inbound.findMany({
    where: { setAsideAt: { not: null }, doneAt: null },
    orderBy: { id: 'asc' },
    take: mostSetAside,
    select: { id: true, channel: true, receivedAt: true, attempts: true, error: true },
  })
  return rows
}

/**
 * Takes a message up again that was set aside. Returns its conversation, to be nudged; `undefined`
 * when there is none.
 */
export async function takeUpAgain(db: Db, id: bigint): Promise<string | undefined> {
  const [row] = await db.prisma.inbound.updateManyAndReturn({
    where: { id, setAsideAt: { not: null }, doneAt: null },
    data: { setAsideAt: null, attempts: 0 },
    select: { conversationId: true },
  })
  return row?.conversationId
}

/** Whether more than `limit` messages wait to be handled. Counts no further than that. */
export async function isBacklogOver(db: Db, limit: number): Promise<boolean> {
  const [row] = await db.read(statement<{ waiting: number }>`
    select count(*)::int as "waiting" from (select 1 from "Inbound" where "doneAt" is null
      and "setAsideAt" is null limit ${limit + 1}) w`)
  return (row?.waiting ?? 0) > limit
}

/**
 * Conversations with a message that has waited since before `before`: what the sweeper nudges
 * again.
 */
export async function conversationsWaitingSince(
  db: Db,
  before: Date,
  limit: number,
): Promise<readonly string[]> {
  const rows = await db.read(statement<{ conversationId: string }>`
    select distinct "conversationId" from "Inbound"
    where "doneAt" is null and "setAsideAt" is null and "receivedAt" < ${before} limit ${limit}`)
  return rows.map((row) => row.conversationId)
}
