import { randomBytes } from 'node:crypto'
import { mkdir, readFile } from 'node:fs/promises'
import { type Browser, chromium, type Page } from 'playwright-core'
import sharp from 'sharp'
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest'
import { announce } from '../../src/platform/postgres/live.ts'
import { quiet } from '../browsers/chromium.ts'
import { makeVoiceNote } from '../residents/voice-note.ts'
import { type Service, startService } from '../servers/service.ts'
import { until } from '../until.ts'

const shots = process.env['SCREENSHOTS']
const executablePath = inject('chromium')

/** The web chat as phones, keyboards and thin connections use it. */
describe.runIf(executablePath !== undefined)('the web chat in a real browser', () => {
  let service: Service
  let browser: Browser
  beforeAll(async () => {
    service = await startService()
    browser = await chromium.launch({ executablePath: executablePath ?? '', args: quiet })
    if (shots !== undefined) await mkdir(shots, { recursive: true })
  })
  afterAll(async () => {
    await browser?.close()
    await service?.stopAll()
  })

  // A page that stays open goes on drawing, and slows down what comes after it.
  afterEach(async () => {
    for (const context of browser.contexts()) await context.close()
  })

  const shoot = async (page: Page, name: string) => {
    if (shots !== undefined) await page.screenshot({ path: `${shots}/${name}.png` })
  }
  /** A page past the notice, in a language. */
  const resident = async (
    language = 'zh-Hans',
    size = { width: 360, height: 640 },
  ): Promise<Page> => {
    const page = await (await browser.newContext({ viewport: size })).newPage()
    page.setDefaultTimeout(12_000)
    await page.goto(`${service.url}/chat?start=v_YL010101`)
    await page.locator(`button[data-data="language:${language}"]`).first().click()
    await page.locator('.choices button[data-data="notice:seen"]').click()
    await page.locator('.choices button[data-data="command:cancel"]').waitFor()
    return page
  }
  const mine = (page: Page) => page.locator('.line.mine')
  const says = async (page: Page, text: string) => {
    await page.fill('#text', text)
    await page.click('#send')
  }
  const reported = async (page: Page, text = '自来水停了三天') => {
    await says(page, text)
    await page.locator('.choices button[data-data="send"]').click()
    const receipt = page.locator('.choices button[data-data^="status:"]')
    const alike = page.locator('.choices button[data-data="different"]')
    await receipt.or(alike).first().waitFor()
    if (await alike.isVisible()) await alike.click()
    await receipt.waitFor()
  }
  const keptWords = async (word: string) =>
    JSON.stringify(
      await service.db.prisma.inbound.findMany({ select: { payload: true } }),
    ).includes(word)

  it('a message is said aloud at the press of its button, to its end or until it is pressed again', async () => {
    const page = await resident('ug-Arab')
    const sounds: number[] = []
    page.on('response', (response) => {
      if (response.url().includes('/channels/webchat/speech/')) sounds.push(response.status())
    })
    const ears = page.locator('.line:not(.mine) .ear')
    await ears.last().click()
    await page.locator('.ear.speaking').waitFor()
    await until('its sound has come', () => sounds.length > 0)
    await shoot(page, 'listening')
    await ears.last().click()
    expect(await page.locator('.ear.speaking').count()).toBe(0)
    // Another one takes the place of the one that is being said.
    await ears.first().click()
    await ears.last().click()
    expect(await page.locator('.ear.speaking').count()).toBe(1)
    await until('both have come', () => sounds.length >= 3)
    expect(new Set(sounds)).toEqual(new Set([200]))
    expect(await ears.last().getAttribute('aria-label')).toBe('ئاڭلاش')
    await page.context().close()
  })

  it('works in a chat app’s own browser, which records nothing, keeps nothing and plays no Ogg', async () => {
    const context = await browser.newContext({
      viewport: { width: 360, height: 640 },
      userAgent:
        'Mozilla/5.0 (iPhone; CPU iPhone OS 15_8 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 MicroMessenger/8.0.50 NetType/3G Language/zh_CN',
    })
    await context.addInitScript(() => {
      Object.defineProperty(navigator, 'mediaDevices', { value: undefined })
      Object.defineProperty(window, 'MediaRecorder', { value: undefined })
      Object.defineProperty(crypto, 'randomUUID', { value: undefined })
      for (const store of ['localStorage', 'sessionStorage', 'indexedDB'])
        Object.defineProperty(window, store, {
          get: () => {
            throw new Error('SecurityError')
          },
        })
      HTMLMediaElement.prototype.canPlayType = () => ''
    })
    const page = await context.newPage()
    page.setDefaultTimeout(12_000)
    const faults: string[] = []
    page.on('pageerror', (error) => faults.push(error.message))
    const sounds: string[] = []
    page.on('response', (response) => {
      if (response.url().includes('/speech/')) sounds.push(response.headers()['content-type'] ?? '')
    })
    await page.goto(`${service.url}/chat?start=v_YL010101`)
    await page.locator('button[data-data="language:kk-Arab"]').first().click()
    await page.locator('.choices button[data-data="notice:seen"]').click()
    await page.locator('.choices button[data-data="command:cancel"]').waitFor()
    // A sound is chosen as a file, where it can't be recorded.
    expect(await page.locator('#voice').isVisible()).toBe(false)
    expect(await page.locator('#voice-file-label').isVisible()).toBe(true)
    await page.locator('#voice-file').setInputFiles({
      name: 'a.ogg',
      mimeType: 'audio/ogg',
      buffer: await makeVoiceNote('ogg', 'x'),
    })
    await page.locator('.choices button[data-data^="category:"]').first().click()
    await page.locator('.choices button[data-data="send"]').waitFor()
    await page.locator('.line:not(.mine) .ear').last().click()
    await until('it is said as WAV', () => sounds.length > 0)
    expect(sounds[0]).toBe('audio/wav')
    await page.locator('.choices button[data-data="send"]').click()
    await page
      .locator('.choices button[data-data^="status:"]')
      .or(page.locator('.choices button[data-data="different"]'))
      .first()
      .waitFor()
    expect(faults).toEqual([])
    await context.close()
  })

  it('the Enter that ends an input method’s composition does not send', async () => {
    const page = await resident()
    await page.fill('#text', '路灯坏了')
    const before = await mine(page).count()
    const press = (event: { keyCode: number; isComposing: boolean }) =>
      page.evaluate(({ keyCode, isComposing }) => {
        const made = new KeyboardEvent('keydown', {
          key: 'Enter',
          bubbles: true,
          cancelable: true,
          isComposing,
        })
        Object.defineProperty(made, 'keyCode', { value: keyCode })
        document.getElementById('text')?.dispatchEvent(made)
      }, event)
    await press({ keyCode: 13, isComposing: true })
    await press({ keyCode: 229, isComposing: false })
    // Safari: the composition has ended a moment before.
    await page.evaluate(() => {
      document
        .getElementById('text')
        ?.dispatchEvent(new CompositionEvent('compositionend', { bubbles: true }))
      document
        .getElementById('text')
        ?.dispatchEvent(
          new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true }),
        )
    })
    expect([await mine(page).count(), await page.inputValue('#text')]).toEqual([before, '路灯坏了'])
    await until('an Enter of its own sends', async () => {
      await page.press('#text', 'Enter')
      return (await mine(page).count()) > before
    })
    expect(await mine(page).last().textContent()).toBe('路灯坏了')
    await page.context().close()
  })

  it('6,000 characters are sent in parts, and nothing of them is cut off', async () => {
    const page = await resident()
    const long = Array.from(
      { length: 600 },
      (_, index) => `第${String(index).padStart(3, '0')}句话说水。`,
    ).join('')
    expect(long.length).toBeGreaterThan(4_096)
    await page.fill('#text', long)
    await page.locator('#notice').filter({ hasText: '分成几条' }).waitFor()
    await page.click('#send')
    await until('all of it is kept', async () => keptWords('第599句话说水。'))
    const rows = await service.db.prisma.inbound.findMany({
      orderBy: { id: 'asc' },
      select: { payload: true },
    })
    const parts = rows
      .map(({ payload }) => (payload as { text?: string }).text ?? '')
      .filter((text) => text.includes('句话说水'))
    expect(parts.length).toBeGreaterThan(1)
    expect(parts.join('')).toBe(long)
    await page.context().close()
  })

  it('what the service did not take is marked as not sent with the reason, and is sent again when it is pressed', async () => {
    const page = await resident()
    let refuses = true
    await page.route('**/channels/webchat/files*', (route) =>
      refuses ? route.fulfill({ status: 413, body: '{}' }) : route.continue(),
    )
    const photo = await sharp({
      create: { width: 30, height: 30, channels: 3, background: 'green' },
    })
      .png()
      .toBuffer()
    await page.setInputFiles('#photo', { name: 'a.png', mimeType: 'image/png', buffer: photo })
    await page.locator('.mark').filter({ hasText: '没有发出去: 文件太大' }).waitFor()
    await says(page, '水管爆了')
    await page.locator('.line:not(.mine)').filter({ hasText: '最后看一遍' }).waitFor()
    // It survives the next message.
    expect(await page.locator('.line.failed').count()).toBe(1)
    await shoot(page, 'chat-not-sent')
    refuses = false
    await page.locator('.retry').click()
    await until('the photo is kept', async () => (await service.db.prisma.attachment.count()) > 0)
    expect(await page.locator('.line.failed').count()).toBe(0)
    await page.context().close()
  })

  it('words that are typed offline say so in the resident’s language, and are sent when the connection is back', async () => {
    const page = await resident('ug-Arab')
    await page.context().setOffline(true)
    await says(page, 'OFFLINE سۇ كەلمىدى')
    await page.locator('#notice').filter({ hasText: 'تور يوق' }).waitFor()
    await page.locator('.mark').filter({ hasText: 'تور كۈتۈۋاتىدۇ' }).waitFor()
    await shoot(page, 'chat-offline')
    expect(await keptWords('OFFLINE')).toBe(false)
    await page.context().setOffline(false)
    await until('it is kept', () => keptWords('OFFLINE'))
    await page.locator('.line.waiting').waitFor({ state: 'detached' })
    await page.context().close()
  })

  it('the stream comes back after a 503 and catches up', async () => {
    const page = await resident()
    await says(page, '自来水停了三天')
    await page.locator('.choices button[data-data="send"]').waitFor()
    let asked = 0
    await page.route('**/channels/webchat/events*', (route) => {
      asked += 1
      return asked <= 2 ? route.fulfill({ status: 503, body: 'busy' }) : route.continue()
    })
    await page.reload()
    await page.locator('.choices button[data-data="send"]').click()
    await page.locator('.line:not(.mine)').filter({ hasText: 'JW-' }).waitFor({ timeout: 20_000 })
    expect(asked).toBeGreaterThan(2)
    await page.context().close()
  })

  it('a talk that has ended says so, and what was typed stays', async () => {
    const page = await resident()
    await says(page, '水管爆了')
    await page.locator('.choices button[data-data="send"]').waitFor()
    await page.fill('#text', 'TYPED 还没发的话')
    const [talk] = await service.db.prisma.conversation.findMany({
      orderBy: { createdAt: 'desc' },
      take: 1,
    })
    await service.db.prisma.conversation.delete({ where: { id: talk?.id ?? '' } })
    await announce(service.db, talk?.id ?? '')
    await page.locator('#notice').filter({ hasText: '已结束或已删除' }).waitFor({ timeout: 30_000 })
    expect(await page.inputValue('#text')).toBe('TYPED 还没发的话')
    await page.context().close()
  })

  it('several photos at once are one message, large ones are made smaller on the phone, and HEIC is taken', async () => {
    const page = await resident()
    const noise = await sharp(randomBytes(3_000 * 2_200 * 3), {
      raw: { width: 3_000, height: 2_200, channels: 3 },
    })
      .jpeg({ quality: 92 })
      .toBuffer()
    expect(noise.length).toBeGreaterThan(5_000_000)
    const sizes: number[] = []
    page.on('request', (request) => {
      if (request.url().includes('/files?')) sizes.push(request.postDataBuffer()?.length ?? 0)
    })
    const before = await service.db.prisma.attachment.count()
    await page.setInputFiles('#photo', [
      { name: 'large.jpg', mimeType: 'image/jpeg', buffer: noise },
      {
        name: 'iphone.heic',
        mimeType: 'image/heic',
        buffer: await readFile(new URL('../files/iphone.heic', import.meta.url)),
      },
    ])
    await until(
      'both are kept',
      async () => (await service.db.prisma.attachment.count()) === before + 2,
    )
    expect(sizes[0]).toBeLessThan(noise.length / 2)
    await page.locator('.choices button[data-data="allCategories"]').waitFor()
    const [talk] = await service.db.prisma.conversation.findMany({
      orderBy: { createdAt: 'desc' },
      take: 1,
      select: { state: true },
    })
    expect(
      (talk?.state as { draft?: { items: { files: string[] }[] } } | undefined)?.draft?.items.map(
        ({ files }) => files.length,
      ),
    ).toEqual([2])
    await page.context().close()
  })

  it('has the same commands as Telegram in a menu, and those in texts can be tapped', async () => {
    const page = await resident('kk-Cyrl')
    await page.locator('#menu summary').click()
    await shoot(page, 'chat-menu')
    expect(await page.locator('#menu-list button').count()).toBeGreaterThanOrEqual(9)
    await page.locator('#menu-list button[data-data="command:help"]').click()
    await page.locator('.tap').filter({ hasText: '/privacy' }).first().click()
    await page.locator('.line:not(.mine)').filter({ hasText: '180' }).last().waitFor()
    await page.context().close()
  })

  it('buttons that name a request stay until they are used; those of answered questions go, also after the page is opened again', async () => {
    const page = await resident()
    await reported(page)
    const withdraw = page.locator('.choices button[data-data^="withdraw:"]')
    await says(page, '谢谢')
    await page.locator('.line:not(.mine)').filter({ hasText: '不客气' }).waitFor()
    expect([
      await withdraw.count(),
      await page.locator('.choices button[data-data="send"]').count(),
    ]).toEqual([1, 0])
    await page.reload()
    await withdraw.waitFor()
    expect(await page.locator('.choices button[data-data="send"]').count()).toBe(0)
    await shoot(page, 'chat-receipt')
    await page.context().close()
  })

  it('after everything was erased the page is empty', async () => {
    const page = await resident()
    await reported(page, 'ERASED 自来水停了三天')
    await says(page, '/forget')
    await page.locator('.choices button[data-data="keepAll"]').waitFor()
    await shoot(page, 'chat-forget')
    await page.locator('.choices button[data-data="forget"]').click()
    await page
      .locator('.line')
      .filter({ hasText: '已全部删除' })
      .or(page.locator('.line').filter({ hasText: '删除' }))
      .last()
      .waitFor()
    await until(
      'only the last word stands there',
      async () => (await page.locator('.line').count()) === 1,
    )
    expect(await page.locator('body').textContent()).not.toContain('ERASED')
    await page.context().close()
  })

  it('an album’s answer and quick words change the line that stands there', async () => {
    const page = await resident()
    await says(page, '树倒了')
    const question = page.locator('.line:not(.mine)').filter({ hasText: '哪方面' })
    await question.waitFor()
    const before = await page.locator('.line:not(.mine)').count()
    await says(page, '压在墙上')
    await page.locator('.line:not(.mine)').filter({ hasText: '已加到您的诉求里' }).waitFor()
    expect([await question.count(), await page.locator('.line:not(.mine)').count()]).toEqual([
      1,
      before,
    ])
    await page.reload()
    await question.waitFor()
    expect(await question.count()).toBe(1)
    await page.context().close()
  })

  it('reads right from right to left: the box, its placeholder and the buttons that are echoed', async () => {
    const page = await resident('ug-Arab')
    expect(await page.locator('#text').getAttribute('dir')).toBe('rtl')
    await page.fill('#text', 'abc')
    expect(await page.locator('#text').getAttribute('dir')).toBe('auto')
    await page.fill('#text', '')
    await reported(page, 'كوچا چىرىغى ياقمايدۇ')
    await shoot(page, 'chat-rtl')
    const wide = await resident('ug-Arab', { width: 1_280, height: 800 })
    await says(wide, 'كوچا چىرىغى ياقمايدۇ')
    await wide.locator('.choices button[data-data="send"]').waitFor()
    await shoot(wide, 'chat-wide')
    const box = await wide.locator('.line').last().boundingBox()
    const form = await wide.locator('#text').boundingBox()
    expect([(box?.x ?? 0) >= 240, (form?.width ?? 0) < 780]).toEqual([true, true])
    await Promise.all([page, wide].map((each) => each.context().close()))
  })

  it('the question for the subject stands in sight above its choices on a small phone', async () => {
    const page = await resident()
    await says(page, '树倒了')
    const question = page.locator('.line:not(.mine)').filter({ hasText: '哪方面' })
    await page.locator('.choices button[data-data="allCategories"]').waitFor()
    await shoot(page, 'chat-subject')
    const [asked, last] = [
      await question.boundingBox(),
      await page.locator('.choices button[data-data="command:cancel"]').last().boundingBox(),
    ]
    const form = await page.locator('#form').boundingBox()
    expect(asked?.y ?? -1).toBeGreaterThanOrEqual(40)
    expect((last?.y ?? 0) + (last?.height ?? 0)).toBeLessThanOrEqual(form?.y ?? 0)
    await page.context().close()
  })
})
