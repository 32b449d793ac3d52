import type { Change } from './connection.ts'
import { tell } from './outbound.ts'

/**
 * Cuts what ties a chat to an anonymous report that is over (protection P03): the transcript of the chat with its numbers
 * and times, what the conversation remembers of the report, and the moments by which the chat could be found (to the day; never to before an erasure, which would take it too). Then says so,
 * in a last word that is not kept either ({@link eraseLastWords}).
 */
export async function untie(change: Change, conversationId: string, code: string): Promise<void> {
  const { tx, untied } = change
  await tx.inbound.deleteMany({ where: { conversationId, OR: [{ doneAt: { not: null } }, { setAsideAt: { not: null } }] } })
  await tx.$executeRaw`
    delete from "Outbound" where "conversationId" = ${conversationId}::uuid and ("status" <> 'queued' or strpos("content"::text, ${code}) > 0)`
  await tx.$executeRaw`
    update "Conversation" set "placeCode" = null, "noticeSeenAt" = date_trunc('day', "noticeSeenAt"),
      "createdAt" = greatest(date_trunc('day', "createdAt"), (select max("at") + interval '1 millisecond' from "Erasure" where "hash" = "handleHash")),
      "state" = case when strpos("state"::text, ${code}) > 0 then '{"v":1,"at":"idle"}'::jsonb else "state" end
    where "id" = ${conversationId}::uuid`
  // What an edit would find its message by would tie them too.
  await tx.$executeRaw`update "TicketMessage" set "source" = null where "ticketId" = (select "id" from "Ticket" where "code" = ${code})`
  untied.add(conversationId)
  await tell(change, conversationId, { notice: 'untied' })
}

/** How long the last word may take to be read, in milliseconds. */
export const lastWordMs = 60_000

/** Erases the last words to those whose anonymous report is over: the moment of one would tie them to it. */
export async function eraseLastWords(db: Pick<Change['tx'], '$executeRaw'>, at: Date): Promise<void> {
  const before = new Date(at.getTime() - lastWordMs)
  await db.$executeRaw`delete from "Outbound" where "content" ->> 'notice' = 'untied' and "status" <> 'queued' and "createdAt" < ${before}`
}
