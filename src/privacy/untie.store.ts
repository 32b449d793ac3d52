import { randomInt } from 'node:crypto'
import type { Files } from '../platform/files/attachments.ts'
import type { Db, Transaction } from '../platform/postgres/database.ts'
import { Prisma } from '../platform/postgres/generated/client.ts'
import { vacuumed } from '../platform/postgres/roles.ts'
import { keyOfChat, keyOfReporter } from '../platform/sealing/words.ts'

/**
 * Closing an anonymous report cuts it off its chat at once (`anonymity.ts`). What is left ties the
 * two all the same: the transaction that wrote both, the order of rows, the moments. By night that
 * goes too (protection P38): every chat that was written on the days before, whether it had
 * anything to untie or not, is written anew in an order drawn by lot, each in a transaction of its
 * own and on another page; and so is every anonymous report that is over, in another order, with
 * its moments to the day, its messages under new numbers and its files under new names and times.
 */

/** Chats that are written anew for company, where few were written on the days before. */
const leastCompany = 50
const batch = 5_000

/**
 * Writes anew the chats of the days before.
 *
 * @param today - The day that has begun, as `YYYY-MM-DD` in the calendar's zone.
 * @returns how many there were.
 */
export async function shuffleChats(db: Db, today: string): Promise<number> {
  const touched = await db.$queryRaw<{ id: string }[]>`
    select "id"::text as "id" from "Conversation" where "touchedOn" < ${today}::date limit ${batch}`
  if (touched.length === 0) return 0
  const company = await db.$queryRaw<{ id: string }[]>`
    select "id"::text as "id" from "Conversation" where "touchedOn" is null order by random() limit ${Math.max(0, leastCompany - touched.length)}`
  const chats = shuffled([...touched, ...company])
  const isOver = Prisma.sql`("touchedOn" is null or "touchedOn" < ${today}::date)`
  await keepingVersions(db, async () => {
    for (const { id } of chats) {
      // A turn of today holds the row for a moment: it will be written anew tomorrow.
      await moveRow(
        db,
        'Conversation',
        id,
        Prisma.sql`"touchedOn" = null where "id" = (select "id" from "Conversation" where "id" = ${id}::uuid and ${isOver} for update skip locked)`,
      )
    }
    const keys = await db.conversation.findMany({
      where: { id: { in: chats.map(({ id }) => id) } },
      select: { id: true, wordKeyId: true },
    })
    await moveKeys(db, keys.map(keyOfChat))
  })
  return chats.length
}

/** Writes keys of words anew, in an order drawn by lot. */
async function moveKeys(db: Db, ids: readonly string[]): Promise<void> {
  for (const id of shuffled(ids))
    await moveRow(db, 'WordKey', id, Prisma.sql`"sealed" = "sealed" where "id" = ${id}::uuid`)
}

/** A page has room for fewer rows than this. */
const mostOnPage = 300

/**
 * Writes a row anew until it lies on another page. PostgreSQL leaves a row on its page while there
 * is room, and pages were filled in the order in which the rows came. A row that was not changed
 * stays where it is.
 */
async function moveRow(
  db: Db,
  table: 'Conversation' | 'WordKey',
  id: string,
  change: Prisma.Sql,
): Promise<void> {
  const name = Prisma.raw(`"${table}"`)
  const page = Prisma.sql`(ctid::text::point)[0]::int as "page"`
  const [before] = await db.$queryRaw<
    { page: number }[]
  >`select ${page} from ${name} where "id" = ${id}::uuid`
  for (let time = 0; time < mostOnPage; time++) {
    const [row] = await db.$queryRaw<
      { page: number }[]
    >`update ${name} set ${change} returning ${page}`
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
  await db.$transaction(
    async (tx) => {
      await tx.$queryRaw`select 1 as "one"`
      await work()
    },
    { isolationLevel: 'RepeatableRead', timeout: nightMs },
  )
}

/**
 * Writes anew the anonymous reports that were over on the days before.
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
  const day = (moment: Prisma.Sql) =>
    Prisma.sql`(date_trunc('day', ${moment} at time zone ${zone}) at time zone ${zone})`
  const over = await db.$queryRaw<{ id: string }[]>`
    select "id"::text as "id" from "Ticket" where "anonymous" and "status" in ('closed', 'withdrawn') and "conversationId" is null
      and "closedAt" <> ${day(Prisma.sql`"closedAt"`)} and ("closedAt" at time zone ${zone})::date < ${today}::date limit ${batch}`
  if (over.length === 0) return 0
  for (const { id } of shuffled(over)) {
    const messages = await db.$transaction((tx) => coarsen(tx, id, zone, day))
    const attachments = await db.attachment.findMany({
      where: { messageId: { in: [...messages] } },
      select: { id: true },
    })
    for (const each of shuffled(attachments)) await files.renew(db, each.id)
    await db.$executeRaw`update "Attachment" set "createdAt" = ${day(Prisma.sql`"createdAt"`)} where "messageId" = any(${[...messages]}::bigint[])`
  }
  const tickets = await db.ticket.findMany({
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
  day: (moment: Prisma.Sql) => Prisma.Sql,
): Promise<readonly bigint[]> {
  await tx.$executeRaw`select 1 from "Ticket" where "id" = ${id}::uuid for update`
  // As the owner of the tables: the history is append-only for the service.
  await tx.$queryRaw`select "coarsenEvents"(${id}::uuid, ${zone})::text`
  // Whether a deadline was kept stays as it was, for the figures.
  const due = (name: string, done: string) => {
    const [at, by] = [Prisma.raw(`"${name}"`), Prisma.raw(`"${done}"`)]
    return Prisma.sql`${at} = case when ${by} > ${at} and ${day(Prisma.sql`${by}`)} = ${day(Prisma.sql`${at}`)}
      then ${day(Prisma.sql`${at}`)} - interval '1 day' else ${day(Prisma.sql`${at}`)} end`
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
  await tx.$executeRaw`
    update "Ticket" set ${due('firstResponseDueAt', 'firstResponseAt')}, ${due('resolutionDueAt', 'resolvedAt')},
      ${Prisma.join(moments.map((name) => Prisma.sql`${Prisma.raw(`"${name}"`)} = ${day(Prisma.raw(`"${name}"`))}`))}
    where "id" = ${id}::uuid`
  const numbers: bigint[] = []
  for (const { id: old } of await tx.ticketMessage.findMany({
    where: { ticketId: id },
    orderBy: { id: 'asc' },
    select: { id: true },
  })) {
    const [row] = await tx.$queryRaw<{ id: bigint }[]>`
      update "TicketMessage" set "id" = nextval(pg_get_serial_sequence('"TicketMessage"', 'id')), "at" = ${day(Prisma.sql`"at"`)}, "source" = null
      where "id" = ${old} returning "id"`
    if (row === undefined) continue
    await tx.$executeRaw`update "Follower" set "messageId" = ${row.id} where "ticketId" = ${id}::uuid and "messageId" = ${old}`
    numbers.push(row.id)
  }
  return numbers
}

/**
 * Takes out of the tables what the rows were before. Where the account may not, PostgreSQL does it
 * by itself in time.
 */
export async function vacuumUntied(db: Db): Promise<void> {
  for (const table of vacuumed) await db.$executeRawUnsafe(`vacuum "${table}"`).catch(() => {})
}

/** In an order drawn by lot, by chance that nobody can foresee (Fisher and Yates). */
function shuffled<T>(items: readonly T[]): readonly T[] {
  const order = [...items]
  for (let at = order.length - 1; at > 0; at--) {
    const other = randomInt(at + 1)
    const [one, two] = [order[at], order[other]]
    if (one !== undefined && two !== undefined) [order[at], order[other]] = [two, one]
  }
  return order
}
