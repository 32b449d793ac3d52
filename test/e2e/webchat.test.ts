import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { webChatPerson } from '../residents/webchat-person.ts'
import { type Service, startService } from '../servers/service.ts'
import { until } from '../until.ts'

describe('the web chat', () => {
  let service: Service
  beforeAll(async () => {
    service = await startService()
  })
  afterAll(() => service?.stopAll())

  it('P23 is a page under 60 KB that loads nothing from elsewhere', async () => {
    const page = await fetch(`${service.url}/chat`)
    const parts = await Promise.all(
      ['/channels/webchat/chat.js', '/channels/webchat/chat.css'].map(async (path) =>
        (await fetch(`${service.url}${path}`)).text(),
      ),
    )
    const html = await page.text()
    expect(Buffer.byteLength(html + parts.join(''))).toBeLessThan(60 * 1024)
    expect(html + parts.join('')).not.toMatch(/https?:\/\//)
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'")
    // Who only looks gets no cookie.
    expect(page.headers.getSetCookie()).toEqual([])
    const session = await fetch(`${service.url}/channels/webchat/session`, { method: 'POST' })
    expect(session.headers.getSetCookie()[0]).toMatch(/^jawab_chat=.*HttpOnly.*SameSite=Lax/)
  })

  it('shows each answer once and in order, and what was missed after a lost connection', async () => {
    const resident = webChatPerson(() => service.url)
    await resident.says('电压不稳，灯一闪一闪')
    await resident.hears('开始之前')
    const events = async (after: string, count: number) => {
      const leave = new AbortController()
      const response = await fetch(`${service.url}/channels/webchat/events?after=${after}`, {
        headers: { cookie: resident.cookie() },
        signal: leave.signal,
      })
      const decoder = new TextDecoder()
      const seen = { text: '', ids: [] as string[] }
      for await (const part of response.body ?? []) {
        seen.text += decoder.decode(part as Uint8Array, { stream: true })
        seen.ids = [...seen.text.matchAll(/^id: (\S+)\n/gm)].map(([, id = '']) => id)
        if (seen.ids.length >= count) break
      }
      leave.abort()
      return seen.ids.slice(0, count)
    }
    const first = await events('', 1)
    const live = events(first[0] ?? '', 2)
    await resident.presses('notice:seen')
    await resident.hears('哪个地方')
    await resident.says('二道河')
    await resident.hears('哪')
    const second = await live
    expect(second.length).toBe(2)
    expect(await events('', 3)).toEqual([...first, ...second])
  })

  it('renews the session’s cookie with its use, for as long as the chat is kept', async () => {
    const first = await fetch(`${service.url}/channels/webchat/session`, { method: 'POST' })
    const cookie = first.headers.getSetCookie()[0] ?? ''
    const again = await fetch(`${service.url}/chat`, {
      headers: { cookie: cookie.split(';')[0] ?? '' },
    })
    const sent = await fetch(`${service.url}/channels/webchat/messages`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', cookie: cookie.split(';')[0] ?? '' },
      body: JSON.stringify({ id: crypto.randomUUID(), kind: 'said', text: '你好' }),
    })
    const ages = [first, again, sent].map(
      (response) => /Max-Age=(\d+)/.exec(response.headers.getSetCookie()[0] ?? '')?.[1],
    )
    expect(ages).toEqual(Array(3).fill(String(service.config.kept.chatDays * 86_400)))
    const names = [first, again, sent].map(
      (response) => response.headers.getSetCookie()[0]?.split(';')[0],
    )
    expect(new Set(names).size).toBe(1)
  })

  it('keeps one message that is sent again after a lost answer', async () => {
    const resident = webChatPerson(() => service.url)
    const id = '7f8de0b1-6f0b-4a52-9d9c-3f6f5f2a4b10'
    for (let time = 0; time < 3; time++)
      expect((await resident.says('水管漏水', id)).status).toBe(202)
    await resident.hears('开始之前')
    expect((await resident.lines()).filter(({ by }) => by === 'resident').length).toBe(1)
  })

  it('does not show one person what another wrote', async () => {
    const [one, other] = [webChatPerson(() => service.url), webChatPerson(() => service.url)]
    await one.says('我家的房子漏雨')
    await other.says('学校没有暖气')
    await other.hears('开始之前')
    expect((await other.lines()).map(({ text }) => text).join()).not.toContain('漏雨')
    const forged = await fetch(`${service.url}/channels/webchat/transcript`, {
      headers: { cookie: 'jawab_chat=forged.signature' },
    })
    expect(await forged.json()).toEqual({ lines: [], isKnown: false })
  })

  it('takes a photo, and refuses kindly what is none', async () => {
    const resident = webChatPerson(() => service.url)
    await resident.says('路灯不亮')
    await resident.hears('开始之前')
    await resident.presses('notice:seen')
    await resident.hears('哪个地方')
    const photo = await sharp({ create: { width: 20, height: 20, channels: 3, background: 'red' } })
      .png()
      .toBuffer()
    expect(await (await resident.sendsFile('photo', photo, 'image/png')).json()).toEqual({
      kept: true,
    })
    await resident.hears('已加到')
    expect(
      await (
        await resident.sendsFile('photo', Buffer.from('<svg onload=alert(1)>'), 'image/png')
      ).json(),
    ).toEqual({ kept: false })
    await resident.hears('不是我们能显示的照片')
    expect(
      (await resident.sendsFile('photo', Buffer.alloc(21 * 1024 * 1024), 'image/png')).status,
    ).toBe(413)
  })

  it('refuses a message of a wrong shape with a problem that names the field', async () => {
    const response = await fetch(`${service.url}/channels/webchat/messages`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ id: 'x', kind: 'said', text: '' }),
    })
    expect(response.status).toBe(400)
    expect(response.headers.get('content-type')).toContain('application/problem+json')
    expect(await response.json()).toMatchObject({
      type: '/problems/invalid-request',
      detail: expect.stringContaining('id'),
    })
  })

  it('lets a resident take a request back, and says so', async () => {
    const resident = webChatPerson(() => service.url)
    await resident.says('/start v_YL010101')
    await resident.presses('language:kk-Arab')
    await resident.hears('باستاماس')
    await resident.presses('notice:seen')
    await resident.says('كوشەدە قوقىس جاتىر')
    await resident.presses('category:waste')
    await resident.presses('send')
    const [code = ''] = /JW-[0-9A-Z]{10}/.exec((await resident.hears('راقمەت')).text) ?? []
    await resident.says('/status')
    await resident.presses(`withdraw:${code}`)
    await resident.hears('قايتارىپ الاسىز')
    await resident.presses(`withdrawn:${code}`)
    await resident.hears('قايتارىپ الىندى')
    await until(
      'withdrawn',
      async () =>
        (await service.db.prisma.ticket.findUnique({ where: { code } }))?.status === 'withdrawn',
    )
  })
})
