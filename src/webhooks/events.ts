import { hour, minute, second } from '../platform/instant.ts'

/**
 * The events that a program can subscribe to, each with what happens to a ticket when it is sent.
 * To add one, add a line here.
 */
const causes = {
  'ticket.assigned': ['assigned', 'reassigned'],
  'ticket.accepted': ['accepted'],
  'ticket.resolved': ['resolved'],
  'ticket.reopened': ['reopened'],
  'ticket.closed': ['closed'],
  'ticket.escalated': ['escalated'],
} as const satisfies Readonly<Record<`ticket.${string}`, readonly string[]>>

export type WebhookEvent = keyof typeof causes
/** Every event that a program can subscribe to. */
export const webhookEvents = Object.keys(causes) as [WebhookEvent, ...WebhookEvent[]]
/** What happens to a ticket (`tickets/lifecycle.ts`) and is told to programs. */
export type WebhookCause = (typeof causes)[WebhookEvent][number]

const eventOf = new Map<string, WebhookEvent>(
  webhookEvents.flatMap((event) => causesOf(event).map((cause) => [cause, event] as const)),
)

/** What happens to a ticket when this event is sent. */
export function causesOf(event: WebhookEvent): readonly WebhookCause[] {
  return causes[event]
}

/** The event that programs get when this happens to a ticket; `undefined` for most. */
export function webhookEventOf(happened: string): WebhookEvent | undefined {
  return eventOf.get(happened)
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
