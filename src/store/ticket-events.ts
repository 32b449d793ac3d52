import type { EventType } from '../domain/status.ts'
import type { Change } from './connection.ts'
import type { InputJsonValue } from './generated/internal/prismaNamespace.ts'

/** Something that happened to a ticket, and in which role; never a text. */
export type NewEvent = { readonly type: EventType; readonly by: 'resident' | 'member' | 'service'; readonly memberId?: string; readonly data?: InputJsonValue }

/** Appends to a ticket's history. The caller holds the ticket's row, so numbers follow one another. */
export async function appendEvent({ tx, at }: Change, ticketId: string, { type, by, memberId = undefined, data = {} }: NewEvent): Promise<void> {
  await tx.$executeRaw`
    insert into "TicketEvent" ("ticketId", "seq", "type", "at", "by", "memberId", "data")
    select ${ticketId}::uuid, coalesce(max("seq"), 0) + 1, ${type}, ${new Date(at)}, ${by}, ${memberId ?? null}::uuid, ${JSON.stringify(data)}::jsonb
    from "TicketEvent" where "ticketId" = ${ticketId}::uuid`
}
