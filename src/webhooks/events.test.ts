import { expect, it } from 'vitest'
import { type EventType, eventTypes } from '../tickets/lifecycle.ts'
import {
  causesOf,
  nextAttemptMs,
  type WebhookCause,
  webhookEventOf,
  webhookEvents,
} from './events.ts'

it('is caused by what can happen to a ticket, and by nothing else', () => {
  const known: readonly EventType[] = eventTypes
  const causes: readonly EventType[] = webhookEvents.flatMap((event): readonly WebhookCause[] =>
    causesOf(event),
  )
  for (const cause of causes) expect(known).toContain(cause)
})

it('tells programs of every event that they can subscribe to, and of no other', () => {
  expect(new Set(eventTypes.map(webhookEventOf))).toEqual(new Set([undefined, ...webhookEvents]))
})

it('tries ten times over more than three days, each wait longer than the one before', () => {
  const waits = Array.from({ length: 9 }, (_, failed) => nextAttemptMs(failed + 1) ?? 0)
  expect(waits).toEqual([...waits].sort((a, b) => a - b))
  expect(waits.reduce((sum, wait) => sum + wait, 0)).toBeGreaterThan(3 * 86_400_000)
  expect(nextAttemptMs(10)).toBeUndefined()
})

it('waits as long as the receiver asks, but no longer than a day', () => {
  expect(nextAttemptMs(1, 60_000)).toBe(60_000)
  expect(nextAttemptMs(3, 1_000)).toBe(30 * 60_000)
  expect(nextAttemptMs(1, 10 * 86_400_000)).toBe(86_400_000)
})
