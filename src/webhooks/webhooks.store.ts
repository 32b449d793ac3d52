import { randomBytes, randomUUID } from 'node:crypto'
import { tellMember } from '../mailbox/outbound.store.ts'
import type { UnitOfWork } from '../organisation/unit-of-work.store.ts'
import type { Db } from '../platform/postgres/database.ts'
import { query, statement } from '../platform/postgres/query.ts'
import type { KeyRing } from '../platform/sealing/key-ring.ts'
import { disabledAfterMs, nextAttemptMs, oldSecretMs, type WebhookEvent } from './events.ts'

/** Where a program is told, and of what. */
export type Subscription = {
  readonly id: string
  readonly url: string
  readonly events: readonly WebhookEvent[]
  readonly areaCode: string
  readonly createdAt: Date
  readonly disabledAt: Date | null
  readonly disabledFor: string | null
}

const shown = {
  id: true,
  url: true,
  events: true,
  areaCode: true,
  createdAt: true,
  disabledAt: true,
  disabledFor: true,
} as const
export const secretPlace = (id: string) => `WebhookSubscription.secret:${id}`

/** Subscribes. The secret is shown once; it is kept encrypted, as it must sign. */
export async function subscribe(
  db: Db,
  keys: KeyRing,
  {
    keyId,
    url,
    events,
    areaCode,
  }: { keyId: string; url: string; events: readonly WebhookEvent[]; areaCode: string },
  at: Date,
): Promise<{ readonly subscription: Subscription; readonly secret: string }> {
  const id = randomUUID()
  const secret = newSecret()
  const data = {
    id,
    keyId,
    url,
    events: [...events],
    areaCode,
    secretSealed: keys.seal(secret, secretPlace(id)),
    createdAt: at,
  }
  return {
    subscription: toSubscription(
      await db.prisma.webhookSubscription.create({ data, select: shown }),
    ),
    secret,
  }
}

/** Gives a subscription a new secret; the old one signs beside it for a day. */
export async function rotateSecret(
  db: Db,
  keys: KeyRing,
  keyId: string,
  id: string,
  at: Date,
): Promise<string | undefined> {
  const row = await db.prisma.webhookSubscription.findFirst({
    where: { id, keyId },
    select: { secretSealed: true },
  })
  if (row === null) return undefined
  const secret = newSecret()
  await db.prisma.webhookSubscription.update({
    where: { id },
    data: {
      secretSealed: keys.seal(secret, secretPlace(id)),
      oldSecretSealed: row.secretSealed,
      oldSecretUntil: new Date(at.getTime() + oldSecretMs),
    },
    select: { id: true },
  })
  return secret
}

export async function listSubscriptions(db: Db, keyId: string): Promise<readonly Subscription[]> {
  return (
    await db.prisma.webhookSubscription.findMany({
      where: { keyId },
      orderBy: { createdAt: 'asc' },
      select: shown,
    })
  ).map(toSubscription)
}

export async function findSubscription(
  db: Db,
  keyId: string,
  id: string,
): Promise<Subscription | undefined> {
  const row = await db.prisma.webhookSubscription.findFirst({ where: { id, keyId }, select: shown })
  return row === null ? undefined : toSubscription(row)
}

/** Returns whether there was one. */
export async function unsubscribe(db: Db, keyId: string, id: string): Promise<boolean> {
  return (await db.prisma.webhookSubscription.deleteMany({ where: { id, keyId } })).count === 1
}

/** Calls an address again that had been given up. */
export async function enable(db: Db, keyId: string, id: string): Promise<boolean> {
  const { count } = await db.prisma.webhookSubscription.updateMany({
    where: { id, keyId },
    data: { disabledAt: null, disabledFor: null, failingSince: null },
  })
  return count === 1
}

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
      select d."id" from "WebhookDelivery" d join "WebhookSubscription" s on s."id" = d."subscriptionId"
      where d."subscriptionId" = ${subscriptionId}::uuid and d."status" = 'queued' and d."notBefore" <= ${at} and s."disabledAt" is null
        and not exists (
          select 1 from "WebhookDelivery" e where e."subscriptionId" = d."subscriptionId" and e."ticketId" = d."ticketId" and e."status" = 'queued' and e."id" < d."id")
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
  change: UnitOfWork,
  subscriptionId: string,
  { id, attempts }: DueDelivery,
  { outcome, answer, retryAfterMs }: Answer,
): Promise<void> {
  const at = new Date(change.at)
  const failed = attempts + 1
  const wait = outcome === 'failed' ? nextAttemptMs(failed, retryAfterMs) : undefined
  // The subscription first, as who deletes it takes it first: else the two could wait for one
  // another.
  const [subscription] = await change.tx.read(
    query
      .selectFrom('WebhookSubscription as s')
      .innerJoin('ApiKey as k', 'k.id', 's.keyId')
      .select(['s.failingSince', 'k.createdById'])
      .where('s.id', '=', subscriptionId)
      .forUpdate('s'),
  )
  if (subscription === undefined) return
  const left = wait === undefined ? 'undeliverable' : 'queued'
  change.tx.write(
    query
      .updateTable('WebhookDelivery')
      .set({
        status: outcome === 'taken' ? 'sent' : left,
        attempts: failed,
        answeredAt: at,
        answer,
        ...(wait === undefined ? {} : { notBefore: new Date(change.at + wait) }),
      })
      .where('id', '=', id),
  )
  const failingSince = outcome === 'taken' ? null : (subscription.failingSince ?? at)
  const isOff =
    outcome === 'gone' ||
    (failingSince !== null && change.at - failingSince.getTime() >= disabledAfterMs)
  const changed = await change.tx.affect(
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
    await tellMember(change, subscription.createdById, { notice: 'webhookOff' })
}

/** Subscriptions with a call that is due, for the sweeper. */
export async function subscriptionsWithDeliveryDue(
  db: Db,
  now: Date,
  limit: number,
): Promise<readonly string[]> {
  const rows = await db.read(statement<{ id: string }>`
    select distinct "subscriptionId" as "id" from "WebhookDelivery" d join "WebhookSubscription" s on s."id" = d."subscriptionId"
    where "status" = 'queued' and "notBefore" <= ${now} and s."disabledAt" is null limit ${limit}`)
  return rows.map(({ id }) => id)
}

/** Identifies one call for good, also when it is repeated. */
function newMessageId(): string {
  return `msg_${randomUUID().replaceAll('-', '')}`
}

/** 32 random bytes, as the Standard Webhooks specification writes them. */
function newSecret(): string {
  return `whsec_${randomBytes(32).toString('base64')}`
}

function toSubscription({
  events,
  ...row
}: Omit<Subscription, 'events'> & { events: string[] }): Subscription {
  return { ...row, events: events as WebhookEvent[] }
}
