import { XMLParser } from 'fast-xml-parser'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeApiKey } from '../../src/platform/http/api-keys.ts'
import { type Service, startService } from '../servers/service.ts'
import { until } from '../until.ts'

/** GeoReport v2, https://wiki.open311.org/GeoReport_v2: each of its methods, in both formats. */
describe('Open311', () => {
  let service: Service
  let key: string
  beforeAll(async () => {
    service = await startService()
    const administrator =
      service.organisation.members.find(({ role }) => role === 'administrator')?.id ?? ''
    key = await makeApiKey(
      service.db,
      {
        label: 'city app',
        rights: ['reports', 'tickets'],
        areaCode: 'YL',
        createdById: administrator,
      },
      new Date(),
    )
  })
  afterAll(() => service?.stopAll())

  const parser = new XMLParser({
    ignoreDeclaration: true,
    isArray: (name) =>
      ['service', 'request', 'attribute', 'value', 'error', 'endpoint', 'format'].includes(name),
  })
  const get = async (path: string, headers: Record<string, string> = {}) => {
    const response = await fetch(`${service.url}/open311/v2/${path}`, { headers })
    const text = await response.text()
    const type = response.headers.get('content-type') ?? ''
    return {
      status: response.status,
      type,
      body: (type.startsWith('text/xml') ? parser.parse(text) : JSON.parse(text)) as never,
      text,
    }
  }
  const post = async (fields: Record<string, string>, format = 'json') => {
    const response = await fetch(`${service.url}/open311/v2/requests.${format}`, {
      method: 'POST',
      body: new URLSearchParams(fields),
    })
    const text = await response.text()
    return {
      status: response.status,
      body: (format === 'xml' ? parser.parse(text) : JSON.parse(text)) as never,
    }
  }
  const idOf = async (token: string) => {
    const found = { id: '' }
    await until('the token leads to a request', async () => {
      const { body } = await get(`tokens/${token}.json`)
      found.id = (body as [{ service_request_id: string | null }])[0].service_request_id ?? ''
      return found.id !== ''
    })
    return found.id
  }
  const pothole = () => ({
    api_key: key,
    jurisdiction_id: 'YL',
    service_code: 'road',
    address_id: 'YL010101',
    description: '路上有个大坑',
    email: 'smit333@sfgov.org',
    device_id: 'tt222111',
    account_id: '123456',
    first_name: 'John',
    last_name: 'Smith',
    phone: '111111111',
  })

  it('tells where its endpoints are', async () => {
    const json = await get('discovery.json')
    expect(json).toMatchObject({
      status: 200,
      type: 'application/json; charset=utf-8',
      body: {
        endpoints: [
          {
            specification: 'http://wiki.open311.org/GeoReport_v2',
            formats: ['text/xml', 'application/json'],
          },
        ],
      },
    })
    const xml = await get('discovery.xml')
    expect(xml).toMatchObject({
      status: 200,
      type: 'text/xml; charset=utf-8',
      body: {
        discovery: {
          endpoints: { endpoint: [{ formats: { format: ['text/xml', 'application/json'] } }] },
        },
      },
    })
    expect(xml.text.startsWith('<?xml version="1.0" encoding="utf-8"?>')).toBe(true)
  })

  it('lists its services in both formats, in the language asked for, without complaints about staff', async () => {
    const { body: json } = await get('services.json?jurisdiction_id=YL', {
      'accept-language': 'en',
    })
    expect(json).toContainEqual({
      service_code: 'road',
      service_name: 'Road',
      description: 'Road',
      metadata: true,
      type: 'batch',
      keywords: 'road',
      group: 'Village services',
    })
    expect(JSON.stringify(json)).not.toContain('complaint')
    const { body: xml } = await get('services.xml', { 'accept-language': 'en' })
    expect((xml as { services: { service: unknown[] } }).services.service).toHaveLength(
      (json as unknown[]).length,
    )
    expect((xml as { services: { service: unknown[] } }).services.service[0]).toMatchObject({
      service_code: 'road',
      metadata: true,
      type: 'batch',
    })
    expect(
      JSON.stringify((await get('services.json', { 'accept-language': 'ug' })).body),
    ).toContain('يول')
    expect(
      JSON.stringify((await get('services.json', { 'accept-language': 'kk-Cyrl;q=1, en' })).body),
    ).toContain('Жол')
    expect(
      JSON.stringify(
        (await get('services.json', { 'accept-language': 'en;q=0.2, fr, ug;q=0.9, *;q=0.1' })).body,
      ),
    ).toContain('يول')
  })

  it('defines a service with its attributes', async () => {
    const { body: json } = await get('services/road.json', { 'accept-language': 'en' })
    expect(json).toEqual({
      service_code: 'road',
      attributes: [
        {
          variable: true,
          code: 'danger',
          datatype: 'singlevaluelist',
          required: false,
          datatype_description: null,
          order: 1,
          description: 'Is anybody in danger?',
          values: [
            { key: 'yes', name: 'Yes' },
            { key: 'no', name: 'No' },
          ],
        },
      ],
    })
    const { body: xml } = await get('services/road.xml', { 'accept-language': 'en' })
    expect(xml).toMatchObject({
      service_definition: {
        service_code: 'road',
        attributes: {
          attribute: [
            { code: 'danger', datatype_description: '', values: { value: [{ key: 'yes' }, {}] } },
          ],
        },
      },
    })
    expect(await get('services/033.xml')).toMatchObject({
      status: 404,
      body: { errors: { error: [{ code: 404 }] } },
    })
    expect(await get('services/complaint_staff.json')).toMatchObject({
      status: 404,
      body: [{ code: 404, description: expect.stringContaining('service_code') }],
    })
  })

  it('takes a report, gives a token, and the token leads to a ticket that went the way of one from a chat', async () => {
    const { status, body } = await post(pothole())
    expect([status, body]).toEqual([
      200,
      [
        {
          token: expect.stringMatching(/^[0-9a-f]{48}$/),
          service_notice: expect.any(String),
          account_id: null,
        },
      ],
    ])
    const id = await idOf((body as [{ token: string }])[0].token)
    const ticket = await service.db.prisma.ticket.findUniqueOrThrow({
      where: { code: id },
      include: { messages: true, events: true },
    })
    expect(ticket).toMatchObject({
      category: 'road',
      placeCode: 'YL010101',
      status: 'assigned',
      language: 'zh-Hans',
      messages: [{ text: '路上有个大坑', by: 'resident' }],
    })
    expect(ticket.events.map(({ type }) => type)).toEqual(['opened', 'assigned'])
    expect(await get(`requests/${id}.json?api_key=${key}`)).toMatchObject({
      status: 200,
      body: [
        {
          service_request_id: id,
          status: 'open',
          service_code: 'road',
          address_id: 'YL010101',
          description: null,
          media_url: null,
          zipcode: null,
        },
      ],
    })
    expect(await get(`requests/${id}.xml`)).toMatchObject({
      body: {
        service_requests: {
          request: [{ service_request_id: id, status: 'open', description: '' }],
        },
      },
    })
  })

  it('takes as many reports a minute as the key may send, and what else the key asks for does not count', async () => {
    const createdById =
      service.organisation.members.find(({ role }) => role === 'administrator')?.id ?? ''
    const ofThree = await makeApiKey(
      service.db,
      { label: 'small', rights: ['reports'], areaCode: 'YL', reportsAMinute: 3, createdById },
      new Date(),
    )
    const answers: number[] = []
    for (let nth = 0; nth < 5; nth++)
      answers.push(
        (await post({ ...pothole(), api_key: ofThree, description: `坑 ${nth}` })).status,
      )
    expect(answers).toEqual([200, 200, 200, 429, 429])
    expect((await get(`requests.json?api_key=${ofThree}`)).status).not.toBe(429)
    expect((await post(pothole())).status).toBe(200)
    const { reportsAMinute } = await service.db.prisma.apiKey.findFirstOrThrow({
      where: { label: 'city app' },
    })
    expect(reportsAMinute).toBe(600)
  })

  it('P29 drops who reports before anything is kept', async () => {
    const { body } = await post({
      ...pothole(),
      description: '桥栏杆断了',
      email: 'marked@example.org',
      first_name: 'MARKED',
      phone: '13999999999',
      device_id: 'MARKED-DEVICE',
    })
    await idOf((body as [{ token: string }])[0].token)
    const rows = JSON.stringify(
      [
        await service.db.prisma.inbound.findMany(),
        await service.db.prisma.ticketMessage.findMany(),
        await service.db.prisma.conversation.findMany(),
      ],
      (_, value) => (typeof value === 'bigint' ? String(value) : value),
    )
    for (const mark of ['marked@example.org', 'MARKED', '13999999999', 'smit333', 'tt222111'])
      expect([mark, rows.includes(mark)]).toEqual([mark, false])
  })

  it('takes a place by where it is or what it is called, a picture with it, and an attribute that says danger', async () => {
    const form = new FormData()
    const { latitude, longitude } =
      service.organisation.places.find(({ code }) => code === 'YL020101') ?? {}
    for (const [name, value] of Object.entries({
      api_key: key,
      service_code: 'electricity',
      lat: String(latitude),
      long: String(longitude),
      'attribute[danger]': 'yes',
    }))
      form.set(name, value)
    form.set(
      'media',
      new Blob([
        new Uint8Array(
          await sharp({ create: { width: 40, height: 30, channels: 3, background: 'red' } })
            .jpeg()
            .toBuffer(),
        ),
      ]),
      'a.jpg',
    )
    const response = await fetch(`${service.url}/open311/v2/requests.xml`, {
      method: 'POST',
      body: form,
    })
    const [{ token }] = (
      parser.parse(await response.text()) as { service_requests: { request: [{ token: string }] } }
    ).service_requests.request
    const id = await idOf(token)
    expect(await service.db.prisma.ticket.findUniqueOrThrow({ where: { code: id } })).toMatchObject(
      {
        placeCode: 'YL020101',
        priority: 'danger',
      },
    )
    expect(
      await service.db.prisma.attachment.count({ where: { message: { ticket: { code: id } } } }),
    ).toBe(1)
    const named = await post({
      api_key: key,
      service_code: 'waste',
      address_string: '恰勒阔德村',
      description: '垃圾没人清',
    })
    const byName = await idOf((named.body as [{ token: string }])[0].token)
    expect(
      (await service.db.prisma.ticket.findUniqueOrThrow({ where: { code: byName } })).placeCode,
    ).toBe('YL010101')
  })

  it.each([
    ['takes a picture of 12 MB', 'picture', 12, 200, ''],
    ['refuses a file of 21 MB', 'picture', 21, 400, 'media: must not be larger than 20 MB'],
    ['refuses a file that is no picture', 'words', 1, 400, 'media: must be a picture'],
  ])('%s', async (_, kind, size, status, description) => {
    const content = Buffer.alloc(size * 1024 * 1024, kind === 'words' ? 'words ' : 0)
    if (kind === 'picture')
      (
        await sharp({ create: { width: 40, height: 30, channels: 3, background: 'red' } })
          .jpeg()
          .toBuffer()
      ).copy(content)
    const form = new FormData()
    for (const [name, value] of Object.entries(pothole())) form.set(name, value)
    form.set('media', new Blob([content]), 'a.jpg')
    const response = await fetch(`${service.url}/open311/v2/requests.json`, {
      method: 'POST',
      body: form,
    })
    expect(response.status).toBe(status)
    expect(await response.text()).toContain(description)
  })

  it.each([
    [
      'all fields of a client, most of them empty',
      {
        lat: '43.2',
        long: '',
        address_string: '',
        media_url: '',
        email: '',
        device_id: '',
        jurisdiction_id: ' ',
      },
    ],
    ['an empty attribute', { 'attribute[danger]': '' }],
    ['an attribute as one of a list', { 'attribute[danger][]': 'no' }],
  ])('takes %s: what is empty is not given', async (_, change) => {
    const { address_id = '', ...others } = pothole()
    expect(await post({ ...others, ...change, address_id })).toMatchObject({ status: 200 })
  })
  it('takes several pictures with a report, and a file field where none was chosen', async () => {
    const picture = async (background: string) =>
      new Blob([
        new Uint8Array(
          await sharp({ create: { width: 40, height: 30, channels: 3, background } })
            .jpeg()
            .toBuffer(),
        ),
      ])
    const form = new FormData()
    for (const [name, value] of Object.entries(pothole())) form.set(name, value)
    form.append('media[]', await picture('red'), 'a.jpg')
    form.append('media[]', await picture('blue'), 'b.jpg')
    form.append('media', new Blob([]), '')
    const response = await fetch(`${service.url}/open311/v2/requests.json`, {
      method: 'POST',
      body: form,
    })
    const [{ token }] = (await response.json()) as [{ token: string }]
    const code = await idOf(token)
    expect(
      await service.db.prisma.attachment.count({ where: { message: { ticket: { code } } } }),
    ).toBe(2)
  })
  it('refuses a report whole where one of its pictures is not to be had, or a field is given twice', async () => {
    const send = async (extra: string) => {
      const response = await fetch(`${service.url}/open311/v2/requests.json`, {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: `${new URLSearchParams(pothole())}&${extra}`,
      })
      return [response.status, await response.text()]
    }
    expect(
      await send('media_url=http://127.0.0.1:1/0.jpeg&media_url=http://127.0.0.1:1/1.jpeg'),
    ).toEqual([400, expect.stringContaining('media_url')])
    expect(await send('description=something+else')).toEqual([
      400,
      expect.stringContaining('description'),
    ])
    expect(await send('description=')).toEqual([200, expect.stringContaining('token')])
  })
  it.each([
    'start_date=2020-01-01T00:00:00+08:00',
    'start_date=2020-01-01T00:00:00%2B08:00',
    'start_date=2020-01-01T00:00:00+0800',
    'start_date=2020-01-01',
    'start_date=&end_date=&status=&service_code=&jurisdiction_id=&page=&page_size=',
    'status=open&status=closed',
  ])('lists requests by %s', async (query) => {
    const { status, body } = await get(`requests.json?api_key=${key}&${query}`)
    expect(status).toBe(200)
    expect((body as unknown[]).length).toBeGreaterThan(0)
  })

  it.each([
    ['no key', { api_key: '' }, 403, 'api_key'],
    ['a key that is none', { api_key: 'xyz' }, 403, 'api_key'],
    ['a service that is none', { service_code: '001' }, 404, 'service_code'],
    ['a complaint about staff', { service_code: 'complaint_staff' }, 404, 'service_code'],
    ['another jurisdiction', { jurisdiction_id: 'sfgov.org' }, 404, 'jurisdiction_id'],
    ['no place', { address_id: '' }, 400, 'address_string'],
    ['a place that is none', { address_id: 'nowhere' }, 400, 'address'],
    ['a county', { address_id: 'YL01' }, 400, 'address'],
    ['no words', { description: '' }, 400, 'description'],
    ['a latitude that is none', { lat: 'north', long: '80' }, 400, 'lat'],
    ['a picture inside the network', { media_url: 'http://127.0.0.1:1/x.jpg' }, 400, 'media_url'],
    ['an attribute that is none', { 'attribute[danger]': 'maybe' }, 400, 'attribute[danger]'],
  ])('refuses %s in both formats, naming the field', async (_, change, status, field) => {
    const fields = { ...pothole(), ...change }
    expect(await post(fields)).toMatchObject({
      status,
      body: [{ code: status, description: expect.stringContaining(field) }],
    })
    expect(await post(fields, 'xml')).toMatchObject({
      status,
      body: { errors: { error: [{ code: status, description: expect.stringContaining(field) }] } },
    })
  })

  it('lists requests for a key, by service, status and time, and several by their ids for anybody', async () => {
    const all = (await get(`requests.json?api_key=${key}`)).body as {
      service_request_id: string
      service_code: string
      requested_datetime: string
    }[]
    expect(all.length).toBeGreaterThanOrEqual(4)
    expect(all.map(({ requested_datetime }) => requested_datetime)).toEqual(
      all
        .map(({ requested_datetime }) => requested_datetime)
        .sort()
        .reverse(),
    )
    expect((await get(`requests.json?api_key=${key}&service_code=road`)).body).toHaveLength(
      all.filter(({ service_code }) => service_code === 'road').length,
    )
    expect((await get(`requests.json?api_key=${key}&status=closed`)).body).toEqual([])
    expect((await get(`requests.json?api_key=${key}&end_date=2020-01-01T00:00:00Z`)).body).toEqual(
      [],
    )
    expect((await get(`requests.xml?api_key=${key}&status=closed`)).body).toEqual({
      service_requests: '',
    })
    const ids = all.slice(0, 2).map(({ service_request_id }) => service_request_id)
    expect((await get(`requests.json?service_request_id=${ids.join(',')}`)).body).toHaveLength(2)
    expect((await get('requests.json')).status).toBe(403)
    expect((await get(`requests.json?api_key=${key}&start_date=yesterday`)).status).toBe(400)
    expect((await get('requests/JW-0000000000.json')).status).toBe(404)
    expect((await get(`tokens/${'0'.repeat(48)}.xml`)).status).toBe(404)
    expect(JSON.stringify(all)).not.toContain('坑')
  })
})
