import { expect, it } from 'vitest'
import { eventTypes } from '../tickets/lifecycle.ts'
import { nextAttemptMs, webhookEventOf, webhookEvents } from './events.ts'

it('tells programs of six kinds of events and of no other', () => {
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
