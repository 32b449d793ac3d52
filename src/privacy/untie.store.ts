import { randomInt } from 'node:crypto'
import { type RawBuilder, sql } from 'kysely'
import type { Files } from '../platform/files/attachments.ts'
import type { Db, Transaction } from '../platform/postgres/database.ts'
import { query, statement } from '../platform/postgres/query.ts'
import { vacuumed } from '../platform/postgres/roles.ts'
import { keyOfChat, keyOfReporter } from '../platform/sealing/words.ts'

/**
 * Closing an anonymous report cuts it off its chat at once (`anonymity.ts`). What is left ties the
 * two all the same: the transaction that wrote both, the order of rows, the moments. By night that
 * goes too (protection P38): every chat that was written on the days before, whether it had
 * anything to untie or not, is rewritten in a random order, each in a transaction of its
 * own and on another page; and so is every anonymous report that is over, in another order, with
 * its moments to the day, its messages under new numbers and its files under new names and times.
 */

/** Chats that are rewritten for company, where few were written on the days before. */
const leastCompany = 50
const batch = 5_000

/**
 * Rewrites the chats of the days before.
 *
 * @param today - The day that has begun, as `YYYY-MM-DD` in the calendar's zone.
 * @returns how many there were.
 */
export async function shuffleChats(db: Db, today: string): Promise<number> {
  const touched = await db.read(statement<{ id: string }>`
    select "id"::text as "id" from "Conversation" where "touchedOn" < ${today}::date
      limit ${batch}`)
  if (touched.length === 0) return 0
  const company = await db.read(statement<{ id: string }>`
    select "id"::text as "id" from "Conversation" where "touchedOn" is null order by random()
      limit ${Math.max(0, leastCompany - touched.length)}`)
  const chats = shuffled([...touched, ...company])
  const isOver = sql`("touchedOn" is null or "touchedOn" < ${today}::date)`
  await keepingVersions(db, async () => {
    for (const { id } of chats) {
      // A turn of today holds the row for a moment: it will be rewritten tomorrow.
      await moveRow(
        db,
        'Conversation',
        id,
        sql`"touchedOn" = null where "id" = (select "id" from "Conversation"
          where "id" = ${id}::uuid and ${isOver} for update skip locked)`,
      )
    }
    const keys = await db.prisma.conversation.findMany({
      where: { id: { in: chats.map(({ id }) => id) } },
      select: { id: true, wordKeyId: true },
    })
    await moveKeys(db, keys.map(keyOfChat))
  })
  return chats.length
}

/** Writes keys of words again, in a random order. */
async function moveKeys(db: Db, ids: readonly string[]): Promise<void> {
  for (const id of shuffled(ids))
    await moveRow(db, 'WordKey', id, sql`"sealed" = "sealed" where "id" = ${id}::uuid`)
}

/** A page has room for fewer rows than this. */
const mostOnPage = 300

/**
 * Writes a row again until it lies on another page. PostgreSQL leaves a row on its page while there
 * is room, and pages were filled in the order in which the rows came. A row that was not changed
 * stays where it is.
 */
async function moveRow(
  db: Db,
  table: 'Conversation' | 'WordKey',
  id: string,
  change: RawBuilder<unknown>,
): Promise<void> {
  const name = sql.raw(`"${table}"`)
  const page = sql`(ctid::text::point)[0]::int as "page"`
  const [before] = await db.read(
    statement<{ page: number }>`select ${page} from ${name} where "id" = ${id}::uuid`,
  )
  for (let time = 0; time < mostOnPage; time++) {
    const [row] = await db.read(
      statement<{ page: number }>`update ${name} set ${change} returning ${page}`,
    )
    if (row === undefined || row.page !== before?.page) return
  }
}

/** How long the work of a night may take, in milliseconds. */
const nightMs = 20 * 60_000

/**
 * Meanwhile PostgreSQL clears no page of old versions: a page that was written on fills up, and the
 * next row goes elsewhere.
 */
async function keepingVersions(db: Db, work: () => Promise<void>): Promise<void> {
  await db.transaction(
    async (tx) => {
      tx.write(statement`set local idle_in_transaction_session_timeout = ${sql.raw(`${nightMs}`)}`)
      await tx.read(statement`select 1 as "one"`)
      await work()
    },
    { isolation: 'repeatable read' },
  )
}

/**
 * Rewrites the anonymous reports that were over on the days before.
 *
 * @param zone - The calendar's zone: a moment stays on its day there, and so in its week of the
 * figures.
 * @returns how many there were.
 */
export async function coarsenOver(
  db: Db,
  files: Files,
  zone: string,
  today: string,
): Promise<number> {
  const day = (moment: RawBuilder<unknown>) =>
    sql`(date_trunc('day', ${moment} at time zone ${zone}) at time zone ${zone})`
  const over = await db.read(statement<{ id: string }>`
    select "id"::text as "id" from "Ticket" where "anonymous" and "status" in ('closed',
      'withdrawn') and "conversationId" is null
      and "closedAt" <> ${day(sql`"closedAt"`)}
        and ("closedAt" at time zone ${zone})::date < ${today}::date limit ${batch}`)
  if (over.length === 0) return 0
  for (const { id } of shuffled(over)) {
    const messages = await db.transaction((tx) => coarsen(tx, id, zone, day))
    const attachments = await db.prisma.attachment.findMany({
      where: { messageId: { in: [...messages] } },
      select: { id: true },
    })
    for (const each of shuffled(attachments)) await files.renew(db, each.id)
    await db.affect(
      statement`update "Attachment" set "createdAt" = ${day(sql`"createdAt"`)}
        where "messageId" = any(${[...messages]}::bigint[])`,
    )
  }
  const tickets = await db.prisma.ticket.findMany({
    where: { id: { in: over.map(({ id }) => id) } },
    select: { id: true, wordKeyId: true },
  })
  await keepingVersions(db, () =>
    moveKeys(
      db,
      tickets.flatMap((ticket) => [keyOfReporter(ticket), ticket.id]),
    ),
  )
  return over.length
}

/** Returns the new numbers of the ticket's messages. */
async function coarsen(
  tx: Transaction,
  id: string,
  zone: string,
  day: (moment: RawBuilder<unknown>) => RawBuilder<unknown>,
): Promise<readonly bigint[]> {
  tx.write(statement`select 1 from "Ticket" where "id" = ${id}::uuid for update`)
  // As the owner of the tables: the history is append-only for the service.
  tx.write(statement`select "coarsenEvents"(${id}::uuid, ${zone})`)
  // Whether a deadline was kept stays as it was, for the figures.
  const due = (name: string, done: string) => {
    const [at, by] = [sql.raw(`"${name}"`), sql.raw(`"${done}"`)]
    return sql`${at} = case when ${by} > ${at} and ${day(sql`${by}`)} = ${day(sql`${at}`)}
      then ${day(sql`${at}`)} - interval '1 day' else ${day(sql`${at}`)} end`
  }
  const moments = [
    'openedAt',
    'assignedAt',
    'acceptedAt',
    'firstResponseAt',
    'resolvedAt',
    'closedAt',
    'questionAt',
    'clockFrom',
    'offerDueAt',
  ] as const
  tx.write(statement`
    update "Ticket" set ${due('firstResponseDueAt', 'firstResponseAt')},
      ${due('resolutionDueAt', 'resolvedAt')},
      ${sql.join(moments.map((name) => sql`${sql.raw(`"${name}"`)} = ${day(sql.raw(`"${name}"`))}`))}
    where "id" = ${id}::uuid`)
  const numbers: bigint[] = []
  const messages = query.selectFrom('TicketMessage').select('id').where('ticketId', '=', id)
  for (const { id: old } of await tx.read(messages.orderBy('id'))) {
    const [row] = await tx.read(statement<{ id: bigint }>`
      update "TicketMessage" set "id" = nextval(pg_get_serial_sequence('"TicketMessage"', 'id')),
        "at" = ${day(sql`"at"`)}, "source" = null
      where "id" = ${old} returning "id"`)
    if (row === undefined) continue
    tx.write(
      statement`update "Follower" set "messageId" = ${row.id} where "ticketId" = ${id}::uuid and "messageId" = ${old}`,
    )
    numbers.push(row.id)
  }
  return numbers
}

/**
 * Takes out of the tables what the rows were before. Where the account may not, PostgreSQL does it
 * by itself in time.
 */
export async function vacuumUntied(db: Db): Promise<void> {
  for (const table of vacuumed) await db.affect(statement`vacuum ${sql.table(table)}`)
}

/** In a random order, by chance that nobody can foresee (Fisher and Yates). */
function shuffled<T>(items: readonly T[]): readonly T[] {
  const order = [...items]
  for (let at = order.length - 1; at > 0; at--) {
    const other = randomInt(at + 1)
    const [one, two] = [order[at], order[other]]
    if (one !== undefined && two !== undefined) [order[at], order[other]] = [two, one]
  }
  return order
}
