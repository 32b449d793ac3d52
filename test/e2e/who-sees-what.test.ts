import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type StaffPerson, signedIn } from '../browsers/staff-browser.ts'
import { webChatPerson } from '../residents/webchat-person.ts'
import { routesOf, type Service, startService } from '../servers/service.ts'
import { until } from '../until.ts'

/** Everybody who could ask: by role, and by area seen from a ticket of a team in YL01. */
const actors = [
  'handler',
  'colleague',
  'lead',
  'otherLead',
  'county',
  'otherCounty',
  'prefecture',
  'administrator',
] as const
type Actor = (typeof actors)[number]

const everybody: readonly Actor[] = actors
const own: readonly Actor[] = ['handler', 'lead']
const overseers: readonly Actor[] = ['lead', 'otherLead', 'county', 'otherCounty', 'prefecture']
const administrators: readonly Actor[] = ['administrator']
const anybody = 'anybody' as const

/**
 * Every route there is and who may have it. `CODE` is the ticket, `FILE` its photo, `TEAM` its
 * team. A route that is not here fails the test: anyone who adds one says who may see it. The pages
 * of the queues: `queues.test.ts`.
 */
const table: Readonly<
  Record<
    string,
    {
      readonly for: readonly Actor[] | typeof anybody
      readonly asks?: string
      readonly fields?: Record<string, string>
    }
  >
> = {
  'GET /': { for: anybody },
  'GET /chat': { for: anybody },
  'GET /channels/webchat/chat.js': { for: anybody },
  'GET /channels/webchat/chat.css': { for: anybody },
  'GET /channels/webchat/transcript': { for: anybody },
  'GET /channels/webchat/mydata.html': { for: anybody },
  'GET /channels/webchat/mydata.json': { for: anybody },
  'GET /status': { for: anybody },
  'GET /t': { for: anybody },
  'POST /t': { for: anybody, fields: { code: '', language: 'zh-Hans' } },
  'GET /t/:code': { for: anybody, asks: '/t/CODE' },
  'GET /channels/webchat/events': { for: anybody },
  'POST /channels/webchat/messages': { for: anybody },
  'POST /channels/webchat/session': { for: anybody },
  'POST /channels/webchat/session/end': { for: anybody },
  'POST /channels/webchat/return-code': { for: anybody },
  'POST /channels/webchat/return': { for: anybody },
  'POST /channels/webchat/files': { for: anybody },
  'GET /channels/webchat/shown/:id': { for: anybody },
  'GET /channels/webchat/speech/:id': { for: anybody },
  'GET /healthz': { for: anybody },
  'GET /readyz': { for: anybody },
  'GET /metrics': { for: anybody },
  'GET /openapi.json': { for: anybody },
  'GET /problems': { for: anybody },
  'GET /v1/tickets/:code': { for: anybody },
  'GET /v1/tickets': { for: anybody },
  'POST /v1/webhooks': { for: anybody },
  'GET /v1/webhooks': { for: anybody },
  'DELETE /v1/webhooks/:id': { for: anybody },
  'POST /v1/webhooks/:id/test': { for: anybody },
  'POST /v1/webhooks/:id/secret': { for: anybody },
  'POST /v1/webhooks/:id/enable': { for: anybody },
  'GET /v1/webhooks/:id/deliveries': { for: anybody },
  'POST /v1/webhooks/:id/deliveries/:delivery/replay': { for: anybody },
  'GET /open311/v2/discovery.:format(json|xml)': { for: anybody },
  'GET /open311/v2/services.:format(json|xml)': { for: anybody },
  'GET /open311/v2/services/:code.:format(json|xml)': { for: anybody },
  'GET /open311/v2/requests.:format(json|xml)': { for: anybody },
  'POST /open311/v2/requests.:format(json|xml)': { for: anybody },
  'GET /open311/v2/requests/:id.:format(json|xml)': { for: anybody },
  'GET /open311/v2/tokens/:token.:format(json|xml)': { for: anybody },
  'GET /console/console.css': { for: anybody },
  'GET /console/poster.css': { for: anybody },
  'GET /console/passkeys.js': { for: anybody },
  'GET /console/live.js': { for: anybody },
  'GET /console/shortcuts.js': { for: anybody },
  'GET /console/live': { for: anybody },
  'GET /console/webauthn.js': { for: anybody },
  'GET /console/login': { for: anybody },
  'POST /console/login': { for: anybody },
  'POST /console/logout': { for: anybody },
  'POST /console/language': { for: anybody },
  'GET /console': { for: anybody },

  'GET /console/account': { for: everybody },
  'POST /console/account/end': {
    for: everybody,
    fields: { id: '00000000-0000-4000-8000-000000000000' },
  },
  'GET /console/tickets': { for: everybody },
  'GET /console/tickets/:code': { for: own, asks: '/console/tickets/CODE' },
  'GET /console/tickets/:code/version': {
    for: own,
    asks: '/console/tickets/CODE/version',
  },
  'GET /console/files/:id': { for: own, asks: '/console/files/FILE' },
  'POST /console/tickets/:code/accept': { for: ['handler'], asks: '/console/tickets/CODE/accept' },
  'POST /console/tickets/:code/ask': {
    for: ['handler'],
    asks: '/console/tickets/CODE/ask',
    fields: { text: '?' },
  },
  'POST /console/tickets/:code/tell': {
    for: ['handler'],
    asks: '/console/tickets/CODE/tell',
    fields: { text: '…' },
  },
  'POST /console/tickets/:code/resolve': {
    for: ['handler'],
    asks: '/console/tickets/CODE/resolve',
    fields: { text: '!' },
  },
  'POST /console/tickets/:code/hand-back': {
    for: ['handler'],
    asks: '/console/tickets/CODE/hand-back',
    fields: { reason: 'noMeans' },
  },
  'POST /console/tickets/:code/reassign': {
    for: ['lead'],
    asks: '/console/tickets/CODE/reassign',
    fields: { member: 'COLLEAGUE' },
  },
  'POST /console/tickets/:code/note': {
    for: ['handler', 'lead'],
    asks: '/console/tickets/CODE/note',
    fields: { text: 'ordered the part' },
  },
  'POST /console/duty': { for: everybody, fields: { onDuty: 'yes' } },
  'GET /console/leave': { for: everybody },
  'POST /console/leave': { for: everybody, fields: { days: '1' } },
  'POST /console/leave/end': { for: everybody, fields: { firstDay: '2026-01-01' } },
  'GET /console/supervision': { for: overseers },
  'GET /console/supervision/tickets': {
    for: overseers,
    asks: '/console/supervision/tickets?which=opened',
  },
  'GET /console/supervision/tickets/:code': {
    for: ['lead', 'county', 'prefecture'],
    asks: '/console/supervision/tickets/CODE',
  },
  'POST /console/supervision/tickets/:code/remind': {
    for: ['lead', 'county', 'prefecture'],
    asks: '/console/supervision/tickets/CODE/remind',
    fields: {},
  },
  'POST /console/supervision/tickets/:code/call': {
    for: ['lead', 'county', 'prefecture'],
    asks: '/console/supervision/tickets/CODE/call',
    fields: {},
  },
  'POST /console/supervision/tickets/:code/pass': {
    for: ['lead', 'county', 'prefecture'],
    asks: '/console/supervision/tickets/CODE/pass',
    fields: { to: 'desk' },
  },
  'GET /console/supervision/figures.csv': { for: overseers },
  'GET /console/supervision/figures.xlsx': { for: overseers },
  'GET /console/invitations': { for: ['lead', 'otherLead', 'administrator'] },
  'POST /console/invitations': {
    for: ['lead', 'administrator'],
    fields: { member: 'COLLEAGUE', team: '' },
  },
  'GET /console/admin': { for: administrators },
  'POST /console/admin/examine': { for: administrators, fields: {} },
  'GET /console/admin/organisation': { for: administrators },
  'POST /console/admin/organisation/check': { for: administrators },
  'POST /console/admin/organisation/import': {
    for: administrators,
    fields: { draft: '00000000-0000-4000-8000-000000000000' },
  },
  'GET /console/admin/organisation/export.xlsx': { for: administrators },
  'GET /console/admin/organisation/:table.csv': {
    for: administrators,
    asks: '/console/admin/organisation/members.csv',
  },
  'GET /console/admin/organisation/:table': {
    for: administrators,
    asks: '/console/admin/organisation/members',
  },
  'GET /console/admin/organisation/:table/edit': {
    for: administrators,
    asks: '/console/admin/organisation/members/edit?code=M00001',
  },
  'POST /console/admin/organisation/:table': {
    for: administrators,
    asks: '/console/admin/organisation/calendar',
    fields: { day: '2026-10-01', periods: '', note: 'x' },
  },
  'GET /console/admin/posters/:village': {
    for: administrators,
    asks: '/console/admin/posters/YL010101',
  },
  'GET /console/admin/keys': { for: administrators },
  'POST /console/admin/keys': {
    for: administrators,
    fields: { label: 'x', area: 'YL', rights: 'tickets' },
  },
  'GET /console/admin/messages': { for: administrators },
  'POST /console/admin/messages/:id/retry': {
    for: administrators,
    asks: '/console/admin/messages/1/retry',
  },
  'POST /console/admin/unsent/:id/retry': {
    for: administrators,
    asks: '/console/admin/unsent/1/retry',
  },
  'GET /console/admin/break-glass': { for: administrators },
  'POST /console/admin/break-glass': {
    for: administrators,
    fields: { code: 'CODE', reason: 'short' },
  },
  'POST /console/admin/keys/:id/revoke': {
    for: administrators,
    asks: '/console/admin/keys/00000000-0000-4000-8000-000000000000/revoke',
  },
}

/** What an overseer may look at, by the area asked for. */
const areas: readonly { readonly area: string; readonly for: readonly Actor[] }[] = [
  { area: 'YL', for: ['prefecture'] },
  { area: 'YL01', for: ['county', 'prefecture'] },
  { area: 'YL0101', for: ['county', 'prefecture'] },
  { area: 'team:TEAM', for: ['lead', 'county', 'prefecture'] },
  { area: 'YL02', for: ['otherCounty', 'prefecture'] },
  { area: 'nowhere', for: [] },
  { area: 'team:00000000-0000-4000-8000-000000000000', for: [] },
]

describe('P13 who sees what', () => {
  let service: Service
  const people = new Map<Actor, StaffPerson>()
  const names: Record<string, string> = {}
  let routes: readonly string[] = []

  beforeAll(async () => {
    service = await startService()
    routes = routesOf(service).filter(
      (route) =>
        !/^(HEAD|OPTIONS) |\/docs|\/problems\/|\/console\/passkeys(\/|$)|\/console\/admin\/queues/.test(
          route,
        ),
    )
    const { members, places } = service.organisation
    const village = places.find(({ code }) => code === 'YL010101')
    const team = members.filter(({ teamId }) => teamId === village?.teamId)
    const [handler, colleague] = team.filter(({ role }) => role === 'member')
    await service.db.prisma.member.updateMany({
      where: { teamId: village?.teamId ?? '', NOT: { id: handler?.id ?? '' } },
      data: { onDuty: false },
    })
    const resident = webChatPerson(() => service.url)
    await resident.says('/start v_YL010101')
    await resident.presses('language:zh-Hans')
    await resident.presses('notice:seen')
    await resident.says('井水浑浊')
    await resident.presses('category:drinking_water')
    await resident.presses('send')
    const [code = ''] = /JW-[0-9A-Z]{10}/.exec((await resident.hears('编号')).text) ?? []
    const ticket = await until('the handler has it', () =>
      service.db.prisma.ticket.findFirst({
        where: { code, assigneeId: handler?.id ?? '' },
        include: { messages: true },
      }),
    )
    const file = await service.db.prisma.attachment.create({
      data: {
        id: crypto.randomUUID(),
        kind: 'photo',
        contentType: 'image/jpeg',
        bytes: 1,
        key: 'none',
        messageId: ticket.messages[0]?.id ?? null,
      },
    })
    Object.assign(names, {
      CODE: code,
      FILE: file.id,
      TEAM: village?.teamId ?? '',
      COLLEAGUE: colleague?.id ?? '',
    })
    const ids: Record<Actor, string | undefined> = {
      handler: handler?.id,
      colleague: colleague?.id,
      lead: team.find(({ role }) => role === 'lead')?.id,
      otherLead: members.find(({ role, teamId }) => role === 'lead' && teamId !== village?.teamId)
        ?.id,
      county: members.find(({ areaCode }) => areaCode === 'YL01')?.id,
      otherCounty: members.find(({ areaCode }) => areaCode === 'YL02')?.id,
      prefecture: members.find(({ areaCode }) => areaCode === 'YL')?.id,
      administrator: members.find(({ role }) => role === 'administrator')?.id,
    }
    for (const actor of actors) people.set(actor, await signedIn(service, ids[actor] ?? ''))
  })
  afterAll(() => service?.stopAll())

  const named = (text: string) =>
    Object.entries(names).reduce((path, [name, value]) => path.replace(name, value), text)
  const ask = async (person: StaffPerson | undefined, route: string) => {
    const [method = '', url = ''] = route.split(' ')
    const { asks = url, fields = {} } = table[route] ?? {}
    if (person === undefined) throw new Error('nobody')
    if (method === 'GET') return person.get(named(asks))
    await person.get('/console/account')
    return person.post(
      named(asks),
      Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, named(value)])),
    )
  }
  /**
   * Whether they got it: a page, or a change that was not refused. A photo whose bytes are gone
   * counts by its 404 of another kind.
   */
  const got = ({ status, location }: { status: number; location: string | null }) =>
    status < 400 && !(location ?? '').includes('refused=notYours') && location !== '/console/login'

  it('every route stands in the table, and none that is not there any more', () => {
    expect(routes.length).toBeGreaterThan(40)
    expect([...routes].sort()).toEqual(Object.keys(table).sort())
  })

  it.each(
    Object.entries(table).filter(
      ([route, { for: who }]) =>
        who !== anybody &&
        !route.startsWith('POST /console/tickets') &&
        !/files\/:id|leave|organisation\/check|POST.*break-glass/.test(route),
    ),
  )('%s is for whom the table says', async (route, { for: who }) => {
    for (const actor of actors)
      expect([route, actor, got(await ask(people.get(actor), route))]).toEqual([
        route,
        actor,
        who.includes(actor),
      ])
    const [method = 'GET', url = ''] = route.split(' ')
    const stranger = await fetch(`${service.url}${named(table[route]?.asks ?? url)}`, {
      method,
      redirect: 'manual',
    })
    expect([stranger.status, stranger.headers.get('location')]).toEqual([303, '/console/login'])
  })

  it.each(Object.entries(table).filter(([route]) => route.startsWith('POST /console/tickets')))(
    '%s changes nothing for anybody else',
    async (route, { for: who }) => {
      const before = JSON.stringify(
        await service.db.prisma.ticket.findUnique({ where: { code: names['CODE'] ?? '' } }),
      )
      for (const actor of actors.filter((each) => !who.includes(each)))
        expect([actor, got(await ask(people.get(actor), route))]).toEqual([actor, false])
      expect(
        JSON.stringify(
          await service.db.prisma.ticket.findUnique({ where: { code: names['CODE'] ?? '' } }),
        ),
      ).toBe(before)
    },
  )

  it.each(areas)('the figures of $area are for $for', async ({ area, for: who }) => {
    for (const path of [
      '/console/supervision',
      '/console/supervision/tickets?which=opened&weeks=1&end=2026-10-05',
      '/console/supervision/figures.csv',
    ])
      for (const actor of actors) {
        const address = named(`${path}${path.includes('?') ? '&' : '?'}area=${area}`)
        expect([
          address,
          actor,
          got((await people.get(actor)?.get(address)) ?? { status: 500, location: null }),
        ]).toEqual([address, actor, who.includes(actor)])
      }
  })

  it('no page of anybody else holds the text', async () => {
    for (const actor of actors) {
      const person = people.get(actor)
      const pages = await Promise.all(
        Object.keys(table)
          .filter(
            (route) =>
              route.startsWith('GET /console') &&
              !/files|\.js|\.css|xlsx|posters|live$/.test(route),
          )
          .map((route) => ask(person, route)),
      )
      expect([actor, pages.some((page) => page.html.includes('井水浑浊'))]).toEqual([
        actor,
        own.includes(actor),
      ])
    }
  })

  it('opening a text out of turn is for administrators: whatever else is wrong, nobody else is even told what', async () => {
    for (const actor of actors)
      expect([
        actor,
        (await ask(people.get(actor), 'POST /console/admin/break-glass')).status,
      ]).toEqual([actor, actor === 'administrator' ? 400 : 404])
  })

  // Last, as who goes on leave loses the ticket.
  it('everybody who is signed in may go on leave', async () => {
    for (const actor of actors)
      expect([actor, got(await ask(people.get(actor), 'POST /console/leave'))]).toEqual([
        actor,
        true,
      ])
  })
})
