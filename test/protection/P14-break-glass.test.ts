import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findTicketPage } from '../../src/console/tickets/tickets.store.ts'
import { verifyAccess } from '../../src/platform/sealing/access-log.ts'
import { openKeyRing } from '../../src/platform/sealing/key-ring.ts'
import { openForMs } from '../../src/privacy/break-glass.store.ts'
import { type StaffPerson, signedIn } from '../browsers/staff-browser.ts'
import { chatOfMember, given, report, residentOf } from '../residents/report.ts'
import { type Service, startService } from '../servers/service.ts'

const reason = '居民来电说照片发错了，需要核对是哪一张'

describe('P14 a text opened out of turn', () => {
  let service: Service
  let administrator: StaffPerson
  const ids: Record<string, string> = {}
  beforeAll(async () => {
    service = await startService()
    const { members } = service.organisation
    ids['administrator'] = members.find(({ role }) => role === 'administrator')?.id ?? ''
    ids['supervisor'] = members.find(({ areaCode }) => areaCode === 'YL01')?.id ?? ''
    administrator = await signedIn(service, ids['administrator'])
  })
  afterAll(() => service?.stopAll())

  const open = async (code: string, why: string) => {
    await administrator.get('/console/admin/break-glass')
    return administrator.post('/console/admin/break-glass', { code, reason: why })
  }

  it('needs a reason in a sentence, is told to the level above, and shows to the resident', async () => {
    const supervisor = await chatOfMember(service, ids['supervisor'] ?? '')
    const resident = await residentOf(service, 'YL010101')
    const { code } = await report(service, resident, 'MARKED 卫生室没有药', 'health')
    expect(await administrator.get(`/console/tickets/${code}`)).toMatchObject({ status: 404 })
    const short = await open(code, '看一下')
    expect([short.status, short.html.includes('原因至少')]).toEqual([400, true])
    expect(await administrator.get(`/console/tickets/${code}`)).toMatchObject({ status: 404 })
    expect(await open(code, reason)).toMatchObject({
      status: 303,
      location: `/console/tickets/${code}`,
    })
    const page = await administrator.get(`/console/tickets/${code}`)
    expect([page.status, page.html.includes('MARKED'), page.html.includes('/accept')]).toEqual([
      200,
      true,
      false,
    ])
    expect((await supervisor.hears(code)).text).toContain(reason)
    await resident.says('/who')
    expect((await resident.hears('例外查看，已记录原因')).text).toContain('管理员')
    expect(
      (await verifyAccess(service.db, await openKeyRing(service.config))).brokenAt,
    ).toBeUndefined()
    const overview = await (await signedIn(service, ids['supervisor'] ?? '')).get(
      '/console/supervision',
    )
    expect([overview.html.includes(code), overview.html.includes(reason)]).toEqual([true, true])
    expect((await administrator.get('/console/admin/break-glass')).html).toContain(reason)
  })

  it('is readable for an hour and no longer', async () => {
    const { code } = await report(
      service,
      await residentOf(service, 'YL010101'),
      '学校门口太黑',
      'street_light',
    )
    expect(await open(code, reason)).toMatchObject({ status: 303 })
    const viewer = {
      id: ids['administrator'] ?? '',
      role: 'administrator' as const,
      teamId: null,
      areaCode: null,
    }
    expect(
      await findTicketPage(service.db, viewer, code, new Date(Date.now() + openForMs - 60_000)),
    ).toBeDefined()
    expect(
      await findTicketPage(service.db, viewer, code, new Date(Date.now() + openForMs + 60_000)),
    ).toBeUndefined()
  })

  it('stays noted for good: the record can only grow', async () => {
    await expect(service.db.prisma.breakGlass.deleteMany()).rejects.toThrow('can only grow')
    await expect(
      service.db.prisma.breakGlass.updateMany({ data: { reason: 'x' } }),
    ).rejects.toThrow('can only grow')
  })

  it('is not for whom a complaint names, who gets the very answer that a made-up number gets', async () => {
    const resident = await residentOf(service, 'YL010101')
    const { code, ticket } = await report(service, resident, '管理员收了钱', 'complaint_staff', {
      concern: 'unsaid',
    })
    await given(service, code)
    await service.db.prisma.ticket.update({
      where: { id: ticket.id },
      data: { concernedIds: [ids['administrator'] ?? ''] },
    })
    const [real, madeUp] = [await open(code, reason), await open('JW-4K7Q2M9XH4', reason)]
    const withoutWhatWasAsked = ({ status, html }: typeof real) => [
      status,
      html.replaceAll(/JW-[0-9A-Z]{10}|_csrf" value="[^"]+"/g, ''),
    ]
    expect(withoutWhatWasAsked(real)).toEqual(withoutWhatWasAsked(madeUp))
    expect(real.status).toBe(400)
    expect(await administrator.get(`/console/tickets/${code}`)).toMatchObject({ status: 404 })
  })

  it('of a complaint tells its handler, and not the supervisors whom it may be about', async () => {
    const resident = await residentOf(service, 'YL010101')
    const { code } = await report(service, resident, '上面的人不管', 'complaint_staff', {
      concern: 'above',
    })
    const { assigneeId } = await given(service, code)
    const handler = await chatOfMember(service, assigneeId ?? '')
    expect(await open(code, reason)).toMatchObject({ status: 303 })
    await handler.hears(reason)
    const overview = await (await signedIn(service, ids['supervisor'] ?? '')).get(
      '/console/supervision',
    )
    expect(overview.html).not.toContain(code)
  })
})
