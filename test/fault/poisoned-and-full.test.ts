import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { statement } from '../../src/platform/postgres/query.ts'
import { signedIn } from '../browsers/staff-browser.ts'
import { residentOf } from '../residents/report.ts'
import { telegramPerson } from '../residents/telegram-person.ts'
import { type BotApi, startBotApi } from '../servers/bot-api.ts'
import { type Service, startService } from '../servers/service.ts'
import { until } from '../until.ts'

describe('a message that can not be handled', () => {
  let service: Service
  beforeAll(async () => {
    service = await startService()
  })
  afterAll(() => service?.stopAll())

  it('is set aside after five tries and kept; the conversation goes on, and an administrator tries it again', async () => {
    const resident = await residentOf(service, 'YL010101')
    await resident.hears('发生了什么事')
    const { id: conversationId } = await service.db.prisma.conversation.findFirstOrThrow()
    // As a later version might have kept it before it was taken back.
    const poisoned = {
      channel: 'webchat',
      externalId: 'poisoned',
      conversationId,
      payload: { kind: 'hologram', text: 'MARKED 路坏了' },
    }
    const { id } = await service.db.prisma.inbound.create({ data: poisoned })
    await resident.says('/help')
    await resident.hears('/status')
    const row = await service.db.prisma.inbound.findUniqueOrThrow({ where: { id } })
    expect(row).toMatchObject({
      attempts: 5,
      doneAt: null,
      setAsideAt: expect.any(Date),
      error: expect.stringContaining('ZodError'),
    })
    expect(
      (await resident.lines()).some(
        ({ text }) => text.includes('出了问题') || text.includes('没能'),
      ),
    ).toBe(true)

    const administrator = await signedIn(
      service,
      service.organisation.members.find(({ role }) => role === 'administrator')?.id ?? '',
    )
    const page = await administrator.get('/console/admin/messages')
    expect([page.html.includes('ZodError'), page.html.includes('MARKED')]).toEqual([true, false])
    // The cause is mended, and nothing was lost.
    await service.db.prisma.inbound.update({
      where: { id },
      data: { payload: { kind: 'said', text: 'MARKED 路坏了', files: [] } },
    })
    expect(
      await administrator.post(
        /"(\/console\/admin\/messages\/[\w-]+\/retry)"/.exec(page.html)?.[1] ?? '',
        {},
      ),
    ).toMatchObject({ status: 303 })
    await until(
      'it is handled',
      async () =>
        (await service.db.prisma.inbound.findUniqueOrThrow({ where: { id } })).doneAt !== null,
    )
    await resident.hears('最后看一遍')
    expect((await administrator.get('/console/admin/messages')).html).not.toContain('ZodError')
  })
})

describe('when too much waits', () => {
  let api: BotApi
  let service: Service
  beforeAll(async () => {
    api = await startBotApi()
    service = await startService({
      TELEGRAM_BOT_TOKEN: api.token,
      TELEGRAM_API_ROOT: api.root,
      BACKLOG_LIMIT: '10',
    })
  })
  afterAll(async () => {
    await service?.stopAll()
    await api?.close()
  })

  it('messages are refused with 503 before anything of them is kept, Telegram keeps its own, and all comes by itself afterwards', async () => {
    const resident = await residentOf(service, 'YL010101')
    await resident.hears('发生了什么事')
    await until(
      'it is handled',
      async () => (await service.db.prisma.inbound.count({ where: { doneAt: null } })) === 0,
    )
    const { id: conversationId } = await service.db.prisma.conversation.findFirstOrThrow()
    // A worker elsewhere holds this conversation, and its messages pile up.
    const held = withResolvers()
    const holding = service.db.transaction(async (tx) => {
      await tx.read(
        statement`select 1 from "Conversation" where "id" = ${conversationId}::uuid for no key update`,
      )
      await held.promise
    })
    await service.db.prisma.inbound.createMany({
      data: Array.from({ length: 12 }, (_, index) => ({
        channel: 'webchat',
        externalId: `waits ${index}`,
        conversationId,
        payload: { kind: 'unsupported' },
      })),
    })
    const refused = await until('it is full', async () => {
      const answer = await resident.says('/help')
      return answer.status === 503 ? answer : undefined
    })
    expect([
      refused.headers.get('retry-after'),
      ((await refused.json()) as { type: string }).type,
    ]).toEqual(['15', '/problems/unavailable'])
    const kept = await service.db.prisma.inbound.count({ where: { channel: 'webchat' } })
    const [other] = [telegramPerson(api, 77_700_001)]
    await other.says('村口的路灯坏了')
    expect((await resident.says('/help')).status).toBe(503)
    expect(await service.db.prisma.inbound.count({ where: { channel: 'webchat' } })).toBe(kept)
    // What is there can still be read, and the service is ready for it.
    expect((await fetch(`${service.url}/readyz`)).status).toBe(200)
    held.resolve()
    await holding
    await other.hears('开始之前')
    expect(
      (
        await until('it takes in again', async () => {
          const answer = await resident.says('/help')
          return answer.status === 202 ? answer : undefined
        })
      ).status,
    ).toBe(202)
    await resident.hears('/status')
  })
})

describe('a chat that answers slowly', () => {
  it('delays only itself', async () => {
    const api = await startBotApi()
    const service = await startService({
      TELEGRAM_BOT_TOKEN: api.token,
      TELEGRAM_API_ROOT: api.root,
    })
    try {
      const [slow, other] = [telegramPerson(api, 88_800_001), telegramPerson(api, 88_800_002)]
      const asked: number[] = []
      api.trouble((_, chat) => {
        asked.push(chat)
        return chat === slow.id ? { silentMs: 20_000 } : undefined
      })
      await slow.says('村口的路灯坏了')
      await until('the slow chat is being answered', () => asked.includes(slow.id))
      await other.says('自来水停了')
      await other.hears('开始之前')
      expect(slow.messages()).toEqual([])
    } finally {
      await service.stopAll()
      await api.close()
    }
  })
})

function withResolvers(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  const made: { resolve: () => void } = { resolve: () => {} }
  const promise = new Promise<void>((resolve) => {
    made.resolve = resolve
  })
  return { promise, resolve: () => made.resolve() }
}
