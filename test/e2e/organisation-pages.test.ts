import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { categories } from '../../src/categories/category.ts'
import { writtenLanguages } from '../../src/language/written-language.ts'
import { type StaffPerson, signedIn } from '../browsers/staff-browser.ts'
import { type Service, startService } from '../servers/service.ts'

/** What a form would send as it is opened: one value for each field, several joined. */
function filledIn(html: string): Record<string, string> {
  const form = /<form[^>]*class="sheet fields"[\s\S]*?<\/form>/.exec(html)?.[0] ?? ''
  const fields: Record<string, string> = {}
  const add = (name: string, value: string) => {
    const before = (fields[name] ?? '').split(' ')
    fields[name] = [...new Set([...before, value])].filter((part) => part !== '').join(' ')
  }
  for (const [, name = '', options = ''] of form.matchAll(
    /<select name="([^"]+)"[^>]*>([\s\S]*?)<\/select>/g,
  )) {
    const chosen = /<option[^>]* selected[^>]*>/.exec(options) ?? /<option[^>]*>/.exec(options)
    add(name, /value="([^"]*)"/.exec(chosen?.[0] ?? '')?.[1] ?? '')
  }
  for (const [input] of form.matchAll(/<input[^>]*>/g)) {
    const [, name] = /name="([^"]+)"/.exec(input) ?? []
    const isOff = input.includes('type="checkbox"') && !/ checked/.test(input)
    if (name !== undefined && name !== '_csrf' && !isOff)
      add(name, /value="([^"]*)"/.exec(input)?.[1] ?? '')
  }
  return fields
}

describe("the administrator's pages of the organisation", () => {
  let service: Service
  let administrator: StaffPerson
  beforeAll(async () => {
    service = await startService()
    administrator = await signedIn(
      service,
      service.organisation.members.find(({ role }) => role === 'administrator')?.id ?? '',
    )
    await administrator.post('/console/language', { language: 'en' })
  })
  afterAll(() => service?.stopAll())
  const upload = async (text: string) => {
    await administrator.get('/console/admin/organisation')
    return administrator.upload('/console/admin/organisation/check', text)
  }
  const draftOf = (html: string) => /name="draft" value="([0-9a-f-]+)"/.exec(html)?.[1] ?? ''

  it('show what a file would do, do it when told to, with its progress, and nothing the second time', async () => {
    const file =
      'code,name,role,team,area,reads,skills,language,left\nNEW-1,Alma Yengi,member,T010101,,kk-Arab zh-Hans,waste road,kk-Cyrl,\n'
    const checked = await upload(file)
    expect([
      checked.status,
      checked.html.includes('New: 1'),
      checked.html.includes('NEW-1'),
    ]).toEqual([200, true, true])
    expect(await service.db.prisma.member.count({ where: { code: 'NEW-1' } })).toBe(0)
    const done = await administrator.post('/console/admin/organisation/import', {
      draft: draftOf(checked.html),
    })
    expect([
      done.html.includes('<progress'),
      done.html.includes('Imported'),
      done.html.includes('</html>'),
    ]).toEqual([true, true, true])
    expect(
      await service.db.prisma.member.findUniqueOrThrow({ where: { code: 'NEW-1' } }),
    ).toMatchObject({
      name: 'Alma Yengi',
      role: 'member',
    })
    const again = await upload(file)
    expect([again.html.includes('as before: 1'), draftOf(again.html)]).toEqual([true, ''])
    expect(
      (
        await administrator.post('/console/admin/organisation/import', {
          draft: '00000000-0000-4000-8000-000000000000',
        })
      ).html.includes('not kept any more'),
    ).toBe(true)
  })

  it("say which row is wrong, where, and what would be right, in the administrator's language", async () => {
    const file =
      'code,name,role,team,area,reads,skills,language,left\nX,A,boss,NOWHERE,,zh-Hans,,zh-Hans,\n'
    const { status, html } = await upload(file)
    expect(status).toBe(400)
    for (const part of [
      'row ⁨2⁩, column ⁨role⁩',
      '⁨boss⁩',
      'does not fit. It must be one of member, lead',
      '⁨NOWHERE⁩',
      'Nothing was changed',
    ])
      expect([part, html.includes(part)]).toEqual([part, true])
    await administrator.post('/console/language', { language: 'ug-Arab' })
    const { html: uyghur } = await upload(file)
    expect([uyghur.includes('ھېچنېمە ئۆزگەرمىدى'), uyghur.includes('does not fit')]).toEqual([
      true,
      false,
    ])
    await administrator.post('/console/language', { language: 'en' })
    expect((await upload('a,b\n1,2\n')).html.includes('No table has just these columns')).toBe(true)
    expect((await upload('')).status).toBe(400)
  })

  it('let one row be found and changed by hand, with the same checks', async () => {
    expect(
      (await administrator.get('/console/admin/organisation/members?find=M00001')).html.includes(
        'members/edit?code=M00001',
      ),
    ).toBe(true)
    const { html } = await administrator.get('/console/admin/organisation/members/edit?code=M00001')
    // Each field is in words, and a choice where there are few: roles, languages, teams.
    for (const words of ['Reads', 'Team lead', 'Uyghur in Arabic letters', '(T010101)'])
      expect([words, html.includes(words)]).toEqual([words, true])
    const before = await service.db.prisma.member.findUniqueOrThrow({ where: { code: 'M00001' } })
    const cells = filledIn(html)
    expect(cells).toMatchObject({
      code: 'M00001',
      role: before.role,
      language: before.language,
      reads: writtenLanguages.filter((each) => before.reads.includes(each)).join(' '),
      skills: categories.filter((each) => before.skills.includes(each)).join(' '),
    })
    const wrong = await administrator.post('/console/admin/organisation/members', {
      ...cells,
      role: 'boss',
    })
    expect([wrong.status, wrong.html.includes('boss')]).toEqual([400, true])
    expect(
      (
        await administrator.post('/console/admin/organisation/members', {
          ...cells,
          name: 'Bahar Yengi',
        })
      ).status,
    ).toBe(303)
    expect(
      (await service.db.prisma.member.findUniqueOrThrow({ where: { code: 'M00001' } })).name,
    ).toBe('Bahar Yengi')
    expect((await administrator.get('/console/admin/organisation/nonsense')).status).toBe(404)
  })

  it('take several languages as the boxes of a form send them', async () => {
    const page = '/console/admin/organisation/members'
    const { html } = await administrator.get(`${page}/edit?code=M00002`)
    const cells = { ...filledIn(html), reads: '' }
    const body = new URLSearchParams(cells)
    for (const each of ['kk-Arab', 'zh-Hans']) body.append('reads', each)
    expect((await administrator.postBody(page, body)).status).toBe(303)
    expect(
      (await service.db.prisma.member.findUniqueOrThrow({ where: { code: 'M00002' } })).reads,
    ).toEqual(['kk-Arab', 'zh-Hans'])
    const shown = await administrator.get(`${page}?find=M00002`)
    expect(shown.html).toContain('Kazakh in Arabic letters')
  })

  it('take and give the office hours and the deadlines', async () => {
    await administrator.post('/console/admin/organisation/deadlines', {
      category: 'road',
      priority: 'ordinary',
      first_response: '60min',
      resolution: '3d',
      counts: 'working',
    })
    expect(await service.db.prisma.deadlineTarget.findFirstOrThrow()).toMatchObject({
      category: 'road',
      firstResponseMinutes: 60,
      resolutionMinutes: 1440,
      byTheClock: false,
    })
    expect((await administrator.get('/console/admin/organisation/deadlines.csv')).html).toContain(
      'road,ordinary,1h,3d,working',
    )
    await administrator.post('/console/admin/organisation/roster', {
      member: 'M00002',
      weekday: 'monday',
      from: '09:00',
      until: '12:00',
    })
    await administrator.post('/console/admin/organisation/roster', {
      member: 'M00002',
      weekday: 'tuesday',
      from: '09:00',
      until: '12:00',
    })
    expect(await service.db.prisma.shift.count()).toBe(2)
  })

  it('begin with what is still to be done, and look at the service when asked', async () => {
    expect((await administrator.get('/console')).location).toBe('/console/admin')
    const { html } = await administrator.get('/console/admin')
    for (const part of [
      'No backup yet',
      `members: ${await service.db.prisma.member.count({ where: { leftAt: null } })}`,
      'href="/console/admin/organisation/calendar"',
      'aria-current="page">Checklist',
    ])
      expect([part, html.includes(part)]).toEqual([part, true])
    await service.db.prisma.backupMade.create({ data: { at: new Date() } })
    expect((await administrator.get('/console/admin')).html).toContain('Newest backup')
    const looked = await administrator.post('/console/admin/examine', {})
    expect(looked.html).toMatch(/Wrong: \d+ · to do: \d+ · well: [1-9]/)
  })

  it('draw the poster of a village', async () => {
    const { status, html } = await administrator.get('/console/admin/posters/YL010101')
    expect([status, html.match(/<figcaption/g)?.length]).toEqual([200, 1])
    expect(html).toContain('<link rel="stylesheet" href="/console/poster.css"')
    expect((await administrator.get('/console/poster.css')).html).toContain('size: A4')
    expect((await administrator.get('/console/admin/posters/YL01')).status).toBe(404)
    expect(
      (await administrator.get('/console/admin/organisation/places?find=YL010101')).html.includes(
        '/console/admin/posters/YL010101',
      ),
    ).toBe(true)
  })

  it('refuse an upload without its token', async () => {
    expect(
      (await administrator.upload('/console/admin/organisation/check', 'x', false)).status,
    ).toBe(403)
  })
})
