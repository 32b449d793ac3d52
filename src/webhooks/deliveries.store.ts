import { randomUUID } from 'node:crypto'
import { tellMember } from '../mailbox/outbound.store.ts'
import type { UnitOfWork } from '../organisation/unit-of-work.store.ts'
import type { Db } from '../platform/postgres/database.ts'
import { query, statement } from '../platform/postgres/query.ts'
import type { KeyRing } from '../platform/sealing/key-ring.ts'
import { disabledAfterMs, nextAttemptMs } from './events.ts'
import { secretPlace } from './webhooks.store.ts'

/** A call as the log shows it. */
export type ListedDelivery = {
  readonly id: string
  readonly type: string
  readonly status: 'queued' | 'sent' | 'undeliverable'
  readonly attempts: number
  readonly createdAt: Date
  readonly answeredAt: Date | null
  readonly answer: string | null
}

/** The calls of a subscription, the newest first; at most 100. */
export async function listDeliveries(
  db: Db,
  subscriptionId: string,
): Promise<readonly ListedDelivery[]> {
  const rows = await db.prisma.webhookDelivery.findMany({
    where: { subscriptionId },
    orderBy: { id: 'desc' },
    take: 100,
  })
  return rows.map(({ messageId, payload, status, attempts, createdAt, answeredAt, answer }) => ({
    id: messageId,
    type: (payload as { type: string }).type,
    status,
    attempts,
    createdAt,
    answeredAt,
    answer,
  }))
}

/** Queues a call that tells of nothing, to try an address. */
export async function queueTest(db: Db, subscriptionId: string, at: Date): Promise<string> {
  const messageId = newMessageId()
  const payload = { type: 'ticket.test', timestamp: at.toISOString(), data: {} }
  await db.prisma.webhookDelivery.create({
    data: { messageId, subscriptionId, payload, notBefore: at, createdAt: at },
    select: { id: true },
  })
  return messageId
}

/**
 * Queues a call again under its own id, so that a receiver that has had it knows it. Returns
 * whether there is such a call.
 */
export async function replay(
  db: Db,
  subscriptionId: string,
  messageId: string,
  at: Date,
): Promise<boolean> {
  const { count } = await db.prisma.webhookDelivery.updateMany({
    where: { subscriptionId, messageId, status: { not: 'queued' } },
    data: { status: 'queued', attempts: 0, notBefore: at },
  })
  return count === 1
}

/** A call to make now, with the secrets that sign it. */
export type DueDelivery = {
  readonly id: bigint
  readonly messageId: string
  readonly url: string
  readonly payload: string
  readonly secrets: readonly string[]
  readonly attempts: number
}

/**
 * How long a worker may take for one call before another one makes it, in milliseconds: longer than
 * the call's own time.
 */
const claimMs = 60_000

/**
 * Takes the next call of a subscription that is due: the oldest first, and of one ticket only after
 * those before it.
 */
export async function takeDelivery(
  db: Db,
  keys: KeyRing,
  subscriptionId: string,
  at: Date,
): Promise<DueDelivery | undefined> {
  const [row] = await db.read(statement<{
    id: bigint
    messageId: string
    payload: string
    attempts: number
  }>`
    update "WebhookDelivery" set "notBefore" = ${new Date(at.getTime() + claimMs)}
    where "id" = (
      select d."id" from "WebhookDelivery" d
        join "WebhookSubscription" s on s."id" = d."subscriptionId"
      where d."subscriptionId" = ${subscriptionId}::uuid and d."status" = 'queued'
        and d."notBefore" <= ${at} and s."disabledAt" is null
        and not exists (
          select 1 from "WebhookDelivery" e where e."subscriptionId" = d."subscriptionId"
            and e."ticketId" = d."ticketId" and e."status" = 'queued' and e."id" < d."id")
      order by d."id" limit 1 for update of d skip locked)
    returning "id", "messageId", "payload"::text as "payload", "attempts"`)
  if (row === undefined) return undefined
  const subscription = await db.prisma.webhookSubscription.findUnique({
    where: { id: subscriptionId },
  })
  if (subscription === null) return undefined
  const old =
    subscription.oldSecretUntil !== null && subscription.oldSecretUntil > at
      ? subscription.oldSecretSealed
      : null
  return {
    ...row,
    url: subscription.url,
    secrets: [subscription.secretSealed, ...(old === null ? [] : [old])].map((sealed) =>
      keys.open(sealed, secretPlace(subscriptionId)),
    ),
  }
}

/** How a receiver answered. `gone` is its 410: it wants no more. */
export type Answer = {
  readonly outcome: 'taken' | 'gone' | 'failed'
  readonly answer: string
  readonly retryAfterMs?: number
}

/**
 * Notes an answer: done, tried again later, or given up; after five days of failure the address is
 * called no more.
 */
export async function noteAnswer(
  work: UnitOfWork,
  subscriptionId: string,
  { id, attempts }: DueDelivery,
  { outcome, answer, retryAfterMs }: Answer,
): Promise<void> {
  const at = new Date(work.at)
  const failed = attempts + 1
  const wait = outcome === 'failed' ? nextAttemptMs(failed, retryAfterMs) : undefined
  // The subscription first, as who deletes it takes it first: else the two could wait for one
  // another.
  const [subscription] = await work.tx.read(
    query
      .selectFrom('WebhookSubscription as s')
      .innerJoin('ApiKey as k', 'k.id', 's.keyId')
      .select(['s.failingSince', 'k.createdById'])
      .where('s.id', '=', subscriptionId)
      .forUpdate('s'),
  )
  if (subscription === undefined) return
  const left = wait === undefined ? 'undeliverable' : 'queued'
  work.tx.write(
    query
      .updateTable('WebhookDelivery')
      .set({
        status: outcome === 'taken' ? 'sent' : left,
        attempts: failed,
        answeredAt: at,
        answer,
        ...(wait === undefined ? {} : { notBefore: new Date(work.at + wait) }),
      })
      .where('id', '=', id),
  )
  const failingSince = outcome === 'taken' ? null : (subscription.failingSince ?? at)
  const isOff =
    outcome === 'gone' ||
    (failingSince !== null && work.at - failingSince.getTime() >= disabledAfterMs)
  const changed = await work.tx.affect(
    query
      .updateTable('WebhookSubscription')
      .set({
        failingSince,
        ...(isOff ? { disabledAt: at, disabledFor: outcome === 'gone' ? 'gone' : 'failing' } : {}),
      })
      .where('id', '=', subscriptionId)
      .where('disabledAt', 'is', null),
  )
  if (isOff && changed === 1)
    await tellMember(work, subscription.createdById, { notice: 'webhookOff' })
}

/** Subscriptions with a call that is due, for the sweeper. */
export async function subscriptionsWithDeliveryDue(
  db: Db,
  now: Date,
  limit: number,
): Promise<readonly string[]> {
  const rows = await db.read(statement<{ id: string }>`
    select distinct "subscriptionId" as "id" from "WebhookDelivery" d
      join "WebhookSubscription" s on s."id" = d."subscriptionId"
    where "status" = 'queued' and "notBefore" <= ${now} and s."disabledAt" is null limit ${limit}`)
  return rows.map(({ id }) => id)
}

/** Identifies one call for good, also when it is repeated. */
function newMessageId(): string {
  return `msg_${randomUUID().replaceAll('-', '')}`
}
