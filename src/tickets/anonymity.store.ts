import { queueMessage } from '../mailbox/outbound.store.ts'
import type { UnitOfWork } from '../organisation/unit-of-work.store.ts'
import { day } from '../platform/instant.ts'
import type { Db } from '../platform/postgres/database.ts'
import { anyOf, query, statement } from '../platform/postgres/query.ts'
import { messagesOf } from './messages.store.ts'

/**
 * Cuts what ties a chat to an anonymous report that is over (protection P03): the transcript of the
 * chat with its numbers and times, what the conversation remembers of the report, and the moments
 * by which the chat could be found (to the day, as the record of erasures knows them). Then says
 * so, in a last word that is not kept either ({@link eraseLastWords}).
 */
export async function untie(work: UnitOfWork, conversationId: string, code: string): Promise<void> {
  const { tx, untied } = work
  tx.write(deleteHandled(conversationId))
  tx.write(statement`
    delete from "Outbound" where "conversationId" = ${conversationId}::uuid
      and ("status" <> 'queued' or strpos("content"::text, ${code}) > 0)`)
  tx.write(statement`
    update "Conversation" set "placeCode" = null, "touchedOn" = ${new Date(work.at)}::date,
      "noticeSeenAt" = date_trunc('day', "noticeSeenAt"),
      "createdAt" = date_trunc('day', "createdAt" at time zone 'UTC') at time zone 'UTC',
      "state" = case when strpos("state"::text, ${code}) > 0 then '{"v":1,"at":"idle"}'::jsonb else "state" end
    where "id" = ${conversationId}::uuid`)
  // What an edit would find its message by would tie them too.
  tx.write(
    statement`update "TicketMessage" set "source" = null where "ticketId" = (select "id"
      from "Ticket" where "code" = ${code})`,
  )
  untied.add(conversationId)
  await queueMessage(work, conversationId, { notice: 'untied' })
}

/** Deletes a chat's messages that are handled or set aside: what waits is handled first. */
export function deleteHandled(conversationId: string) {
  return query
    .deleteFrom('Inbound')
    .where('conversationId', '=', conversationId)
    .where((each) => each.or([each('doneAt', 'is not', null), each('setAsideAt', 'is not', null)]))
}

/** How long the last word may take to be read, in milliseconds. */
export const lastWordMs = 60_000

/**
 * Erases the last words to those whose anonymous report is over: the moment of one would tie them
 * to it.
 */
export async function eraseLastWords(db: Pick<Db, 'affect'>, at: Date): Promise<void> {
  const before = new Date(at.getTime() - lastWordMs)
  await db.affect(
    statement`delete from "Outbound" where "content" ->> 'notice' = 'untied'
      and "status" <> 'queued' and "createdAt" < ${before}`,
  )
}

/**
 * For how long after a resolution those who joined can still say that it did not help. In
 * milliseconds.
 */
export const objectionMs = 7 * day

/** How many who joined are untied at once. */
const batch = 200

/**
 * Unties those who joined tickets that are over and can be objected to no more (protection P43):
 * their words stay in the ticket as nobody's, and nothing in their chat tells of it. Returns how
 * many there were.
 */
export async function untieFollowers(db: Db, at: Date): Promise<number> {
  const over = new Date(at.getTime() - objectionMs)
  const rows = await db.prisma.follower.findMany({
    where: {
      ticket: {
        status: { in: ['closed', 'withdrawn'] },
        closedAt: { lt: over },
        OR: [{ resolvedAt: null }, { resolvedAt: { lt: over } }],
      },
    },
    take: batch,
    select: {
      id: true,
      ticketId: true,
      conversationId: true,
      alias: true,
      joinedAt: true,
      ticket: { select: { code: true } },
    },
  })
  for (const { id, ticketId, conversationId, alias, joinedAt, ticket } of rows) {
    const name = alias ?? ticket.code
    await db.transaction(async (tx) => {
      // As in a turn: the conversation first, then the ticket's rows.
      tx.write(
        query
          .selectFrom('Conversation')
          .select('id')
          .where('id', '=', conversationId)
          .forNoKeyUpdate(),
      )
      const own = await tx.words.open(
        'TicketMessage',
        await tx.read(messagesOf(ticketId, id).select(['text', 'sealedAs'])),
      )
      const said = await tx.words.open(
        'Inbound',
        await tx.read(
          query
            .selectFrom('Inbound')
            .select(['id', 'externalId', 'receivedAt', 'payload'])
            .where('conversationId', '=', conversationId)
            .where('doneAt', 'is not', null),
        ),
      )
      const about = said.filter(
        ({ receivedAt, payload }) =>
          receivedAt <= joinedAt ||
          own.some(({ text }) => text !== '' && (payload as { text?: unknown }).text === text),
      )
      const aboutIds = about.map((row) => row.id)
      tx.write(query.deleteFrom('Inbound').where('id', '=', anyOf(aboutIds, 'bigint')))
      tx.write(statement`
        delete from "Outbound" where "conversationId" = ${conversationId}::uuid
          and (strpos("content"::text, ${name}) > 0 or "status" <> 'queued'
            and "createdAt" <= ${joinedAt})`)
      tx.write(statement`
        update "Conversation" set "state" = '{"v":1,"at":"idle"}'::jsonb
          where "id" = ${conversationId}::uuid and strpos("state"::text, ${name}) > 0`)
      tx.write(
        statement`update "TicketMessage" set "source" = null where "ticketId" = ${ticketId}::uuid
          and "writerId" = ${id}::uuid`,
      )
      tx.write(query.deleteFrom('Follower').where('id', '=', id))
    })
  }
  return rows.length
}
