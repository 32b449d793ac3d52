import { mkdir } from 'node:fs/promises'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { convert } from '../../src/language/convert.ts'
import type { WrittenLanguage } from '../../src/language/written-language.ts'
import { issueToken } from '../../src/organisation/staff.store.ts'
import { quiet } from '../browsers/chromium.ts'
import { type Service, startService } from '../servers/service.ts'
import { until } from '../until.ts'

const shots = process.env['SCREENSHOTS']
const executablePath = inject('chromium')

const written = [
  {
    language: 'ug-Arab',
    direction: 'rtl',
    report: 'ئۆيىمىزنىڭ ئۆگزىسىدىن يامغۇر ئۆتۈۋاتىدۇ، ياردەم قىلىڭلار',
    village: 'چالكۆدە',
    category: 'housing',
    question: 'قايسى ئۆي؟',
    answer: 'مەكتەپنىڭ يېنىدىكى ئۆي',
    resolution: 'ئۆگزىنى رېمونت قىلدۇق',
    closed: 'تاقالدى',
  },
  {
    language: 'kk-Arab',
    direction: 'rtl',
    report: 'اۋىلدا ەكى كۇننەن بەرى توك جوق، بالالار توڭىپ وتىر',
    village: 'شالكودە',
    category: 'electricity',
    question: 'قاي كوشەدە؟',
    answer: 'مەكتەپ كوشەسىندە',
    resolution: 'توكتى قوستىق',
    closed: 'جابىلدى',
  },
  {
    language: 'zh-Hans',
    direction: 'ltr',
    report: '村口的路坏了，下雨就过不去',
    village: '恰勒阔德',
    category: 'road',
    question: '哪一段？',
    answer: '桥边那一段',
    resolution: '已经铺了石子',
    closed: '已办结',
  },
] as const

type Conversation = { readonly [Key in keyof (typeof written)[number]]: string }

/**
 * The same conversation in another script of its language, as somebody who writes it would hold it.
 */
function inScript(conversation: Conversation, language: WrittenLanguage): Conversation {
  const from = conversation.language as WrittenLanguage
  const { category } = conversation
  const texts = Object.entries(conversation).map(([key, text]) => [
    key,
    convert(text, from, language),
  ])
  return { ...(Object.fromEntries(texts) as Conversation), language, category, direction: 'ltr' }
}

const [uyghur, kazakh, chinese] = written
const conversations: readonly Conversation[] = [
  uyghur,
  inScript(uyghur, 'ug-Latn'),
  inScript(uyghur, 'ug-Cyrl'),
  kazakh,
  inScript(kazakh, 'kk-Cyrl'),
  inScript(kazakh, 'kk-Latn'),
  chinese,
  inScript(chinese, 'zh-Hant'),
]

describe.runIf(executablePath !== undefined)('in a real browser', () => {
  let service: Service
  let browser: Browser
  const troubles: string[] = []
  beforeAll(async () => {
    service = await startService()
    browser = await chromium.launch({ executablePath: executablePath ?? '', args: quiet })
    if (shots !== undefined) await mkdir(shots, { recursive: true })
  })
  afterAll(async () => {
    await browser?.close()
    await service?.stopAll()
  })

  const open = async (width: number, path: string): Promise<Page> => {
    const page = await (await browser.newContext({ viewport: { width, height: 760 } })).newPage()
    page.setDefaultTimeout(12_000)
    page.on('pageerror', (error) => troubles.push(error.message))
    page.on('console', (message) => message.type() === 'error' && troubles.push(message.text()))
    await page.goto(`${service.url}${path}`)
    return page
  }
  const shoot = async (page: Page, name: string) => {
    if (shots !== undefined) await page.screenshot({ path: `${shots}/${name}.png`, fullPage: true })
  }
  const fits = (page: Page) =>
    page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth)

  // One from right to left and one from left to right; the other forms' pages are looked at below.
  const isPlayed = ({ language }: Conversation) => language === 'ug-Arab' || language === 'zh-Hans'
  it.each(conversations.filter((each) => !isPlayed(each)))(
    'a chat in $language is set in its direction, fits the screen, and asks in its own words',
    async (each) => {
      const chat = await open(320, '/chat')
      await chat.locator('.languages button').nth(3).waitFor()
      await chat.fill('#text', each.report)
      await chat.click('#send')
      await chat.locator('.choices button[data-data="notice:seen"]').click()
      await chat.locator('.choices button[data-data="place:YL01"]').waitFor()
      expect(await chat.locator('html').getAttribute('dir')).toBe(each.direction)
      expect(await chat.locator('html').getAttribute('lang')).toBe(each.language)
      expect(await fits(chat)).toBe(true)
      await shoot(chat, `chat-${each.language}`)
      await chat.context().close()
    },
  )

  it.each(conversations.filter(isPlayed))(
    'a report in $language goes from the first word to the closed ticket',
    async (each) => {
      const chat = await open(320, '/chat')
      const heard = () => chat.locator('.line:not(.mine)')
      const press = (data: string) => chat.locator(`.choices button[data-data="${data}"]`).click()
      await chat.locator('.languages button').nth(3).waitFor()
      await chat.fill('#text', each.report)
      await chat.click('#send')
      await press('notice:seen')
      expect(await chat.locator('html').getAttribute('dir')).toBe(each.direction)
      expect(await chat.locator('html').getAttribute('lang')).toBe(each.language)
      await chat.locator('.choices button[data-data="place:YL01"]').waitFor()
      await chat.fill('#text', each.village)
      await chat.click('#send')
      // Where the words leave no doubt of the subject, it stands at the last look at once.
      const asked = chat.locator(`.choices button[data-data="category:${each.category}"]`).first()
      await asked.or(chat.locator('.choices button[data-data="send"]')).first().waitFor()
      await shoot(chat, `${each.language}-chat-category`)
      if (await asked.isVisible()) await asked.click()
      await press('send')
      await heard().filter({ hasText: /JW-/ }).first().waitFor()
      const [code = ''] =
        /JW-[0-9A-Z]{10}/.exec(
          (await heard().filter({ hasText: /JW-/ }).first().textContent()) ?? '',
        ) ?? []
      expect(await fits(chat)).toBe(true)
      await shoot(chat, `${each.language}-chat-sent`)

      const { assigneeId } = await service.db.prisma.ticket.findUniqueOrThrow({ where: { code } })
      await service.db.prisma.member.update({
        where: { id: assigneeId ?? '' },
        data: { language: each.language },
      })
      const desk = await open(
        360,
        `/console/login?token=${await issueToken(service.db, assigneeId ?? '', 'login', new Date())}`,
      )
      await desk.click('button.main')
      await shoot(desk, `${each.language}-console-list`)
      await desk.click(`a[href="/console/tickets/${code}"]`)
      expect(await desk.locator('html').getAttribute('dir')).toBe(each.direction)
      await desk.click('form[action$="/accept"] button')
      await desk.click('details.ask summary')
      await desk.fill('details.ask textarea', each.question)
      await desk.click('details.ask button.main')
      await heard().filter({ hasText: each.question }).waitFor()
      await chat.fill('#text', each.answer)
      await chat.click('#send')
      await until(
        'the answer is with the ticket',
        async () =>
          (await service.db.prisma.ticketMessage.count({
            where: { ticket: { code }, kind: 'answered' },
          })) === 1,
      )
      await desk.reload()
      await desk.getByText(each.answer).waitFor()
      await shoot(desk, `${each.language}-console-ticket`)
      expect(await fits(desk)).toBe(true)
      await desk.click('details.resolve summary')
      await desk.fill('details.resolve textarea', each.resolution)
      await desk.click('details.resolve button.main')
      await heard().filter({ hasText: each.resolution }).waitFor()
      await shoot(chat, `${each.language}-chat-resolved`)
      await press(`yes:${code}`)
      await heard()
        .filter({ hasText: new RegExp(each.closed, 'i') })
        .waitFor()
      await shoot(chat, `${each.language}-chat-closed`)
      expect((await service.db.prisma.ticket.findUniqueOrThrow({ where: { code } })).status).toBe(
        'closed',
      )
      await Promise.all([chat, desk].map((page) => page.context().close()))
    },
  )

  it('a voice note and a photo go with a report, and can be heard and seen at the desk', async () => {
    const page = await open(360, '/chat?start=v_YL010101')
    await page.locator('.choices button[data-data="language:zh-Hans"]').click()
    await page.locator('.choices button[data-data="notice:seen"]').click()
    const photo = Buffer.from(
      'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
      'base64',
    )
    await page.setInputFiles('#photo', {
      name: 'IMG_20261123_MARKED.png',
      mimeType: 'image/png',
      buffer: photo,
    })
    await page.locator('.choices button[data-data="category:road"]').waitFor()
    await page.locator('.choices button[data-data="category:road"]').click()
    await page.locator('.choices button[data-data="send"]').click()
    await page.locator('.line:not(.mine)').filter({ hasText: /JW-/ }).waitFor()
    const file = await service.db.prisma.attachment.findFirstOrThrow({
      include: { message: { include: { ticket: true } } },
    })
    expect(file).toMatchObject({ kind: 'photo', contentType: 'image/jpeg' })
    expect(
      JSON.stringify(file, (_, value: unknown) =>
        typeof value === 'bigint' ? String(value) : value,
      ),
    ).not.toContain('MARKED')
    const desk = await open(
      360,
      `/console/login?token=${await issueToken(service.db, file.message?.ticket.assigneeId ?? '', 'login', new Date())}`,
    )
    await desk.click('button.main')
    await desk.goto(`${service.url}/console/tickets/${file.message?.ticket.code}`)
    expect(
      await desk
        .locator('.message img')
        .evaluate((image: HTMLImageElement) => image.complete && image.naturalWidth > 0),
    ).toBe(true)
  })

  it('what was shown stays after the page is opened again, and no page has an error', async () => {
    const page = await open(360, '/chat')
    await page.fill('#text', '村里没水了')
    await page.click('#send')
    await page.locator('.choices button[data-data="notice:seen"]').waitFor()
    await page.reload()
    await page.locator('.choices button[data-data="notice:seen"]').waitFor()
    expect(await page.locator('.line.mine').first().textContent()).toBe('村里没水了')
    expect(troubles).toEqual([])
  })
})
