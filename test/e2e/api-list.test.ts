import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeApiKey } from '../../src/platform/http/api-keys.ts'
import { makeTickets } from '../residents/made-tickets.ts'
import { type Service, startService } from '../servers/service.ts'

type Page = {
  readonly tickets: readonly {
    readonly code: string
    readonly place: string
    readonly openedAt: string
    readonly status: string
  }[]
  readonly next: string | null
}

describe('the list of tickets', () => {
  let service: Service
  const keys: Record<string, string> = {}
  beforeAll(async () => {
    service = await startService()
    await makeTickets(service.db, 300, 20)
    const createdById =
      service.organisation.members.find(({ role }) => role === 'administrator')?.id ?? ''
    for (const areaCode of ['YL', 'YL01'])
      keys[areaCode] = await makeApiKey(
        service.db,
        { label: areaCode, rights: ['tickets'], areaCode, createdById },
        new Date(),
      )
  })
  afterAll(() => service?.stopAll())
  const get = async (query: string, area = 'YL') => {
    const response = await fetch(`${service.url}/v1/tickets${query}`, {
      headers: { authorization: `Bearer ${keys[area]}` },
    })
    return { status: response.status, body: (await response.json()) as Page & { detail?: string } }
  }

  it('gives every ticket once over its pages, in order, without text', async () => {
    const seen: string[] = []
    let query = '?limit=37'
    for (;;) {
      const { status, body } = await get(query)
      expect(status).toBe(200)
      seen.push(...body.tickets.map(({ openedAt, code }) => `${openedAt} ${code}`))
      if (body.next === null) break
      query = `?limit=37&cursor=${body.next}`
    }
    expect(seen).toHaveLength(300)
    expect(seen).toEqual([...new Set(seen)].sort())
  })

  it('keeps to the area of the key', async () => {
    const { body } = await get('?limit=200', 'YL01')
    expect(body.tickets.length).toBeGreaterThan(50)
    expect(body.tickets.filter(({ place }) => !place.startsWith('YL01'))).toEqual([])
    expect(await get('?area=YL02', 'YL01')).toMatchObject({
      status: 400,
      body: { detail: expect.stringContaining('area') },
    })
    expect(await get('?area=nowhere', 'YL01')).toMatchObject({ status: 400 })
    expect(
      (await get('?area=YL010101&status=closed', 'YL01')).body.tickets.every(
        ({ place, status }) => place === 'YL010101' && status === 'closed',
      ),
    ).toBe(true)
  })

  it('P07 has no complaint about staff', async () => {
    const [one] = await service.db.prisma.ticket.findMany({
      take: 1,
      orderBy: { openedAt: 'desc' },
    })
    await service.db.prisma.ticket.update({
      where: { id: one?.id ?? '' },
      data: { category: 'complaint_staff', confidential: true, teamId: null },
    })
    const { body } = await get('?limit=200&from=2020-01-01T00:00:00Z')
    expect(JSON.stringify(body)).not.toContain(one?.code)
    expect((await get('?category=complaint_staff')).body.tickets).toEqual([])
  })

  it('names what is wrong in a question', async () => {
    for (const [query, field] of [
      ['?limit=0', 'limit'],
      ['?from=yesterday', 'from'],
      ['?status=lost', 'status'],
      ['?cursor=abc', 'cursor'],
    ] as const)
      expect([query, await get(query)]).toEqual([
        query,
        { status: 400, body: expect.objectContaining({ detail: expect.stringContaining(field) }) },
      ])
    expect((await fetch(`${service.url}/v1/tickets`)).status).toBe(401)
  })

  it('answers an unchanged ticket in a few bytes, a changed one in full', async () => {
    const row = await service.db.prisma.ticket.findFirstOrThrow({ where: { status: 'accepted' } })
    await service.db.prisma.ticket.update({
      where: { code: 'JW-0000000000' },
      data: { code: 'JW-ZZZZZZZZZZ' },
    })
    await service.db.prisma.ticket.update({
      where: { id: row.id },
      data: { code: 'JW-0000000000' },
    })
    const first = await fetch(`${service.url}/v1/tickets/JW-0000000000`)
    const etag = first.headers.get('etag') ?? ''
    expect([first.status, etag.length > 10, first.headers.get('cache-control')]).toEqual([
      200,
      true,
      'no-store',
    ])
    const again = await fetch(`${service.url}/v1/tickets/JW-0000000000`, {
      headers: { 'if-none-match': etag },
    })
    expect([again.status, await again.text()]).toEqual([304, ''])
    await service.db.prisma.ticket.update({
      where: { id: row.id },
      data: { reopenedCount: { increment: 1 } },
    })
    expect(
      (
        await fetch(`${service.url}/v1/tickets/JW-0000000000`, {
          headers: { 'if-none-match': etag },
        })
      ).status,
    ).toBe(200)
  })
})
