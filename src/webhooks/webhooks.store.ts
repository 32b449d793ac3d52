import { randomBytes, randomUUID } from 'node:crypto'
import type { Db } from '../platform/postgres/database.ts'
import type { KeyRing } from '../platform/sealing/key-ring.ts'
import { oldSecretMs, type WebhookEvent } from './events.ts'

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
/** What a subscription's secret is bound to when it is sealed. */
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

/** The subscriptions of a key. */
export async function listSubscriptions(db: Db, keyId: string): Promise<readonly Subscription[]> {
  return (
    await db.prisma.webhookSubscription.findMany({
      where: { keyId },
      orderBy: { createdAt: 'asc' },
      select: shown,
    })
  ).map(toSubscription)
}

/** A subscription of a key; `undefined` where it has none with this id. */
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
