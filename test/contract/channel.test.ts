import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { channelModules } from '../../src/channels/index.ts'
import { readConfig } from '../../src/config.ts'
import { queueMessage } from '../../src/mailbox/outbound.store.ts'
import { makeOffice } from '../../src/organisation/office.store.ts'
import { entranceOf } from '../../src/organisation/places.store.ts'
import { unitOfWork } from '../../src/organisation/unit-of-work.store.ts'
import { telegramPerson } from '../residents/telegram-person.ts'
import { webChatPerson } from '../residents/webchat-person.ts'
import { startBotApi } from '../servers/bot-api.ts'
import { startGraphApi, whatsAppPerson } from '../servers/graph-api.ts'
import { type Service, startService } from '../servers/service.ts'
import { until } from '../until.ts'

/** A person at a chat app, as every app has them. */
type Person = {
  readonly says: (text: string) => Promise<unknown>
  readonly presses: (data: string) => Promise<unknown>
  readonly hears: (text: string) => Promise<{ readonly text: string }>
  /** What the app shows them, the oldest first. */
  readonly shown: () => Promise<
    readonly { readonly text: string; readonly buttons: readonly string[] }[]
  >
  /** How many voice notes there are; `undefined` where its page says each message itself. */
  readonly sounds: () => number | undefined
  /** Says something whose delivery the app repeats. */
  readonly saysTwice: (text: string) => Promise<unknown>
}

/** What the suite needs of an app: its stand-in on loopback, the environment, and people. */
type Driver = {
  readonly environment: Readonly<Record<string, string>>
  readonly person: (service: Service) => Person
  readonly close: () => Promise<void>
}

/** One for each channel of the list; a channel without one fails. */
const drivers: Readonly<Record<string, () => Promise<Driver>>> = {
  webchat: async () => ({
    environment: {},
    person: (service) => {
      const person = webChatPerson(() => service.url)
      return {
        ...person,
        sounds: () => undefined,
        saysTwice: async (text) => {
          const id = crypto.randomUUID()
          for (let time = 0; time < 2; time++) await person.says(text, id)
        },
        shown: async () =>
          (await person.lines())
            .filter(({ by }) => by === 'service')
            .map(({ text, buttons = [] }) => ({
              text,
              buttons: buttons.flat().map(({ data }) => data),
            })),
      }
    },
    close: async () => {},
  }),
  whatsapp: async () => {
    const api = await startGraphApi()
    let people = 500
    return {
      environment: api.environment,
      person: (service) => {
        api.setWebhook(`${service.url}/channels/whatsapp`)
        const person = whatsAppPerson(api, people++)
        return {
          ...person,
          sounds: () => person.messages().filter(({ kind }) => kind === 'audio').length,
          saysTwice: async (text) => {
            const message = {
              id: `wamid.${crypto.randomUUID()}`,
              type: 'text',
              text: { body: text },
            }
            for (let time = 0; time < 2; time++) await person.sends(message)
          },
          shown: async () =>
            person
              .messages()
              .map(({ text, buttons }) => ({ text, buttons: buttons.map(({ data }) => data) })),
        }
      },
      close: api.close,
    }
  },
  telegram: async () => {
    const api = await startBotApi()
    let people = 500
    return {
      environment: { TELEGRAM_BOT_TOKEN: api.token, TELEGRAM_API_ROOT: api.root },
      person: () => {
        const id = people++
        const person = telegramPerson(api, id)
        return {
          ...person,
          sounds: () => person.messages().filter(({ kind }) => kind === 'voice').length,
          saysTwice: async (text) => {
            const chat = { id, type: 'private' }
            const update = {
              message: {
                message_id: api.nextUpdateId(),
                date: Math.floor(Date.now() / 1_000),
                chat,
                from: { id, is_bot: false },
                text,
              },
            }
            for (let time = 0; time < 2; time++) await api.deliver(update)
          },
          shown: async () =>
            person
              .messages()
              .map(({ text, buttons }) => ({ text, buttons: buttons.map(({ data }) => data) })),
        }
      },
      close: api.close,
    }
  },
}

describe.each(channelModules)('$title', ({ name, configure, variables }) => {
  let driver: Driver
  let service: Service
  beforeAll(async () => {
    const start = drivers[name]
    if (start === undefined) throw new Error(`the contract suite has no driver for ${name}`)
    driver = await start()
    service = await startService(driver.environment)
  })
  afterAll(async () => {
    await service?.stopAll()
    await driver?.close()
  })

  const arrived = async () => {
    const person = driver.person(service)
    const village = await entranceOf(service.db, 'YL010101')
    await person.says(`/start v_${village}`)
    await person.presses('language:zh-Hans')
    await person.presses('notice:seen')
    return person
  }
  const conversationOf = async () =>
    (
      await service.db.prisma.conversation.findFirstOrThrow({
        where: { channel: name },
        orderBy: { createdAt: 'desc' },
      })
    ).id

  it('is switched on and off by its own variables, and each of them is described', () => {
    expect(service.config.channels.map((each) => each.name)).toContain(name)
    const off = readConfig({}).channels.map((each) => each.name)
    expect(off.includes(name)).toBe(Object.keys(driver.environment).length === 0)
    expect(configure({}, [])?.name).toBe(
      Object.keys(driver.environment).length === 0 ? name : undefined,
    )
    for (const variable of Object.values(variables))
      expect([variable.meaning, variable.expects, variable.example]).not.toContain('')
  })

  it('takes a report from a poster’s link to its number, and a repeated delivery once', async () => {
    const person = await arrived()
    await person.saysTwice('村口的桥断了')
    await person.presses('category:road')
    await person.presses('send')
    expect((await person.hears('编号')).text).toMatch(/JW-[0-9A-Z]{10}/)
    const id = await conversationOf()
    const said = await service.db.prisma.inbound.count({
      where: { conversationId: id, payload: { path: ['kind'], equals: 'said' } },
    })
    // The start, and the one message.
    expect(said).toBe(2)
  })

  it('shows a text that is longer than a message whole, with its buttons at the end', async () => {
    const person = await arrived()
    await until('it was answered', async () => (await person.shown()).length > 0)
    const id = await conversationOf()
    const words = Array.from({ length: 1_500 }, (_, nth) => `第${nth}段`).join('，')
    const before = (await person.shown()).length
    const { after } = await unitOfWork(
      service.db,
      makeOffice('Asia/Urumqi', new Date()),
      Date.now(),
      (work) => queueMessage(work, id, { notice: 'question', code: 'JW-0000000000', text: words }),
    )
    expect([...after.deliverTo]).toEqual([id])
    const whole = await until('it was shown', async () => {
      const text = (await person.shown())
        .slice(before)
        .map((each) => each.text)
        .join('')
      return text.includes('第1499段') ? text : undefined
    })
    expect(whole).toContain(words)
  })

  it('says its messages aloud, and takes a number for a button', async () => {
    const person = await arrived()
    await person.says('/listen')
    await until('they are said, or can be', async () =>
      person.sounds() === undefined
        ? (await person.shown()).some(({ text }) => text.includes('🔊'))
        : (person.sounds() ?? 0) > 0,
    )
    await person.says('卫生院的药房总是关门')
    const answersWith = async (data: string) => {
      const number = await until(`a button ${data}`, async () => {
        const last = (await person.shown()).findLast(({ buttons }) => buttons.length > 0)
        const at = last?.buttons.findIndex((each) => each.startsWith(data)) ?? -1
        return at === -1 ? undefined : at + 1
      })
      await until('nothing is on its way', async () => {
        const queued = { conversationId: await conversationOf(), status: 'queued' as const }
        return (await service.db.prisma.outbound.count({ where: queued })) === 0
      })
      await person.says(String(number))
    }
    await person.presses('category:health')
    await answersWith('send')
    await answersWith('sure:send')
    expect((await person.hears('编号')).text).toMatch(/JW-[0-9A-Z]{10}/)
  })

  it('gives a chat an address to begin at that its own start understands', async () => {
    const channel = service.config.channels.find((each) => each.name === name)
    const link = await channel?.startLink(service.url, 'v_abc')
    // As a parameter, or as the words that stand ready to be sent.
    const { searchParams } = new URL(link ?? '')
    expect(searchParams.get('start') ?? searchParams.get('text')?.replace('/start ', '')).toBe(
      'v_abc',
    )
  })

  it('says to the doctor how it is', async () => {
    const channel = service.config.channels.find((each) => each.name === name)
    const finding = await channel?.examine?.(service.url)
    expect(finding?.wrong).toBeUndefined()
  })
})

it('every channel of the list is in this suite, and no name is used twice', () => {
  const names = channelModules.map(({ name }) => name)
  expect(Object.keys(drivers).sort()).toEqual([...names].sort())
  expect(new Set(names).size).toBe(names.length)
})
