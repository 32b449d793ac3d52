import { mkdir } from 'node:fs/promises'
import axe from 'axe-core'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import type { CatalogueLanguage } from '../../src/language/catalogue.ts'
import { issueToken } from '../../src/organisation/staff.store.ts'
import { makeTickets } from '../residents/made-tickets.ts'
import { webChatPerson } from '../residents/webchat-person.ts'
import { type Service, startService } from '../servers/service.ts'

const executablePath = inject('chromium')
const shots = process.env['SCREENSHOTS']

/** Every page of the console, and who looks at it. `CODE` is a ticket of theirs. */
const pages = [
  { who: 'member', path: '/console/tickets' },
  { who: 'member', path: '/console/tickets/CODE' },
  { who: 'lead', path: '/console/tickets' },
  { who: 'supervisor', path: '/console/supervision' },
  { who: 'supervisor', path: '/console/supervision/tickets?which=answeredLate' },
  { who: 'supervisor', path: '/console/supervision/tickets/CODE' },
  { who: 'lead', path: '/console/tickets?list=team' },
  { who: 'lead', path: '/console/invitations' },
  { who: 'member', path: '/console/tickets?list=closed' },
  { who: 'member', path: '/console/leave' },
  { who: 'administrator', path: '/console/invitations' },
  { who: 'administrator', path: '/t?language=LANGUAGE' },
  { who: 'member', path: '/console/account' },
  { who: 'administrator', path: '/console/admin' },
  { who: 'administrator', path: '/console/admin/keys' },
  { who: 'administrator', path: '/console/admin/break-glass' },
  { who: 'administrator', path: '/console/admin/messages' },
  { who: 'administrator', path: '/status?language=LANGUAGE' },
  { who: 'administrator', path: '/console/admin/organisation' },
  { who: 'administrator', path: '/console/admin/organisation/places' },
  { who: 'administrator', path: '/console/admin/organisation/members/edit?code=M00001' },
] as const
type Who = (typeof pages)[number]['who']

type Look = {
  readonly language: CatalogueLanguage
  readonly width: number
  readonly scheme: 'light' | 'dark'
  readonly withAxe: boolean
}
const looks = [
  { language: 'ug-Arab', width: 360, scheme: 'light', withAxe: true },
  { language: 'kk-Cyrl', width: 1100, scheme: 'dark', withAxe: true },
  { language: 'kk-Arab', width: 1100, scheme: 'light', withAxe: false },
] as const satisfies readonly Look[]

describe.skipIf(executablePath === undefined)('the staff pages in a browser', () => {
  let service: Service
  let browser: Browser
  beforeAll(async () => {
    service = await startService()
    await makeTickets(service.db, 6_000, 91)
    browser = await chromium.launch({
      ...(executablePath === undefined ? {} : { executablePath }),
      args: ['--no-sandbox', '--disable-gpu', '--disable-quic'],
    })
    if (shots !== undefined) await mkdir(shots, { recursive: true })
  })
  afterAll(async () => {
    await browser?.close()
    await service?.stopAll()
  })

  const idOf = (who: Who) => {
    const ticketOwner = service.organisation.members.find(
      ({ role, teamId }) => role === 'member' && teamId === service.organisation.members[0]?.teamId,
    )
    const found = {
      member: ticketOwner,
      lead: service.organisation.members.find(({ role }) => role === 'lead'),
      administrator: service.organisation.members.find(({ role }) => role === 'administrator'),
      supervisor: service.organisation.members.find(({ areaCode }) => areaCode === 'YL'),
    }[who]
    return found?.id ?? ''
  }

  const enter = async (who: Who, { language, width, scheme }: Look): Promise<Page> => {
    const context = await browser.newContext({
      viewport: { width, height: 800 },
      colorScheme: scheme,
    })
    const page = await context.newPage()
    await service.db.prisma.member.update({ where: { id: idOf(who) }, data: { language } })
    await page.goto(
      `${service.url}/console/login?token=${await issueToken(service.db, idOf(who), 'login', new Date())}`,
    )
    await page.click('main button[type=submit]')
    return page
  }

  it.each(looks)(
    'have no finding of axe-core and fit the screen: $language at $width px, $scheme',
    async (look) => {
      const findings: string[] = []
      for (const who of [...new Set(pages.map((each) => each.who))]) {
        const page = await enter(who, look)
        const trouble: string[] = []
        page.on('console', (line) => line.type() === 'error' && trouble.push(line.text()))
        for (const { path } of pages.filter((each) => each.who === who)) {
          const { code } = await ticketOf(idOf(who))
          await page.goto(
            `${service.url}${path.replace('CODE', code).replace('LANGUAGE', look.language)}`,
          )
          const name = `${who}${path.replaceAll(/[^a-z]+/gi, '-')}-${look.language}-${look.width}`
          if (shots !== undefined)
            await page.screenshot({ path: `${shots}/${name}.png`, fullPage: true })
          if (look.withAxe) findings.push(...(await axeFindings(page, name)))
          if (await page.evaluate(() => document.documentElement.scrollWidth > innerWidth))
            findings.push(`${name}: wider than the screen`)
          expect(await page.evaluate(() => document.documentElement.dir)).toBe(
            look.language.endsWith('Arab') ? 'rtl' : 'ltr',
          )
        }
        expect(trouble).toEqual([])
        await page.context().close()
      }
      expect(findings).toEqual([])
    },
  )

  const axeFindings = async (page: Page, name: string): Promise<readonly string[]> => {
    // The page's policy lets no script in; the browser's own tools may.
    await page.evaluate(axe.source)
    const { violations } = await page.evaluate(() =>
      (
        globalThis as unknown as { axe: { run: () => Promise<{ violations: Violation[] }> } }
      ).axe.run(),
    )
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(
        ({ id, nodes }) =>
          `${name}: ${id} ${nodes.map(({ html }) => html.slice(0, 90)).join(' | ')}`,
      )
  }

  it('go by keys through a list, open a ticket and begin to resolve it', async () => {
    const page = await enter('member', looks[2])
    const some = await service.db.prisma.ticket.findMany({
      where: { status: { in: ['assigned', 'accepted'] } },
      take: 3,
    })
    await service.db.prisma.ticket.updateMany({
      where: { id: { in: some.map(({ id }) => id) } },
      data: { assigneeId: idOf('member'), status: 'accepted' },
    })
    await page.goto(`${service.url}/console/tickets`)
    const focused = () => page.evaluate(() => document.activeElement?.getAttribute('href'))
    const rows = await page
      .locator('a.ticket')
      .evaluateAll((all) => all.map((each) => each.getAttribute('href')))
    expect(rows.length).toBeGreaterThan(1)
    await page.keyboard.press('j')
    expect(await focused()).toBe(rows[0])
    await page.keyboard.press('j')
    expect(await focused()).toBe(rows[1])
    await page.keyboard.press('k')
    expect(await focused()).toBe(rows[0])
    await page.keyboard.press('?')
    expect(await page.locator('#shortcuts').isVisible()).toBe(true)
    await page.keyboard.press('Escape')
    const accepted = await service.db.prisma.ticket.findFirstOrThrow({
      where: { assigneeId: idOf('member'), status: 'accepted' },
    })
    await page.locator(`a.ticket[href$="${rows[0]?.slice(-13)}"]`).focus()
    await page.keyboard.press('Enter')
    await page.waitForURL(`**${rows[0]}`)
    await page.goto(`${service.url}/console/tickets/${accepted.code}`)
    await page.keyboard.press('r')
    // What is typed then is text, and no key.
    await page.keyboard.type('jaka?')
    expect(await page.locator('details.resolve textarea').inputValue()).toBe('jaka?')
    await page.context().close()
  })

  it('show a new ticket by themselves, while the page is open', async () => {
    const page = await enter('member', looks[2])
    await page.goto(`${service.url}/console/tickets`)
    const { teamId } = await service.db.prisma.member.findUniqueOrThrow({
      where: { id: idOf('member') },
    })
    await service.db.prisma.member.updateMany({
      where: { teamId, NOT: { id: idOf('member') } },
      data: { onDuty: false },
    })
    const village = service.organisation.places.find((place) => place.teamId === teamId)?.code ?? ''
    const resident = webChatPerson(() => service.url)
    await resident.says(`/start v_${village}`)
    await resident.presses('language:zh-Hans')
    await resident.presses('notice:seen')
    await resident.says('井水浑浊不能喝')
    await resident.presses('category:drinking_water')
    await resident.presses('send')
    const [code = ''] = /JW-[0-9A-Z]{10}/.exec((await resident.hears('编号')).text) ?? []
    await page
      .locator(`[data-live="list"] a[href="/console/tickets/${code}"]`)
      .waitFor({ timeout: 15_000 })
    await page.context().close()

    // The ticket itself follows what the resident writes, and what the member writes stays.
    const wide = await enter('member', { ...looks[2], width: 1400 })
    await wide.goto(`${service.url}/console/tickets/${code}`)
    await wide.locator(`.beside a[aria-current][href$="${code}"]`).waitFor()
    await wide.locator('form[action$="/accept"] button').click()
    await wide.locator('details.tell summary').click()
    await wide.locator('details.tell textarea').fill('half a sentence')
    const { id: ticketId } = await service.db.prisma.ticket.findUniqueOrThrow({ where: { code } })
    const readings = () => service.db.prisma.textAccess.count({ where: { ticketId, how: 'page' } })
    const before = await readings()
    await resident.says('现在连水压也没有了')
    await resident.presses(`add:${code}`)
    await wide.locator('.talk .message', { hasText: '水压' }).waitFor({ timeout: 15_000 })
    expect(await wide.locator('details.tell textarea').inputValue()).toBe('half a sentence')
    expect(await readings()).toBeGreaterThan(before)
    if (shots !== undefined) await wide.screenshot({ path: `${shots}/wide-ticket.png` })
    await wide.context().close()
  })

  type Violation = {
    readonly id: string
    readonly impact: string
    readonly nodes: readonly { readonly html: string }[]
  }
  /** A ticket that the member has in hand, with words on it. */
  const ticketOf = async (memberId: string) => {
    const known = await service.db.prisma.ticket.findFirst({
      where: { assigneeId: memberId, messages: { some: {} } },
      select: { code: true },
    })
    if (known !== null) return known
    const place = service.organisation.places.find(({ teamId }) => teamId !== null)
    const made = await service.db.prisma.ticket.findFirst({
      where: { status: 'accepted', placeCode: place?.code ?? '' },
      select: { id: true, code: true },
    })
    if (made === null) return { code: '' }
    await service.db.prisma.ticket.update({
      where: { id: made.id },
      data: { assigneeId: memberId },
    })
    await service.db.prisma.ticketMessage.create({
      data: {
        ticketId: made.id,
        by: 'resident',
        kind: 'report',
        text: 'ئاساسىي يول بۇزۇلۇپ كەتتى',
        at: new Date(),
      },
    })
    return made
  }
})
