import { sql } from 'kysely'
import type { Transaction } from '../../platform/postgres/database.ts'
import { statement } from '../../platform/postgres/query.ts'

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

/** A ticket that ended, as its resident is told of it. */
export type EndedTicket = Omit<OpenTicket, 'dueAt' | 'asked'> & { readonly endedAt: Date }

/**
 * The tickets of a chat that ended since a moment, newest first. An anonymous one is not among
 * them: nothing ties it to the chat any more.
 */
export async function readEndedTickets(
  tx: Transaction,
  conversationId: string,
  since: Date,
): Promise<readonly EndedTicket[]> {
  return tx.read(statement<EndedTicket>`
    select t."code", t."category", t."status"::text as "status", t."closedAt" as "endedAt",
      p."code" as "placeCode", p."names" as "placeNames", p."kind"::text as "placeKind"
    from "Ticket" t join "Place" p on p."code" = t."placeCode"
    where t."conversationId" = ${conversationId}::uuid and t."status" in ('closed', 'withdrawn')
      and t."closedAt" >= ${since}
    order by t."closedAt" desc limit ${most}`)
}

/** The tickets of a chat that are not over, newest first: its own, or those that it has joined. */
export async function readOpenTickets(
  tx: Transaction,
  whose: 'own' | 'joined',
  conversationId: string,
): Promise<readonly OpenTicket[]> {
  const [code, joined, theirs] =
    whose === 'own'
      ? [sql`t."code"`, sql``, sql`t."conversationId" = ${conversationId}::uuid`]
      : [
          sql`coalesce(f."alias", t."code") as "code"`,
          sql`join "Follower" f on f."ticketId" = t."id"`,
          sql`f."conversationId" = ${conversationId}::uuid`,
        ]
  return tx.read(statement<OpenTicket>`
    select ${code}, t."category", t."status"::text as "status", t."resolutionDueAt" as "dueAt",
      t."questionAt" is not null as "asked",
      p."code" as "placeCode", p."names" as "placeNames", p."kind"::text as "placeKind"
    from "Ticket" t ${joined} join "Place" p on p."code" = t."placeCode"
    where ${theirs} and t."status" in ('open', 'assigned', 'accepted', 'resolved')
      order by t."openedAt" desc limit ${most}`)
}
