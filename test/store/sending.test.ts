import { randomUUID } from 'node:crypto'
import { pino } from 'pino'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { readCatalogues } from '../../src/assembly/read-catalogues.ts'
import type { Channel, Sent } from '../../src/channels/channel.ts'
import { programCan } from '../../src/channels/program.ts'
import { deliveryHandler } from '../../src/conversation/delivery.worker.ts'
import { createTranslations } from '../../src/language/catalogue.ts'
import type { Saying } from '../../src/language/render.ts'
import { createVoice } from '../../src/language/render.ts'
import { conversationWith } from '../../src/mailbox/conversations.store.ts'
import { answer, queueMessage, retireQuestions } from '../../src/mailbox/outbound.store.ts'
import { nextQueued } from '../../src/mailbox/sending.store.ts'
import { makeOffice } from '../../src/organisation/office.store.ts'
import { unitOfWork } from '../../src/organisation/unit-of-work.store.ts'
import { collectAfterCommit, createAfterCommit } from '../../src/platform/after-commit.ts'
import { connect, type Db } from '../../src/platform/postgres/database.ts'
import { openQuotas } from '../../src/platform/quotas/quotas.ts'
import { openAccessRecord } from '../../src/platform/sealing/access-log.ts'
import { createKeyRing } from '../../src/platform/sealing/key-ring.ts'
import { beginSealing } from '../../src/platform/sealing/seal-rows.ts'
import { silent } from '../../src/platform/speech/speaker.ts'
import { usuallyKept } from '../../src/privacy/retention.ts'
import { type FreshDatabase, freshDatabase } from '../servers/database.ts'
import { until } from '../until.ts'

/**
 * What goes out, with time given: a chat app of the test's own behind the port, over a real
 * database.
 */
describe('what is sent', () => {
  let database: FreshDatabase
  let db: Db
  let id: string
  let now: number
  let shown: { readonly text: string; readonly id: string; buttons: number }[]
  let respond: (text: string) => Sent | 'throw' | undefined
  let handle: (payload: { readonly id: string }) => Promise<void>
  const keys = createKeyRing([Buffer.alloc(32, 7)])
  const office = makeOffice('Asia/Urumqi', new Date(0))

  beforeAll(async () => {
    database = await freshDatabase()
    db = database.db
    const translations = createTranslations(await readCatalogues(), usuallyKept)
    const channel: Channel = {
      name: 'telegram',
      can: { ...programCan, edits: true },
      handleIsSecret: false,
      showsRows: false,
      send: async (_, message, edits) => {
        const answered = respond(message.text)
        if (answered === 'throw') throw new TypeError('a message that can not be sent')
        if (answered !== undefined) return answered
        const stands = shown.find((each) => each.id === edits)
        const buttons = message.buttons.flat().length
        if (stands !== undefined) {
          Object.assign(stands, { text: message.text, buttons })
          return { outcome: 'sent', externalId: stands.id }
        }
        const externalId = `1:${shown.length + 1}`
        shown.push({ text: message.text, id: externalId, buttons })
        return { outcome: 'sent', externalId }
      },
      takeBack: async () => false,
      removeButtons: async (_, externalId) => {
        const stands = shown.find((each) => each.id === externalId)
        if (stands !== undefined) stands.buttons = 0
      },
      afterSent: async () => {},
      fetchFile: async () => 'gone',
    }
    handle = deliveryHandler({
      db,
      keys,
      channels: [channel],
      files: {} as never,
      quotas: openQuotas(),
      speaker: silent,
      record: openAccessRecord(keys),
      voices: (language) => createVoice(translations, language, 'Asia/Urumqi'),
      now: () => now,
      nudge: async () => {},
      log: pino({ level: 'silent' }),
      delivered: () => {},
      signInLink: async () => '',
      timeZone: 'Asia/Urumqi',
      isStopping: () => false,
    })
  })
  afterAll(() => database.drop())
  beforeEach(async () => {
    now = Date.parse('2026-11-26T08:00:00Z')
    shown = []
    respond = () => undefined
    id = await conversationWith(db, keys, 'telegram', String(Math.random()))
    await db.prisma.conversation.update({ where: { id }, data: { language: 'en' } })
  })
  const says = (key: Saying['key'], more: Omit<Saying, 'key'> = {}) => ({ say: { key, ...more } })
  const write = (work: Parameters<typeof unitOfWork<void>>[3]) => unitOfWork(db, office, now, work)
  const rows = () =>
    db.prisma.outbound.findMany({ where: { conversationId: id }, orderBy: { id: 'asc' } })

  const waitsForTurn = () =>
    until('the delivery waits for the turn', async () => {
      const [waits] = await db.prisma.$queryRaw<{ count: number }[]>`
        select count(*)::int as "count" from pg_stat_activity where "datname" = current_database() and "wait_event_type" = 'Lock'`
      return (waits?.count ?? 0) > 0
    })

  it('counts an attempt before it begins; after five it is set aside with what is wrong, and the chat goes on', async () => {
    await write((each) => queueMessage(each, id, says('help'), says('privacy')))
    respond = (text) => (text.includes('Write in your own words') ? 'throw' : undefined)
    for (let time = 0; time < 5; time++) {
      await handle({ id })
      expect((await rows())[0]).toMatchObject({ attempts: time + 1 })
      now += 120_000
    }
    await handle({ id })
    expect(await rows()).toMatchObject([
      {
        status: 'undeliverable',
        attempts: 5,
        setAsideAt: expect.any(Date),
        error: expect.stringContaining('TypeError'),
      },
      { status: 'sent' },
    ])
    expect((await rows())[0]?.error).not.toContain('can not be sent')
  })
  it('a message that ends the process counts too', async () => {
    await write((each) => queueMessage(each, id, says('help'), says('privacy')))
    // As five processes that died in the middle of it have left it.
    await db.prisma.outbound.updateMany({
      where: { conversationId: id, content: { path: ['say', 'key'], equals: 'help' } },
      data: { attempts: 5 },
    })
    await handle({ id })
    expect(await rows()).toMatchObject([
      { status: 'undeliverable', setAsideAt: expect.any(Date) },
      { status: 'sent' },
    ])
  })
  it('a message that can not be made is no different', async () => {
    await write((each) =>
      queueMessage(each, id, { notice: 'no such notice' } as never, says('privacy')),
    )
    for (let time = 0; time < 6; time++) {
      await handle({ id })
      now += 10_000
    }
    expect((await rows()).map(({ status }) => status)).toEqual(['undeliverable', 'sent'])
  })
  it('a chat app that can not be reached is no fault of the message, however long it lasts', async () => {
    await write((each) => queueMessage(each, id, says('help')))
    respond = () => ({ outcome: 'later', afterMs: 60_000 })
    for (let minutes = 0; minutes < 60; minutes++) {
      await handle({ id })
      now += 60_001
    }
    expect(await rows()).toMatchObject([{ status: 'queued', attempts: 0 }])
    respond = () => undefined
    await handle({ id })
    expect(await rows()).toMatchObject([{ status: 'sent' }])
  })
  it('an amendment changes an answer that is not sent yet, one that stands there, and no other', async () => {
    const question = says('ask.place', {
      asks: true,
      buttons: [[{ label: { key: 'button.cancel' }, data: 'command:cancel' }]],
    })
    const amended = says('ask.place', {
      asks: true,
      leads: [{ key: 'draft.added' }],
      buttons: [[{ label: { key: 'button.cancel' }, data: 'command:cancel' }]],
    })
    await write((each) => answer(each, id, question.say))
    await write((each) => answer(each, id, amended.say, { amends: true }))
    expect(await rows()).toHaveLength(1)
    await handle({ id })
    now += 2_000
    await write((each) =>
      answer(each, id, says('ask.category', { asks: true }).say, { amends: true }),
    )
    await handle({ id })
    expect(shown.map(({ text }) => text)).toEqual(['What is it about?'])
    // After ten seconds it is a new one; and never one that must be noticed.
    now += 11_000
    await write((each) => answer(each, id, question.say, { amends: true }))
    await write((each) => answer(each, id, says('urgent.numbers').say))
    await write((each) => answer(each, id, amended.say, { amends: true }))
    await handle({ id })
    expect(shown).toHaveLength(4)
  })
  it('an answer that may have been shown is not changed: what follows it is said after it', async () => {
    const question = says('ask.place', { asks: true })
    const amended = says('ask.place', { asks: true, leads: [{ key: 'draft.added' }] })
    for (const mayBeShown of [true, undefined] as const) {
      id = await conversationWith(db, keys, 'telegram', String(Math.random()))
      await write((each) => answer(each, id, amended.say))
      respond = () => ({ outcome: 'later', afterMs: 1_000, ...(mayBeShown && { mayBeShown }) })
      await handle({ id })
      await write((each) => answer(each, id, question.say, { amends: true }))
      const [first, second] = await rows()
      expect(first?.content).toEqual(mayBeShown === true ? amended : question)
      expect(second?.content).toEqual(mayBeShown === true ? question : undefined)
      // However often the line breaks, it is no fault of the message.
      for (let time = 0; time < 12; time++) {
        now += 2_000
        await handle({ id })
      }
      respond = () => undefined
      now += 2_000
      await handle({ id })
      await handle({ id })
      expect((await rows()).map(({ status }) => status)).toEqual(
        mayBeShown === true ? ['sent', 'sent'] : ['sent'],
      )
    }
  })
  it('an amendment that is being written when the answer is to be sent is waited for', async () => {
    await write((each) => answer(each, id, says('ask.place', { asks: true }).say))
    let sending: ReturnType<typeof nextQueued> = Promise.resolve(undefined)
    await write(async (each) => {
      await answer(each, id, says('ask.category', { asks: true }).say, { amends: true })
      sending = nextQueued(db, id, new Date(now))
      await waitsForTurn()
    })
    expect((await sending)?.content).toMatchObject({ say: { key: 'ask.category' } })
    expect(await rows()).toMatchObject([{ attempts: 1, content: { say: { key: 'ask.category' } } }])
  })
  it('whichever of an amendment and the sending comes first, the last words are shown', async () => {
    for (let time = 0; time < 60; time++) {
      id = await conversationWith(db, keys, 'telegram', String(Math.random()))
      await write((each) => answer(each, id, says('ask.place', { asks: true }).say))
      const [begun] = await Promise.all([
        nextQueued(db, id, new Date(now)),
        write((each) =>
          answer(each, id, says('ask.category', { asks: true }).say, { amends: true }),
        ),
      ])
      const [first, second] = await rows()
      const last = second?.content ?? begun?.content
      expect(last).toMatchObject({ say: { key: 'ask.category' } })
      // The row says what was sent: what was begun is never changed under the delivery.
      expect(first?.content).toEqual(begun?.content)
    }
  })
  it('an answer that something was said after is not edited', async () => {
    await write((each) => answer(each, id, says('ask.place', { asks: true }).say))
    await handle({ id })
    await write((each) =>
      answer(each, id, says('ask.category', { asks: true }).say, { amends: true }),
    )
    // Something comes between, such as news of a ticket that was written by another process before.
    const [first, second] = await rows()
    await db.prisma.outbound.update({
      where: { id: second?.id ?? 0n },
      data: { status: 'undeliverable' },
    })
    await write((each) => queueMessage(each, id, says('privacy')))
    await handle({ id })
    await db.prisma
      .$executeRaw`insert into "Outbound" ("conversationId", "content", "replaces") values (${id}::uuid, ${JSON.stringify(says('help'))}::jsonb, ${first?.id})`
    await handle({ id })
    expect(shown).toHaveLength(3)
    expect(shown[0]?.text).toContain('Which place')
  })
  it.each(['answered', 'added', 'corrected', 'danger', 'calmed'] as const)(
    'news of what a resident %s goes to nobody who has the ticket no more',
    async (what) => {
      const news = {
        notice: 'news',
        code: 'JW-4K7Q2M9XH4',
        ticketId: randomUUID(),
        text: 'MARKED',
      } as const
      await write((each) =>
        queueMessage(each, id, { ...news, what }, { ...news, what: 'ranOut', text: '' }),
      )
      await handle({ id })
      expect((await rows()).map(({ status }) => status)).toEqual(['sent', 'sent'])
      expect(shown).toHaveLength(1)
      expect(shown[0]?.text).not.toContain('MARKED')
    },
  )
  it('the buttons of a question go with the next message once it is answered', async () => {
    const buttons = [[{ label: { key: 'button.cancel' as const }, data: 'command:cancel' }]]
    await write((each) => answer(each, id, says('ask.place', { asks: true, buttons }).say))
    await handle({ id })
    expect(shown[0]?.buttons).toBe(1)
    await write(async (each) => {
      await answer(each, id, says('ask.category', { asks: true, buttons }).say)
      await retireQuestions(each, id, undefined)
    })
    await handle({ id })
    expect(shown.map((each) => each.buttons)).toEqual([0, 1])
  })
  it('an answer with sealed words that is being amended when it is to be sent says the last ones', async () => {
    await beginSealing(database.url)
    const sealing = connect(database.url, 5, keys)
    id = await conversationWith(sealing, keys, 'telegram', String(Math.random()))
    const summary = (text: string): Saying => ({
      key: 'ask.confirm',
      params: { text: { text } },
      asks: true,
    })
    await unitOfWork(sealing, office, now, (each) => answer(each, id, summary('the bridge')))
    let sending: ReturnType<typeof nextQueued> = Promise.resolve(undefined)
    await unitOfWork(sealing, office, now, async (each) => {
      await answer(each, id, summary('the bridge and the lamp'), { amends: true })
      sending = nextQueued(sealing, id, new Date(now))
      await waitsForTurn()
    })
    const begun = await sending
    const opened = await sealing.words.open('Outbound', await rows())
    expect(JSON.stringify(begun?.content)).toContain('the bridge and the lamp')
    expect(opened.map(({ content }) => content)).toEqual([begun?.content])
    await sealing.close()
  })
})

it('what fails after a commit is told and throws nothing: each of the others is done all the same', async () => {
  const done: string[] = []
  const troubles: unknown[] = []
  const runAfterCommit = createAfterCommit(
    {} as never,
    { erase: async () => void done.push('files') } as never,
    async (name) => {
      if (name === 'delivery') throw new Error('nudge')
      done.push(name)
    },
    (error) => troubles.push((error as Error).message),
  )
  const after = collectAfterCommit()
  after.deliverTo.add('a')
  after.callWebhooks.add('b')
  after.deleteFiles.add('d')
  await runAfterCommit(after)
  expect([done, troubles]).toEqual([['webhook', 'files'], ['nudge']])
})
