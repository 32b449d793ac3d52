import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeOffice } from '../../src/organisation/office.store.ts'
import { unitOfWork } from '../../src/organisation/unit-of-work.store.ts'
import { openKeyRing } from '../../src/platform/sealing/key-ring.ts'
import { eraseForgotten } from '../../src/privacy/erase-resident.store.ts'
import { lastWordMs } from '../../src/tickets/anonymity.store.ts'
import { fireTimers } from '../../src/tickets/deadlines.store.ts'
import { accept, resolve } from '../../src/tickets/member-work.store.ts'
import { given, report, residentOf } from '../residents/report.ts'
import type { WebChatPerson } from '../residents/webchat-person.ts'
import { everyRow } from '../servers/database.ts'
import { type Service, startService } from '../servers/service.ts'
import { until } from '../until.ts'

const office = makeOffice('Asia/Urumqi', new Date())

describe('an anonymous report', () => {
  let service: Service
  beforeAll(async () => {
    service = await startService()
  })
  afterAll(() => service?.stopAll())

  const reported = (resident: WebChatPerson, text: string, anonymously: boolean) =>
    report(service, resident, text, 'road', { anonymously })
  const find = (code: string) => service.db.prisma.ticket.findUniqueOrThrow({ where: { code } })
  const solve = async (code: string) => {
    const { assigneeId } = await given(service, code)
    await unitOfWork(service.db, office, Date.now(), (work) => accept(work, assigneeId ?? '', code))
    const { after } = await unitOfWork(service.db, office, Date.now(), (work) =>
      resolve(work, assigneeId ?? '', code, { text: '路补好了', files: [] }),
    )
    return [...after.deliverTo]
  }
  const rowsWith = async (...texts: readonly string[]) =>
    (await everyRow(service.db)).filter(({ row }) => texts.some((text) => row.includes(text)))

  it('P03 has the same deadlines as any other, and its resident is told in one sentence what happens to the tie', async () => {
    const resident = await residentOf(service, 'YL010101')
    await resident.says('桥面塌了一块')
    await resident.presses('category:road')
    expect((await resident.hears('请最后看一遍')).text).toContain(
      '也可以匿名发送：办结以后，连我们也查不出是谁发的；在那之前，只用这段对话给您答复。',
    )
    const named = await reported(await residentOf(service, 'YL010101'), '桥面塌了一块', false)
    const anonymous = await reported(await residentOf(service, 'YL010101'), '桥面又塌了一块', true)
    const length = async (code: string) => {
      const { openedAt, firstResponseDueAt, resolutionDueAt, priority } = await find(code)
      const minutes = (moment: Date) => Math.round((moment.getTime() - openedAt.getTime()) / 60_000)
      return [minutes(firstResponseDueAt), minutes(resolutionDueAt), priority]
    }
    expect(await length(anonymous.code)).toEqual(await length(named.code))
    expect((await anonymous.resident.hears('匿名反映')).text).toContain(
      '除非您自己提出，它不会变成正式申诉',
    )
    expect(
      (
        await service.db.prisma.conversation.findFirstOrThrow({
          where: { tickets: { some: { code: anonymous.code } } },
        })
      ).placeCode,
    ).toBeNull()
  })

  it('P03 is answered in the chat; once it is closed, not a row of the store ties it to the chat', async () => {
    const resident = await residentOf(service, 'YL010101')
    const { code, ticket } = await reported(resident, 'MARKED 河堤裂了', true)
    const { conversationId } = await find(code)
    await solve(code)
    await resident.says('/status')
    await resident.hears(code)
    await resident.presses(`yes:${code}`)
    await resident.hears('匿名反映已结束')
    expect(await find(code)).toMatchObject({
      status: 'closed',
      conversationId: null,
      anonymous: true,
    })
    const tied = await rowsWith(conversationId ?? '')
    expect(
      tied.filter(({ row }) =>
        [code, ticket.id, 'MARKED', '河堤'].some((text) => row.includes(text)),
      ),
    ).toEqual([])
    expect(
      await service.db.prisma.inbound.count({ where: { conversationId: conversationId ?? '' } }),
    ).toBe(0)
    const chat = await service.db.prisma.conversation.findUniqueOrThrow({
      where: { id: conversationId ?? '' },
    })
    expect([
      chat.placeCode,
      chat.createdAt.getUTCHours(),
      chat.createdAt.getUTCMilliseconds(),
    ]).toEqual([null, 0, 0])
    // The last word tells no number, and goes when it has been read.
    expect((await resident.lines()).map(({ text }) => text).join('\n')).not.toContain(code)
    await eraseForgotten(
      service.db,
      await openKeyRing(service.config),
      new Date(Date.now() + lastWordMs + 1_000),
    )
    expect(await rowsWith('"untied"')).toEqual([])
    // Who writes again is served as ever, and finds nothing of it.
    await resident.says('/status')
    expect((await resident.hears('没有正在办理')).text).not.toContain(code)
    await resident.presses(`yes:${code}`)
    await until(
      'the press was handled',
      async () =>
        (await service.db.prisma.inbound.count({
          where: { conversationId: conversationId ?? '', doneAt: null },
        })) === 0,
    )
    expect(await find(code)).toMatchObject({ status: 'closed', conversationId: null })
  })

  it('P03 is untied too when it is taken back, and when time closes it', async () => {
    const [first, second] = [
      await residentOf(service, 'YL010101'),
      await residentOf(service, 'YL010101'),
    ]
    const taken = await reported(first, '路边的护栏倒了', true)
    await first.says('/status')
    await first.presses(`withdraw:${taken.code}`)
    await first.presses(`withdrawn:${taken.code}`)
    await first.hears('匿名反映已结束')
    const waited = await reported(second, '路口的标线没了', true)
    await solve(waited.code)
    const { id } = await find(waited.code)
    await unitOfWork(service.db, office, Date.now() + 8 * 86_400_000, (work) =>
      fireTimers(work, id),
    )
    for (const { code } of [taken, waited])
      expect(await find(code)).toMatchObject({ conversationId: null })
    expect(await rowsWith(`"code": "${waited.code}"`)).toEqual([])
  })

  it('P30 P32 becomes a formal appeal by the resident’s own press only, and is told which of the two it is', async () => {
    const resident = await residentOf(service, 'YL010101')
    const { code } = await reported(resident, '路基沉降', true)
    for (let time = 0; time < 2; time++) {
      await solve(code)
      await resident.says('/status')
      await resident.presses(`no:${code}`)
      await resident.presses(`reopen:${code}`)
      await until('it is open again', async () => (await find(code)).reopenedCount === time + 1)
    }
    expect((await resident.hears('它仍然是匿名反映')).text).toContain('不会有正式的处理决定')
    expect(await find(code)).toMatchObject({ anonymous: true })
    await resident.presses(`appeal:${code}`)
    const appeal = await resident.hears('正式申诉处理')
    // P32: the ways outside stand with it.
    for (const words of ['12345', '信访部门', '法院', '申诉决定不了'])
      expect(appeal.text).toContain(words)
    expect(await find(code)).toMatchObject({ anonymous: false })
    await resident.presses(`withdrawn:${code}`)
    await resident.hears('已撤回')
    expect((await find(code)).conversationId).not.toBeNull()
  })

  it('P08 P30 an ordinary report that is reopened twice says that it is an appeal now', async () => {
    const resident = await residentOf(service, 'YL010101')
    const { code } = await reported(resident, '涵洞堵了', false)
    for (let time = 0; time < 2; time++) {
      await solve(code)
      await resident.presses(`no:${code}`)
      await resident.presses(`reopen:${code}`)
      await until('it is open again', async () => (await find(code)).reopenedCount === time + 1)
    }
    expect((await resident.hears('现在作为正式申诉处理')).text).toContain(code)
    // Somebody outside the team has it then, by the resident's own press and without anyone's
    // leave.
    const { assignee } = await service.db.prisma.ticket.findUniqueOrThrow({
      where: { code },
      include: { assignee: true },
    })
    expect(assignee).toMatchObject({ role: 'supervisor', areaCode: 'YL01' })
  })
})
