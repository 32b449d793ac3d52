import { mkdir } from 'node:fs/promises'
import axe from 'axe-core'
import { chromium, type Page } from 'playwright-core'
import { expect, inject } from 'vitest'
import type { CatalogueLanguage } from '../../src/language/catalogue.ts'
import { issueToken } from '../../src/organisation/staff.store.ts'
import { makeTickets } from '../residents/made-tickets.ts'
import { startService } from '../servers/service.ts'
import { quiet } from './chromium.ts'

/** A folder for pictures of every page; none are taken without it. */
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

/** How a page is looked at. */
export type Look = {
  readonly language: CatalogueLanguage
  readonly width: number
  readonly scheme: 'light' | 'dark'
  readonly withAxe: boolean
}

/** A service with 6,000 tickets, and a browser at its staff's pages. */
export async function openStaffPages() {
  const executablePath = inject('chromium')
  const service = await startService()
  await makeTickets(service.db, 6_000, 91)
  const browser = await chromium.launch({
    ...(executablePath === undefined ? {} : { executablePath }),
    args: quiet,
  })
  if (shots !== undefined) await mkdir(shots, { recursive: true })

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

  /** What axe-core finds on every page, and which are wider than the screen or show an error. */
  const findingsOf = async (look: Look): Promise<readonly string[]> => {
    const findings: string[] = []
    for (const who of [...new Set(pages.map((each) => each.who))]) {
      const page = await enter(who, look)
      page.on('console', (line) => line.type() === 'error' && findings.push(line.text()))
      for (const { path } of pages.filter((each) => each.who === who)) {
        const { code } = await ticketOf(idOf(who))
        await page.goto(
          `${service.url}${path.replace('CODE', code).replace('LANGUAGE', look.language)}`,
        )
        const name = `${who}${path.replaceAll(/[^a-z]+/gi, '-')}-${look.language}-${look.width}`
        await shoot(page, name)
        if (look.withAxe) findings.push(...(await axeFindings(page, name)))
        if (await page.evaluate(() => document.documentElement.scrollWidth > innerWidth))
          findings.push(`${name}: wider than the screen`)
        expect(await page.evaluate(() => document.documentElement.dir)).toBe(
          look.language.endsWith('Arab') ? 'rtl' : 'ltr',
        )
      }
      await page.context().close()
    }
    return findings
  }
  const shoot = async (page: Page, name: string) => {
    if (shots !== undefined) await page.screenshot({ path: `${shots}/${name}.png`, fullPage: true })
  }

  const axeFindings = async (page: Page, name: string): Promise<readonly string[]> => {
    // The page's policy lets no script in; the browser's own tools may.
    await page.evaluate(axe.source)
    // What passes is not described, which spares time.
    const { violations } = await page.evaluate(() =>
      (globalThis as unknown as { axe: Axe }).axe.run({ resultTypes: ['violations'] }),
    )
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(
        ({ id, nodes }) =>
          `${name}: ${id} ${nodes.map(({ html }) => html.slice(0, 90)).join(' | ')}`,
      )
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

  return {
    service,
    idOf,
    enter,
    findingsOf,
    shoot,
    stop: async () => {
      await browser.close()
      await service.stopAll()
    },
  }
}

type Axe = {
  readonly run: (options: { readonly resultTypes: readonly string[] }) => Promise<{
    readonly violations: readonly Violation[]
  }>
}
type Violation = {
  readonly id: string
  readonly impact: string
  readonly nodes: readonly { readonly html: string }[]
}
