import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type StaffPerson, signedIn } from '../browsers/staff-browser.ts'
import { type Service, startService } from '../servers/service.ts'

describe('invitations in the console', () => {
  let service: Service
  let administrator: StaffPerson
  let lead: StaffPerson
  const member = (where: { role: string; ofTeam?: string }) =>
    service.organisation.members.find(
      ({ role, teamId }) =>
        role === where.role && (where.ofTeam === undefined || teamId === where.ofTeam),
    )
  beforeAll(async () => {
    service = await startService()
    administrator = await signedIn(service, member({ role: 'administrator' })?.id ?? '')
    lead = await signedIn(service, member({ role: 'lead' })?.id ?? '')
    await administrator.get('/console/invitations')
    await lead.get('/console/invitations')
  })
  afterAll(() => service?.stopAll())
  const tokensIn = (html: string) =>
    [...html.matchAll(/login\?token=([\w-]+)/g)].map(([, token]) => token ?? '')
  const isGood = async (token: string) =>
    (await (await fetch(`${service.url}/console/login?token=${token}`)).text()).includes(
      'name="token"',
    )

  it('are a sheet with each person’s own link; a new one ends the one before', async () => {
    const team = member({ role: 'lead' })?.teamId ?? ''
    const people = service.organisation.members.filter(({ teamId }) => teamId === team)
    const sheet = await administrator.post('/console/invitations', { team })
    const tokens = tokensIn(sheet.html)
    expect([sheet.status, tokens.length, new Set(tokens).size]).toEqual([
      200,
      people.length,
      people.length,
    ])
    for (const { name } of people) expect(sheet.html).toContain(name)
    expect(sheet.html).toContain('data:image/svg+xml')
    expect(await isGood(tokens[0] ?? '')).toBe(true)
    const again = tokensIn((await administrator.post('/console/invitations', { team })).html)
    expect([await isGood(tokens[0] ?? ''), await isGood(again[0] ?? '')]).toEqual([false, true])
    expect((await administrator.get(`/console/invitations?team=${team}`)).html).toContain(
      '有效期至',
    )
  })
  it('of a lead are for the members of their own team alone', async () => {
    const own = member({ role: 'lead' })
    const [colleague, stranger] = [true, false].map((isOwn) =>
      service.organisation.members.find(
        ({ role, teamId }) => role === 'member' && (teamId === own?.teamId) === isOwn,
      ),
    )
    expect(
      tokensIn((await lead.post('/console/invitations', { member: colleague?.id ?? '' })).html),
    ).toHaveLength(1)
    for (const id of [stranger?.id, own?.id, member({ role: 'administrator' })?.id])
      expect((await lead.post('/console/invitations', { member: id ?? '' })).status).toBe(404)
    const all = await lead.post('/console/invitations', { team: stranger?.teamId ?? '' })
    expect(all.html).not.toContain(stranger?.name)
  })
  it('are nobody else’s business', async () => {
    const plain = await signedIn(service, member({ role: 'member' })?.id ?? '')
    expect((await plain.get('/console/invitations')).status).toBe(404)
    expect((await plain.post('/console/invitations', {})).status).toBe(404)
  })
})
