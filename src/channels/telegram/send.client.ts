import { type Api, GrammyError, HttpError, InputFile } from 'grammy'
import type { ShownButton } from '../../mailbox/shown.ts'
import { mostBytes } from '../../platform/files/attachments.ts'
import type { Channel, Message, Sent } from '../channel.ts'
import type { Reach } from '../reach.client.ts'

/**
 * What Telegram shows. https://core.telegram.org/bots/api#sendmessage,
 * https://core.telegram.org/bots/api#inlinekeyboardbutton,
 * https://core.telegram.org/bots/api#senddocument
 */
const can = {
  charactersAMessage: 4_096,
  charactersACaption: 1_024,
  buttonsAMessage: 100,
  charactersAButton: 64,
  bytesOfData: 64,
  bytesOfDocument: 50_000_000,
  edits: true,
  files: { sends: true, takes: true },
} as const

/**
 * What the channel stands on: grammY's client, the bot's own number, and where the Bot API serves
 * files.
 */
type Telegram = {
  readonly api: Api
  readonly botId: string
  readonly fileRoot: string
  readonly reach: Reach
}

/** Telegram as a channel. Its ids of messages are `BOT:ID`: another bot has the same numbers. */
export function telegramChannel(
  { api, botId, fileRoot, reach }: Telegram,
  fetchTimeoutMs = 15_000,
): Channel {
  /**
   * The number of a message, where it is this bot's; ids that an earlier version kept are numbers
   * alone.
   */
  const numberOf = (externalId: string | undefined): number | undefined => {
    const [first = '', second] = (externalId ?? '').split(':')
    if (second !== undefined) return first === botId ? Number(second) : undefined
    return first === '' ? undefined : Number(first)
  }
  /** Makes a call for a chat, and learns of Telegram's state by it. */
  const call = async <T>(chat: string | undefined, work: () => Promise<T>): Promise<T> => {
    try {
      const result = await work()
      reach.answered()
      return result
    } catch (error) {
      if (error instanceof GrammyError && error.error_code < 500) reach.answered()
      if (error instanceof GrammyError && error.error_code === 429)
        reach.askedToWait(chat, waitOf(error))
      throw error
    }
  }
  return {
    name: 'telegram',
    can,
    handleIsSecret: false,
    showsRows: false,
    send: async ({ handle }, message, edits) => {
      const pausedMs = reach.pausedMs(handle)
      if (pausedMs > 0) return { outcome: 'later', afterMs: pausedMs }
      try {
        const id = await call(handle, () => sendOrEdit(api, handle, message, numberOf(edits)))
        return { outcome: 'sent', externalId: `${botId}:${id}` }
      } catch (error) {
        const known = error instanceof GrammyError ? outcomeOf(error) : undefined
        if (known !== undefined) return known
        // While others get through, this message itself is at fault.
        const isAway =
          error instanceof HttpError || (error instanceof GrammyError && !reach.isWell())
        if (!isAway) throw error
        return { outcome: 'later', afterMs: reach.failed(error), mayBeShown: true }
      }
    },
    takeBack: async ({ handle }, externalId) => {
      const id = numberOf(externalId)
      if (id === undefined) return false
      // Bots can delete a message for 48 hours. https://core.telegram.org/bots/api#deletemessage
      return call(handle, () => api.deleteMessage(handle, id)).catch((error: unknown) => {
        if (error instanceof GrammyError && error.error_code === 400) return false
        throw error
      })
    },
    removeButtons: async ({ handle }, externalId) => {
      const id = numberOf(externalId)
      if (id === undefined || reach.pausedMs(handle) > 0) return
      await call(handle, () =>
        api.editMessageReplyMarkup(handle, id, { reply_markup: { inline_keyboard: [] } }),
      ).catch((error: unknown) => {
        // Gone, changed by the person or too old to be changed: then it stays.
        if (!(error instanceof GrammyError)) throw error
      })
    },
    afterSent: async () => {},
    fetchFile: async (reference) => {
      try {
        const file = await call(undefined, () => api.getFile(reference))
        if (file.file_path === undefined) return 'gone'
        if ((file.file_size ?? 0) > mostBytes) return 'tooLarge'
        const response = await fetch(`${fileRoot}/${file.file_path}`, {
          signal: AbortSignal.timeout(fetchTimeoutMs),
        })
        if (response.status === 404) return 'gone'
        if (!response.ok) throw new Error(`the file server answered ${response.status}`)
        return Buffer.from(await response.arrayBuffer())
      } catch (error) {
        // 400: the file is too big or gone, for good.
        if (error instanceof GrammyError && error.error_code === 400)
          return /too big/i.test(error.description) ? 'tooLarge' : 'gone'
        throw error
      }
    },
  }
}

/** How a button's tone is called here. https://core.telegram.org/bots/api#inlinekeyboardbutton */
const styles = { filled: 'primary', quiet: undefined, danger: 'danger' } as const

function keyboardOf(rows: readonly (readonly ShownButton[])[]) {
  const inline_keyboard = rows.map((row) =>
    row.map(({ label, data, tone }) => {
      const style = tone === undefined ? undefined : styles[tone]
      return { text: label, callback_data: data, ...(style === undefined ? {} : { style }) }
    }),
  )
  return { inline_keyboard }
}

async function sendOrEdit(
  api: Api,
  chat: string,
  message: Message,
  edits: number | undefined,
): Promise<number> {
  const keyboard = keyboardOf(message.buttons)
  const protect = message.confidential === true ? { protect_content: true } : {}
  if (message.content !== undefined) {
    const file = new InputFile(
      message.content.bytes,
      message.content.kind === 'photo' ? 'photo.jpg' : 'voice.ogg',
    )
    const caption = { caption: message.text, ...protect }
    const sent =
      message.content.kind === 'photo'
        ? await api.sendPhoto(chat, file, caption)
        : await api.sendVoice(chat, file, caption)
    return sent.message_id
  }
  for (const { name, pieces } of message.documents ?? [])
    await api.sendDocument(chat, new InputFile(pieces, name))
  for await (const { name, content } of message.more?.() ?? [])
    await api.sendDocument(chat, new InputFile(content, name))
  if (edits !== undefined) {
    const edited = await edit(api, chat, edits, message.text, keyboard)
    if (edited) return edits
  }
  const sent = await api.sendMessage(chat, message.text, {
    ...protect,
    link_preview_options: { is_disabled: true },
    ...(message.buttons.length > 0 ? { reply_markup: keyboard } : {}),
  })
  return sent.message_id
}

/** `false` when it can't be changed: there is no such message any more, or it is too old. */
async function edit(
  api: Api,
  chat: string,
  messageId: number,
  text: string,
  keyboard: ReturnType<typeof keyboardOf>,
): Promise<boolean> {
  try {
    await api.editMessageText(chat, messageId, text, {
      reply_markup: keyboard,
      link_preview_options: { is_disabled: true },
    })
    return true
  } catch (error) {
    if (!(error instanceof GrammyError) || error.error_code !== 400) throw error
    return error.description.includes('message is not modified')
  }
}

/** How long Telegram asks to wait, in milliseconds; `undefined` where it does not ask. */
export function askedWaitMs({ parameters }: GrammyError): number | undefined {
  return parameters.retry_after === undefined ? undefined : parameters.retry_after * 1_000
}
const waitOf = (error: GrammyError) => askedWaitMs(error) ?? 1_000

/** What an answer of Telegram means; `undefined` where it is a failure of Telegram's own. */
function outcomeOf(error: GrammyError): Sent | undefined {
  if (error.error_code === 429) return { outcome: 'later', afterMs: waitOf(error) }
  if (
    error.error_code === 403 ||
    (error.error_code === 400 &&
      /chat not found|user is deactivated|peer_id_invalid/i.test(error.description))
  )
    return { outcome: 'unreachable' }
  if (error.error_code === 400 || error.error_code === 413)
    return { outcome: 'refused', code: error.error_code }
  return undefined
}
