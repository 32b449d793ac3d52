import { expect } from 'vitest'
import type { Organisation } from '../../src/organisation/organisation.ts'
import { issueToken } from '../../src/organisation/staff.store.ts'
import type { Db } from '../../src/platform/postgres/database.ts'
import type { BotApi, ShownMessage } from '../servers/bot-api.ts'
import { until } from '../until.ts'

/**
 * Somebody in Telegram: says, presses, and sees what the chat shows, over the Bot API's real HTTP.
 */
export type TelegramPerson = {
  readonly id: number
  readonly says: (text: string) => Promise<void>
  readonly sendsPhoto: (content: Buffer, caption?: string) => Promise<void>
  readonly sendsVoice: (content: Buffer) => Promise<void>
  readonly presses: (data: string) => Promise<void>
  /** Presses the newest button whose data begins so. */
  readonly pressesLike: (start: string) => Promise<void>
  /**
   * Chooses a subject where it is asked for; at the last look, where the words left no doubt, it is
   * changed to it.
   */
  readonly choosesCategory: (category: string) => Promise<void>
  /** Sends a message of any shape. */
  readonly sends: (message: Record<string, unknown>) => Promise<number>
  /** Waits for a message that comes after what was seen before, and returns it. */
  readonly hears: (what: string | RegExp) => Promise<ShownMessage>
  readonly messages: () => readonly ShownMessage[]
}

/** The chats of a village's team, each bound to its member by an invitation. */
export async function teamInTelegram(
  api: BotApi,
  db: Db,
  { places, members }: Organisation,
  village: string,
): Promise<readonly TelegramPerson[]> {
  const team = places.find(({ code }) => code === village)?.teamId
  const staff: TelegramPerson[] = []
  for (const { id, name } of members.filter(({ teamId }) => teamId === team)) {
    const person = telegramPerson(api, 9_001 + staff.length)
    await person.says(`/start i_${await issueToken(db, id, 'invitation', new Date())}`)
    await person.hears(name)
    staff.push(person)
  }
  return staff
}

/** Now, as the Bot API writes it: in seconds UTC. */
const now = () => Math.floor(Date.now() / 1_000)

export function telegramPerson(api: BotApi, id: number): TelegramPerson {
  const seen = { count: 0 }
  const mine = () => api.messages.filter(({ chat }) => chat === id)
  const from = {
    id,
    is_bot: false,
    first_name: 'Marked-First',
    last_name: 'Marked-Last',
    username: 'marked_username',
    language_code: 'fr',
  }
  const chat = { id, type: 'private', first_name: 'Marked-First', username: 'marked_username' }
  const matches = (text: string, what: string | RegExp) =>
    typeof what === 'string' ? text.includes(what) : what.test(text)
  const send = async (message: object) => {
    const message_id = api.nextUpdateId()
    await api.deliver({ message: { message_id, date: now(), chat, from, ...message } })
    return message_id
  }
  return {
    id,
    says: async (text) => void (await send({ text })),
    sendsPhoto: async (content, caption) => {
      const file = api.addFile(content)
      await send({
        ...(caption === undefined ? {} : { caption }),
        photo: [{ file_id: file, file_unique_id: file, width: 90, height: 90 }],
      })
    },
    sendsVoice: async (content) => {
      const file = api.addFile(content)
      await send({ voice: { file_id: file, file_unique_id: file, duration: 1 } })
    },
    sends: send,
    choosesCategory: async (category) => {
      const asked = await until(`a question that takes a subject of ${id}`, () =>
        mine().findLast(({ buttons }) =>
          buttons.some(({ data }) => data === 'allCategories' || data === 'send'),
        ),
      )
      const message = { message_id: asked.id, date: now(), chat }
      await api.deliver({
        callback_query: {
          id: String(api.nextUpdateId()),
          from,
          chat_instance: '1',
          data: `category:${category}`,
          message,
        },
      })
    },
    pressesLike: async (start) => {
      const found = await until(`a button ${start} for ${id}`, () =>
        mine()
          .flatMap((message) =>
            message.buttons.map(({ data }) => ({ data, message_id: message.id })),
          )
          .findLast(({ data }) => data.startsWith(start)),
      )
      const message = { message_id: found.message_id, date: now(), chat }
      await api.deliver({
        callback_query: {
          id: String(api.nextUpdateId()),
          from,
          chat_instance: '1',
          data: found.data,
          message,
        },
      })
    },
    presses: async (data) => {
      const button = await until(`a button ${data} for ${id}`, () =>
        mine().find(({ buttons }) => buttons.some((each) => each.data === data)),
      )
      await api.deliver({
        callback_query: {
          id: String(api.nextUpdateId()),
          from,
          chat_instance: '1',
          data,
          message: { message_id: button.id, date: now(), chat },
        },
      })
    },
    hears: async (what) => {
      const heard = await until(`${id} hears ${String(what)}`, () => {
        const index = mine().findIndex(
          (message, at) => at >= seen.count && matches(message.text, what),
        )
        return index === -1 ? undefined : { message: mine()[index] as ShownMessage, index }
      }).catch((error: Error) => {
        throw new Error(
          `${error.message}\nThe chat:\n${mine()
            .map(({ text, buttons }) => `- ${text} [${buttons.map(({ data }) => data).join(' ')}]`)
            .join('\n')}`,
        )
      })
      seen.count = heard.index + 1
      expect(heard.message.text).toSatisfy((text: string) => matches(text, what))
      return heard.message
    },
    messages: mine,
  }
}
