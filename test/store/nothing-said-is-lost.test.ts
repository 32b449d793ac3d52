import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { pino } from 'pino'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { conversationHandler } from '../../src/conversation/turn.worker.ts'
import { conversationWith } from '../../src/mailbox/conversations.store.ts'
import { keepArrival } from '../../src/mailbox/inbound.store.ts'
import { makeOffice } from '../../src/organisation/office.store.ts'
import { loadOrganisation } from '../../src/organisation/organisation.store.ts'
import { openQuotas } from '../../src/platform/quotas/quotas.ts'
import { createKeyRing } from '../../src/platform/sealing/key-ring.ts'
import { makeOrganisation } from '../../src/simulation/organisation.ts'
import { type FreshDatabase, freshDatabase } from '../servers/database.ts'

/**
 * The law of the conversation: every word that a resident said is in a ticket or in a draft, or was
 * taken back by the person who said it. Played by two residents and a member who get in one
 * another's way, over the real store.
 */
let database: FreshDatabase
const organisation = makeOrganisation({ teams: 1, members: 3, counties: 1 }, 3)
const [village = ''] = organisation.places.flatMap(({ code, teamId }) =>
  teamId === null ? [] : [code],
)
const start = Date.parse('2026-11-23T04:00:00Z')
const keys = createKeyRing([Buffer.alloc(32, 1)])
beforeAll(async () => {
  database = await freshDatabase()
  await loadOrganisation(database.db, organisation)
})
afterAll(() => database?.drop())

type Act =
  | { readonly by: 'resident'; readonly who: 0 | 1; readonly does: 'says' | 'replies' }
  | {
      readonly by: 'resident'
      readonly who: 0 | 1
      readonly does: 'presses'
      readonly data: string
    }
  | { readonly by: 'member'; readonly does: 'accept' | 'ask' | 'tell' | 'resolve' | 'handBack' }

const who = fc.constantFrom(0 as const, 1 as const)
/** `CODE` is the newest ticket there is, of either resident. */
const buttons = [
  'send',
  'send',
  'send',
  'different',
  'same:HANDLE',
  'new',
  'add:CODE',
  'add:CODE',
  'no:CODE',
  'yes:CODE',
  'reopen:CODE',
  'withdrawn:CODE',
  'unfollow:CODE',
  'rate:CODE:no',
  'noWord',
  'addTo:CODE',
  'command:new',
  'command:cancel',
  'changeWords',
  'here',
  'danger:on',
  'unsafe:CODE',
  'send:anonymously',
] as const
const act: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      by: fc.constant('resident' as const),
      who,
      does: fc.constantFrom('says' as const, 'says' as const, 'replies' as const),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      by: fc.constant('resident' as const),
      who,
      does: fc.constant('presses' as const),
      data: fc.constantFrom(...buttons),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      by: fc.constant('member' as const),
      does: fc.constantFrom(
        'accept' as const,
        'ask' as const,
        'tell' as const,
        'resolve' as const,
        'handBack' as const,
      ),
    }),
  },
)
/** A report from the first word to the ticket, so that histories get somewhere. */
const report = (resident: 0 | 1): readonly Act[] => [
  { by: 'resident', who: resident, does: 'says' },
  { by: 'resident', who: resident, does: 'presses', data: 'here' },
  { by: 'resident', who: resident, does: 'presses', data: 'send' },
  { by: 'resident', who: resident, does: 'presses', data: 'different' },
]
const histories = fc
  .array(
    fc.oneof(
      { weight: 6, arbitrary: act.map((one) => [one]) },
      { weight: 1, arbitrary: who.map(report) },
    ),
    { minLength: 6, maxLength: 22 },
  )
  .map((parts) => parts.flat())

it('every word that was said is in a ticket, in a draft, or was taken back by the person who said it', async () => {
  let refused = 0
  await fc.assert(
    fc.asyncProperty(histories, async (history) => {
      const played = await play(history)
      refused += played.refused
      expect(played.missing).toEqual([])
    }),
    { numRuns: 30 },
  )
  // The histories get in one another's way often enough to say something.
  expect(refused).toBeGreaterThan(4)
})

async function play(
  history: readonly Act[],
): Promise<{ readonly missing: readonly string[]; readonly refused: number }> {
  const { db } = database
  const run = randomUUID().slice(0, 8)
  let now = start
  const office = makeOffice('Asia/Urumqi', new Date(now))
  const handle = conversationHandler({
    db,
    keys,
    channels: [],
    files: {} as never,
    quotas: openQuotas(),
    office: async () => office,
    now: () => now,
    nudge: async () => {},
    runAfterCommit: async () => {},
    log: pino({ level: 'silent' }),
    isStopping: () => false,
    nameOfCategory: () => undefined,
    canSpeak: false,
  })
  const send = async (chat: string, message: Parameters<typeof keepArrival>[2]['message']) =>
    handle({
      id: await keepArrival(
        db,
        keys,
        { channel: 'webchat', handle: `${run} ${chat}`, externalId: randomUUID(), message },
        new Date(now),
      ),
    })
  const chats = [
    await conversationWith(db, keys, 'webchat', `${run} 0`),
    await conversationWith(db, keys, 'webchat', `${run} 1`),
  ] as const
  for (const chat of ['0', '1']) {
    await send(chat, { kind: 'said', text: `/start v_${village}`, files: [] })
    await send(chat, { kind: 'pressed', data: 'language:zh-Hans' })
    await send(chat, { kind: 'pressed', data: 'notice:seen' })
  }
  const memberChats = new Map<string, string>()
  const said: [Set<string>, Set<string>] = [new Set(), new Set()]
  const takenBack = new Set<string>()
  const newest = async () =>
    db.prisma.ticket.findFirst({
      where: {
        openedAt: { gte: new Date(start) },
        messages: { some: { text: { contains: run } } },
      },
      orderBy: [{ openedAt: 'desc' }, { id: 'desc' }],
    })
  const draftOf = async (chat: string) =>
    JSON.stringify((await db.prisma.conversation.findUniqueOrThrow({ where: { id: chat } })).state)
  let count = 0

  for (const each of history) {
    now += 60_000
    const ticket = await newest()
    const code = ticket?.code ?? 'JW-0000000000'
    if (each.by === 'member') {
      if (ticket?.assigneeId == null) continue
      const member = ticket.assigneeId
      const chat = `member ${member}`
      if (!memberChats.has(member)) {
        memberChats.set(member, chat)
        await db.prisma.conversation.update({
          where: { id: await conversationWith(db, keys, 'webchat', `${run} ${chat}`) },
          data: { memberId: member },
        })
      }
      await send(chat, {
        kind: 'pressed',
        data: each.does === 'handBack' ? `handBack:${code}:noMeans` : `${each.does}:${code}`,
      })
      if (each.does !== 'accept' && each.does !== 'handBack')
        await send(chat, { kind: 'said', text: '好了', files: [] })
      continue
    }
    const chat = chats[each.who]
    const before = await draftOf(chat)
    if (each.does === 'presses') {
      const handle = /"handle":"([^"]+)"/.exec(before.replaceAll('": "', '":"'))?.[1] ?? ''
      const data = each.data.replace('CODE', code).replace('HANDLE', handle)
      // What a resident takes back: the draft that they stop, and their words of a ticket that they
      // withdraw.
      if (data === 'command:cancel')
        for (const word of said[each.who]) if (before.includes(word)) takenBack.add(word)
      if (data.startsWith('withdrawn:'))
        for (const { text } of await db.prisma.ticketMessage.findMany({
          where: {
            ticket: { code, conversationId: chat },
            by: 'resident',
            kind: { not: 'joined' },
          },
        }))
          for (const word of said[each.who]) if (text.includes(word)) takenBack.add(word)
      await send(String(each.who), { kind: 'pressed', data })
      continue
    }
    const word = `${run}-${count++}`
    // Words that are rewritten take the place of the old ones.
    if (before.includes('"rewriting"'))
      for (const old of said[each.who]) if (before.includes(old)) takenBack.add(old)
    said[each.who].add(word)
    await send(String(each.who), { kind: 'said', text: `路上的井盖坏了 ${word}`, files: [] })
  }

  const kept = JSON.stringify([
    await db.prisma.ticketMessage.findMany({
      where: { text: { contains: run } },
      select: { text: true },
    }),
    await draftOf(chats[0]),
    await draftOf(chats[1]),
  ])
  const missing = [...said[0], ...said[1]].filter(
    (word) => !takenBack.has(word) && !new RegExp(`${word}(?!\\d)`).test(kept),
  )
  const refused = await db.prisma.outbound.count({
    where: { conversationId: { in: [...chats] }, content: { path: ['notice'], equals: 'refused' } },
  })
  // Made-up people are gone again, so that the next history has its own.
  await db.prisma.ticket.updateMany({
    where: { messages: { some: { text: { contains: run } } } },
    data: { status: 'withdrawn', conversationId: null },
  })
  await db.prisma.conversation.updateMany({
    where: { memberId: { in: [...memberChats.keys()] } },
    data: { memberId: null },
  })
  return { missing, refused }
}
