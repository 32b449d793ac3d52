import { type Browser, chromium } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { endAllSessions, issueToken } from '../../src/organisation/staff.store.ts'
import { quiet } from '../browsers/chromium.ts'
import { signedIn } from '../browsers/staff-browser.ts'
import { webChatPerson } from '../residents/webchat-person.ts'
import { type Service, startService } from '../servers/service.ts'
import { freePort, until } from '../until.ts'

describe('signing in', () => {
  let service: Service
  beforeAll(async () => {
    const port = await freePort()
    service = await startService({ PORT: String(port), PUBLIC_URL: `http://localhost:${port}` })
  })
  afterAll(() => service?.stopAll())
  const member = () => service.organisation.members.find(({ role }) => role === 'member')?.id ?? ''

  it.skipIf(inject('chromium') === undefined)(
    'by a passkey, once it has been added by who came in by a link',
    async () => {
      const browser: Browser = await chromium.launch({
        executablePath: inject('chromium') ?? '',
        args: quiet,
      })
      try {
        const page = await (await browser.newContext()).newPage()
        page.setDefaultTimeout(12_000)
        const troubles: string[] = []
        page.on('pageerror', (error) => troubles.push(error.message))
        const devtools = await page.context().newCDPSession(page)
        await devtools.send('WebAuthn.enable')
        const { authenticatorId } = await devtools.send('WebAuthn.addVirtualAuthenticator', {
          options: {
            protocol: 'ctap2',
            transport: 'internal',
            hasResidentKey: true,
            hasUserVerification: true,
            isUserVerified: true,
            automaticPresenceSimulation: true,
          },
        })
        const root = service.config.publicUrl ?? ''
        await page.goto(
          `${root}/console/login?token=${await issueToken(service.db, member(), 'login', new Date())}`,
        )
        await page.click('main button.main')
        await page.goto(`${root}/console/account`)
        await page.click('form[data-passkey=new] button')
        await page.locator('form[action="/console/passkeys/remove"]').waitFor()
        expect(await service.db.prisma.passkey.count({ where: { memberId: member() } })).toBe(1)
        await page.context().clearCookies()
        await page.goto(`${root}/console/login`)
        await page.click('form[data-passkey=login] button')
        await page.waitForURL('**/console/tickets')
        // An attacker holds the unlocked device but has no finger or code of its owner, and asks
        // for no verification.
        await page.context().clearCookies()
        await page.route('**/console/passkeys/login/options', async (route) => {
          const response = await route.fetch()
          await route.fulfill({
            response,
            json: { ...((await response.json()) as object), userVerification: 'discouraged' },
          })
        })
        await devtools.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: false })
        await page.goto(`${root}/console/login`)
        await page.click('form[data-passkey=login] button')
        await page.locator('form[data-passkey=login] [role=alert]:not([hidden])').waitFor()
        await page.unroute('**/console/passkeys/login/options')
        await devtools.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: true })
        await page.click('form[data-passkey=login] button')
        await page.waitForURL('**/console/tickets')
        await page.goto(`${root}/console/account`)
        await page.click('form[action="/console/passkeys/remove"] button')
        expect(await service.db.prisma.passkey.count()).toBe(0)
        await page.context().clearCookies()
        await page.goto(`${root}/console/login`)
        await page.click('form[data-passkey=login] button')
        await page.locator('form[data-passkey=login] [role=alert]:not([hidden])').waitFor()
        expect(troubles).toEqual([])
      } finally {
        await browser.close()
      }
    },
  )

  it('shows where one is signed in, and ends any of it', async () => {
    const [first, second] = [await signedIn(service, member()), await signedIn(service, member())]
    const { html } = await first.get('/console/account')
    const ids = [...html.matchAll(/name="id" value="([0-9a-f-]{36})"/g)].map(([, id]) => id ?? '')
    expect(ids.length).toBeGreaterThanOrEqual(2)
    // The newest session is the second one's.
    await first.post('/console/account/end', { id: ids[0] ?? '' })
    expect((await second.get('/console/tickets')).location).toBe('/console/login')
    expect((await first.get('/console/tickets')).status).toBe(200)
    const stranger = await signedIn(
      service,
      service.organisation.members.find(({ role }) => role === 'lead')?.id ?? '',
    )
    await stranger.get('/console/account')
    await stranger.post('/console/account/end', { id: ids[1] ?? '' })
    expect((await first.get('/console/tickets')).status).toBe(200)
  })

  it('by /console in the chat: a link that works once, for the member only', async () => {
    const chat = webChatPerson(() => service.url)
    await chat.says(`/start i_${await issueToken(service.db, member(), 'invitation', new Date())}`)
    await chat.hears(service.organisation.members.find(({ id }) => id === member())?.name ?? '')
    await chat.says('/console')
    const { text } = await chat.hears('/console/login?token=')
    const [link = ''] = /http\S+token=[\w-]+/.exec(text) ?? []
    expect(await (await fetch(link)).text()).toContain('name="token"')
    const resident = webChatPerson(() => service.url)
    await resident.says('/console')
    await until(
      'it was answered',
      async () =>
        (await service.db.prisma.outbound.count({
          where: { conversation: { memberId: null }, status: 'sent' },
        })) > 0,
    )
    expect(
      JSON.stringify(
        await service.db.prisma.outbound.findMany({
          where: { conversation: { memberId: null } },
          select: { shown: true },
        }),
      ),
    ).not.toContain('token=')
  })

  it('is ended by the operator too, with every link that was not used', async () => {
    const person = await signedIn(service, member())
    const token = await issueToken(service.db, member(), 'login', new Date())
    await endAllSessions(service.db, member(), new Date())
    expect((await person.get('/console/tickets')).location).toBe('/console/login')
    expect(
      (
        await (await fetch(`${service.config.publicUrl}/console/login?token=${token}`)).text()
      ).includes('name="token"'),
    ).toBe(false)
  })

  it('ends for who has left', async () => {
    const id = service.organisation.members.findLast(({ role }) => role === 'member')?.id ?? ''
    const person = await signedIn(service, id)
    await service.db.prisma.member.update({ where: { id }, data: { leftAt: new Date() } })
    expect((await person.get('/console/tickets')).location).toBe('/console/login')
  })
})
