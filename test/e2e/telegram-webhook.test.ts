import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { telegramPerson } from '../residents/telegram-person.ts'
import { webChatPerson } from '../residents/webchat-person.ts'
import { type BotApi, startBotApi } from '../servers/bot-api.ts'
import { type Service, startService } from '../servers/service.ts'
import { freePort, until } from '../until.ts'

describe('Telegram by webhook', () => {
  const secret = 'a_secret-of_the_operator'
  let api: BotApi
  let service: Service
  beforeAll(async () => {
    api = await startBotApi()
    const port = await freePort()
    service = await startService({
      PORT: String(port),
      PUBLIC_URL: `http://127.0.0.1:${port}`,
      TELEGRAM_BOT_TOKEN: api.token,
      TELEGRAM_API_ROOT: api.root,
      TELEGRAM_MODE: 'webhook',
      TELEGRAM_WEBHOOK_SECRET: secret,
    })
    await until('the webhook is registered', () =>
      api.calls.some(
        ({ method, parameters }) =>
          method === 'setWebhook' && parameters['url'] === `${service.url}/channels/telegram`,
      ),
    )
  })
  afterAll(async () => {
    await service?.stopAll()
    await api?.close()
  })
  const post = (body: string, headers: Record<string, string>) =>
    fetch(`${service.url}/channels/telegram`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body,
    })

  it('holds a conversation', async () => {
    const resident = telegramPerson(api, 301)
    await resident.says('你好')
    await resident.hears('您好')
    await resident.presses('notice:seen')
    await resident.hears('发生了什么事')
  })
  it('refuses who does not know the secret', async () => {
    for (const headers of [
      {},
      { 'x-telegram-bot-api-secret-token': 'wrong' },
      { 'x-telegram-bot-api-secret-token': `${secret}x` },
    ])
      expect((await post('{"update_id":1}', headers as Record<string, string>)).status).toBe(403)
  })
  it('refuses a body over 1 MiB, and takes an unknown kind of update calmly', async () => {
    const known = { 'x-telegram-bot-api-secret-token': secret }
    expect(
      (await post(JSON.stringify({ update_id: 1, junk: 'x'.repeat(1024 * 1024) }), known)).status,
    ).toBe(413)
    expect((await post(JSON.stringify({ update_id: 2, poll: {} }), known)).status).toBe(200)
    expect((await post(JSON.stringify(['?']), known)).status).toBe(200)
  })
})

describe('Telegram out of reach', () => {
  it('is told once, by the connection’s name, and the web chat goes on', async () => {
    const service = await startService({
      TELEGRAM_BOT_TOKEN: '4242:test-token',
      TELEGRAM_API_ROOT: `http://127.0.0.1:${await freePort()}`,
    })
    try {
      const told = () =>
        service.logged.filter((line) => line.includes('Telegram can not be reached'))
      await until('it is told', () => told().length > 0)
      const resident = webChatPerson(() => service.url)
      await resident.says('你好')
      await resident.hears('开始之前')
      // The commands could not be registered and nothing be fetched meanwhile: still one line.
      expect(told()).toHaveLength(1)
      expect(JSON.parse(told()[0] ?? '{}')).toMatchObject({ connection: 'telegram' })
      expect(service.logged.filter((line) => JSON.parse(line).level >= 50)).toEqual([])
    } finally {
      await service.stopAll()
    }
  })
})

describe('the key of a message', () => {
  it('is never an update’s number alone: the same number of another person, or of another bot, is another message', async () => {
    const api = await startBotApi()
    const port = await freePort()
    const service = await startService({
      PORT: String(port),
      PUBLIC_URL: `http://127.0.0.1:${port}`,
      TELEGRAM_BOT_TOKEN: api.token,
      TELEGRAM_API_ROOT: api.root,
      TELEGRAM_MODE: 'webhook',
      TELEGRAM_WEBHOOK_SECRET: 'secret',
    })
    try {
      await until('the webhook is registered', () =>
        api.calls.some(({ method }) => method === 'setWebhook'),
      )
      const [one, other] = [telegramPerson(api, 401), telegramPerson(api, 402)]
      const message = (id: number, text: string) => ({
        update_id: 8_000_001,
        message: { message_id: 1, date: 1, chat: { id, type: 'private' }, text },
      })
      await api.deliver(message(401, '/start'))
      await one.hears('请选择语言')
      await api.deliver(message(402, '村口的桥塌了，有人受伤'))
      await other.hears('119')
      // A reset counter: the same number once more, another message.
      await api.deliver({
        ...message(402, '桥上的灯也坏了'),
        message: {
          message_id: 2,
          date: 1,
          chat: { id: 402, type: 'private' },
          text: '桥上的灯也坏了',
        },
      })
      await until(
        'it is kept',
        async () =>
          (await service.db.prisma.inbound.count({
            where: { payload: { path: ['text'], equals: '桥上的灯也坏了' } },
          })) === 1,
      )
    } finally {
      await service.stopAll()
      await api.close()
    }
  })
})
