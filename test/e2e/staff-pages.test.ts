import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { type Look, openStaffPages } from '../browsers/staff-pages.ts'
import { webChatPerson } from '../residents/webchat-person.ts'

const desk: Look = { language: 'kk-Arab', width: 1100, scheme: 'light', withAxe: false }

describe.skipIf(inject('chromium') === undefined)('the staff pages in a browser', () => {
  let pages: Awaited<ReturnType<typeof openStaffPages>>
  beforeAll(async () => {
    pages = await openStaffPages()
  })
  afterAll(() => pages?.stop())

  // In other languages and colours and at other widths: `staff-pages-looks.test.ts`.
  it('have no finding of axe-core and fit the screen of a phone, from right to left', async () => {
    const look = { language: 'ug-Arab', width: 360, scheme: 'light', withAxe: true } as const
    expect(await pages.findingsOf(look)).toEqual([])
  })

  it('go by keys through a list, open a ticket and begin to resolve it', async () => {
    const page = await pages.enter('member', desk)
    const some = await pages.service.db.prisma.ticket.findMany({
      where: { status: { in: ['assigned', 'accepted'] } },
      take: 3,
    })
    await pages.service.db.prisma.ticket.updateMany({
      where: { id: { in: some.map(({ id }) => id) } },
      data: { assigneeId: pages.idOf('member'), status: 'accepted' },
    })
    await page.goto(`${pages.service.url}/console/tickets`)
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
    const accepted = await pages.service.db.prisma.ticket.findFirstOrThrow({
      where: { assigneeId: pages.idOf('member'), status: 'accepted' },
    })
    await page.locator(`a.ticket[href$="${rows[0]?.slice(-13)}"]`).focus()
    await page.keyboard.press('Enter')
    await page.waitForURL(`**${rows[0]}`)
    await page.goto(`${pages.service.url}/console/tickets/${accepted.code}`)
    await page.keyboard.press('r')
    // What is typed then is text, and no key.
    await page.keyboard.type('jaka?')
    expect(await page.locator('details.resolve textarea').inputValue()).toBe('jaka?')
    await page.context().close()
  })

  it('show a new ticket by themselves, while the page is open', async () => {
    const page = await pages.enter('member', desk)
    await page.goto(`${pages.service.url}/console/tickets`)
    const { teamId } = await pages.service.db.prisma.member.findUniqueOrThrow({
      where: { id: pages.idOf('member') },
    })
    await pages.service.db.prisma.member.updateMany({
      where: { teamId, NOT: { id: pages.idOf('member') } },
      data: { onDuty: false },
    })
    const village =
      pages.service.organisation.places.find((place) => place.teamId === teamId)?.code ?? ''
    const resident = webChatPerson(() => pages.service.url)
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
    const wide = await pages.enter('member', { ...desk, width: 1400 })
    await wide.goto(`${pages.service.url}/console/tickets/${code}`)
    await wide.locator(`.beside a[aria-current][href$="${code}"]`).waitFor()
    await wide.locator('form[action$="/accept"] button').click()
    await wide.locator('details.tell summary').click()
    await wide.locator('details.tell textarea').fill('half a sentence')
    const { id: ticketId } = await pages.service.db.prisma.ticket.findUniqueOrThrow({
      where: { code },
    })
    const readings = () =>
      pages.service.db.prisma.textAccess.count({ where: { ticketId, how: 'page' } })
    const before = await readings()
    await resident.says('现在连水压也没有了')
    await resident.presses(`add:${code}`)
    await wide.locator('.talk .message', { hasText: '水压' }).waitFor({ timeout: 15_000 })
    expect(await wide.locator('details.tell textarea').inputValue()).toBe('half a sentence')
    expect(await readings()).toBeGreaterThan(before)
    await pages.shoot(wide, 'wide-ticket')
    await wide.context().close()
  })
})
