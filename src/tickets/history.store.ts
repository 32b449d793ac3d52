import type { UnitOfWork } from '../organisation/unit-of-work.store.ts'
import { statement } from '../platform/postgres/query.ts'
import { webhookEventOf } from '../webhooks/events.ts'
import type { EventType } from './lifecycle.ts'

/** Something that happened to a ticket, and in which role; never a text. */
export type NewEvent = {
  readonly type: EventType
  readonly by: 'resident' | 'member' | 'service'
  readonly memberId?: string
  readonly data?: Readonly<Record<string, unknown>>
}

/**
 * Appends to a ticket's history and, in the same statement, queues the calls of the programs that
 * asked to be told. They hear of no complaint about staff (protection P07). The caller holds the
 * ticket's row, so numbers follow one another.
 */
export async function appendEvent(
  { tx, at, after }: UnitOfWork,
  ticketId: string,
  { type, by, memberId = undefined, data = {} }: NewEvent,
): Promise<void> {
  const word = webhookEventOf(type) ?? null
  const calls = statement<{ subscriptionId: string }>`
    with "event" as (
      insert into "TicketEvent" ("ticketId", "seq", "type", "at", "by", "memberId", "data")
      select ${ticketId}::uuid, coalesce(max("seq"), 0) + 1, ${type}, ${new Date(at)}, ${by},
        ${memberId ?? null}::uuid, ${JSON.stringify(data)}::jsonb
      from "TicketEvent" where "ticketId" = ${ticketId}::uuid
    )
    insert into "WebhookDelivery" ("messageId", "subscriptionId", "ticketId", "payload",
      "notBefore", "createdAt")
    select 'msg_' || replace(gen_random_uuid()::text, '-', ''), s."id", t."id",
      jsonb_build_object('type', ${word}::text, 'timestamp', ${new Date(at).toISOString()}::text,
        'data', jsonb_build_object('code', t."code", 'status', t."status")),
      ${new Date(at)}, ${new Date(at)}
    from "WebhookSubscription" s join "Ticket" t on t."id" = ${ticketId}::uuid
      join "Place" p on p."code" = t."placeCode"
    where s."events" @> array[${word}]::text[] and s."disabledAt" is null and not t."confidential"
      and (p."ancestors" @> array[s."areaCode"] or p."code" = s."areaCode")
    returning "subscriptionId"`
  tx.collect(calls, (rows) => {
    for (const { subscriptionId } of rows) after.callWebhooks.add(subscriptionId)
  })
}
