import { pino } from 'pino'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { deliveryHandler, type Options } from '../../src/pipeline/delivery.ts'
import { leaveRecipient, takeRecipient } from '../../src/store/outbound.ts'
import { type FreshDatabase, freshDatabase } from '../database.ts'

let database: FreshDatabase
beforeAll(async () => {
  database = await freshDatabase()
})
afterAll(() => database.drop())

it('a recipient whom another worker is sending to is looked at again, as that one may not have seen the last message', async () => {
  const { db } = database
  const bytes = new Uint8Array(32)
  const { id } = await db.conversation.create({ data: { id: crypto.randomUUID(), channel: 'webchat', handleHash: bytes, handleSealed: bytes, state: {} } })
  const nudged: unknown[] = []
  const nudge: Options['nudge'] = async (...nudging) => void nudged.push(nudging)
  const handle = deliveryHandler({ db, nudge, now: Date.now, log: pino({ level: 'silent' }) } as unknown as Options)
  expect(await takeRecipient(db, id, new Date())).toBe(true)
  await handle({ id })
  expect(nudged).toEqual([['delivery', [id], { delayMs: 1_000 }]])
  await leaveRecipient(db, id)
  await handle({ id })
  expect(nudged.length).toBe(1)
  expect(await takeRecipient(db, id, new Date())).toBe(true)
})
