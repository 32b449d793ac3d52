import { randomUUID } from 'node:crypto'
import type { Saying } from '../language/render.ts'
import type { UnitOfWork } from '../organisation/unit-of-work.store.ts'
import type { Transaction } from '../platform/postgres/database.ts'
import { query, statement } from '../platform/postgres/query.ts'
import { placeIn } from '../platform/sealing/sealed-text.ts'
import { keyOfChat } from '../platform/sealing/words.ts'
import type { Content } from './shown.ts'

/** Writes a message for a conversation; it is delivered after the commit. */
export async function queueMessage(
  work: UnitOfWork,
  conversationId: string,
  ...given: readonly Content[]
): Promise<void> {
  if (given.length === 0) return
  const { tx, at, after } = work
  const key = await keyFor(work, conversationId, given)
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

/** Writes outbound rows in their order. */
function insert(tx: Transaction, at: number, rows: readonly NewRow[]): void {
  tx.write(statement`
    insert into "Outbound" ("conversationId", "content", "sealedAs", "createdAt")
    select (m."row" ->> 'conversationId')::uuid, m."row" -> 'content',
      (m."row" ->> 'sealedAs')::uuid, ${new Date(at)}
    from jsonb_array_elements(${JSON.stringify(rows)}::jsonb) with ordinality as m ("row", "nth")
      order by m."nth"`)
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

/** An answer can be changed for so long after it was written, in milliseconds. */
export const amendableMs = 10_000

/**
 * Writes the answer of a turn. If it amends the chat's newest answer, it takes that one's place:
 * unsent, the row is changed; sent, a new row says which message is to be edited, and the delivery
 * decides whether it still can be. The buttons of a question are taken away once it is answered.
 *
 * @param amends it belongs to words that followed the last ones within seconds.
 */
export async function answer(
  work: UnitOfWork,
  conversationId: string,
  saying: Saying,
  { amends = false }: { readonly amends?: boolean } = {},
): Promise<void> {
  const { tx, at, after } = work
  const given: Content = { say: saying }
  const asks = saying.asks === true
  const { content, sealedAs } = await newRow(
    tx,
    conversationId,
    given,
    await keyFor(work, conversationId, given),
  )
  const standing = amends ? await newestAnswer(tx, conversationId, at) : undefined
  after.deliverTo.add(conversationId)
  // The delivery may begin to send it in this moment: then it is not changed any more, and a new
  // row follows it.
  const isChanged =
    standing?.isUnsent === true &&
    (await tx.affect(statement`
      update "Outbound" set "content" = ${JSON.stringify(content)}::jsonb,
        "sealedAs" = ${sealedAs}::uuid, "asks" = ${asks}
      where "id" = ${standing.id} and "status" = 'queued' and "attempts" = 0`)) === 1
  if (isChanged) return
  tx.write(statement`
    with "before" as (update "Outbound" set "asks" = false
      where "id" = ${standing?.id ?? null}::bigint)
    insert into "Outbound" ("conversationId", "content", "sealedAs", "createdAt", "asks",
      "replaces")
    values (${conversationId}::uuid, ${JSON.stringify(content)}::jsonb, ${sealedAs}::uuid,
      ${new Date(at)}, ${asks}, ${standing?.id ?? null})`)
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
      "content" -> 'say' ->> 'asks' = 'true' and "status" <> 'undeliverable' and coalesce("sentAt",
        "createdAt") > ${new Date(at - amendableMs)} as "mayChange"
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
    with "last" as (select max("id") as "id" from "Outbound"
      where "conversationId" = ${conversationId}::uuid and "status" = 'queued'),
    "over" as (
      update "Outbound" o set "asks" = false from "last"
      where o."conversationId" = ${conversationId}::uuid and (o."asks"
        or o."id" = ${used ?? null}::bigint) and "last"."id" is not null
        and o."id" < "last"."id" and o."id" is distinct from (select "replaces" from "Outbound" r
          where r."id" = "last"."id") returning o."id"
    )
    update "Outbound" set "content" = "content" || jsonb_build_object('retires',
      (select jsonb_agg("id"::text) from "over"))
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
  work: UnitOfWork,
  memberId: string,
  ...contents: readonly Content[]
): Promise<void> {
  if (contents.length === 0) return
  const { tx, at, after } = work
  if (await tx.words.isWanted(contents)) return tellChatsOf(work, memberId, contents)
  const written = statement<{ conversationId: string }>`
    insert into "Outbound" ("conversationId", "content", "createdAt")
    select c."id", m."content", ${new Date(at)} from "Conversation" c,
      jsonb_array_elements(${JSON.stringify(contents)}::jsonb) with ordinality as m ("content",
      "nth")
    where c."memberId" = ${memberId}::uuid and c."unreachableAt" is null order by c."id", m."nth"
    returning "conversationId"::text as "conversationId"`
  tx.collect(written, (rows) => {
    for (const { conversationId } of rows) after.deliverTo.add(conversationId)
  })
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
