import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { statement } from '../../src/platform/postgres/query.ts'
import { untieFollowers } from '../../src/tickets/anonymity.store.ts'
import { chatOfMember, given, join, report, residentOf } from '../residents/report.ts'
import type { WebChatPerson } from '../residents/webchat-person.ts'
import { type Service, startService } from '../servers/service.ts'
import { until } from '../until.ts'

describe('P43 who joins another’s report', () => {
  let service: Service
  beforeAll(async () => {
    service = await startService()
  })
  afterAll(() => service?.stopAll())

  const joins = async (text: string, category: string): Promise<WebChatPerson> => {
    const resident = await residentOf(service, 'YL010101')
    await join(resident, text, category)
    return resident
  }
  /** All that a chat has been shown, its buttons, and its copy of its data. */
  const allOf = async (resident: WebChatPerson) => {
    const data = await fetch(`${service.url}/channels/webchat/mydata.json`, {
      headers: { cookie: resident.cookie() },
    })
    return `${JSON.stringify(await resident.lines())}\n${await data.text()}`
  }
  const ticketOf = (code: string) => service.db.prisma.ticket.findUniqueOrThrow({ where: { code } })
  /** Has the member who has a ticket resolve it. */
  const resolved = async (code: string, words: string) => {
    const { assigneeId } = await given(service, code)
    const member = await chatOfMember(service, assigneeId ?? '')
    await member.presses(`accept:${code}`)
    await until('it is accepted', async () => (await ticketOf(code)).status === 'accepted')
    await member.presses(`resolve:${code}`)
    await member.says(words)
    await until('it is resolved', async () => (await ticketOf(code)).status === 'resolved')
    return member
  }

  it('learns neither its code nor its moment, nor of its reporter, also where that one is anonymous', async () => {
    for (const anonymously of [false, true]) {
      const text = anonymously ? '水渠堵了两个星期没人管' : '村口路灯坏了很久没人修'
      const category = anonymously ? 'irrigation' : 'street_light'
      const first = await residentOf(service, 'YL010101')
      const { code, ticket } = await report(service, first, text, category, { anonymously })
      await service.db.prisma.ticket.update({
        where: { id: ticket.id },
        data: { openedAt: new Date(Date.now() - 3_600_000) },
      })
      const second = await joins(`${text}！`, category)
      const third = await joins(`${text}。`, category)
      await second.says('/status')
      await second.hears('您也在其中')
      await resolved(code, '已经修好了')
      await second.hears('已解决')
      const { id, openedAt: moment, conversationId } = await ticketOf(code)
      for (const stranger of [second, third]) {
        const all = await allOf(stranger)
        for (const trace of [code, id, moment.toISOString(), conversationId ?? code])
          expect([trace, all.includes(trace)]).toEqual([trace, false])
      }
      // What they call it by leads nowhere from outside.
      const own = /JW-[0-9A-Z]{10}/.exec(await allOf(second))?.[0] ?? ''
      expect((await fetch(`${service.url}/v1/tickets/${own}`)).status).toBe(404)
      expect(/JW-[0-9A-Z]{10}/.exec(await allOf(third))?.[0]).not.toBe(own)
    }
  })

  it('can say once for each resolution that it did not help: the first opens it for all, later ones are added', async () => {
    const first = await residentOf(service, 'YL010101')
    const { code } = await report(service, first, '自来水管漏水一整夜', 'drinking_water')
    const [second, third] = [
      await joins('自来水管漏水一整夜了', 'drinking_water'),
      await joins('自来水管漏水，一整夜', 'drinking_water'),
    ]
    await resolved(code, '修好了')
    await second.hears('已解决')
    await second.pressesLike('no:')
    await second.says('还在漏')
    await second.hears('没有解决')
    await first.hears('别的人说还没有解决')
    await third.hears('已重新办理')
    const after = await ticketOf(code)
    expect(['open', 'assigned']).toContain(after.status)
    // It is the reporter's own word that counts towards the level above.
    expect(after.reopenedCount).toBe(0)
    await third.pressesLike('no:')
    await third.pressesLike('reopen:')
    await third.hears('没有解决')
    await third.pressesLike('no:')
    await third.pressesLike('reopen:')
    await third.hears('已经说过')
    const events = await service.db.prisma.ticketEvent.findMany({
      where: { ticket: { code }, type: 'reopened' },
    })
    expect(events.length).toBe(1)
    const words = await service.db.prisma.ticketMessage.findMany({
      where: { ticket: { code }, text: '还在漏' },
      select: { by: true, kind: true, writerId: true },
    })
    expect(words).toEqual([{ by: 'resident', kind: 'joined', writerId: expect.any(String) }])
  })

  it('also after the reporter has agreed, for seven days; then the reporter’s word no longer counts as agreement', async () => {
    const first = await residentOf(service, 'YL010101')
    const { code, ticket } = await report(service, first, '垃圾堆三周没人清理了', 'waste')
    const [second, third] = [
      await joins('垃圾堆三周没人清理', 'waste'),
      await joins('垃圾堆三周没人清理！', 'waste'),
    ]
    await resolved(code, '清理完了')
    await first.presses(`yes:${code}`)
    await until('it is closed', async () => (await ticketOf(code)).status === 'closed')
    await second.pressesLike('no:')
    await second.pressesLike('reopen:')
    await second.hears('没有解决')
    expect(await ticketOf(code)).toMatchObject({
      closedAt: null,
      closedBy: null,
      satisfied: null,
      resolvedAt: null,
    })
    // The reporter who has closed a ticket opens it no more; somebody who joined has seven days.
    await resolved(code, '又清理了一遍')
    await first.presses(`yes:${code}`)
    await until('it is closed again', async () => (await ticketOf(code)).status === 'closed')
    await first.presses(`no:${code}`)
    await first.presses(`reopen:${code}`)
    await first.hears('已经结束')
    await service.db.transaction(async (tx) => {
      await tx.affect(statement`set local session_replication_role = replica`)
      await tx.affect(
        statement`update "TicketEvent" set "at" = "at" - interval '8 days' where "ticketId" = ${ticket.id}::uuid`,
      )
    })
    await third.pressesLike('no:')
    await third.pressesLike('reopen:')
    await third.hears('时间已经过了')
    expect((await ticketOf(code)).status).toBe('closed')
  })

  it('is untied when it is over: nothing in their chat tells which ticket they had joined, and the ticket not who joined', async () => {
    const first = await residentOf(service, 'YL010101')
    const { code, ticket } = await report(service, first, '卫生室一个月没有药了', 'health')
    const second = await joins('卫生室一个月没有药', 'health')
    await service.db.prisma.ticket.update({
      where: { id: ticket.id },
      data: { openedAt: new Date(Date.now() - 3_600_000) },
    })
    await resolved(code, '药到了')
    await first.presses(`yes:${code}`)
    await until('it is closed', async () => (await ticketOf(code)).status === 'closed')
    const [joined] = await service.db.prisma.follower.findMany({ where: { ticketId: ticket.id } })
    await untieFollowers(service.db, new Date(Date.now() + 6 * 86_400_000))
    expect(await service.db.prisma.follower.count({ where: { ticketId: ticket.id } })).toBe(1)
    await untieFollowers(service.db, new Date(Date.now() + 8 * 86_400_000))
    expect(await service.db.prisma.follower.count({ where: { ticketId: ticket.id } })).toBe(0)
    const all = await allOf(second)
    for (const trace of [joined?.alias ?? code, '卫生室一个月没有药', '药到了'])
      expect([trace, all.includes(trace)]).toEqual([trace, false])
    const rows = await service.db.prisma.ticketMessage.findMany({ where: { ticketId: ticket.id } })
    expect(rows.map(({ text, source }) => [text, source])).toContainEqual([
      '卫生室一个月没有药',
      null,
    ])
  })
})
