import { sql } from 'kysely'
import pg from 'pg'
import type { Files } from '../files/attachments.ts'
import { hour } from '../instant.ts'
import { firstIds, inBatches } from '../postgres/batches.ts'
import type { Db } from '../postgres/database.ts'
import { statement } from '../postgres/query.ts'
import { withClient } from '../postgres/with-client.ts'
import { type Form, marks, placeIn, toForm } from './sealed-text.ts'
import { keyOfChat, keyOfReporter, keyOfWriter } from './words.ts'

/**
 * Words from before sealing was begun are sealed where they stand, in batches, while the service
 * runs (protection P36). Each row is changed only if it still is what was read, so it can be ended
 * at any moment and goes on where it was.
 */

const batch = 200

/** What stands in JSON under the names of words (`sealed-text.ts`), and is not in this form. */
const plainJson = (form: Form) =>
  `$.** ? (@.type() == "object").keyvalue() ? ((@.key == "text" || @.key == "plain") && @.value.type() == "string" && @.value != "" && !(@.value starts with "${marks[form]}"))`
const isPlain = (column: string, form: Form) =>
  sql`jsonb_path_exists(r.${sql.raw(`"${column}"`)}, ${plainJson(form)}::jsonpath)`
const isPlainText = (form: Form) => sql`"text" <> '' and "text" not like ${`${marks[form]}%`}`

/**
 * Tables and columns with words in JSON, the chat they are of, and what their words are bound to.
 */
const jsonColumns = [
  { table: 'Inbound', column: 'payload', chat: 'conversationId', id: 'bigint', name: 'externalId' },
  { table: 'Outbound', column: 'content', chat: 'conversationId', id: 'bigint', name: 'sealedAs' },
  { table: 'Outbound', column: 'shown', chat: 'conversationId', id: 'bigint', name: 'sealedAs' },
  { table: 'Conversation', column: 'state', chat: 'id', id: 'uuid', name: 'id' },
] as const

/** Rows of earlier versions get the names that their words are bound to. */
async function nameRows(db: Db, signal?: AbortSignal): Promise<void> {
  for (const table of ['Outbound', 'TicketMessage'] as const) {
    const name = sql.raw(`"${table}"`)
    for (let changed = 1; changed > 0 && signal?.aborted !== true; )
      changed = await db.affect(statement`
        update ${name} set "sealedAs" = gen_random_uuid() where "id" in (select "id" from ${name}
          where "sealedAs" is null limit ${batch})`)
  }
}

/** In which form words are sealed; 0 where sealing has not been begun. */
export async function formBegun(db: Db): Promise<Form | 0> {
  const { _max } = await db.prisma.sealing.aggregate({ _max: { form: true } })
  return toForm(_max.form)
}

/** How many rows hold words, or files, that are not sealed as they are to be. */
export async function countPlain(db: Db): Promise<number> {
  const form = (await formBegun(db)) || 1
  const [messages] = await db.read(
    statement<{
      count: bigint
    }>`select count(*) as "count" from "TicketMessage" where ${isPlainText(form)}`,
  )
  let count = Number(messages?.count ?? 0)
  for (const { table, column } of jsonColumns) {
    const [row] = await db.read(
      statement<{
        count: bigint
      }>`select count(*) as "count" from ${sql.raw(`"${table}"`)} r where ${isPlain(column, form)}`,
    )
    count += Number(row?.count ?? 0)
  }
  return form === 1
    ? count
    : count + (await db.prisma.attachment.count({ where: { fileKey: null } }))
}

/**
 * Begins sealing: from now on every copy seals what is written, within seconds, and binds it to its
 * row.
 */
export async function beginSealing(databaseUrl: string): Promise<void> {
  await withClient(databaseUrl, async (client) => {
    await client.query(
      'insert into "Sealing" ("since", "form") select now(), 2 where not exists (select 1 from "Sealing")',
    )
    await client.query('update "Sealing" set "form" = 2 where "form" < 2')
  })
}

/**
 * Seals all words and files that are not sealed, or not in the present form, once through the
 * tables.
 *
 * @returns how many rows were sealed.
 */
export async function sealOlder(db: Db, files: Files, signal?: AbortSignal): Promise<number> {
  const form = await db.words.form()
  if (form === 0) return 0
  if (form === 2) await nameRows(db, signal)
  let done = await sealMessages(db, form, signal)
  for (const each of jsonColumns) done += await sealJson(db, form, each, signal)
  return form === 1 ? done : done + (await sealFiles(db, files, signal))
}

/**
 * How long after all was sealed the worker looks again, in milliseconds: a copy may have written in
 * the moment of the beginning.
 */
const againMs = hour

/** What the worker does from time to time: seals what is left, where sealing has been begun. */
export function openSealing(
  db: Db,
  files: Files,
  now: () => number,
): (signal: AbortSignal) => Promise<void> {
  let nextAt = 0
  return async (signal) => {
    if (now() < nextAt || (await db.words.form()) === 0) return
    await sealOlder(db, files, signal)
    if (!signal.aborted) nextAt = now() + againMs
  }
}

async function sealMessages(db: Db, form: Form, signal?: AbortSignal): Promise<number> {
  type Row = { readonly id: string; text: string; sealedAs: string | null } & Writer
  const rows = inBatches(
    batch,
    (after, size) =>
      db.read(statement<Row>`
      select m."id"::text as "id", m."text", m."sealedAs"::text as "sealedAs", ${writerColumns}
      from "TicketMessage" m join "Ticket" t on t."id" = m."ticketId"
        where m."id" > ${after}::bigint and ${isPlainText(form)} order by m."id" limit ${size}`),
    firstIds.bigint,
  )
  let done = 0
  for await (const { id, text, sealedAs, ...writer } of rows) {
    if (signal?.aborted === true) break
    const sealed = await db.words.sealAnew(
      keyOf(writer),
      text,
      placeIn('TicketMessage', 'text', sealedAs ?? ''),
    )
    done += await db.affect(
      statement`update "TicketMessage" set "text" = ${sealed} where "id" = ${id}::bigint and "text" = ${text}`,
    )
  }
  return done
}

type Writer = {
  readonly by: string
  readonly ticketId: string
  readonly writerId: string | null
  readonly wordKeyId: string | null
}
const writerColumns = sql`m."by", m."ticketId"::text as "ticketId",
  m."writerId"::text as "writerId", t."wordKeyId"::text as "wordKeyId"`
const keyOf = ({ by, ticketId, writerId, wordKeyId }: Writer) =>
  keyOfWriter(by, { id: ticketId, wordKeyId }, writerId)

async function sealFiles(db: Db, files: Files, signal?: AbortSignal): Promise<number> {
  type Row = { readonly id: string } & { readonly [Part in keyof Writer]: Writer[Part] | null }
  const rows = inBatches(
    batch,
    (after, size) =>
      db.read(statement<Row>`
      select a."id"::text as "id", ${writerColumns} from "Attachment" a left
        join "TicketMessage" m on m."id" = a."messageId"
        left join "Ticket" t on t."id" = m."ticketId"
      where a."id" > ${after}::uuid and a."fileKey" is null order by a."id" limit ${size}`),
    firstIds.uuid,
  )
  let done = 0
  for await (const { id, by, ticketId, writerId, wordKeyId } of rows) {
    if (signal?.aborted === true) break
    const keyId =
      by === null || ticketId === null ? id : keyOf({ by, ticketId, writerId, wordKeyId })
    if (await files.giveKey(db, id, keyId)) done += 1
  }
  return done
}

async function sealJson(
  db: Db,
  form: Form,
  { table, column, chat, id: type, name }: (typeof jsonColumns)[number],
  signal?: AbortSignal,
): Promise<number> {
  const [from, what, asId] = [sql.raw(`"${table}"`), sql.raw(`"${column}"`), sql.raw(type)]
  type Row = {
    readonly id: string
    readonly name: string | null
    readonly value: unknown
    readonly was: string
    readonly chatId: string
    readonly chatKey: string | null
    readonly ticketId: string | null
    readonly ticketKey: string | null
  }
  const rows = inBatches(
    batch,
    (after, size) =>
      db.read(statement<Row>`
      select r."id"::text as "id", r.${sql.raw(`"${name}"`)}::text as "name", r.${what} as "value",
        r.${what}::text as "was", c."id"::text as "chatId",
        c."wordKeyId"::text as "chatKey", t."id"::text as "ticketId", t."wordKeyId"::text as "ticketKey"
      from ${from} r join "Conversation" c on c."id" = r.${sql.raw(`"${chat}"`)}
      left join "Ticket" t on t."id"::text = ${table === 'Outbound' ? sql`r."content" ->> 'ticketId'` : sql`null`}
      where r."id" > ${after}::${asId} and ${isPlain(column, form)} order by r."id" limit ${size}`),
    firstIds[type],
  )
  let done = 0
  for await (const { id, name: row, value, was, chatId, chatKey, ticketId, ticketKey } of rows) {
    if (signal?.aborted === true) break
    // What quotes a ticket has its writer's key.
    const key =
      ticketId === null
        ? keyOfChat({ id: chatId, wordKeyId: chatKey })
        : keyOfReporter({ id: ticketId, wordKeyId: ticketKey })
    const sealed = JSON.stringify(
      await db.words.sealAnew(key, value, placeIn(table, column, row ?? '')),
    )
    done += await db.affect(
      statement`update ${from} set ${what} = ${sealed}::jsonb where "id" = ${id}::${asId} and ${what} = ${was}::jsonb`,
    )
  }
  return done
}

/** Tables that held words, or keys of files, before they were sealed; and the keys. */
const rewritten = [
  'Conversation',
  'TicketMessage',
  'Attachment',
  'Inbound',
  'Outbound',
  'WordKey',
] as const

/**
 * Writes these tables again, so that no page keeps words as they were. Each is locked meanwhile.
 */
export async function rewriteTables(ownerUrl: string): Promise<void> {
  await withClient(ownerUrl, async (client) => {
    for (const table of rewritten) await client.query(`vacuum full ${pg.escapeIdentifier(table)}`)
  })
}
