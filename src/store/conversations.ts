import { randomUUID } from 'node:crypto'
import type { Change, Db, Transaction } from './connection.ts'
import type { KeyRing } from './key-ring.ts'

/** One chat with one person, without their handle. */
export type Conversation = {
  readonly id: string
  readonly channel: string
  readonly memberId: string | null
  readonly state: unknown
  readonly language: string | null
  readonly languageChosen: boolean
  readonly noticeSeenAt: Date | null
  readonly placeCode: string | null
}

/** Finds the conversation with a handle on a channel, or begins it. Returns its id. */
export async function conversationWith(db: Db | Transaction, keys: KeyRing, channel: string, handle: string): Promise<string> {
  const hashes = keys.hashes(findableHandle(channel, handle))
  const known = await db.conversation.findFirst({ where: { channel, handleHash: { in: [...hashes] } }, select: { id: true } })
  if (known !== null) return known.id
  const id = randomUUID()
  await db.conversation.createMany({
    data: [{ id, channel, handleHash: hashes[0], handleSealed: keys.seal(handle, handlePlace(id)), state: { v: 1, at: 'idle' } }],
    skipDuplicates: true,
  })
  const { id: stored } = await db.conversation.findFirstOrThrow({ where: { channel, handleHash: { in: [...hashes] } }, select: { id: true } })
  return stored
}

/** The conversation with this handle, or `undefined`; begins nothing. */
export async function findConversationWith(db: Db | Transaction, keys: KeyRing, channel: string, handle: string): Promise<string | undefined> {
  const known = await db.conversation.findFirst({
    where: { channel, handleHash: { in: [...keys.hashes(findableHandle(channel, handle))] } },
    select: { id: true },
  })
  return known?.id
}

/**
 * Locks a conversation for this transaction, so that its messages are handled one after another however many workers run.
 * Not a key lock: another conversation's worker may still write messages for this one.
 */
export async function lockConversation({ tx }: Change, id: string): Promise<Conversation | undefined> {
  const [row] = await tx.$queryRaw<Conversation[]>`
    select "id", "channel", "memberId", "state", "language", "languageChosen", "noticeSeenAt", "placeCode"
    from "Conversation" where "id" = ${id}::uuid for no key update`
  return row
}

export async function saveConversation(
  { tx }: Change,
  id: string,
  changed: {
    state: object
    language?: string
    languageChosen?: boolean
    noticeSeenAt?: Date | null
    placeCode?: string | null
    memberId?: string
    forgottenAt?: Date
  },
): Promise<void> {
  await tx.conversation.update({ where: { id }, data: { unreachableAt: null, forgottenAt: null, ...changed } })
}

/** What a handle is found by: its channel belongs to it, as numbers of two chat apps may be the same. */
export const findableHandle = (channel: string, handle: string) => `${channel}:${handle}`

/** A handle, for the moment of sending only. */
export async function openHandle(db: Db | Transaction, keys: KeyRing, id: string): Promise<{ readonly channel: string; readonly handle: string } | undefined> {
  const row = await db.conversation.findUnique({ where: { id }, select: { channel: true, handleSealed: true } })
  return row === null ? undefined : { channel: row.channel, handle: keys.open(row.handleSealed, handlePlace(id)) }
}

export const handlePlace = (id: string) => `Conversation.handleSealed:${id}`
