import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { entranceOf } from '../../src/organisation/places.store.ts'
import { quiet } from '../browsers/chromium.ts'
import { residentOf } from '../residents/report.ts'
import { webChatPerson } from '../residents/webchat-person.ts'
import { type Service, startService } from '../servers/service.ts'
import { until } from '../until.ts'

const executablePath = inject('wholeChromium')

describe('P41 nothing but a cookie is left on a resident’s phone', () => {
  let service: Service
  let folder: string
  beforeAll(async () => {
    service = await startService()
    folder = await mkdtemp(join(tmpdir(), 'jawab-phone-'))
  })
  afterAll(async () => {
    await service?.stopAll()
    await rm(folder, { recursive: true, force: true })
  })
  const open = async (name: string) =>
    chromium.launchPersistentContext(join(folder, name), {
      executablePath: executablePath ?? '',
      args: quiet,
    })
  /**
   * Everything that a browser has left in its profile, as bytes; texts lie there in UTF-8 or
   * UTF-16.
   */
  const leftIn = async (name: string) => {
    const entries = await readdir(join(folder, name), { recursive: true, withFileTypes: true })
    const files = entries.filter((each) => each.isFile())
    return Promise.all(
      files.map(async (each) => ({
        path: join(each.parentPath, each.name),
        content: await readFile(join(each.parentPath, each.name)),
      })),
    )
  }
  const placesOf = async (name: string, traces: readonly string[]) =>
    (await leftIn(name)).flatMap(({ path, content }) =>
      traces.flatMap((trace) =>
        content.includes(Buffer.from(trace)) || content.includes(Buffer.from(trace, 'utf16le'))
          ? [`${trace} in ${path.split('/').at(-1)}`]
          : [],
      ),
    )
  const talk = async (page: Page, text: string) => {
    await page.locator('button[data-data="language:zh-Hans"]').first().click()
    await page.locator('.choices button[data-data="notice:seen"]').click()
    await page.fill('#text', text)
    await page.click('#send')
    await page.locator('.choices button[data-data="send"]').click()
    await page.locator('.choices button[data-data^="status:"]').waitFor()
    return /JW-[0-9A-Z]{10}/.exec((await page.textContent('#lines')) ?? '')?.[0] ?? ''
  }

  it.runIf(executablePath !== undefined)(
    'once the browser is closed its profile holds no word, code or name of a village',
    async () => {
      const names = (
        await service.db.prisma.place.findUniqueOrThrow({ where: { code: 'YL010101' } })
      ).names as Record<string, string>
      const context = await open('one')
      const page = await context.newPage()
      await page.goto(`${service.url}/chat?start=v_${await entranceOf(service.db, 'YL010101')}`)
      const code = await talk(page, '自来水停了三天没人管')
      // What is typed and not sent goes with the page.
      await page.fill('#text', '还没有发出去的话')
      await page.goto(`${service.url}/channels/webchat/mydata.html`).catch(() => {})
      await context.close()
      expect(code).toMatch(/^JW-/)
      expect(
        await placesOf('one', [
          '自来水停了三天没人管',
          '还没有发出去的话',
          code,
          'YL010101',
          ...Object.values(names),
        ]),
      ).toEqual([])
      // The test looks where it should: the address that was opened is there.
      expect((await placesOf('one', ['/chat'])).length).toBeGreaterThan(0)
    },
  )

  it.runIf(executablePath !== undefined)(
    'after everything was erased the page is empty and the cookie gone',
    async () => {
      const context = await open('two')
      const page = await context.newPage()
      await page.goto(`${service.url}/chat?start=v_${await entranceOf(service.db, 'YL010101')}`)
      await talk(page, '水渠堵了两周没人清')
      expect((await context.cookies()).map(({ name }) => name)).toContain('jawab_chat')
      await page.fill('#text', '/forget')
      await page.click('#send')
      await page.locator('.choices button[data-data="forget"]').click()
      await until(
        'the cookie is gone',
        async () => !(await context.cookies()).some(({ name }) => name === 'jawab_chat'),
      )
      await page.reload()
      await page.locator('.languages').waitFor()
      expect(await page.textContent('#lines')).not.toContain('水渠')
      await context.close()
    },
  )

  it.runIf(executablePath !== undefined)(
    'on a phone that others use the talk ends with the browser, and a code leads back to it',
    async () => {
      const context = await open('three')
      const page = await context.newPage()
      await page.goto(`${service.url}/chat?start=v_${await entranceOf(service.db, 'YL010101')}`)
      const code = await talk(page, '垃圾堆了一个月没人清理')
      await page.click('#menu summary')
      await page.getByText('这部手机别人也用').click()
      await page.getByText('您的找回码').waitFor()
      const back =
        /(?:[0-9A-Z]{4}-){4}[0-9A-Z]{4}/.exec((await page.textContent('#lines')) ?? '')?.[0] ?? ''
      expect(back.length).toBe(24)
      const [cookie] = (await context.cookies()).filter(({ name }) => name === 'jawab_chat')
      expect(cookie?.expires).toBe(-1)
      await context.close()
      const [again] = await Promise.all([open('three')])
      const empty = await again.newPage()
      await empty.goto(`${service.url}/chat`)
      await empty.locator('.languages').waitFor()
      expect(await empty.textContent('#lines')).not.toContain('垃圾')
      // As it may be copied from paper.
      empty.on('dialog', (dialog) => void dialog.accept(back.toLowerCase().replaceAll('-', ' ')))
      await empty.click('#menu summary')
      await empty.locator('#menu-list button').last().click()
      await empty.getByText(code).first().waitFor()
      await again.close()
    },
  )

  it('over https the end of a session clears what the browser may have kept, and no cookies of the domain', async () => {
    const secure = await startService({ PUBLIC_URL: 'https://jawab.example' })
    try {
      const ended = await fetch(`${secure.url}/channels/webchat/session/end`, { method: 'POST' })
      expect([ended.status, ended.headers.get('clear-site-data')]).toEqual([
        204,
        '"cache", "storage"',
      ])
      expect(ended.headers.getSetCookie()[0]).toMatch(/^jawab_chat=;.*Expires=Thu, 01 Jan 1970/)
    } finally {
      await secure.stopAll()
    }
  })

  it('pages, words, files and streams are not stored; scripts and styles are, under a name of their version', async () => {
    const resident = await residentOf(service, 'YL010101')
    await resident.hears('发生了什么事')
    for (const path of [
      '/chat',
      '/channels/webchat/transcript',
      '/channels/webchat/events',
      '/channels/webchat/mydata.html',
      '/channels/webchat/shown/00000000-0000-4000-8000-000000000000',
    ]) {
      const leave = new AbortController()
      const response = await fetch(`${service.url}${path}`, {
        headers: { cookie: resident.cookie() },
        signal: leave.signal,
      })
      expect([path, response.headers.get('cache-control')]).toEqual([path, 'no-store'])
      leave.abort()
    }
    const page = await (await fetch(`${service.url}/chat`)).text()
    const assets = [
      ...page.matchAll(/(?:src|href)="(\/channels\/webchat\/chat\.\w+\?v=[0-9a-f]+)"/g),
    ].map(([, path = '']) => path)
    expect(assets.length).toBe(2)
    for (const path of assets)
      expect((await fetch(`${service.url}${path}`)).headers.get('cache-control')).toContain(
        'immutable',
      )
    expect(
      (await fetch(`${service.url}/channels/webchat/chat.js?v=another`)).headers.get(
        'cache-control',
      ),
    ).toBe('no-store')
  })

  it('a return code is kept as a hash, good until another is made or all is erased, and tries are limited', async () => {
    const resident = await residentOf(service, 'YL010101')
    await resident.hears('发生了什么事')
    const make = async () =>
      (
        (await (
          await fetch(`${service.url}/channels/webchat/return-code`, {
            method: 'POST',
            headers: { cookie: resident.cookie() },
          })
        ).json()) as {
          code: string
        }
      ).code
    const come = (code: string, at = service) =>
      fetch(`${at.url}/channels/webchat/return`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ code }),
      })
    const [first, second] = [await make(), await make()]
    expect([(await come(first)).status, (await come(second)).status]).toEqual([404, 204])
    const rows = await service.db.prisma.$queryRaw<
      { row: string }[]
    >`select r::text as "row" from "ReturnCode" r`
    expect(JSON.stringify(rows)).not.toContain(second.replaceAll('-', ''))
    const cookie = (await come(second)).headers.getSetCookie()[0] ?? ''
    expect(cookie).not.toMatch(/Max-Age|Expires/)
    const transcript = await fetch(`${service.url}/channels/webchat/transcript`, {
      headers: { cookie: cookie.split(';')[0] ?? '' },
    })
    expect(((await transcript.json()) as { isKnown: boolean }).isKnown).toBe(true)
    await resident.says('/forget')
    await resident.presses('forget')
    await until('it is good no more', async () => (await come(second)).status === 404)
    const strict = await startService({ QUOTAS: '' })
    try {
      const statuses = new Set<number>()
      for (let time = 0; time < 70; time++)
        statuses.add((await come('AAAA-AAAA-AAAA-AAAA-AAAA', strict)).status)
      expect([...statuses].sort()).toEqual([404, 429])
      expect((await webChatPerson(() => strict.url).says('路灯坏了')).status).toBe(202)
    } finally {
      await strict.stopAll()
    }
  })
})
