import { Agent, request } from 'node:http'
import fc from 'fast-check'
import { makeApiKey } from '../../src/platform/http/api-keys.ts'
import { type Service, startService } from '../servers/service.ts'

/** A route that programs and pages call, and what its requests carry. */
type Route = {
  readonly method: 'GET' | 'POST' | 'DELETE'
  readonly path: string
  readonly body?: 'json' | 'form' | 'multipart'
}

/**
 * Every route that takes something from outside without a sign-in. `ID`, `CODE` and `JUNK` are
 * filled in again each time.
 */
const routes: readonly Route[] = [
  { method: 'GET', path: '/v1/tickets/JUNK' },
  { method: 'GET', path: '/v1/tickets?JUNK' },
  { method: 'POST', path: '/v1/webhooks', body: 'json' },
  { method: 'GET', path: '/v1/webhooks?JUNK' },
  { method: 'DELETE', path: '/v1/webhooks/JUNK' },
  { method: 'POST', path: '/v1/webhooks/JUNK/test', body: 'json' },
  { method: 'GET', path: '/v1/webhooks/JUNK/deliveries' },
  { method: 'POST', path: '/v1/webhooks/ID/deliveries/JUNK/replay', body: 'json' },
  { method: 'GET', path: '/open311/v2/services.json?JUNK' },
  { method: 'GET', path: '/open311/v2/services/JUNK.xml' },
  { method: 'GET', path: '/open311/v2/requests.xml?JUNK' },
  { method: 'GET', path: '/open311/v2/requests/JUNK.json' },
  { method: 'GET', path: '/open311/v2/tokens/JUNK.xml' },
  { method: 'POST', path: '/open311/v2/requests.json', body: 'form' },
  { method: 'POST', path: '/open311/v2/requests.xml', body: 'multipart' },
  { method: 'POST', path: '/channels/webchat/messages', body: 'json' },
  { method: 'POST', path: '/channels/webchat/files', body: 'multipart' },
  { method: 'GET', path: '/channels/webchat/mydata.json?JUNK' },
  { method: 'GET', path: '/status?JUNK' },
  { method: 'POST', path: '/console/login', body: 'form' },
  { method: 'GET', path: '/console/supervision?JUNK' },
  { method: 'GET', path: '/console/tickets/JUNK' },
]

type Finding = {
  readonly route: string
  readonly status: number | 'no answer'
  readonly sent: string
  readonly answered: string
}

/**
 * Sends `each` generated bad requests to every route: wrong types, unknown fields, too long, wrong
 * encodings, deep nesting, wrong content types, half a body. Whatever is sent, the answer comes
 * soon, is not a 5xx and shows no stack.
 */
export async function fuzzRoutes(
  each: number,
  seed: number,
): Promise<{
  readonly sent: number
  readonly routes: number
  readonly findings: readonly Finding[]
}> {
  // Behind a proxy each request can come from another address: else the limit would answer nearly
  // all of them.
  const service = await startService({
    PUBLIC_URL: 'https://jawab.example',
    TRUSTED_PROXIES: '127.0.0.1',
    LOG_LEVEL: 'fatal',
  })
  const agent = new Agent({ keepAlive: true, maxSockets: 16 })
  try {
    const createdById =
      service.organisation.members.find(({ role }) => role === 'administrator')?.id ?? ''
    const key = await makeApiKey(
      service.db,
      { label: 'fuzz', rights: ['tickets', 'webhooks', 'reports'], areaCode: 'YL', createdById },
      new Date(),
    )
    const findings: Finding[] = []
    const count = { sent: 0 }
    for (const [index, route] of routes.entries()) {
      const cases = fc.sample(attack(route, key), { numRuns: each, seed: seed + index })
      for (let from = 0; from < cases.length; from += 16)
        await Promise.all(
          cases.slice(from, from + 16).map(async (one) => {
            count.sent += 1
            const { status, text } = await send(service, agent, route.method, one)
            const isWrong =
              status === 'no answer'
                ? !one.isHalf
                : status >= 500 || /\bat .+\.(?:ts|js):\d+/.test(text)
            if (isWrong)
              findings.push({
                route: `${route.method} ${route.path}`,
                status,
                sent: `${one.path} ${one.type} ${one.body.toString('latin1')}`.slice(0, 300),
                answered: text.slice(0, 200),
              })
          }),
        )
    }
    const alive = await fetch(`${service.url}/readyz`)
    if (!alive.ok)
      findings.push({
        route: 'GET /readyz',
        status: alive.status,
        sent: 'after all the others',
        answered: await alive.text(),
      })
    return { sent: count.sent, routes: routes.length, findings }
  } finally {
    agent.destroy()
    await service.stopAll()
  }
}

type Attack = {
  readonly path: string
  readonly type: string
  readonly body: Buffer
  readonly isHalf: boolean
  readonly authorization: string
  readonly from: string
}

const awkward = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.string({ maxLength: 40 }),
  fc.constantFrom(
    '',
    ' ',
    '\u0000',
    '%',
    '../../etc/passwd',
    '💥',
    '\ud800',
    '\'; drop table "Ticket"; --',
    '{{7*7}}',
    '<script>',
    'x'.repeat(5_000),
    '1e999',
    '-1',
    'null',
    'JW-0000000000',
    'ئۇ‮',
  ),
  fc.uuid(),
)
const fields = [
  'url',
  'events',
  'area',
  'limit',
  'cursor',
  'from',
  'until',
  'status',
  'category',
  'id',
  'text',
  'kind',
  'files',
  'button',
  'token',
  'service_code',
  'lat',
  'long',
  'address_id',
  'description',
  'media_url',
  'start_date',
  'page',
  'weeks',
  'end',
  'which',
  'jurisdiction_id',
  'api_key',
  '__proto__',
  'constructor',
  'attribute[danger]',
]
const field = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...fields) },
  { weight: 1, arbitrary: awkward },
)
const pairs = fc.array(fc.tuple(field, awkward), { maxLength: 6 })
const query = pairs.map((all) =>
  all.map(([name, value]) => `${safely(name)}=${safely(value)}`).join('&'),
)

function attack(route: Route, key: string): fc.Arbitrary<Attack> {
  const nested = fc.nat({ max: 3_000 }).map((depth) => '['.repeat(depth) + ']'.repeat(depth))
  const json = fc.oneof(
    fc
      .dictionary(field, fc.jsonValue({ maxDepth: 3 }), { maxKeys: 6 })
      .map((value) => JSON.stringify(value)),
    fc.jsonValue().map((value) => JSON.stringify(value)),
    nested,
    nested.map((value) => `{"url":${value},"events":${value}}`),
    fc.string({ unit: 'binary', maxLength: 200 }),
    fc.constant(`{"url":"${'a'.repeat(300_000)}"}`),
  )
  const form = fc.oneof(query, awkward)
  const multipart = fc
    .tuple(pairs, fc.uint8Array({ maxLength: 400 }))
    .map(
      ([all, bytes]) =>
        `${all.map(([name, value]) => `--edge\r\ncontent-disposition: form-data; name="${name.replaceAll(/[\r\n"]/g, '')}"\r\n\r\n${value}\r\n`).join('')}--edge\r\ncontent-disposition: form-data; name="media"; filename="a.jpg"\r\ncontent-type: image/jpeg\r\n\r\n${Buffer.from(bytes).toString('latin1')}\r\n--edge--\r\n`,
    )
  const body =
    route.body === undefined
      ? fc.constant('')
      : route.body === 'json'
        ? json
        : route.body === 'form'
          ? form
          : fc.oneof(multipart, form)
  const right = {
    json: 'application/json',
    form: 'application/x-www-form-urlencoded',
    multipart: 'multipart/form-data; boundary=edge',
    none: '',
  }[route.body ?? 'none']
  const type =
    route.body === undefined
      ? fc.constant('')
      : fc.oneof(
          { weight: 5, arbitrary: fc.constant(right) },
          {
            weight: 1,
            arbitrary: fc.constantFrom(
              'text/plain',
              'application/xml',
              'application/json; charset=utf-16',
              'multipart/form-data',
              'nonsense',
            ),
          },
        )
  return fc.record({
    path: fc.tuple(awkward, query, fc.uuid()).map(([junk, asked, id]) =>
      route.path
        .replace('?JUNK', () => `?${asked}`)
        .replace('JUNK', () => safely(junk))
        .replace('ID', id),
    ),
    type,
    body: fc
      .tuple(body, fc.boolean())
      .map(([text, latin]) => Buffer.from(text, latin ? 'latin1' : 'utf8')),
    isHalf:
      route.body === undefined ? fc.constant(false) : fc.nat({ max: 20 }).map((draw) => draw === 0),
    authorization: fc.oneof(
      { weight: 3, arbitrary: fc.constant(`Bearer ${key}`) },
      {
        weight: 1,
        arbitrary: fc
          .string({ maxLength: 30 })
          .map((text) => `Bearer ${text.replaceAll(/[^\x20-\x7e]/g, '')}`),
      },
    ),
    from: fc.ipV4(),
  })
}

/** Mostly as a browser would write it; sometimes as it is, where HTTP lets it through. */
function safely(text: string): string {
  try {
    return encodeURIComponent(text)
  } catch {
    return '%ED%A0%80'
  }
}

const patienceMs = 10_000

function send(
  { url }: Service,
  agent: Agent,
  method: string,
  { path, type, body, authorization, from, isHalf }: Attack,
): Promise<{ readonly status: number | 'no answer'; readonly text: string }> {
  return new Promise((resolve) => {
    const headers = {
      authorization,
      'x-forwarded-for': from,
      ...(type === '' ? {} : { 'content-type': type }),
      ...(method === 'GET' ? {} : { 'content-length': String(body.length + (isHalf ? 50 : 0)) }),
    }
    const out = request(
      `${url}${path}`,
      { method, agent, headers, timeout: patienceMs },
      (response) => {
        const parts: Buffer[] = []
        response.on('data', (part: Buffer) => parts.push(part))
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, text: Buffer.concat(parts).toString() }),
        )
        response.on('error', () => resolve({ status: response.statusCode ?? 0, text: '' }))
      },
    )
    out.on('timeout', () => out.destroy(new Error('no answer')))
    out.on('error', (error: NodeJS.ErrnoException) =>
      resolve({
        status: error.code === 'ECONNRESET' || error.code === 'EPIPE' ? 413 : 'no answer',
        text: error.message,
      }),
    )
    if (isHalf) {
      out.write(body)
      setTimeout(() => out.destroy(), 20)
    } else out.end(method === 'GET' ? undefined : body)
  })
}
