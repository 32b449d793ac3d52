import { createConfig, lintFromString } from '@redocly/openapi-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeApiKey } from '../../src/platform/http/api-keys.ts'
import { problems } from '../../src/platform/http/problem.ts'
import { startHookReceiver } from '../servers/hook-receiver.ts'
import { type Service, startService } from '../servers/service.ts'

type Operation = {
  readonly operationId: string
  readonly security?: unknown
  readonly parameters?: readonly {
    readonly name: string
    readonly in: string
    readonly schema: { readonly example?: unknown; readonly examples?: readonly unknown[] }
  }[]
  readonly requestBody?: {
    readonly content: Readonly<Record<string, { readonly schema: { readonly $ref?: string } }>>
  }
  readonly responses: Readonly<Record<string, unknown>>
}
type Document = {
  readonly openapi: string
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: {
    readonly schemas: Readonly<
      Record<
        string,
        {
          readonly example?: Record<string, unknown>
          readonly examples?: readonly Record<string, unknown>[]
        }
      >
    >
  }
}

describe('the description of the API', () => {
  let service: Service
  let document: Document
  let text: string
  beforeAll(async () => {
    service = await startService({ PRIVATE_HOSTS: '127.0.0.1' })
    text = await (await fetch(`${service.url}/openapi.json`)).text()
    document = JSON.parse(text) as Document
  })
  afterAll(() => service?.stopAll())

  it('has no finding of the linter', async () => {
    const config = await createConfig({
      extends: ['recommended'],
      rules: {
        'info-license': 'error',
        'security-defined': 'off',
        'operation-4xx-response': 'off',
        'no-server-example.com': 'off',
      },
    })
    const findings = await lintFromString({ source: text, config })
    expect(
      findings.map(
        ({ ruleId, message, location }) => `${ruleId}: ${message} ${location[0]?.pointer ?? ''}`,
      ),
    ).toEqual([])
    expect(document.openapi).toBe('3.1.0')
    expect(Object.keys(document.paths).length).toBeGreaterThan(8)
  })

  it('says nothing that the running service does not do: each operation answers as it is described', async () => {
    const receiver = await startHookReceiver()
    const createdById =
      service.organisation.members.find(({ role }) => role === 'administrator')?.id ?? ''
    const key = await makeApiKey(
      service.db,
      { label: 'all', rights: ['tickets', 'webhooks'], areaCode: 'YL', createdById },
      new Date(),
    )
    const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' }
    const made = await fetch(`${service.url}/v1/webhooks`, {
      method: 'POST',
      headers,
      body: JSON.stringify({ url: receiver.url, events: ['ticket.closed'] }),
    })
    const { id } = (await made.json()) as { id: string }
    await fetch(`${service.url}/v1/webhooks/${id}/test`, {
      method: 'POST',
      headers: { authorization: headers.authorization },
    })
    const { messageId } = await service.db.prisma.webhookDelivery.findFirstOrThrow({
      where: { subscriptionId: id },
    })
    await service.db.prisma.webhookDelivery.updateMany({ data: { status: 'sent' } })
    const place = service.organisation.places.find(({ teamId }) => teamId !== null)?.code ?? ''
    await service.db.prisma.ticket.create({
      data: {
        id: crypto.randomUUID(),
        code: 'JW-0000000000',
        status: 'open',
        category: 'road',
        placeCode: place,
        language: 'zh-Hans',
        openedAt: new Date(),
        firstResponseDueAt: new Date(Date.now() + 1e8),
        resolutionDueAt: new Date(Date.now() + 1e9),
      },
    })
    const values: Readonly<Record<string, string>> = {
      code: 'JW-0000000000',
      id,
      delivery: messageId,
    }
    const called: string[] = []
    // What takes away comes last.
    const operations = Object.entries(document.paths)
      .flatMap(([path, methods]) =>
        Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
      )
      .sort((a, b) => Number(a.method === 'delete') - Number(b.method === 'delete'))
    for (const { path, method, operation } of operations) {
      const address = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => values[name] ?? '')
      const reference = operation.requestBody?.content['application/json']?.schema.$ref
        ?.split('/')
        .at(-1)
      const schema = reference === undefined ? undefined : document.components.schemas[reference]
      const example = schema?.example ?? schema?.examples?.[0]
      if (operation.requestBody !== undefined)
        expect([operation.operationId, example]).not.toEqual([operation.operationId, undefined])
      const response = await fetch(`${service.url}${address}`, {
        method,
        headers: example === undefined ? { authorization: headers.authorization } : headers,
        // The example's own host is not reachable here; ours is.
        ...(example === undefined
          ? {}
          : { body: JSON.stringify({ ...example, url: receiver.url }) }),
      })
      called.push(operation.operationId)
      expect([
        operation.operationId,
        response.status < 300,
        Object.keys(operation.responses).includes(String(response.status)),
      ]).toEqual([operation.operationId, true, true])
      await response.text()
    }
    await receiver.close()
    expect(new Set(called).size).toBe(operations.length)
  })

  it('P23 is read at /docs without anything from elsewhere, and every type of problem has its page', async () => {
    const page = await (await fetch(`${service.url}/docs`)).text()
    expect(page).not.toMatch(/(?:src|href)="(?:https?:)?\/\//)
    for (const name of Object.keys(problems)) {
      const { status, headers } = await fetch(`${service.url}/problems/${name}`)
      expect([name, status, headers.get('content-type')]).toEqual([
        name,
        200,
        'text/html; charset=utf-8',
      ])
    }
    expect(await (await fetch(`${service.url}/problems`)).text()).toContain(
      '/problems/no-such-ticket',
    )
  })
})
