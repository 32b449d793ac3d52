import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeApiKey } from '../../src/platform/http/api-keys.ts'
import { report, residentOf } from '../residents/report.ts'
import { readMetrics, type Service, startService } from '../servers/service.ts'

describe('P42 to the public a complaint about staff looks like any other ticket', () => {
  let service: Service
  let complaint: string
  let other: string
  let key: string
  let elsewhere: string
  beforeAll(async () => {
    service = await startService()
    const administrator =
      service.organisation.members.find(({ role }) => role === 'administrator')?.id ?? ''
    const keyFor = (areaCode: string) =>
      makeApiKey(
        service.db,
        { label: areaCode, rights: ['tickets'], areaCode, createdById: administrator },
        new Date(),
      )
    key = await keyFor('YL')
    elsewhere = await keyFor('YL02')
    const resident = await residentOf(service, 'YL010101')
    complaint = (
      await report(service, resident, '他不来上班', 'complaint_staff', { concern: 'team' })
    ).code
    other = (await report(service, await residentOf(service, 'YL010101'), '路灯坏了', 'road')).code
  })
  afterAll(() => service?.stopAll())

  type Json = null | boolean | number | string | Json[] | { [name: string]: Json }
  const get = async (path: string, as?: string) => {
    const response = await fetch(
      `${service.url}${path}`,
      as === undefined ? {} : { headers: { authorization: `Bearer ${as}` } },
    )
    return {
      status: response.status,
      cache: response.headers.get('cache-control'),
      body: (await response.json()) as Record<string, Json>,
    }
  }
  /**
   * What is left when what differs between any two tickets is taken away: codes, moments, and what
   * happened when.
   */
  const shape = (value: Json): Json => {
    if (typeof value === 'string')
      return /^JW-/.test(value) ? 'CODE' : /^\d{4}-\d\d-\d\dT/.test(value) ? 'MOMENT' : value
    if (Array.isArray(value)) return value.map(shape)
    return typeof value === 'object' && value !== null
      ? Object.fromEntries(Object.entries(value).map(([name, each]) => [name, shape(each)]))
      : value
  }

  it('by its code without a key: neither category nor place nor due time, of any ticket', async () => {
    const [one, two] = [await get(`/v1/tickets/${complaint}`), await get(`/v1/tickets/${other}`)]
    expect([one.status, one.cache, two.cache]).toEqual([200, 'no-store', 'no-store'])
    expect(shape(one.body)).toEqual(shape(two.body))
    for (const { body } of [one, two])
      expect([
        body['category'],
        body['place'],
        body['firstResponseDueAt'],
        body['resolutionDueAt'],
      ]).toEqual([null, null, null, null])
  })

  it('with a key a complaint is answered as without one, and others in full within the area of the key', async () => {
    expect((await get(`/v1/tickets/${complaint}`, key)).body).toEqual(
      (await get(`/v1/tickets/${complaint}`)).body,
    )
    expect((await get(`/v1/tickets/${other}`, key)).body).toMatchObject({
      category: 'road',
      place: 'YL010101',
      resolutionDueAt: expect.any(String),
    })
    expect((await get(`/v1/tickets/${other}`, elsewhere)).body).toMatchObject({
      category: null,
      place: null,
    })
  })

  it('through Open311 too', async () => {
    const ask = (code: string, as?: string) => get(`/open311/v2/requests/${code}.json`, as)
    const [one, two] = [await ask(complaint), await ask(other)]
    expect(one.status).toBe(200)
    expect(shape(one.body)).toEqual(shape(two.body))
    expect(await ask(complaint, key)).toEqual(one)
    expect((await ask(other, key)).body).toMatchObject([
      { service_code: 'road', address_id: 'YL010101' },
    ])
    const listed = await get(`/open311/v2/requests.json?service_request_id=${complaint},${other}`)
    expect((listed.body as unknown as unknown[]).length).toBe(2)
  })

  it('in the metrics there is no complaint, and they are not public', async () => {
    expect((await fetch(`${service.url}/metrics`)).status).toBe(401)
    expect(
      (
        await fetch(`${service.url}/metrics`, {
          headers: { authorization: 'Bearer another-token-of-nobody' },
        })
      ).status,
    ).toBe(401)
    expect(await readMetrics(service)).not.toMatch(/complaint/)
    const bare = await startService({ METRICS_TOKEN: undefined })
    try {
      expect((await fetch(`${bare.url}/metrics`)).status).toBe(404)
    } finally {
      await bare.stopAll()
    }
  })

  it('no answer shows a number that counts what the whole service does', async () => {
    const resident = await residentOf(service, 'YL010101')
    await resident.hears('发生了什么事')
    const ids = (await resident.lines()).flatMap(({ id }) => id ?? [])
    expect(ids.length).toBeGreaterThan(1)
    for (const id of ids) expect(id).toMatch(/^[\w-]{22}$/)
    const rows = await service.db.prisma.outbound.findMany({ select: { id: true } })
    const data = await (
      await fetch(`${service.url}/channels/webchat/mydata.json`, {
        headers: { cookie: resident.cookie() },
      })
    ).text()
    for (const name of ['"retires"', '"replaces"', '"id"'])
      expect([name, data.includes(name)]).toEqual([name, false])
    expect(rows.length).toBeGreaterThan(3)
  })
})
