import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { conversationWith } from '../../src/mailbox/conversations.store.ts'
import { keepArrival } from '../../src/mailbox/inbound.store.ts'
import { makeOffice } from '../../src/organisation/office.store.ts'
import { unitOfWork } from '../../src/organisation/unit-of-work.store.ts'
import { createKeyRing } from '../../src/platform/sealing/key-ring.ts'
import { eraseForgotten, findErased, forget } from '../../src/privacy/erase-resident.store.ts'
import { type FreshDatabase, freshDatabase } from '../servers/database.ts'

const dayMs = 86_400_000
const [first, second] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)]

describe('P37 the record of an erasure gives no way back', () => {
  let database: FreshDatabase
  beforeAll(async () => {
    database = await freshDatabase()
  })
  afterAll(() => database.drop())
  const keys = createKeyRing([first])
  const office = () => makeOffice('Asia/Urumqi', new Date())
  const arrives = (handle: string, ring = keys) =>
    keepArrival(database.db, ring, {
      channel: 'webchat',
      handle,
      externalId: crypto.randomUUID(),
      message: { kind: 'said', text: 'x', files: [] },
    })
  const handled = () => database.db.prisma.inbound.updateMany({ data: { doneAt: new Date() } })
  const forgets = async (id: string) => {
    await handled()
    await unitOfWork(database.db, office(), Date.now(), (work) => forget(work, id))
    await database.db.prisma.conversation.update({
      where: { id },
      data: { forgottenAt: new Date() },
    })
    await database.db.prisma.outbound.deleteMany({ where: { conversationId: id } })
    return eraseForgotten(database.db, keys, new Date(Date.now() + 61_000))
  }

  it('it holds the day alone, and no hash that anything else has', async () => {
    const { db } = database
    const id = await arrives('somebody')
    const { handleHash } = await db.prisma.conversation.findUniqueOrThrow({ where: { id } })
    await forgets(id)
    const rows = await db.prisma.erasure.findMany()
    expect(rows.length).toBe(1)
    expect(rows.map(({ at }) => at.getTime() % dayMs)).toEqual([0])
    expect(rows.some(({ hash }) => Buffer.from(hash).equals(handleHash))).toBe(false)
    // The same person begins again: an attacker with the database finds no hash of theirs in the
    // record.
    const again = await db.prisma.conversation.findUniqueOrThrow({
      where: { id: await arrives('somebody') },
    })
    expect(JSON.stringify(rows.map(({ hash }) => Buffer.from(hash).toString('hex')))).not.toContain(
      Buffer.from(again.handleHash).toString('hex').slice(0, 16),
    )
    // No moment of an event is in it.
    const moments = new Set((await db.prisma.ticketEvent.findMany()).map(({ at }) => at.getTime()))
    expect(rows.some(({ at }) => moments.has(at.getTime()))).toBe(false)
  })

  it('who comes back with a restored backup is erased again, and who began anew on the same day is not', async () => {
    const { db } = database
    const id = await arrives('another')
    const before = await db.prisma.conversation.findUniqueOrThrow({ where: { id } })
    await forgets(id)
    const anew = await arrives('another')
    expect(await findErased(db, keys, [])).toEqual([])
    await db.prisma.conversation.deleteMany({ where: { id: anew } })
    await db.prisma.conversation.create({ data: { ...before, state: {} } })
    expect(await findErased(db, keys, [])).toEqual([id])
    // Also after the keys have rotated.
    expect(await findErased(db, createKeyRing([second, first]), [])).toEqual([id])
    await db.prisma.conversation.deleteMany({ where: { id } })
  })

  it('what an earlier version recorded is brought into this form, and still found', async () => {
    const { db } = database
    const id = await arrives('earlier')
    const { handleHash } = await db.prisma.conversation.findUniqueOrThrow({ where: { id } })
    const at = new Date(Date.now() + 3_600_000)
    expect(await findErased(db, keys, [{ hash: handleHash, at }])).toEqual([id])
    await db.prisma.erasure.create({ data: { hash: new Uint8Array(handleHash), at } })
    await eraseForgotten(db, keys, new Date())
    expect((await db.prisma.erasure.findMany()).every(({ hash }) => hash.length === 33)).toBe(true)
    expect(await findErased(db, keys, [])).toEqual([id])
    expect(await conversationWith(db, keys, 'webchat', 'earlier')).toBe(id)
  })
})
