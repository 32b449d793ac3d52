import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { toTicketCode } from '../../src/domain/ticket-code.ts'
import { ownRedis, queueBackends } from '../database.ts'
import { type Service, startService } from '../service.ts'

describe.each(queueBackends())('the HTTP API, queued on $name', ({ redisUrl }) => {
  let service: Service
  beforeAll(async () => {
    service = await startService({ REDIS_URL: redisUrl })
  })
  afterAll(() => service?.stopAll())
  const get = async (path: string) => {
    const response = await fetch(`${service.url}${path}`)
    return {
      status: response.status,
      type: response.headers.get('content-type') ?? '',
      body: (await response.json()) as Record<string, unknown>,
      headers: response.headers,
    }
  }

  it('tells a mistyped code from an unknown one, both as problem documents', async () => {
    const unknown = toTicketCode([1, 2, 3, 4, 5, 6, 7, 8, 9])
    const mistyped = unknown.slice(0, -1) + (unknown.endsWith('A') ? 'B' : 'A')
    expect(await get(`/v1/tickets/${mistyped}`)).toMatchObject({
      status: 400,
      type: 'application/problem+json',
      body: { type: '/problems/wrong-check-character', status: 400, detail: expect.stringContaining('code') },
    })
    expect(await get('/v1/tickets/hello')).toMatchObject({ status: 400, body: { type: '/problems/invalid-ticket-code' } })
    expect(await get(`/v1/tickets/${unknown}`)).toMatchObject({ status: 404, type: 'application/problem+json', body: { type: '/problems/no-such-ticket' } })
  })

  it('says live, ready and what it measures, and documents itself', async () => {
    expect(await get('/healthz')).toMatchObject({ status: 200, body: { live: true } })
    expect(await get('/readyz')).toMatchObject({ status: 200, body: { ready: true, dependencies: { database: 'ready', queue: 'ready' } } })
    expect(await (await fetch(`${service.url}/metrics`)).text()).toContain('jawab_waiting_rows{stage="inbound"} 0')
    const { body } = await get('/openapi.json')
    expect(body).toMatchObject({ openapi: '3.1.0', paths: { '/v1/tickets/{code}': expect.anything() } })
    expect((await fetch(`${service.url}/docs`)).status).toBe(200)
  })

  it('answers what is not there with a problem document, and no stack', async () => {
    expect(await get('/nowhere')).toMatchObject({ status: 404, body: { type: '/problems/not-found' } })
    const broken = await fetch(`${service.url}/channels/webchat/messages`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"id":' })
    expect(broken.status).toBe(400)
    expect(await broken.text()).not.toMatch(/at .*\.ts|node_modules/)
  })

  it('answers 60 look-ups a minute, then asks to wait', async () => {
    const code = toTicketCode([9, 9, 9, 9, 9, 9, 9, 9, 9])
    const statuses: number[] = []
    for (let time = 0; time < 70; time++) statuses.push((await fetch(`${service.url}/v1/tickets/${code}`)).status)
    expect(statuses.filter((status) => status === 429).length).toBeGreaterThanOrEqual(10)
    const limited = await get(`/v1/tickets/${code}`)
    expect(limited).toMatchObject({ status: 429, type: 'application/problem+json', body: { type: '/problems/too-many-requests' } })
    expect(Number(limited.headers.get('retry-after'))).toBeGreaterThan(0)
    // A made-up key is no new count: codes can not be guessed faster by it.
    const headers = { authorization: 'Bearer jwk_made-up' }
    expect((await fetch(`${service.url}/v1/tickets/${code}`, { headers })).status).toBe(429)
  })
})

describe.skipIf(ownRedis() === undefined)('several copies with one Redis', () => {
  it('count the look-ups of one address together', async () => {
    const redisUrl = ownRedis()
    const copies = [await startService({ REDIS_URL: redisUrl }), await startService({ REDIS_URL: redisUrl })]
    try {
      const code = toTicketCode([7, 7, 7, 7, 7, 7, 7, 7, 7])
      const ask = async (copy: Service | undefined) => (await fetch(`${copy?.url}/v1/tickets/${code}`)).status
      for (let time = 0; time < 60; time++) expect(await ask(copies[0])).toBe(404)
      expect(await ask(copies[1])).toBe(429)
    } finally {
      for (const copy of copies) await copy.stopAll()
    }
  })
})
