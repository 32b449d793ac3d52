import { hour } from '../domain/instant.ts'
import { firstIds, inBatches } from './batches.ts'
import type { Db } from './connection.ts'
import { Prisma } from './generated/client.ts'
import { withClient } from './with-client.ts'
import { keyOfChat, keyOfReporter } from './words.ts'

/**
 * Words from before sealing was begun are sealed where they stand, in batches, while the service runs (protection P36). Each
 * row is changed only if it still is what was read, so it can be ended at any moment and goes on where it was.
 */

const batch = 200

/** What stands in JSON under the names of words (`words.ts`), and is not sealed. */
const plainJson =
  '$.** ? (@.type() == "object").keyvalue() ? ((@.key == "text" || @.key == "plain") && @.value.type() == "string" && @.value != "" && !(@.value starts with "jw1."))'
const isPlain = (column: string) => Prisma.sql`jsonb_path_exists(r.${Prisma.raw(`"${column}"`)}, ${plainJson}::jsonpath)`
const isPlainText = Prisma.sql`"text" <> '' and "text" not like 'jw1.%'`

/** Tables and columns with words in JSON, and the chat they are of. */
const jsonColumns = [
  { table: 'Inbound', column: 'payload', chat: 'conversationId', id: 'bigint' },
  { table: 'Outbound', column: 'content', chat: 'conversationId', id: 'bigint' },
  { table: 'Outbound', column: 'shown', chat: 'conversationId', id: 'bigint' },
  { table: 'Conversation', column: 'state', chat: 'id', id: 'uuid' },
] as const

/** How many rows hold words that are not sealed. */
export async function countPlain(db: Db): Promise<number> {
  const [messages] = await db.$queryRaw<{ count: bigint }[]>`select count(*) as "count" from "TicketMessage" where ${isPlainText}`
  let count = Number(messages?.count ?? 0)
  for (const { table, column } of jsonColumns) {
    const [row] = await db.$queryRaw<{ count: bigint }[]>`select count(*) as "count" from ${Prisma.raw(`"${table}"`)} r where ${isPlain(column)}`
    count += Number(row?.count ?? 0)
  }
  return count
}

/** Begins sealing: from now on every copy seals what is written, within seconds. */
export async function beginSealing(databaseUrl: string): Promise<void> {
  await withClient(databaseUrl, (client) => client.query('insert into "Sealing" ("since") select now() where not exists (select 1 from "Sealing")'))
}

/**
 * Seals all words that are not sealed, once through the tables.
 *
 * @returns how many rows were sealed.
 */
export async function sealOlder(db: Db, signal?: AbortSignal): Promise<number> {
  let done = await sealMessages(db, signal)
  for (const each of jsonColumns) done += await sealJson(db, each, signal)
  return done
}

/** How long after all was sealed the worker looks again, in milliseconds: a copy may have written in the moment of the beginning. */
const againMs = hour

/** What the worker does from time to time: seals what is left, where sealing has been begun. */
export function openSealing(db: Db, now: () => number): (signal: AbortSignal) => Promise<void> {
  let nextAt = 0
  return async (signal) => {
    if (now() < nextAt || !(await db.words.isBegun())) return
    await sealOlder(db, signal)
    if (!signal.aborted) nextAt = now() + againMs
  }
}

async function sealMessages(db: Db, signal?: AbortSignal): Promise<number> {
  type Row = { readonly id: string; by: string; text: string; ticketId: string; writerId: string | null; wordKeyId: string | null }
  const rows = inBatches(
    batch,
    (after, size) => db.$queryRaw<Row[]>`
      select m."id"::text as "id", m."by", m."text", m."ticketId"::text as "ticketId", m."writerId"::text as "writerId", t."wordKeyId"::text as "wordKeyId"
      from "TicketMessage" m join "Ticket" t on t."id" = m."ticketId" where m."id" > ${after}::bigint and ${isPlainText} order by m."id" limit ${size}`,
    firstIds.bigint,
  )
  let done = 0
  for await (const { id, by, text, ticketId, writerId, wordKeyId } of rows) {
    if (signal?.aborted === true) break
    const key = by === 'member' ? ticketId : (writerId ?? keyOfReporter({ id: ticketId, wordKeyId }))
    const sealed = await db.words.seal(key, text)
    done += await db.$executeRaw`update "TicketMessage" set "text" = ${sealed} where "id" = ${id}::bigint and "text" = ${text}`
  }
  return done
}

async function sealJson(db: Db, { table, column, chat, id: type }: (typeof jsonColumns)[number], signal?: AbortSignal): Promise<number> {
  const [from, what, asId] = [Prisma.raw(`"${table}"`), Prisma.raw(`"${column}"`), Prisma.raw(type)]
  type Row = { readonly id: string; value: unknown; was: string; chatId: string; chatKey: string | null; ticketId: string | null; ticketKey: string | null }
  const rows = inBatches(
    batch,
    (after, size) => db.$queryRaw<Row[]>`
      select r."id"::text as "id", r.${what} as "value", r.${what}::text as "was", c."id"::text as "chatId", c."wordKeyId"::text as "chatKey",
        t."id"::text as "ticketId", t."wordKeyId"::text as "ticketKey"
      from ${from} r join "Conversation" c on c."id" = r.${Prisma.raw(`"${chat}"`)}
      left join "Ticket" t on t."id"::text = ${table === 'Outbound' ? Prisma.sql`r."content" ->> 'ticketId'` : Prisma.sql`null`}
      where r."id" > ${after}::${asId} and ${isPlain(column)} order by r."id" limit ${size}`,
    firstIds[type],
  )
  let done = 0
  for await (const { id, value, was, chatId, chatKey, ticketId, ticketKey } of rows) {
    if (signal?.aborted === true) break
    // What quotes a ticket has its writer's key.
    const key = ticketId === null ? keyOfChat({ id: chatId, wordKeyId: chatKey }) : keyOfReporter({ id: ticketId, wordKeyId: ticketKey })
    const sealed = JSON.stringify(await db.words.seal(key, value))
    done += await db.$executeRaw`update ${from} set ${what} = ${sealed}::jsonb where "id" = ${id}::${asId} and ${what} = ${was}::jsonb`
  }
  return done
}
