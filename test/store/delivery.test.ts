import { pino } from 'pino'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { deliveryHandler } from '../../src/conversation/delivery.worker.ts'
import type { Options } from '../../src/conversation/messages/made.worker.ts'
import { keepSending, nextQueued, postpone } from '../../src/mailbox/sending.store.ts'
import { type FreshDatabase, freshDatabase } from '../servers/database.ts'

let database: FreshDatabase
beforeAll(async () => {
  database = await freshDatabase()
})
afterAll(() => database.drop())

const begin = async () => {
  const bytes = crypto.getRandomValues(new Uint8Array(32))
  const { id } = await database.db.prisma.conversation.create({
    data: {
      id: crypto.randomUUID(),
      channel: 'webchat',
      handleHash: bytes,
      handleSealed: bytes,
      state: {},
    },
  })
  const say = (key: string) =>
    database.db.prisma.outbound.create({ data: { conversationId: id, content: { say: { key } } } })
  return { id, say }
}

it('of many workers one begins a message, and none the one after it before that is over', async () => {
  const { db } = database
  const { id, say } = await begin()
  const [first, second] = [await say('a'), await say('b')]
  const at = new Date()
  const begun = await Promise.all(Array.from({ length: 8 }, () => nextQueued(db, id, at)))
  expect(begun.map((each) => each?.id)).toEqual(Array(8).fill(first.id))
  expect(begun.filter((each) => each?.isDue === true).length).toBe(1)
  expect((await db.prisma.outbound.findUniqueOrThrow({ where: { id: first.id } })).attempts).toBe(1)
  // The worker has died without a sign of life: another one takes it over, and the attempt counts.
  expect(await nextQueued(db, id, new Date(at.getTime() + 6_001))).toMatchObject({
    id: first.id,
    isDue: true,
    attempts: 1,
  })
  await db.prisma.outbound.update({ where: { id: first.id }, data: { status: 'sent' } })
  expect(await nextQueued(db, id, at)).toMatchObject({ id: second.id, isDue: true, isLast: true })
})

it('a sign of life keeps a message with its worker, and never shortens a wait', async () => {
  const { db } = database
  const { id, say } = await begin()
  const row = await say('a')
  const at = Date.now()
  await nextQueued(db, id, new Date(at))
  await keepSending(db, row.id, new Date(at + 5_000))
  expect(await nextQueued(db, id, new Date(at + 7_000))).toMatchObject({ isDue: false })
  const later = new Date(at + 3_600_000)
  await postpone(db, row.id, later, { isCounted: false })
  await keepSending(db, row.id, new Date(at + 8_000))
  expect((await db.prisma.outbound.findUniqueOrThrow({ where: { id: row.id } })).notBefore).toEqual(
    later,
  )
})

it('a chat that another worker is sending to is looked at again within a second, as that one may not have seen the last message', async () => {
  const { db } = database
  const { id, say } = await begin()
  await say('a')
  const nudged: unknown[] = []
  const nudge: Options['nudge'] = async (...nudging) => void nudged.push(nudging)
  const handle = deliveryHandler({
    db,
    nudge,
    now: Date.now,
    log: pino({ level: 'silent' }),
  } as unknown as Options)
  await nextQueued(db, id, new Date())
  await handle({ id })
  expect(nudged).toEqual([['delivery', [id], { delayMs: 1_000 }]])
  await db.prisma.outbound.updateMany({ where: { conversationId: id }, data: { status: 'sent' } })
  await handle({ id })
  expect(nudged.length).toBe(1)
})

it('a copy of the version before that has the conversation is waited for', async () => {
  const { db } = database
  const { id, say } = await begin()
  await say('a')
  await db.prisma.conversation.update({
    where: { id },
    data: { deliveringUntil: new Date(Date.now() + 5_000) },
  })
  expect(await nextQueued(db, id, new Date())).toMatchObject({ isDue: false, attempts: 0 })
})
