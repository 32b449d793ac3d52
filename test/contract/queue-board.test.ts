import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startJawab } from '../../src/app.ts'
import { signedIn } from '../browsers/staff-browser.ts'
import { report, residentOf } from '../residents/report.ts'
import { ownRedis, queueBackends } from '../servers/database.ts'
import { routesOf, type Service, startService } from '../servers/service.ts'
import { until } from '../until.ts'

describe.each(queueBackends())('the queues on $name', ({ redisUrl }) => {
  let service: Service
  beforeAll(async () => {
    service = await startService({ REDIS_URL: redisUrl })
    // What the database refuses: handling it fails, with the words in PostgreSQL's own message.
    const resident = await residentOf(service, 'YL010101')
    await service.db.prisma
      .$executeRaw`alter table "TicketMessage" add constraint "nothing" check ("text" not like 'MARKED%')`
    await resident.says('MARKED桥断了')
    await resident.presses('category:road')
    await resident.presses('send')
    await until('it failed', () =>
      service.db.prisma.inbound.findFirst({ where: { attempts: { gt: 0 } } }),
    )
  })
  afterAll(() => service?.stopAll())
  const personOf = (role: string) =>
    signedIn(service, service.organisation.members.find((each) => each.role === role)?.id ?? '')

  it('are shown to administrators, with ids and no words, and to nobody else', async () => {
    const administrator = await personOf('administrator')
    const asked =
      '/console/admin/queues/api/queues?activeQueue=conversation&status=latest&page=1&jobsPerPage=50'
    const shown = await until('a nudge that failed is shown', async () => {
      const { html } = await administrator.get(asked)
      return html.includes('error 23514 at ') ? html : undefined
    })
    expect(
      (JSON.parse(shown) as { queues: { name: string }[] }).queues.map(({ name }) => name).sort(),
    ).toEqual(['assignment', 'conversation', 'deadline', 'delivery', 'webhook'])
    expect(shown).not.toContain('MARKED')
    expect(shown).not.toContain('桥断了')
    const { status, html, policy } = await administrator.get('/console/admin/queues')
    expect([status, policy]).toEqual([200, expect.stringContaining("base-uri 'self'")])
    const [, base = ''] = /<base href="([^"]+)"/.exec(html) ?? []
    const parts = [...html.matchAll(/(?:src|href)="(static\/(?:js|css)\/[^"]+)"/g)].map(
      ([, part = '']) => `${base}${part}`,
    )
    expect(parts.length).toBeGreaterThan(3)
    for (const part of parts)
      expect([part, (await administrator.get(part)).status]).toEqual([part, 200])
    for (const role of ['member', 'lead', 'supervisor']) {
      const person = await personOf(role)
      for (const path of [
        asked,
        '/console/admin/queues',
        '/console/admin/queues/static/css/none.css',
      ])
        expect([role, (await person.get(path)).status]).toEqual([role, 404])
    }
    expect((await fetch(`${service.url}${asked}`, { redirect: 'manual' })).status).toBe(303)
  })

  it('can be looked at and not changed', async () => {
    const changing = routesOf(service).filter((route) =>
      /^(PUT|POST|PATCH|DELETE) \/console\/admin\/queues/.test(route),
    )
    expect(changing.length).toBeGreaterThan(5)
    const administrator = await personOf('administrator')
    for (const route of changing) {
      const [method = '', path = ''] = route.split(' ')
      const address = path
        .replace(':queueName', 'conversation')
        .replace(':queueStatus', 'failed')
        .replaceAll(/:\w+/g, '1')
      expect([route, (await administrator.send(method, address)).status]).toEqual([route, 405])
    }
  })
})

it.each([
  ['over the queue, from one process to another,', ['web']],
  ['in one process', ['web', 'worker']],
] as const)(
  'a message is followed %s from where it comes in to where its answer goes out, and no word of it',
  async (_, roles) => {
    const received: string[] = []
    const collector = createServer((request, response) => {
      const parts: Buffer[] = []
      request.on('data', (part: Buffer) => parts.push(part))
      request.on('end', () => {
        received.push(`${request.url} ${Buffer.concat(parts).toString()}`)
        response.writeHead(200, { 'content-type': 'application/json' }).end('{}')
      })
    })
    await new Promise<void>((done) => collector.listen(0, '127.0.0.1', done))
    const service = await startService({
      REDIS_URL: ownRedis(),
      ROLES: roles.join(','),
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${(collector.address() as AddressInfo).port}`,
    })
    const worker = roles.some((role) => role === 'worker')
      ? undefined
      : await startJawab({ ...service.config, roles: ['worker'] }, pino({ level: 'silent' }))
    const resident = await residentOf(service, 'YL010101')
    await report(service, resident, 'MARKED井盖丢了', 'road')
    await until(
      'all is shown',
      async () => (await service.db.prisma.outbound.count({ where: { status: 'queued' } })) === 0,
    )
    await worker?.stop()
    await service.stopAll()
    collector.close()
    expect(received.every((each) => each.startsWith('/v1/traces '))).toBe(true)
    type Span = { traceId: string; spanId: string; parentSpanId?: string; name: string }
    const spans = received.flatMap((each) =>
      (
        JSON.parse(each.slice('/v1/traces '.length)) as {
          resourceSpans: { scopeSpans: { spans: Span[] }[] }[]
        }
      ).resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans)),
    )
    const begun = spans.filter(({ name }) => name === 'receive')
    const parts = begun.map(({ traceId }) =>
      spans.filter((span) => span.traceId === traceId).map(({ name }) => name),
    )
    expect(
      parts.some(
        (names) =>
          names.some((name) => name.includes('conversation')) &&
          names.some((name) => name.includes('delivery')),
      ),
    ).toBe(true)
    expect(received.join('')).not.toMatch(/MARKED|井盖/)
  },
)
