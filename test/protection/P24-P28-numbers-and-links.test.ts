import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { issueToken } from '../../src/organisation/staff.store.ts'
import { signedIn } from '../browsers/staff-browser.ts'
import { report, residentOf } from '../residents/report.ts'
import { webChatPerson } from '../residents/webchat-person.ts'
import { type Service, startService } from '../servers/service.ts'

describe('what could tell who wrote, or lead the talk elsewhere', () => {
  let service: Service
  beforeAll(async () => {
    service = await startService()
  })
  afterAll(() => service?.stopAll())

  const reported = async (text: string) =>
    report(service, await residentOf(service, 'YL010101'), text, 'road')
  const chatOf = async (memberId: string) => {
    const chat = webChatPerson(() => service.url)
    await chat.says(`/start i_${await issueToken(service.db, memberId, 'invitation', new Date())}`)
    await chat.hears('⁨')
    return chat
  }

  it('P28 numbers in the text are dots on the page, the card and in news, until the resident says yes to that ticket', async () => {
    const { resident, code, ticket } = await reported('路坏了，打我电话 138-1234-5678')
    const member = await signedIn(service, ticket.assigneeId ?? '')
    const chat = await chatOf(ticket.assigneeId ?? '')
    await chat.says('/mine')
    expect((await chat.hears(code)).text).toContain('•••-••••-••••')
    const page = async () => (await member.get(`/console/tickets/${code}`)).html
    expect([
      (await page()).includes('138-1234-5678'),
      (await page()).includes('•••-••••-••••'),
    ]).toEqual([false, true])
    expect((await resident.hears('圆点')).text).toContain(code)
    await resident.says('身份证是 654001199001011234')
    await resident.presses(`add:${code}`)
    expect((await chat.hears('•'.repeat(18))).text).not.toContain('654001')

    await resident.presses(`reveal:${code}`)
    await resident.hears('现在可以看到')
    expect((await page()).includes('138-1234-5678')).toBe(true)
    expect((await chat.hears('138-1234-5678')).text).toContain(code)
    // Another ticket of the same resident keeps its dots.
    const other = await reported('灯坏了 13812345678')
    const handler = await signedIn(service, other.ticket.assigneeId ?? '')
    expect((await handler.get(`/console/tickets/${other.code}`)).html.includes('13812345678')).toBe(
      false,
    )
  })

  it('P28 nobody else can say yes for a resident', async () => {
    const { code, ticket } = await reported('水管坏了 13812345678')
    const stranger = webChatPerson(() => service.url)
    await stranger.says('/start v_YL010101')
    await stranger.presses('language:zh-Hans')
    await stranger.presses(`reveal:${code}`)
    await stranger.hears('不在您')
    expect(
      await service.db.prisma.ticketMessage.count({
        where: { ticketId: ticket.id, numbersShown: true },
      }),
    ).toBe(0)
  })

  it('P24 links, numbers and requests for papers in a member’s message are held back, with a hint, in the console and in the chat', async () => {
    const { resident, code, ticket } = await reported('井盖没了')
    const member = await signedIn(service, ticket.assigneeId ?? '')
    await member.get('/console/tickets')
    await member.post(`/console/tickets/${code}/accept`, {})
    for (const [text, reason] of [
      ['加我微信 weixin.example.com', '链接'],
      ['打 13912345678', '号码'],
      ['请发身份证', '身份证'],
    ] as const)
      for (const action of ['tell', 'ask', 'resolve']) {
        const { status, html } = await member.post(`/console/tickets/${code}/${action}`, { text })
        // What was written stands there again, so that it can be mended.
        expect([text, status, html.includes(text)]).toEqual([text, 422, true])
        expect(html).toContain(reason)
      }
    expect((await member.get(`/console/tickets/${code}?refused=heldPapers`)).html).toContain(code)
    const chat = await chatOf(ticket.assigneeId ?? '')
    await chat.says('/language')
    await chat.presses('language:zh-Hans')
    await chat.says('/mine')
    await chat.hears(code)
    await chat.presses(`ask:${code}`)
    await chat.says('请打 13912345678')
    await chat.hears('未发送')
    // The question is still open: better words go at once.
    await chat.says('哪一条路？')
    await resident.hears('哪一条路')
    expect(
      await service.db.prisma.ticketMessage.count({ where: { ticketId: ticket.id, by: 'member' } }),
    ).toBe(1)
  })
})
