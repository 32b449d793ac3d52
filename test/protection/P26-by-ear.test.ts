import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { isAllSent } from '../at-rest.ts'
import {
  type TelegramPerson,
  teamInTelegram,
  telegramPerson,
} from '../residents/telegram-person.ts'
import { makeVoiceNote } from '../residents/voice-note.ts'
import { webChatPerson } from '../residents/webchat-person.ts'
import { type BotApi, type ShownMessage, startBotApi } from '../servers/bot-api.ts'
import { type Service, startService } from '../servers/service.ts'
import { until } from '../until.ts'

/** Digits of another script, as a keyboard of the language may type them. */
const digitsFrom = (zero: number) => (number: number) =>
  [...String(number)].map((digit) => String.fromCodePoint(zero + Number(digit))).join('')

/**
 * Protection P26: who reads little hears each message, and answers with numbers and their own voice.
 */
describe('by ear and number alone', () => {
  let api: BotApi
  let service: Service
  let staff: readonly TelegramPerson[]
  let people = 7_000
  beforeAll(async () => {
    api = await startBotApi()
    service = await startService({
      TELEGRAM_BOT_TOKEN: api.token,
      TELEGRAM_API_ROOT: api.root,
      TELEGRAM_MODE: 'polling',
    })
    staff = await teamInTelegram(api, service.db, service.organisation, 'YL010101')
  })
  afterAll(async () => {
    await service?.stopAll()
    await api?.close()
  })

  const isText = ({ kind, text }: ShownMessage) => kind === 'text' && text !== ''
  /** The number of a button on the newest message that has any, once it is there. */
  const numberOf = (person: TelegramPerson, data: string) =>
    until(`a button ${data} for ${person.id}`, () => {
      const last = person.messages().findLast(({ buttons }) => buttons.length > 0)
      const at = last?.buttons.findIndex((button) => button.data.startsWith(data)) ?? -1
      return at === -1 ? undefined : at + 1
    })
  /** Who listens answers once everything was said. */
  const hearsAll = (person: TelegramPerson, since: string) =>
    until(`${person.id} has heard everything`, async () => {
      const shown = person.messages()
      const after = shown.slice(shown.findIndex(({ text }) => text.includes(since)))
      const waits = await service.db.prisma.outbound.count({ where: { status: 'queued' } })
      const sounds = after.filter(({ kind }) => kind === 'voice').length
      return waits === 0 && sounds > 0 && sounds === after.filter(isText).length
    })
  /** The number that the newest receipt tells. */
  const codeOf = async (person: TelegramPerson) => {
    const [code = ''] = await until('the receipt', () =>
      /JW-[0-9A-Z]{10}/.exec(
        person.messages().findLast(({ text }) => text.includes('JW-'))?.text ?? '',
      ),
    )
    return code
  }
  /** The member to whom a ticket is offered. */
  const whoHas = (code: string) =>
    until('a member has it', () =>
      staff.find((each) =>
        each
          .messages()
          .some(({ buttons }) => buttons.some(({ data }) => data === `accept:${code}`)),
      ),
    )
  /** Answers with the number of a button, once everything was heard. */
  const answersWith = async (
    person: TelegramPerson,
    data: string,
    written: (number: number) => string = String,
  ) => {
    await numberOf(person, data)
    await hearsAll(person, '/listen')
    await person.says(written(await numberOf(person, data)))
  }
  const conversationOf = async () =>
    service.db.prisma.conversation.findFirstOrThrow({
      where: { channel: 'telegram', memberId: null },
      orderBy: { createdAt: 'desc' },
    })
  const listener = async (language: string) => {
    const person = telegramPerson(api, people++)
    await person.says('/start v_YL010101')
    await person.presses(`language:${language}`)
    await person.presses('command:listen')
    await until('it is said that messages are spoken', () =>
      person.messages().some(({ text }) => text.includes('/listen')),
    )
    return person
  }

  it.each([
    ['ug-Arab', digitsFrom(0x660)],
    ['zh-Hans', (number: number) => '一二三四五六七八九十'[number - 1] ?? String(number)],
  ] as const)('a whole report in %s: made, answered and rated', async (language, written) => {
    const person = await listener(language)
    const chooses = (data: string) => answersWith(person, data, written)
    await chooses('notice:seen')
    await until(
      'it is asked what happened',
      () => person.messages().findLast(isText)?.buttons.length === 1,
    )
    await person.sendsVoice(await makeVoiceNote('ogg', 'spoken'))
    await chooses('category:drinking_water')
    await chooses('send')
    // A slip must not send it: it is asked about once.
    await chooses('sure:send')
    const code = await codeOf(person)
    const worker = await whoHas(code)
    await worker.presses(`accept:${code}`)
    await worker.presses(`resolve:${code}`)
    await worker.says('修好了')
    await chooses(`yes:${code}`)
    await chooses(`rate:${code}:yes`)
    await until('it is closed and rated', async () => {
      const ticket = await service.db.prisma.ticket.findUniqueOrThrow({ where: { code } })
      return ticket.status === 'closed' && ticket.satisfied === true
    })
    // Everything that was shown was said.
    await hearsAll(person, '/listen')
    const shown = person.messages()
    const from = shown.findIndex(({ text }) => text.includes('/listen'))
    const texts = shown.slice(from).filter(isText)
    const sounds = shown.slice(from).filter(({ kind }) => kind === 'voice')
    expect(texts.length).toBeGreaterThan(8)
    expect(sounds.length).toBe(texts.length)
    for (const { file, text } of sounds) {
      expect([file?.subarray(0, 4).toString(), file?.includes('OpusHead'), text]).toEqual([
        'OggS',
        true,
        '',
      ])
      // A thin connection: 2 KB a second at most, four minutes at most.
      expect(file?.length).toBeLessThan(500_000)
    }
  })

  it('a number is words where words are asked for, and where no button has it', async () => {
    const person = await listener('zh-Hans')
    await person.presses('notice:seen')
    await until(
      'it is asked what happened',
      () => person.messages().findLast(isText)?.buttons.length === 1,
    )
    await person.says('1')
    await until('what to do about it', () => numberOf(person, 'category:'))
    await person.says('88')
    await until('both are kept as words', async () => {
      const { id, state, ...row } = await conversationOf()
      const [opened] = await service.db.words.open('Conversation', [{ id, state, ...row }])
      return (
        JSON.stringify(opened?.state).includes('"88"') &&
        JSON.stringify(opened?.state).includes('"1"')
      )
    })
  })

  it('a number answers what a member asks, and presses no button then', async () => {
    const person = await listener('zh-Hans')
    await person.presses('notice:seen')
    await person.says('村口的路塌了一块')
    await person.choosesCategory('road')
    await person.presses('send')
    const receipt = await until('the receipt, or another is like it', () =>
      person
        .messages()
        .findLast(
          ({ text, buttons }) =>
            text.includes('JW-') || buttons.some(({ data }) => data === 'different'),
        ),
    )
    if (!receipt.text.includes('JW-')) await person.presses('different')
    const code = await codeOf(person)
    const worker = await whoHas(code)
    await worker.presses(`accept:${code}`)
    await worker.presses(`ask:${code}`)
    await worker.says('塌了几米？')
    await person.hears('塌了几米')
    await person.says('3')
    await until('it is in the ticket', async () => {
      const rows = await service.db.prisma.ticketMessage.findMany({
        where: { ticket: { code }, by: 'resident' },
      })
      const words = await service.db.words.open('TicketMessage', rows)
      return words.some(({ text }) => text === '3')
    })
  })

  it('who sends by a number is asked too whether somebody has said the same', async () => {
    const reports = async (send: (person: TelegramPerson) => Promise<void>) => {
      const person = await listener('zh-Hans')
      await person.presses('notice:seen')
      await person.says('卫生院后面的垃圾堆了半个月没人拉')
      await person.choosesCategory('waste')
      await send(person)
      return person
    }
    const first = await reports((person) => person.presses('send'))
    await until('it is sent', () => first.messages().some(({ text }) => text.includes('JW-')))
    const second = await reports(async (person) => {
      for (const data of ['send', 'sure:send']) await answersWith(person, data)
    })
    expect(await numberOf(second, 'same:')).toBe(1)
    expect(await numberOf(second, 'different')).toBe(2)
  })

  it('a member hears of a ticket, and never a sound of what a resident has written', async () => {
    const words = '水渠第三段漏得厉害'
    for (const each of staff) await each.says('/listen')
    await until('they are told', () =>
      staff.every((each) => each.messages().some(({ kind }) => kind === 'voice')),
    )
    const person = await listener('zh-Hans')
    await person.presses('notice:seen')
    await person.says(words)
    await person.choosesCategory('irrigation')
    await person.presses('send')
    const worker = await until('a member has the card', () =>
      staff.find((each) => each.messages().some(({ text }) => text.includes(words))),
    )
    await worker.pressesLike('accept:')
    await until('everything is sent', () => isAllSent(service.db))
    await worker.says('/mine')
    await worker.says('/duty')
    await until('what holds no words of theirs is said', () => {
      const { kind, text } = worker.messages().at(-1) ?? { kind: 'text', text: '' }
      return kind === 'voice' && text === ''
    })
    const shown = worker.messages()
    const withWords = shown.filter(({ text }) => text.includes(words)).length
    const texts = shown.filter(isText).length
    const sounds = shown.filter(({ kind }) => kind === 'voice').length
    expect(withWords).toBeGreaterThan(0)
    expect(sounds).toBeGreaterThan(0)
    expect(sounds).toBeLessThanOrEqual(texts - withWords)
    for (const each of staff) await each.says('/listen')
  })

  it('everything is erased by a number after it was asked about once', async () => {
    const person = await listener('kk-Cyrl')
    const { id } = await conversationOf()
    await person.says('/forget')
    await answersWith(person, 'forget')
    await until(
      'the chat is gone',
      async () =>
        (await service.db.prisma.conversation.findUnique({ where: { id } }))?.forgottenAt !== null,
    )
  })

  it('listening ends as it began', async () => {
    const person = await listener('ug-Arab')
    await until('it is said', () => person.messages().at(-1)?.kind === 'voice')
    await person.says('/listen')
    await until('it ends', async () => !(await conversationOf()).listens)
    const before = person.messages().filter(({ kind }) => kind === 'voice').length
    await person.says('/help')
    await until('help', () => person.messages().some(({ text }) => text.includes('/mydata')))
    await person.says('/status')
    await until('everything is sent', () => isAllSent(service.db))
    expect(person.messages().filter(({ kind }) => kind === 'voice').length).toBeLessThanOrEqual(
      before + 1,
    )
  })

  it('a message of the web chat is said to its own session alone, and kept nowhere', async () => {
    const person = webChatPerson(() => service.url)
    await person.presses('language:kk-Cyrl')
    await until('the notice', async () => (await person.lines()).length > 1)
    const line = (await person.lines()).findLast(({ by }) => by === 'service')
    const at = `${service.url}/channels/webchat/speech/${line?.id}`
    const said = await fetch(at, { headers: { cookie: person.cookie() } })
    expect([
      said.status,
      said.headers.get('content-type'),
      said.headers.get('cache-control'),
    ]).toEqual([200, 'audio/ogg', 'no-store'])
    expect(
      Buffer.from(await said.arrayBuffer())
        .subarray(0, 4)
        .toString(),
    ).toBe('OggS')
    const wav = await fetch(`${at}?as=wav`, { headers: { cookie: person.cookie() } })
    expect(
      Buffer.from(await wav.arrayBuffer())
        .subarray(0, 4)
        .toString(),
    ).toBe('RIFF')
    expect((await fetch(`${at}?as=mp3`, { headers: { cookie: person.cookie() } })).status).toBe(400)
    const other = webChatPerson(() => service.url)
    await other.presses('language:zh-Hans')
    expect((await fetch(at, { headers: { cookie: other.cookie() } })).status).toBe(404)
    expect((await fetch(at)).status).toBe(404)
  })
})
