import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import type { UnitOfWork } from '../organisation/unit-of-work.store.ts'
import type { Db, Transaction } from '../platform/postgres/database.ts'
import { anyOf, query, statement } from '../platform/postgres/query.ts'
import type { KeyRing } from '../platform/sealing/key-ring.ts'
import { placeIn } from '../platform/sealing/sealed-text.ts'
import { keyOfChat } from '../platform/sealing/words.ts'
import { afterErasure, dayOf, namesInRecord } from './erasure-record.store.ts'

/** One chat with one person, without their handle. */
export type Conversation = {
  readonly id: string
  readonly channel: string
  readonly memberId: string | null
  readonly state: unknown
  readonly language: string | null
  readonly languageChosen: boolean
  /** Whether each text is followed by a voice note that says it. */
  readonly listens: boolean
  readonly noticeSeenAt: Date | null
  readonly placeCode: string | null
}

/** Finds the conversation with a handle on a channel, or begins it. Returns its id. */
export async function conversationWith(
  db: Db | Transaction,
  keys: KeyRing,
  channel: string,
  handle: string,
): Promise<string> {
  return (await chatWith(db, keys, channel, handle)).id
}

/** The same, with the key of its words. */
export async function chatWith(
  db: Db | Transaction,
  keys: KeyRing,
  channel: string,
  handle: string,
): Promise<{ readonly id: string; readonly wordKeyId: string | null }> {
  const chat = chatOf(keys, channel, handle)
  const [known] = await db.read(chat)
  if (known !== undefined) return known
  const id = randomUUID()
  const hashes = keys.hashes(findableHandle(channel, handle))
  const names = namesInRecord(keys, hashes).map((name) => Buffer.from(name))
  const [erased] = await db.read(
    query
      .selectFrom('Erasure')
      .select('at')
      .where('hash', '=', anyOf(names, 'bytea'))
      .where('at', '>=', dayOf(new Date())),
  )
  await db.affect(
    query
      .insertInto('Conversation')
      .values({
        ...newConversation(keys, id, channel, handle),
        wordKeyId: await db.words.newKeyId(),
        ...(erased === undefined ? {} : { createdAt: afterErasure(erased.at) }),
      })
      .onConflict((conflict) => conflict.doNothing()),
  )
  const [begun] = await db.read(chat)
  if (begun === undefined) throw new Error('a conversation was erased as it began')
  return begun
}

/** The row of a conversation that begins. */
export function newConversation(keys: KeyRing, id: string, channel: string, handle: string) {
  return {
    id,
    channel,
    handleHash: Buffer.from(keys.hashes(findableHandle(channel, handle))[0]),
    handleSealed: Buffer.from(keys.seal(handle, handlePlace(id))),
    state: JSON.stringify({ v: 1, at: 'idle' }),
  }
}

/** Finds the conversation with a handle on a channel. */
const chatOf = (keys: KeyRing, channel: string, handle: string) =>
  query
    .selectFrom('Conversation')
    .select(['id', 'memberId', 'wordKeyId'])
    .where('channel', '=', channel)
    .where('handleHash', '=', anyHash(keys.hashes(findableHandle(channel, handle))))

const anyHash = (hashes: readonly Uint8Array[]) =>
  anyOf(
    hashes.map((hash) => Buffer.from(hash)),
    'bytea',
  )

/** The conversation with this handle, or `undefined`; begins nothing. */
export async function findConversationWith(
  db: Db | Transaction,
  keys: KeyRing,
  channel: string,
  handle: string,
): Promise<string | undefined> {
  const [known] = await db.read(chatOf(keys, channel, handle))
  return known?.id
}

/**
 * A chat app calls the same person otherwise from now on: their conversation goes on. Not where
 * somebody has that name already.
 */
export async function moveHandle(
  db: Db,
  keys: KeyRing,
  channel: string,
  from: string,
  to: string,
): Promise<void> {
  const id = await findConversationWith(db, keys, channel, from)
  if (id === undefined || (await findConversationWith(db, keys, channel, to)) !== undefined) return
  const { handleHash, handleSealed } = newConversation(keys, id, channel, to)
  await db.affect(
    query.updateTable('Conversation').set({ handleHash, handleSealed }).where('id', '=', id),
  )
}

/** Whose chat it is: a member's, one that exists, or none yet. */
export async function shareOf(
  db: Db,
  keys: KeyRing,
  channel: string,
  handle: string,
): Promise<'member' | 'knownChat' | 'newSession'> {
  const [known] = await db.read(chatOf(keys, channel, handle))
  if (known === undefined) return 'newSession'
  return known.memberId === null ? 'knownChat' : 'member'
}

/**
 * Locks a conversation for this transaction, so that its messages are handled one after another
 * however many workers run. Not a key lock: another conversation's worker may still write messages
 * for this one.
 */
export async function lockConversation(
  { tx, chatKeys }: UnitOfWork,
  id: string,
): Promise<Conversation | undefined> {
  const [row] = await tx.read(
    query
      .selectFrom('Conversation')
      .leftJoin('WordKey', 'WordKey.id', 'Conversation.wordKeyId')
      .select(['Conversation.id', 'channel', 'memberId', 'state', 'language', 'languageChosen'])
      .select(['noticeSeenAt', 'placeCode', 'listens', 'wordKeyId', 'WordKey.sealed'])
      .where('Conversation.id', '=', id)
      .forNoKeyUpdate('Conversation'),
  )
  if (row === undefined) return undefined
  const { sealed, ...chat } = row
  const key = keyOfChat(chat)
  chatKeys.set(id, key)
  if (sealed !== null) tx.words.learn(key, sealed)
  const [opened] = await tx.words.open('Conversation', [chat])
  return opened
}

/** What a turn changes of its conversation. */
export type TurnChanges = {
  readonly state: object
  readonly language?: string
  readonly languageChosen?: boolean
  readonly listens?: boolean
  readonly noticeSeenAt?: Date | null
  readonly placeCode?: string | null
  readonly memberId?: string
  readonly forgottenAt?: Date
}

/**
 * Ends a turn, in one statement: the conversation is as it is now, and its messages are handled. Of
 * a chat that was just untied from what it was about the messages are not kept (protection P03).
 */
export async function endTurn(
  work: UnitOfWork,
  id: string,
  inboundIds: readonly bigint[],
  { state, ...changed }: TurnChanges,
): Promise<void> {
  const { tx, at, untied, chatKeys } = work
  const key = chatKeys.get(id)
  if (key === undefined) throw new Error('a turn of a conversation that is not locked')
  const sealed = await tx.words.seal(key, state, placeIn('Conversation', 'state', id))
  const sets = [
    sql`"state" = ${JSON.stringify(sealed)}::jsonb`,
    ...(changed.language === undefined ? [] : [sql`"language" = ${changed.language}`]),
    ...(changed.languageChosen === undefined
      ? []
      : [sql`"languageChosen" = ${changed.languageChosen}`]),
    ...(changed.listens === undefined ? [] : [sql`"listens" = ${changed.listens}`]),
    ...(changed.noticeSeenAt === undefined ? [] : [sql`"noticeSeenAt" = ${changed.noticeSeenAt}`]),
    ...(changed.placeCode === undefined ? [] : [sql`"placeCode" = ${changed.placeCode}`]),
    ...(changed.memberId === undefined ? [] : [sql`"memberId" = ${changed.memberId}::uuid`]),
  ]
  const handled = untied.has(id)
    ? sql`delete from "Inbound" where "id" = any(${[...inboundIds]}::bigint[])`
    : sql`update "Inbound" set "doneAt" = ${new Date(at)} where "id" = any(${[...inboundIds]}::bigint[])`
  tx.write(statement`
    with "handled" as (${handled})
    update "Conversation" set "unreachableAt" = null, "touchedOn" = ${new Date(at)}::date,
      "forgottenAt" = ${changed.forgottenAt ?? null}, ${sql.join(sets)} where "id" = ${id}::uuid`)
}

/**
 * What a handle is found by: its channel belongs to it, as numbers of two chat apps may be the
 * same.
 */
export const findableHandle = (channel: string, handle: string) => `${channel}:${handle}`

/** A handle, for the moment of sending only. */
export async function openHandle(
  db: Db | Transaction,
  keys: KeyRing,
  id: string,
): Promise<{ readonly channel: string; readonly handle: string } | undefined> {
  const [row] = await db.read(
    query.selectFrom('Conversation').select(['channel', 'handleSealed']).where('id', '=', id),
  )
  return row === undefined
    ? undefined
    : { channel: row.channel, handle: keys.open(row.handleSealed, handlePlace(id)) }
}

/** What the handle of a conversation is bound to when it is sealed. */
export const handlePlace = (id: string) => `Conversation.handleSealed:${id}`
