import { afterAll, beforeAll, expect, it } from 'vitest'
import { makeOffice } from '../../src/organisation/office.store.ts'
import { unitOfWork } from '../../src/organisation/unit-of-work.store.ts'
import { statement } from '../../src/platform/postgres/query.ts'
import { forget } from '../../src/privacy/erase-resident.store.ts'
import { fireTimers } from '../../src/tickets/deadlines.store.ts'
import { chatOfMember, given, report, residentOf } from '../residents/report.ts'
import { type Service, startService } from '../servers/service.ts'
import { until } from '../until.ts'

let service: Service
beforeAll(async () => {
  service = await startService()
})
afterAll(() => service?.stopAll())
const office = () => makeOffice('Asia/Urumqi', new Date())
/** Waits until some transaction waits for another's lock. */
const somebodyWaits = () =>
  until('somebody waits', async () => {
    const [row] = await service.db.prisma.$queryRaw<
      { waits: number }[]
    >`select count(*)::int as "waits" from pg_locks where not granted`
    return (row?.waits ?? 0) > 0
  })

it('a timer that closes an anonymous report and a turn of its chat take their locks in one order', async () => {
  const { db } = service
  const { code, ticket } = await report(
    service,
    await residentOf(service, 'YL010101'),
    '井盖松了',
    'other',
    { anonymously: true },
  )
  const { assigneeId } = await given(service, code)
  const member = await chatOfMember(service, assigneeId ?? '')
  await member.presses(`accept:${code}`)
  await member.presses(`resolve:${code}`)
  await member.says('盖好了')
  await until(
    'it is resolved',
    async () =>
      (await db.prisma.ticket.findUniqueOrThrow({ where: { code } })).status === 'resolved',
  )
  const late = Date.now() + 9 * 86_400_000
  const fired: Promise<unknown>[] = []
  // As a turn does: the conversation first, then the ticket. The timer comes in between.
  await db.transaction(async (tx) => {
    await tx.affect(
      statement`select 1 from "Conversation" where "id" = ${ticket.conversationId}::uuid for no key update`,
    )
    fired.push(unitOfWork(db, office(), late, (work) => fireTimers(work, ticket.id)))
    await somebodyWaits()
    await tx.affect(
      statement`select 1 from "Ticket" where "id" = ${ticket.id}::uuid for no key update`,
    )
  })
  await Promise.all(fired)
  expect(await db.prisma.ticket.findUniqueOrThrow({ where: { code } })).toMatchObject({
    status: 'closed',
    conversationId: null,
  })
})

it('two residents who erase all that is theirs at once, each of them part of the other’s ticket, both succeed', async () => {
  const { db } = service
  const [first, second] = [
    await residentOf(service, 'YL010102'),
    await residentOf(service, 'YL010102'),
  ]
  await report(service, first, '垃圾堆三周没人清理了', 'waste')
  await report(service, second, '路灯坏了一个月没人修', 'street_light')
  for (const [who, text, category] of [
    [second, '垃圾堆三周没人清理', 'waste'],
    [first, '路灯坏了一个月没人修！', 'street_light'],
  ] as const) {
    await who.says(text)
    await who.presses('new')
    await who.presses('here')
    await who.presses(`category:${category}`)
    await who.presses('send')
    await who.pressesLike('same:')
    await who.hears('已加入')
  }
  const chats = await db.prisma.follower.findMany({
    orderBy: { joinedAt: 'desc' },
    take: 2,
    select: { conversationId: true },
  })
  for (let time = 0; time < 2; time++)
    await Promise.all(
      chats.map(({ conversationId }) =>
        unitOfWork(db, office(), Date.now(), (work) => forget(work, conversationId)),
      ),
    )
  expect(
    await db.prisma.follower.count({
      where: { conversationId: { in: chats.map(({ conversationId }) => conversationId) } },
    }),
  ).toBe(0)
})
