import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { report, residentOf } from '../residents/report.ts'
import { telegramPerson } from '../residents/telegram-person.ts'
import { type BotApi, startBotApi } from '../servers/bot-api.ts'
import { type Service, startService } from '../servers/service.ts'
import { until } from '../until.ts'

describe('P25 a flood, a forged update, a guessed code', () => {
  let api: BotApi
  let service: Service
  beforeAll(async () => {
    api = await startBotApi()
    service = await startService({ TELEGRAM_BOT_TOKEN: api.token, TELEGRAM_API_ROOT: api.root })
  })
  afterAll(async () => {
    await service?.stopAll()
    await api?.close()
  })

  it('from one chat delays that chat alone: another is answered while the flood still waits', async () => {
    const [flood, calm] = [telegramPerson(api, 66_600_001), telegramPerson(api, 66_600_002)]
    await Promise.all(Array.from({ length: 200 }, (_, index) => flood.says(`/help ${index}`)))
    await calm.says('村口的路灯坏了')
    await calm.hears('开始之前')
    // The flood's messages are handled many at a time; what it is answered waits for its own chat
    // alone.
    expect(await service.db.prisma.outbound.count({ where: { status: 'queued' } })).toBeGreaterThan(
      20,
    )
    await until(
      'the flood is handled too, and nothing of it is lost',
      async () => (await service.db.prisma.inbound.count({ where: { doneAt: null } })) === 0,
    )
    expect(await service.db.prisma.inbound.count()).toBe(201)
  })

  it('of codes that are guessed tells one that is not there from one that is not theirs in nothing', async () => {
    const resident = await residentOf(service, 'YL010101')
    const stranger = await residentOf(service, 'YL010101')
    const { code } = await report(service, resident, '井盖松了', 'other')
    for (const [verb, second] of [
      ['yes', ''],
      ['withdrawn', ''],
      ['unsafe', ''],
      ['rate', ':yes'],
      ['reveal', ''],
      ['appeal', ''],
    ] as const) {
      const heard: string[] = []
      for (const asked of [code, 'JW-4K7Q2M9XH4']) {
        await stranger.presses(`${verb}:${asked}${second}`)
        heard.push((await stranger.hears(asked)).text.replaceAll(asked, 'CODE'))
      }
      expect(heard[0]).toBe(heard[1])
    }
    expect(await service.db.prisma.ticket.findUniqueOrThrow({ where: { code } })).toMatchObject({
      status: 'assigned',
    })
  })

  it('of updates that are forged is not even read', async () => {
    const forged = await fetch(`${service.url}/channels/telegram`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"update_id":1}',
    })
    expect(forged.status).toBe(404)
  })
})
