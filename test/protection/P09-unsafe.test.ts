import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { workingDayMinutes } from '../../src/organisation/deadline.ts'
import { makeOffice } from '../../src/organisation/office.store.ts'
import { unitOfWork } from '../../src/organisation/unit-of-work.store.ts'
import { workingTimeBetween } from '../../src/organisation/working-time.ts'
import { fireTimers } from '../../src/tickets/deadlines.store.ts'
import { accept } from '../../src/tickets/member-work.store.ts'
import { signedIn } from '../browsers/staff-browser.ts'
import { chatOfMember, given, join, report, residentOf } from '../residents/report.ts'
import { type Service, startService } from '../servers/service.ts'
import { until } from '../until.ts'

const office = makeOffice('Asia/Urumqi', new Date())

describe('P09 /unsafe', () => {
  let service: Service
  beforeAll(async () => {
    service = await startService()
  })
  afterAll(() => service?.stopAll())

  const begin = () => residentOf(service, 'YL010101')
  /** The complaint that a resident's words became. */
  const complaintOf = async (text: string) =>
    service.db.prisma.ticket.findFirstOrThrow({
      where: { messages: { some: { text } } },
      include: { assignee: true },
    })

  it('takes a ticket from its handler at once; for them and for everybody else it was taken back', async () => {
    const resident = await begin()
    const { code } = await report(service, resident, 'MARKED 队长威胁我', 'other')
    const before = await given(service, code)
    const handler = await chatOfMember(service, before.assigneeId ?? '')
    await handler.says('/mine')
    await handler.hears('MARKED')
    await unitOfWork(service.db, office, Date.now(), (work) =>
      accept(work, before.assigneeId ?? '', code),
    )
    await resident.says('/unsafe')
    const told = await resident.hears('已从原来办理的人手里拿走')
    expect(told.text).toContain('任何人都不得因此为难您')
    await until('the handler is told', async () =>
      (await handler.lines()).some(({ text }) => text.includes('撤回了')),
    )
    expect(await service.db.prisma.ticket.findUniqueOrThrow({ where: { code } })).toMatchObject({
      status: 'withdrawn',
      assigneeId: null,
      confidential: false,
    })
    await until(
      'the words are out of the handler’s chat',
      async () => !(await handler.lines()).some(({ text }) => text.includes('MARKED')),
    )
    // What anybody can ask about the old number is that it was taken back.
    const status = (await (await fetch(`${service.url}/v1/tickets/${code}`)).json()) as {
      status: string
      events: { type: string }[]
    }
    expect([status.status, status.events.at(-1)?.type]).toEqual(['withdrawn', 'withdrawn'])
    const page = await (await signedIn(service, before.assigneeId ?? '')).get(
      `/console/tickets/${code}`,
    )
    expect(page.html).not.toContain('MARKED')
    const complaint = await complaintOf('MARKED 队长威胁我')
    expect(complaint).toMatchObject({
      category: 'complaint_staff',
      confidential: true,
      teamId: null,
      concernedIds: [before.assigneeId],
      assignee: { role: 'supervisor', areaCode: 'YL01' },
    })
    expect(complaint.code).not.toBe(code)
    // Nothing in the store ties the two but the chat of who wrote both.
    const events = JSON.stringify(
      await service.db.prisma.ticketEvent.findMany({
        where: { ticketId: { in: [before.id, complaint.id] } },
      }),
    )
    expect([events.includes(code), events.includes(complaint.code)]).toEqual([false, false])
  })

  it('has a human answer within one working day, or it goes on to the next level', async () => {
    const resident = await begin()
    const { code } = await report(service, resident, '他又来我家了', 'other')
    await given(service, code)
    await resident.says('/unsafe')
    await resident.hears('已从原来办理的人手里拿走')
    const complaint = await complaintOf('他又来我家了')
    const minutes = (until: Date | null) =>
      workingTimeBetween(complaint.openedAt.getTime(), until?.getTime() ?? 0, office.calendar) /
      60_000
    expect([
      Math.round(minutes(complaint.firstResponseDueAt)),
      Math.round(minutes(complaint.offerDueAt)),
    ]).toEqual([workingDayMinutes, workingDayMinutes])
    await unitOfWork(service.db, office, complaint.firstResponseDueAt.getTime(), (work) =>
      fireTimers(work, complaint.id),
    )
    expect(
      (
        await service.db.prisma.ticket.findUniqueOrThrow({
          where: { id: complaint.id },
          include: { assignee: true },
        })
      ).assignee,
    ).toMatchObject({ areaCode: 'YL' })
  })

  it('asks which one where there are several; also one that is closed, and one that was joined', async () => {
    const [first, second] = [await begin(), await begin()]
    const one = await report(service, first, '水池三周没清理了', 'waste')
    await given(service, one.code)
    await join(second, '水池三周没清理了', 'waste')
    await second.says('他不让我说话')
    await second.presses('here')
    await second.presses('category:other')
    await second.presses('send')
    const [code = ''] = /JW-[0-9A-Z]{10}/.exec((await second.hears('编号')).text) ?? []
    const two = { code }
    await given(service, two.code)
    await second.says('/unsafe')
    await second.hears('哪一件')
    await second.presses(`unsafe:${one.code}`)
    await second.hears('已从原来办理的人手里拿走')
    // The first resident's ticket goes on, without the second one's words.
    const left = await service.db.prisma.ticket.findUniqueOrThrow({
      where: { code: one.code },
      include: { messages: true, followers: true },
    })
    expect([left.status, left.messages.length, left.followers.length]).toEqual(['assigned', 1, 0])
    const { assigneeId } = await given(service, two.code)
    await unitOfWork(service.db, office, Date.now(), (work) =>
      accept(work, assigneeId ?? '', two.code),
    )
    await service.db.prisma.ticket.update({
      where: { code: two.code },
      data: { status: 'closed', closedAt: new Date() },
    })
    await second.presses(`unsafe:${two.code}`)
    await second.hears('已从原来办理的人手里拿走')
    expect(await complaintOf('他不让我说话')).toMatchObject({
      category: 'complaint_staff',
      concernedIds: [assigneeId],
    })
    expect(
      await service.db.prisma.ticket.findUniqueOrThrow({ where: { code: two.code } }),
    ).toMatchObject({
      status: 'closed',
    })
  })

  it('keeps an anonymous resident anonymous, and answers whoever has nothing', async () => {
    const resident = await begin()
    const { code, ticket } = await report(service, resident, '没人敢说', 'other', {
      anonymously: true,
    })
    await given(service, code)
    await resident.says('/unsafe')
    await resident.hears('已从原来办理的人手里拿走')
    expect(await complaintOf('没人敢说')).toMatchObject({
      anonymous: true,
      conversationId: ticket.conversationId,
    })
    expect(await service.db.prisma.ticket.findUniqueOrThrow({ where: { code } })).toMatchObject({
      status: 'withdrawn',
      conversationId: null,
    })
    const nobody = await begin()
    await nobody.says('/unsafe')
    expect((await nobody.hears('没有可以从别人手里拿走')).text).toContain('12345')
  })
})
