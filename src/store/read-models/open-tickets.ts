import type { Transaction } from '../connection.ts'
import { Prisma } from '../generated/client.ts'

/** A ticket that is not over, as its resident is told of it. */
export type OpenTicket = {
  readonly code: string
  readonly category: string
  readonly status: string
  readonly dueAt: Date
  readonly asked: boolean
  readonly placeCode: string
  readonly placeNames: Readonly<Record<string, string>>
  readonly placeKind: string
}

const most = 10

/** The tickets of a chat that are not over, newest first: its own, or those that it has joined. */
export async function readOpenTickets(tx: Transaction, whose: 'own' | 'joined', conversationId: string): Promise<readonly OpenTicket[]> {
  const theirs =
    whose === 'own'
      ? Prisma.sql`t."conversationId" = ${conversationId}::uuid`
      : Prisma.sql`t."id" in (select "ticketId" from "Follower" where "conversationId" = ${conversationId}::uuid)`
  return tx.$queryRaw<OpenTicket[]>`
    select t."code", t."category", t."status"::text as "status", t."resolutionDueAt" as "dueAt", t."questionAt" is not null as "asked",
      p."code" as "placeCode", p."names" as "placeNames", p."kind"::text as "placeKind"
    from "Ticket" t join "Place" p on p."code" = t."placeCode"
    where ${theirs} and t."status" in ('open', 'assigned', 'accepted', 'resolved') order by t."openedAt" desc limit ${most}`
}
