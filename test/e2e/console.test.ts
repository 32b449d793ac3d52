import { createHash, randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { issueToken } from '../../src/organisation/staff.store.ts'
import { toUuid } from '../../src/platform/sealing/sealed-text.ts'
import { signedIn } from '../browsers/staff-browser.ts'
import { makeTickets } from '../residents/made-tickets.ts'
import { webChatPerson } from '../residents/webchat-person.ts'
import { type Service, startService } from '../servers/service.ts'
import { until } from '../until.ts'

/** The key of a ticket's notes, which follows from its id. */
function notesKey(ticketId: string): string {
  const hex = createHash('sha256').update(`notes:${ticketId}`).digest('hex')
  return toUuid(hex.slice(0, 32))
}

describe('the console', () => {
  let service: Service
  beforeAll(async () => {
    service = await startService()
    // As a new database has it.
    await service.db.prisma.sealing.create({ data: { since: new Date(), form: 2 } })
  })
  afterAll(() => service?.stopAll())

  const report = async (text: string, village: string, category: string, concern?: string) => {
    const resident = webChatPerson(() => service.url)
    await resident.says(`/start v_${village}`)
    await resident.presses('language:zh-Hans')
    await resident.hears('开始之前')
    await resident.presses('notice:seen')
    await resident.says(text)
    await resident.presses(`category:${category}`)
    if (concern !== undefined) await resident.presses(`concerns:${concern}`)
    if (concern === 'team') await resident.presses('named:nobody')
    await resident.presses('send')
    // Others report the same here: this one is another matter.
    await resident.presses('different')
    const [code = ''] = /JW-[0-9A-Z]{10}/.exec((await resident.hears('编号')).text) ?? []
    return {
      resident,
      code,
      ticket: await service.db.prisma.ticket.findUniqueOrThrow({ where: { code } }),
    }
  }
  const staff = (predicate: (each: Service['organisation']['members'][number]) => boolean) =>
    service.organisation.members.find(predicate)?.id ?? ''

  it.each(['console.css', 'live.js', 'shortcuts.js', 'passkeys.js', 'webauthn.js', 'poster.css'])(
    'sends %s once, and then only says that it is the same',
    async (name) => {
      const at = `${service.url}/console/${name}`
      const first = await fetch(at)
      const etag = first.headers.get('etag') ?? ''
      expect([first.status, (await first.text()).length > 100, etag.length > 10]).toEqual([
        200,
        true,
        true,
      ])
      expect(first.headers.get('cache-control')).toMatch(/^public, max-age=\d{2,3}$/)
      const again = await fetch(at, { headers: { 'if-none-match': etag } })
      expect([again.status, await again.text()]).toEqual([304, ''])
    },
  )

  it('opens by a link that works once, and closes for good', async () => {
    const id = staff(({ role }) => role === 'member')
    const member = await signedIn(service, id)
    expect(await member.get('/console')).toMatchObject({
      status: 303,
      location: '/console/tickets',
    })
    expect((await member.get('/console/tickets')).html).toContain('console.css')
    await member.post('/console/logout', {})
    expect(await member.get('/console/tickets')).toMatchObject({
      status: 303,
      location: '/console/login',
    })
    const token = await issueToken(service.db, id, 'login', new Date())
    for (let look = 0; look < 2; look++)
      expect(await (await fetch(`${service.url}/console/login?token=${token}`)).text()).toContain(
        '<button type="submit" class="main"',
      )
    expect(await (await fetch(`${service.url}/console/login?token=nonsense`)).text()).not.toContain(
      'name="token"',
    )
  })

  it('lets a member accept, ask and resolve, while the resident hears each step', async () => {
    const { resident, code, ticket } = await report('<b>路灯</b>不亮', 'YL010101', 'street_light')
    const member = await signedIn(service, ticket.assigneeId ?? '')
    expect((await member.get('/console/tickets')).html).toContain(code)
    const page = (await member.get(`/console/tickets/${code}`)).html
    expect(page).toContain('&lt;b>路灯&lt;/b>不亮')
    const early = await member.post(`/console/tickets/${code}/resolve`, { text: '好了，请看看' })
    expect([early.status, early.html.includes('好了，请看看')]).toEqual([422, true])
    await member.post(`/console/tickets/${code}/accept`, {})
    await resident.hears('已有队员在办理')
    await member.post(`/console/tickets/${code}/ask`, { text: '哪一盏？' })
    await resident.hears('哪一盏？')
    await resident.says('村口那盏')
    await resident.hears('已转过去')
    expect((await member.get(`/console/tickets/${code}`)).html).toContain('村口那盏')
    await member.post(`/console/tickets/${code}/resolve`, { text: '换了灯泡' })
    await resident.hears('换了灯泡')
    await resident.presses(`yes:${code}`)
    await resident.hears('已办结')
    expect(await (await fetch(`${service.url}/v1/tickets/${code}`)).json()).toMatchObject({
      status: 'closed',
      overdue: false,
    })
  })

  it('lets an overseer see the facts of a ticket without its words, and remind its handler once', async () => {
    const { code, ticket } = await report('井盖不见了请快来', 'YL010101', 'road')
    const overseer = service.organisation.members.find(({ areaCode }) => areaCode === 'YL01')
    const person = await signedIn(service, overseer?.id ?? '')
    const behind = await person.get('/console/supervision/tickets?which=opened&weeks=1')
    expect(behind.status).toBe(200)
    const facts = await person.get(`/console/supervision/tickets/${code}`)
    const handler = service.organisation.members.find(({ id }) => id === ticket.assigneeId)
    expect([
      facts.status,
      facts.html.includes(handler?.name ?? '?'),
      facts.html.includes('井盖'),
    ]).toEqual([200, true, false])
    const remind = () => person.post(`/console/supervision/tickets/${code}/remind`, {})
    expect((await remind()).location).toContain('became=reminded')
    expect((await remind()).location).toContain('became=remindedAlready')
    expect(
      await service.db.prisma.ticketEvent.count({ where: { ticket: { code }, type: 'reminded' } }),
    ).toBe(1)
    const other = service.organisation.members.find(({ areaCode }) => areaCode === 'YL02')
    const stranger = await signedIn(service, other?.id ?? '')
    expect((await stranger.get(`/console/supervision/tickets/${code}`)).status).toBe(404)
  })

  it('lets a supervisor call the lead, and give a ticket to another team or the desk', async () => {
    const { code, ticket: given } = await report('桥栏杆断了', 'YL010101', 'road')
    const members = service.organisation.members
    const plain = members.find(({ teamId, role }) => teamId === given.teamId && role === 'member')
    await service.db.prisma.ticket.update({
      where: { code },
      data: { assigneeId: plain?.id ?? null },
    })
    const ticket = await service.db.prisma.ticket.findUniqueOrThrow({ where: { code } })
    const supervisor = service.organisation.members.find(({ areaCode }) => areaCode === 'YL01')
    const person = await signedIn(service, supervisor?.id ?? '')
    const address = `/console/supervision/tickets/${code}`
    const call = () => person.post(`${address}/call`, {})
    expect((await call()).location).toContain('became=leadCalled')
    expect((await call()).location).toContain('became=leadCalledAlready')

    const page = await person.get(address)
    const [, team = ''] = /<option value="([0-9a-f-]{36})"/.exec(page.html) ?? []
    const away = service.organisation.members.find(
      ({ teamId, role }) => teamId !== null && teamId !== ticket.teamId && role === 'lead',
    )
    // A lead oversees a team, not an area: the way is not theirs.
    const stranger = await signedIn(service, away?.id ?? '')
    await stranger.get('/console/tickets')
    expect((await stranger.post(`${address}/pass`, { to: team })).status).toBe(404)

    expect((await person.post(`${address}/pass`, { to: team })).location).toContain(
      'became=passedOn',
    )
    const there = await service.db.prisma.ticket.findUniqueOrThrow({ where: { code } })
    const handler = service.organisation.members.find(({ id }) => id === there.assigneeId)
    expect([there.teamId, handler?.teamId, there.status]).toEqual([team, team, 'assigned'])
    expect(there.resolutionDueAt).toEqual(ticket.resolutionDueAt)

    // To a team outside of the supervisor's area it can't be given.
    const outside = await service.db.prisma.team.findFirstOrThrow({
      where: { place: { NOT: { OR: [{ code: 'YL01' }, { ancestors: { has: 'YL01' } }] } } },
    })
    expect((await person.post(`${address}/pass`, { to: outside.id })).location).toContain(
      'became=nobodyThere',
    )
    // Where a township has a duty desk, it stands among them.
    expect((await person.get(address)).html).not.toContain('value="desk"')
    const keeper = await service.db.prisma.member.create({
      data: {
        id: randomUUID(),
        code: 'S-YL0101',
        name: 'Desk',
        role: 'supervisor',
        areaCode: 'YL0101',
        reads: ['zh-Hans'],
        skills: [],
        onDuty: true,
        language: 'zh-Hans',
      },
    })
    expect((await person.get(address)).html).toContain('value="desk"')
    expect((await person.post(`${address}/pass`, { to: 'desk' })).location).toContain(
      'became=passedOn',
    )
    const after = await service.db.prisma.ticket.findUniqueOrThrow({ where: { code } })
    expect(after.assigneeId).toBe(keeper.id)
    await service.db.prisma.member.update({
      where: { id: keeper.id },
      data: { leftAt: new Date() },
    })
    const moves = await service.db.prisma.ticketEvent.count({
      where: { ticket: { code }, type: 'reassigned' },
    })
    expect(moves).toBe(2)
  })

  it('says on a first day what is too few to be shown, instead of empty drawings', async () => {
    const first = await startService()
    try {
      await makeTickets(first.db, 10, 1)
      const supervisor = first.organisation.members.find(({ areaCode }) => areaCode === 'YL')
      const { html } = await (await signedIn(first, supervisor?.id ?? '')).get(
        '/console/supervision',
      )
      expect([html.includes('class="chart'), html.match(/تېخى ئازلىق/g)?.length]).toEqual([
        false,
        2,
      ])
      expect(html).toContain('ئىككىنچى ھەپتىدىن')
    } finally {
      await first.stopAll()
    }
  })

  it('keeps notes of the team from the resident, sealed, and erases them when it is over', async () => {
    const { code, ticket, resident } = await report('水泵不转了', 'YL010101', 'irrigation')
    const { db } = service
    const member = await signedIn(service, ticket.assigneeId ?? '')
    await member.get(`/console/tickets/${code}`)
    const note = 'spare part ordered, call 13999887766'
    expect((await member.post(`/console/tickets/${code}/note`, { text: note })).status).toBe(303)
    expect((await member.post(`/console/tickets/${code}/note`, { text: ' ' })).status).toBe(400)
    const { html } = await member.get(`/console/tickets/${code}`)
    expect([html.includes('spare part ordered'), html.includes('13999887766')]).toEqual([
      true,
      false,
    ])
    const stored = await db.prisma.ticketNote.findFirstOrThrow({ where: { ticketId: ticket.id } })
    expect(stored.text).toMatch(/^jw2\./)
    await member.post(`/console/tickets/${code}/accept`, {})
    await member.post(`/console/tickets/${code}/resolve`, { text: '修好了' })
    await resident.hears('修好了')
    await resident.says('/mydata')
    const heard = JSON.stringify(await resident.lines())
    expect(heard).not.toContain('spare part')
    const keys = () => db.prisma.wordKey.count({ where: { id: notesKey(ticket.id) } })
    expect(await keys()).toBe(1)
    await resident.presses(`yes:${code}`)
    await until('it is closed', async () => {
      const { status } = await db.prisma.ticket.findUniqueOrThrow({ where: { code } })
      return status === 'closed'
    })
    expect([
      await db.prisma.ticketNote.count({ where: { ticketId: ticket.id } }),
      await keys(),
      (await member.post(`/console/tickets/${code}/note`, { text: note })).status,
    ]).toEqual([0, 0, 404])
  })

  it('keeps what was written to a ticket that another has by now', async () => {
    const { code, ticket } = await report('路边的树倒了', 'YL010101', 'road')
    const other = service.organisation.members.find(
      ({ id, role, teamId }) =>
        id !== ticket.assigneeId && role === 'member' && teamId !== ticket.teamId,
    )
    const person = await signedIn(service, other?.id ?? '')
    await person.get('/console/tickets')
    const told = await person.post(`/console/tickets/${code}/tell`, { text: '我们下午过去看看' })
    expect([
      told.status,
      told.html.includes('我们下午过去看看'),
      told.html.includes('倒了'),
    ]).toEqual([404, true, false])
  })

  it('lets a member hand back, and takes the ticket out of sight', async () => {
    const { code, ticket } = await report('羊生病了', 'YL010101', 'farming')
    const member = await signedIn(service, ticket.assigneeId ?? '')
    expect(
      (await member.post(`/console/tickets/${code}/hand-back`, { reason: 'notMine' })).location,
    ).toBe('/console/tickets')
    expect(
      (await service.db.prisma.ticket.findUniqueOrThrow({ where: { code } })).assigneeId,
    ).not.toBe(ticket.assigneeId)
  })

  it('shows nobody a ticket that is not theirs, and says no more than for one that is not there', async () => {
    const { code, ticket } = await report('路坏了', 'YL010101', 'road')
    const others = service.organisation.members.filter(
      ({ id, role, teamId }) =>
        id !== ticket.assigneeId && !(role === 'lead' && teamId === ticket.teamId),
    )
    for (const { id } of others) {
      const person = await signedIn(service, id)
      const [there, nowhere] = [
        await person.get(`/console/tickets/${code}`),
        await person.get('/console/tickets/JW-0000000000'),
      ]
      expect(there.status).toBe(404)
      expect(there.html.replaceAll(/value="[^"]*"/g, '')).toBe(
        nowhere.html.replaceAll(/value="[^"]*"/g, ''),
      )
      expect((await person.post(`/console/tickets/${code}/accept`, {})).location).toContain(
        'refused=notYours',
      )
    }
  })

  it('P07 shows a complaint to its handler only: not to the team, its lead, or another supervisor, nor in a figure', async () => {
    const { code, ticket } = await report('队员骂人', 'YL010101', 'complaint_staff', 'team')
    const handler = await signedIn(service, ticket.assigneeId ?? '')
    expect((await handler.get(`/console/tickets/${code}`)).html).toContain('队员骂人')
    for (const { id } of service.organisation.members.filter(
      (each) => each.id !== ticket.assigneeId,
    )) {
      const person = await signedIn(service, id)
      expect((await person.get(`/console/tickets/${code}`)).status).toBe(404)
      for (const path of ['/console/tickets', '/console/supervision'])
        expect((await person.get(path)).html).not.toContain(code)
    }
  })

  it('refuses a form without its token', async () => {
    const member = await signedIn(
      service,
      staff(({ role }) => role === 'member'),
    )
    await member.get('/console/tickets')
    expect((await member.post('/console/duty', { onDuty: 'no' }, false)).status).toBe(403)
  })

  it('shows a supervisor what waits and how soon people are answered, for their area only', async () => {
    const team = service.organisation.places.find(({ code }) => code === 'YL020102')?.teamId ?? ''
    const members = service.organisation.members.filter(({ teamId }) => teamId === team)
    await service.db.prisma.member.updateMany({ where: { teamId: team }, data: { onDuty: false } })
    const { code } = await report('停水两天了', 'YL020102', 'drinking_water')
    const own = await signedIn(
      service,
      staff(({ areaCode }) => areaCode === 'YL02'),
    )
    const other = await signedIn(
      service,
      staff(({ areaCode }) => areaCode === 'YL01'),
    )
    expect((await own.get('/console/supervision')).html).toContain(code)
    expect((await other.get('/console/supervision')).html).not.toContain(code)
    expect((await own.get('/console/supervision')).html).not.toContain('停水两天了')
    const member = await signedIn(service, members[0]?.id ?? '')
    await member.get('/console/tickets')
    await member.post('/console/duty', { onDuty: 'yes' })
    await until(
      'it is assigned',
      async () =>
        (await service.db.prisma.ticket.findUniqueOrThrow({ where: { code } })).assigneeId ===
        members[0]?.id,
    )
    expect((await own.get('/console/supervision')).html).not.toContain(code)
  })

  it('lets a lead give a ticket to somebody else by hand, and says why each has it', async () => {
    const { code, ticket } = await report('村口垃圾没人拉', 'YL020101', 'waste')
    const teamId = ticket.teamId
    const lead = await signedIn(
      service,
      staff((each) => each.teamId === teamId && each.role === 'lead'),
    )
    await lead.post('/console/language', { language: 'en' })
    const other = service.organisation.members.find(
      (each) => each.teamId === teamId && each.id !== ticket.assigneeId,
    )
    expect((await lead.get(`/console/tickets/${code}`)).html).toContain('Given to')
    await lead.post(`/console/tickets/${code}/reassign`, { member: other?.id ?? '' })
    expect((await service.db.prisma.ticket.findUniqueOrThrow({ where: { code } })).assigneeId).toBe(
      other?.id,
    )
    expect((await lead.get(`/console/tickets/${code}`)).html).toContain(
      'Given by the team lead by hand.',
    )
    const stranger = staff((each) => each.teamId !== teamId && each.teamId !== null)
    expect(
      (await lead.post(`/console/tickets/${code}/reassign`, { member: stranger })).location,
    ).toContain('refused=notOfTheTeam')
  })

  it('lets a member go on leave: what is not accepted moves on', async () => {
    const { code, ticket } = await report('路灯不亮了', 'YL020101', 'street_light')
    const member = await signedIn(service, ticket.assigneeId ?? '')
    await member.get('/console/tickets')
    expect((await member.post('/console/leave', { days: '0' })).status).toBe(400)
    // First the page says what would move, and nothing has.
    const asked = await member.post('/console/leave', { days: '2' })
    expect([asked.status, asked.html.includes('name="sure"')]).toEqual([200, true])
    expect(await service.db.prisma.leave.count()).toBe(0)
    await member.post('/console/leave', { days: '2', sure: 'yes' })
    await until('somebody else has it', async () => {
      const { assigneeId } = await service.db.prisma.ticket.findUniqueOrThrow({ where: { code } })
      return assigneeId !== null && assigneeId !== ticket.assigneeId
    })
    // It is seen and ended; another one is planned without moving anything.
    const page = (await member.get('/console/leave')).html
    const [, firstDay = ''] = /name="firstDay" value="([\d-]+)"/.exec(page) ?? []
    await member.post('/console/leave/end', { firstDay })
    await member.post('/console/leave', { days: '3', from: '2030-05-02' })
    expect(
      (await service.db.prisma.leave.findMany()).map((leave) => [
        leave.firstDay.toISOString().slice(0, 10),
        leave.lastDay.toISOString().slice(0, 10),
      ]),
    ).toEqual([['2030-05-02', '2030-05-04']])
    await service.db.prisma.leave.deleteMany()
  })

  it('says what went wrong as a page, in the language of the reader', async () => {
    const { ticket } = await report('渠坏了', 'YL010101', 'irrigation')
    const member = await signedIn(service, ticket.assigneeId ?? '')
    await member.post('/console/language', { language: 'kk-Cyrl' })
    const cookies = await fetch(`${service.url}/console/tickets?page=none`, {
      headers: { accept: 'text/html', 'accept-language': 'kk' },
      redirect: 'manual',
    })
    expect([cookies.status, cookies.headers.get('content-type')]).toEqual([
      400,
      expect.stringContaining('text/html'),
    ])
    expect(await cookies.text()).toContain('role="alert"')
    const asJson = await fetch(`${service.url}/console/tickets?page=none`, { redirect: 'manual' })
    expect(asJson.headers.get('content-type')).toContain('application/problem+json')
  })

  it('P22 gives no figure for fewer than five, and the median and 90th percentile from five on', async () => {
    const supervisor = await signedIn(
      service,
      staff(({ areaCode }) => areaCode === 'YL02'),
    )
    await supervisor.post('/console/language', { language: 'en' })
    const before = (await supervisor.get('/console/supervision')).html
    expect(before).not.toMatch(/\d+ (minutes|hours|days)/)
    expect(before.includes('Fewer than 5')).toBe(true)
    for (let count = 0; count < 5; count++) {
      const { ticket } = await report('垃圾没人清', 'YL020101', 'waste')
      await service.db.prisma.ticket.update({
        where: { id: ticket.id },
        data: {
          firstResponseWorkSeconds: (count + 1) * 600,
          resolutionWorkSeconds: (count + 1) * 7_200,
        },
      })
    }
    const { html } = await supervisor.get('/console/supervision')
    expect([
      html.includes('30 minutes'),
      html.includes('50 minutes'),
      html.includes('6 hours'),
      html.includes('10 hours'),
    ]).toEqual([true, true, true, true])
  })

  it('lets an administrator make a key for a program, shown once, and revoke it', async () => {
    const administrator = await signedIn(
      service,
      staff(({ role }) => role === 'administrator'),
    )
    await administrator.post('/console/language', { language: 'en' })
    await administrator.get('/console/admin/keys')
    expect(
      (
        await administrator.post('/console/admin/keys', {
          label: 'x',
          area: 'nowhere',
          rights: 'tickets',
        })
      ).status,
    ).toBe(400)
    expect(
      (await administrator.post('/console/admin/keys', { label: 'x', area: 'YL' })).status,
    ).toBe(400)
    const made = await administrator.post('/console/admin/keys', {
      label: 'county app',
      area: 'YL01',
      rights: 'tickets',
    })
    const [key = ''] = /jwk_[\w-]+/.exec(made.html) ?? []
    const list = async () =>
      (await fetch(`${service.url}/v1/tickets`, { headers: { authorization: `Bearer ${key}` } }))
        .status
    expect(await list()).toBe(200)
    const later = (await administrator.get('/console/admin/keys')).html
    expect([later.includes(key), later.includes('county app')]).toEqual([false, true])
    expect(JSON.stringify(await service.db.prisma.apiKey.findMany()).includes(key)).toBe(false)
    const [, id = ''] = /admin\/keys\/([\w-]+)\/revoke/.exec(later) ?? []
    await administrator.post(`/console/admin/keys/${id}/revoke`, {})
    expect(await list()).toBe(401)
    const member = await signedIn(
      service,
      staff(({ role }) => role === 'member'),
    )
    expect((await member.get('/console/admin/keys')).status).toBe(404)
  })

  it('sends a ready sentence in the language of the resident, with own words behind it', async () => {
    const { resident, code, ticket } = await report('水管漏水', 'YL010101', 'drinking_water')
    const member = await signedIn(service, ticket.assigneeId ?? '')
    await member.post('/console/language', { language: 'ug-Arab' })
    await member.get('/console/tickets')
    await member.post(`/console/tickets/${code}/accept`, {})
    const page = (await member.get(`/console/tickets/${code}`)).html
    expect([page.includes('能发一张照片吗'), page.includes('قالغان')]).toEqual([true, true])
    expect(
      (await member.post(`/console/tickets/${code}/ask`, { text: '', ready: '' })).status,
    ).toBe(422)
    const kazakh = 'Біз ертең таңертең келеміз, үйде болыңыздар'
    const asked = await member.post(`/console/tickets/${code}/ask`, { text: kazakh })
    expect([
      asked.status,
      asked.html.includes(kazakh),
      asked.html.includes('name="anyway"'),
    ]).toEqual([422, true, true])
    await member.post(`/console/tickets/${code}/tell`, { text: kazakh, anyway: 'yes' })
    await resident.hears(kazakh)
    await member.post(`/console/tickets/${code}/ask`, { text: '谢谢', ready: 'photo' })
    expect((await resident.hears('能发一张照片吗')).text).toContain('谢谢')
    expect((await member.get(`/console/tickets/${code}`)).html.includes('توختايدۇ')).toBe(true)
  })
})
