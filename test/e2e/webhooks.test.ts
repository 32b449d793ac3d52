import { Webhook } from 'standardwebhooks'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeApiKey } from '../../src/platform/http/api-keys.ts'
import { signedIn } from '../browsers/staff-browser.ts'
import { report, residentOf } from '../residents/report.ts'
import { ownRedis } from '../servers/database.ts'
import { type HookReceiver, startHookReceiver } from '../servers/hook-receiver.ts'
import { type Service, startService } from '../servers/service.ts'
import { until } from '../until.ts'

describe('webhooks', () => {
  const redisUrl = ownRedis()
  let service: Service
  let receiver: HookReceiver
  let key: string
  beforeAll(async () => {
    service = await startService({ REDIS_URL: redisUrl, PRIVATE_HOSTS: '127.0.0.1' })
    receiver = await startHookReceiver()
    key = await keyFor('YL')
  })
  afterAll(async () => {
    await receiver?.close()
    await service?.stopAll()
  })

  const administrator = () =>
    service.organisation.members.find(({ role }) => role === 'administrator')?.id ?? ''
  const keyFor = (areaCode: string) =>
    makeApiKey(
      service.db,
      { label: 'test', rights: ['webhooks'], areaCode, createdById: administrator() },
      new Date(),
    )
  const api = async (method: string, path: string, body?: unknown, by = key) => {
    const response = await fetch(`${service.url}/v1/webhooks${path}`, {
      method,
      headers: {
        authorization: `Bearer ${by}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    return {
      status: response.status,
      body: (text === '' ? undefined : JSON.parse(text)) as { [name: string]: string } & {
        id: string
        secret: string
        type: string
      },
    }
  }
  const subscribe = async (events: readonly string[], more = {}) => {
    const { status, body } = await api('POST', '', { url: receiver.url, events, ...more })
    expect(status).toBe(201)
    receiver.received.length = 0
    receiver.answer = () => ({ status: 204 })
    return body
  }
  const reported = async (village: string, category: string, concern?: string) =>
    report(
      service,
      await residentOf(service, village),
      '井水浑浊不能喝',
      category,
      concern === undefined ? {} : { concern },
    )
  const types = () =>
    receiver.received.map(({ body }) => (JSON.parse(body) as { type: string }).type)

  it('P23 tell of each step of a ticket, in order, signed so that the published library verifies it, and thin', async () => {
    const { id, secret } = await subscribe([
      'ticket.assigned',
      'ticket.accepted',
      'ticket.resolved',
      'ticket.reopened',
      'ticket.closed',
    ])
    const { resident, code, ticket } = await reported('YL010101', 'drinking_water')
    const member = await signedIn(service, ticket.assigneeId ?? '')
    await member.get('/console/tickets')
    await member.post(`/console/tickets/${code}/accept`, {})
    await member.post(`/console/tickets/${code}/resolve`, { text: '已换水管' })
    await resident.hears('已换水管')
    await resident.presses(`yes:${code}`)
    await until('four calls came', () => receiver.received.length >= 4)
    expect(types()).toEqual([
      'ticket.assigned',
      'ticket.accepted',
      'ticket.resolved',
      'ticket.closed',
    ])
    for (const { headers, body } of receiver.received) {
      expect(new Webhook(secret).verify(body, headers as Record<string, string>)).toEqual({
        type: expect.any(String),
        timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
        data: { code, status: expect.any(String) },
      })
      expect(body).not.toContain('井水')
    }
    expect(new Set(receiver.received.map(({ headers }) => headers['webhook-id'])).size).toBe(4)
    expect((await api('DELETE', `/${id}`)).status).toBe(204)
  })

  it('are repeated after a failure under the same id, and the next of the same ticket waits until then', async () => {
    const { id } = await subscribe(['ticket.assigned', 'ticket.accepted'])
    receiver.answer = () => ({ status: receiver.received.length === 1 ? 500 : 200 })
    const { code, ticket } = await reported('YL010101', 'road')
    const member = await signedIn(service, ticket.assigneeId ?? '')
    await member.get('/console/tickets')
    await member.post(`/console/tickets/${code}/accept`, {})
    await until('the first was repeated', () => receiver.received.length >= 3, 20_000)
    expect(types()).toEqual(['ticket.assigned', 'ticket.assigned', 'ticket.accepted'])
    expect(receiver.received[0]?.headers['webhook-id']).toBe(
      receiver.received[1]?.headers['webhook-id'],
    )
    await until(
      'the last answer is noted',
      async () =>
        (await service.db.prisma.webhookDelivery.count({
          where: { subscriptionId: id, status: 'queued' },
        })) === 0,
    )
    const { body: log } = await api('GET', `/${id}/deliveries`)
    expect(log).toMatchObject([
      { type: 'ticket.accepted', status: 'delivered', attempts: 1, answer: '200' },
      { type: 'ticket.assigned', status: 'delivered', attempts: 2 },
    ])
    receiver.received.length = 0
    const [last] = log as unknown as { id: string }[]
    expect((await api('POST', `/${id}/deliveries/${last?.id}/replay`)).status).toBe(202)
    await until('it came again', () => receiver.received.length === 1)
    expect(receiver.received[0]?.headers['webhook-id']).toBe(last?.id)
    expect((await api('DELETE', `/${id}`)).status).toBe(204)
  })

  it('wait as long as Retry-After says, end at 410, and after five days of failure say so to who made the key', async () => {
    const { id } = await subscribe(['ticket.closed'])
    receiver.answer = () => ({ status: 429, headers: { 'retry-after': '3600' } })
    await api('POST', `/${id}/test`)
    await until(
      'it was refused',
      async () =>
        (await service.db.prisma.webhookDelivery.count({
          where: { subscriptionId: id, attempts: 1 },
        })) === 1,
    )
    const { notBefore } = await service.db.prisma.webhookDelivery.findFirstOrThrow({
      where: { subscriptionId: id },
    })
    expect(notBefore.getTime()).toBeGreaterThan(Date.now() + 3_500_000)

    receiver.answer = () => ({ status: 503 })
    await service.db.prisma.webhookSubscription.update({
      where: { id },
      data: { failingSince: new Date(Date.now() - 5 * 86_400_000) },
    })
    await api('POST', `/${id}/test`)
    await until(
      'it is off',
      async () =>
        (await service.db.prisma.webhookSubscription.findUniqueOrThrow({ where: { id } }))
          .disabledFor === 'failing',
    )
    expect(await api('POST', `/${id}/enable`)).toMatchObject({
      status: 200,
      body: { disabledAt: null },
    })

    receiver.answer = () => ({ status: 410 })
    await api('POST', `/${id}/test`)
    await until(
      'it is off',
      async () =>
        (await service.db.prisma.webhookSubscription.findUniqueOrThrow({ where: { id } }))
          .disabledFor === 'gone',
    )
    expect((await api('DELETE', `/${id}`)).status).toBe(204)
  })

  it('sign with the old secret too for a day after a change', async () => {
    const { id, secret } = await subscribe(['ticket.closed'])
    const { body } = await api('POST', `/${id}/secret`)
    await api('POST', `/${id}/test`)
    await until('it came', () => receiver.received.length === 1)
    const [{ headers, body: text } = { headers: {}, body: '' }] = receiver.received
    for (const each of [secret, body.secret])
      expect(new Webhook(each).verify(text, headers as Record<string, string>)).toMatchObject({
        type: 'ticket.test',
      })
    expect((await api('DELETE', `/${id}`)).status).toBe(204)
  })

  it('P07 tell of no complaint about staff, and of no other area', async () => {
    const elsewhere = await keyFor('YL02')
    const own = await subscribe(['ticket.assigned', 'ticket.accepted'])
    const { body: other } = await api(
      'POST',
      '',
      { url: receiver.url, events: ['ticket.assigned'] },
      elsewhere,
    )
    const { ticket } = await reported('YL010101', 'complaint_staff', 'team')
    expect(ticket.confidential).toBe(true)
    const { code } = await reported('YL010101', 'waste')
    await until('the other ticket was told of', () => receiver.received.length >= 1)
    expect(
      receiver.received.map(
        ({ body }) => (JSON.parse(body) as { data: { code: string } }).data.code,
      ),
    ).toEqual([code])
    expect(
      await service.db.prisma.webhookDelivery.count({
        where: { OR: [{ ticketId: ticket.id }, { subscriptionId: other.id }] },
      }),
    ).toBe(0)
    for (const path of [`/${other.id}/deliveries`])
      expect((await api('GET', path)).status).toBe(404)
    expect(
      (
        await api(
          'POST',
          '',
          { url: receiver.url, events: ['ticket.closed'], area: 'YL01' },
          elsewhere,
        )
      ).status,
    ).toBe(400)
    await api('DELETE', `/${own.id}`)
    await api('DELETE', `/${other.id}`, undefined, elsewhere)
  })

  it('are for keys with the right only', async () => {
    for (const by of ['nonsense', 'jwk_nonsense'])
      expect(await api('GET', '', undefined, by)).toMatchObject({
        status: 401,
        body: { type: '/problems/unauthorized' },
      })
    const listing = await makeApiKey(
      service.db,
      { label: 'list', rights: ['tickets'], areaCode: 'YL', createdById: administrator() },
      new Date(),
    )
    expect(await api('GET', '', undefined, listing)).toMatchObject({
      status: 403,
      body: { type: '/problems/forbidden' },
    })
  })
})

describe('an address of a webhook', () => {
  let service: Service
  let key: string
  let receiver: HookReceiver
  beforeAll(async () => {
    service = await startService()
    receiver = await startHookReceiver()
    const administrator =
      service.organisation.members.find(({ role }) => role === 'administrator')?.id ?? ''
    key = await makeApiKey(
      service.db,
      { label: 'test', rights: ['webhooks'], areaCode: 'YL', createdById: administrator },
      new Date(),
    )
  })
  afterAll(async () => {
    await receiver?.close()
    await service?.stopAll()
  })

  it.each([
    'http://127.0.0.1:9/',
    'http://localhost:9/',
    'http://[::1]/',
    'http://10.0.0.8/',
    'http://192.168.1.1/',
    'http://169.254.169.254/latest/meta-data',
    'http://[::ffff:127.0.0.1]/',
    'http://[::127.0.0.1]/',
    'http://[::a00:8]/',
    'http://[::c0a8:101]/',
    'http://[64:ff9b::7f00:1]/',
    'http://[2002:7f00:1::]/',
    'http://[fd00::1]/',
    'http://0.0.0.0/',
    'http://2130706433/',
  ])('may not be %s', async (url) => {
    const response = await fetch(`${service.url}/v1/webhooks`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ url, events: ['ticket.closed'] }),
    })
    expect([response.status, ((await response.json()) as { type: string }).type]).toEqual([
      400,
      '/problems/address-refused',
    ])
  })

  it('is judged again at each call: a name that now leads inside is not called', async () => {
    const id = crypto.randomUUID()
    const row = await service.db.prisma.apiKey.findFirstOrThrow()
    // As if the name had resolved to a public address when it was subscribed.
    const { subscribe } = await import('../../src/webhooks/webhooks.store.ts')
    const { queueTest } = await import('../../src/webhooks/deliveries.store.ts')
    const { openKeyRing } = await import('../../src/platform/sealing/key-ring.ts')
    const keys = await openKeyRing(service.config)
    const { subscription } = await subscribe(
      service.db,
      keys,
      {
        keyId: row.id,
        url: receiver.url.replace('127.0.0.1', 'localhost'),
        events: ['ticket.closed'],
        areaCode: 'YL',
      },
      new Date(),
    )
    expect(id).not.toBe(subscription.id)
    await queueTest(service.db, subscription.id, new Date())
    await until(
      'it was tried',
      async () =>
        (await service.db.prisma.webhookDelivery.count({
          where: { subscriptionId: subscription.id, attempts: 1 },
        })) === 1,
    )
    expect(
      (
        await service.db.prisma.webhookDelivery.findFirstOrThrow({
          where: { subscriptionId: subscription.id },
        })
      ).answer,
    ).toBe('forbidden address')
    expect(receiver.received).toEqual([])
  })
})
