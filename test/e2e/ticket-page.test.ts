import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { toTicketCode } from '../../src/tickets/code.ts'
import { webChatPerson } from '../residents/webchat-person.ts'
import { type Service, startService } from '../servers/service.ts'

describe('the page for who has a code', () => {
  let service: Service
  let code = ''
  beforeAll(async () => {
    service = await startService()
    const resident = webChatPerson(() => service.url)
    await resident.says('/start v_YL010101')
    await resident.presses('language:zh-Hans')
    await resident.presses('notice:seen')
    await resident.says('渠里的闸门坏了')
    await resident.presses('category:irrigation')
    await resident.presses('send')
    ;[code = ''] = /JW-[0-9A-Z]{10}/.exec((await resident.hears('编号')).text) ?? []
  })
  afterAll(() => service?.stopAll())
  const open = async (path: string, init: RequestInit = {}) => {
    const response = await fetch(`${service.url}${path}`, init)
    return { status: response.status, headers: response.headers, html: await response.text() }
  }
  const post = (typed: string, language = 'zh-Hans') =>
    open('/t', {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ code: typed, language }).toString(),
    })

  it('tells how far a ticket is, and neither its words, its subject nor its place', async () => {
    for (const { status, html, headers } of [
      await open(`/t/${code}?language=zh-Hans`),
      await post(code.toLowerCase().replace('-', ' ')),
    ]) {
      expect([status, html.includes(code), html.includes('已收到')]).toEqual([200, true, true])
      for (const hidden of ['闸门', '灌溉', '恰勒阔德', 'irrigation'])
        expect([hidden, html.includes(hidden)]).toEqual([hidden, false])
      expect(headers.get('cache-control')).toBe('no-store')
      expect(headers.get('x-robots-tag')).toBe('noindex')
      expect(headers.get('referrer-policy')).toBe('no-referrer')
    }
  })
  it('speaks the language of the browser, or the one that is chosen', async () => {
    const liking = (language: string) => open('/t', { headers: { 'accept-language': language } })
    expect((await liking('kk-KZ,kk;q=0.9')).html).toContain('lang="kk-Cyrl"')
    expect((await liking('zh-TW')).html).toContain('lang="zh-Hant"')
    expect((await liking('de')).html).toContain('dir="rtl"')
    expect((await open('/t?language=kk-Arab')).html).toContain('lang="kk-Arab"')
  })
  it('says kindly that a code is mistyped or unknown, and keeps what was typed', async () => {
    const unknown = toTicketCode([1, 2, 3, 4, 5, 6, 7, 8, 9])
    expect(await post(unknown)).toMatchObject({
      status: 404,
      html: expect.stringContaining(unknown),
    })
    const mistyped = await post('<b>JW-1</b>')
    expect([mistyped.status, mistyped.html.includes('<b>JW-1')]).toEqual([404, false])
    expect(mistyped.html).toContain('编号不对')
    expect((await post(' ')).status).toBe(200)
  })
})
