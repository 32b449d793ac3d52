import { type Api, GrammyError, InputFile } from 'grammy'
import { mostBytes } from '../../store/attachments.ts'
import type { Channel, Message, Sent } from '../channel.ts'

/** The most characters of a message. https://core.telegram.org/bots/api#sendmessage */
const mostCharacters = 4096

/** Telegram as a channel, through grammY's client; `fileRoot` is where the Bot API serves files. */
export function telegramChannel(api: Api, fileRoot: string, fetchTimeoutMs = 30_000): Channel {
  return {
    name: 'telegram',
    send: async ({ handle }, message, edits) => {
      try {
        return { outcome: 'sent', externalId: await sendOrEdit(api, handle, message, edits) }
      } catch (error) {
        if (error instanceof GrammyError) return outcomeOf(error)
        throw error
      }
    },
    afterSent: async () => {},
    fetchFile: async (reference) => {
      try {
        const file = await api.getFile(reference)
        if (file.file_path === undefined || (file.file_size ?? 0) > mostBytes) return undefined
        const response = await fetch(`${fileRoot}/${file.file_path}`, { signal: AbortSignal.timeout(fetchTimeoutMs) })
        if (!response.ok) throw new Error(`the file server answered ${response.status}`)
        return Buffer.from(await response.arrayBuffer())
      } catch (error) {
        // 400: the file is too big or gone, for good.
        if (error instanceof GrammyError && error.error_code === 400) return undefined
        throw error
      }
    },
  }
}

async function sendOrEdit(api: Api, chat: string, message: Message, edits: string | undefined): Promise<string> {
  const keyboard = { inline_keyboard: message.buttons.map((row) => row.map(({ label, data }) => ({ text: label, callback_data: data }))) }
  const protect = message.confidential === true ? { protect_content: true } : {}
  if (message.content !== undefined) {
    const file = new InputFile(message.content.bytes, message.content.kind === 'photo' ? 'photo.jpg' : 'voice.ogg')
    const sent =
      message.content.kind === 'photo'
        ? await api.sendPhoto(chat, file, { caption: message.text, ...protect })
        : await api.sendVoice(chat, file, { caption: message.text, ...protect })
    return String(sent.message_id)
  }
  for (const { name, bytes } of message.documents ?? []) await api.sendDocument(chat, new InputFile(bytes, name))
  if (edits !== undefined) {
    const edited = await edit(api, chat, Number(edits), message.text, keyboard)
    if (edited) return edits
  }
  const parts = split(message.text)
  const ids: string[] = []
  for (const [index, part] of parts.entries()) {
    const isLast = index === parts.length - 1
    const sent = await api.sendMessage(chat, part, {
      ...protect,
      link_preview_options: { is_disabled: true },
      ...(isLast && message.buttons.length > 0 ? { reply_markup: keyboard } : {}),
    })
    ids.push(String(sent.message_id))
  }
  return ids.at(-1) ?? ''
}

/** `false` when there is no such message any more, so that a new one must be sent. */
async function edit(
  api: Api,
  chat: string,
  messageId: number,
  text: string,
  keyboard: { inline_keyboard: { text: string; callback_data: string }[][] },
): Promise<boolean> {
  try {
    await api.editMessageText(chat, messageId, text.slice(0, mostCharacters), { reply_markup: keyboard, link_preview_options: { is_disabled: true } })
    return true
  } catch (error) {
    if (!(error instanceof GrammyError) || error.error_code !== 400) throw error
    return error.description.includes('message is not modified')
  }
}

function outcomeOf(error: GrammyError): Sent {
  if (error.error_code === 429) return { outcome: 'later', afterMs: (error.parameters.retry_after ?? 1) * 1000 }
  if (error.error_code === 403 || (error.error_code === 400 && /chat not found|user is deactivated|peer_id_invalid/i.test(error.description)))
    return { outcome: 'unreachable' }
  if (error.error_code === 400 || error.error_code === 413) return { outcome: 'refused', code: error.error_code }
  throw error
}

function split(text: string): readonly string[] {
  if (text.length <= mostCharacters) return [text]
  const lineEnd = text.lastIndexOf('\n', mostCharacters)
  const end = lineEnd > mostCharacters / 2 ? lineEnd : mostCharacters
  return [text.slice(0, end), ...split(text.slice(end))]
}
