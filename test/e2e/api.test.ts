import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { toTicketCode } from '../../src/tickets/code.ts'
import { readMetrics, type Service, startService } from '../servers/service.ts'

describe('the HTTP API', () => {
  let service: Service
  beforeAll(async () => {
    service = await startService()
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
      body: {
        type: '/problems/wrong-check-character',
        status: 400,
        detail: expect.stringContaining('code'),
      },
    })
    expect(await get('/v1/tickets/hello')).toMatchObject({
      status: 400,
      body: { type: '/problems/invalid-ticket-code' },
    })
    expect(await get(`/v1/tickets/${unknown}`)).toMatchObject({
      status: 404,
      type: 'application/problem+json',
      body: { type: '/problems/no-such-ticket' },
    })
  })

  it('says live, ready and what it measures, and documents itself', async () => {
    expect(await get('/healthz')).toMatchObject({ status: 200, body: { live: true } })
    expect(await get('/readyz')).toMatchObject({
      status: 200,
      body: { ready: true, dependencies: { database: 'ready', queue: 'ready' } },
    })
    expect(await readMetrics(service)).toContain('jawab_waiting_rows{stage="inbound"} 0')
    const { body } = await get('/openapi.json')
    expect(body).toMatchObject({
      openapi: '3.1.0',
      paths: { '/v1/tickets/{code}': expect.anything() },
    })
    expect((await fetch(`${service.url}/docs`)).status).toBe(200)
  })

  it('answers what is not there with a problem document, and no stack', async () => {
    expect(await get('/nowhere')).toMatchObject({
      status: 404,
      body: { type: '/problems/not-found' },
    })
    const broken = await fetch(`${service.url}/channels/webchat/messages`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"id":',
    })
    expect(broken.status).toBe(400)
    expect(await broken.text()).not.toMatch(/at .*\.ts|node_modules/)
  })
})
