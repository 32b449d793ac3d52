import { hour, minute, second } from '../platform/instant.ts'
import type { EventType } from '../tickets/lifecycle.ts'

/** What a program can ask to be told of. */
export const webhookEvents = [
  'ticket.assigned',
  'ticket.accepted',
  'ticket.resolved',
  'ticket.reopened',
  'ticket.closed',
  'ticket.escalated',
] as const
export type WebhookEvent = (typeof webhookEvents)[number]

/** The word that programs get of something that happened to a ticket; of most things none. */
export function webhookEventOf(type: EventType): WebhookEvent | undefined {
  return told[type]
}

const told: Readonly<Partial<Record<EventType, WebhookEvent>>> = {
  assigned: 'ticket.assigned',
  reassigned: 'ticket.assigned',
  accepted: 'ticket.accepted',
  resolved: 'ticket.resolved',
  reopened: 'ticket.reopened',
  closed: 'ticket.closed',
  escalated: 'ticket.escalated',
}

/**
 * How long to wait before each attempt after the first, in milliseconds.
 * The schedule of the Standard Webhooks specification, "Deliverability and reliability".
 */
const waits = [
  5 * second,
  5 * minute,
  30 * minute,
  2 * hour,
  5 * hour,
  10 * hour,
  14 * hour,
  20 * hour,
  24 * hour,
] as const

/**
 * How long to wait after so many failed attempts; no less than the receiver asked for
 * (`Retry-After`), and no longer than a day for that. `undefined` when it is given up.
 */
export function nextAttemptMs(attempts: number, askedMs = 0): number | undefined {
  const wait = waits[attempts - 1]
  return wait === undefined ? undefined : Math.max(wait, Math.min(askedMs, 24 * hour))
}

/** An address that has failed for so long is called no more, in milliseconds: five days. */
export const disabledAfterMs = 5 * 24 * hour

/** How long a secret that was replaced still signs beside the new one, in milliseconds. */
export const oldSecretMs = 24 * hour
