import { z } from 'zod'
import type { Arrival, FileToFetch, InboundMessage } from '../../mailbox/message.ts'
import { digestOf } from '../../platform/digest.ts'
import { kindOfDocument } from '../../platform/files/file-kind.ts'
import { located } from '../located.ts'

const Chat = z.object({ id: z.int(), type: z.enum(['private', 'group', 'supergroup', 'channel']) })
const Latitude = z.number().min(-90).max(90)
const Longitude = z.number().min(-180).max(180)
const File = z.object({
  file_id: z.string(),
  file_unique_id: z.string().optional(),
  file_size: z.number().optional(),
  mime_type: z.string().optional(),
  file_name: z.string().optional(),
})

/**
 * The parts of a message that are used. Name, username, picture and language of the sender are not
 * even read (protection P29). https://core.telegram.org/bots/api#message
 */
const Message = z.object({
  message_id: z.int().optional(),
  date: z.int().optional().catch(undefined),
  edit_date: z.int().optional(),
  media_group_id: z.string().optional(),
  chat: Chat,
  text: z.string().optional(),
  caption: z.string().optional(),
  photo: z
    .array(z.object({ file_id: z.string(), file_unique_id: z.string().optional(), width: z.int() }))
    .optional(),
  voice: File.optional(),
  audio: File.optional(),
  document: File.optional(),
  location: z.object({ latitude: Latitude, longitude: Longitude }).optional(),
  venue: z.object({ title: z.string().default(''), address: z.string().default('') }).optional(),
  reply_to_message: z.object({ message_id: z.coerce.number().int().optional() }).optional(),
  migrate_to_chat_id: z.int().optional(),
})
type Message = z.infer<typeof Message>

/** The parts of a Bot API update that are used. https://core.telegram.org/bots/api#update */
const Update = z.object({
  update_id: z.int(),
  message: Message.optional(),
  edited_message: Message.optional(),
  callback_query: z
    .object({
      id: z.string(),
      data: z.string().optional(),
      message: z
        .object({
          message_id: z.int().optional(),
          chat: z.object({ id: z.int(), type: z.string() }),
        })
        .optional(),
    })
    .optional(),
  my_chat_member: z
    .object({
      chat: z.object({ id: z.int(), type: z.string() }),
      new_chat_member: z.object({ status: z.string() }),
    })
    .optional(),
})

/**
 * What an update is for the service. `sentAt` is when Telegram got the message, in milliseconds
 * UTC. `answers` is the pressed button's query, to be answered so that it stops turning.
 */
export type Parsed =
  | {
      readonly kind: 'arrival'
      readonly updateId: number
      readonly arrival: Arrival
      readonly sentAt?: number
      readonly answers?: string
    }
  /** Something happened in a group: it gets one polite line, and nothing of it is read. */
  | { readonly kind: 'group'; readonly updateId: number; readonly handle: string }
  /** A group got another id: it had its line already. */
  | {
      readonly kind: 'groupMoved'
      readonly updateId: number
      readonly from: string
      readonly to: string
    }
  | { readonly kind: 'ignored'; readonly updateId: number | undefined }

/** Reads an update of Telegram for the bot `botId`; total: what it does not know is ignored. */
export function parseUpdate(update: unknown, botId: string): Parsed {
  const parsed = Update.safeParse(update)
  if (!parsed.success) return readWithout(update, botId)
  const {
    update_id: updateId,
    message,
    edited_message: edited,
    callback_query: query,
    my_chat_member: membership,
  } = parsed.data
  if (query?.message?.chat.type === 'private') {
    const on = query.message.message_id
    const arrival = {
      channel: 'telegram',
      handle: String(query.message.chat.id),
      externalId: `${botId}:query:${query.id}`,
      message: {
        kind: 'pressed' as const,
        data: (query.data ?? '').slice(0, 200),
        ...(on === undefined ? {} : { on: `${botId}:${on}` }),
      },
    }
    return { kind: 'arrival', updateId, arrival, answers: query.id }
  }
  if (message !== undefined && isGroup(message.chat.type)) {
    if (message.migrate_to_chat_id !== undefined)
      return {
        kind: 'groupMoved',
        updateId,
        from: String(message.chat.id),
        to: String(message.migrate_to_chat_id),
      }
    return isContent(update, 'message')
      ? { kind: 'group', updateId, handle: String(message.chat.id) }
      : { kind: 'ignored', updateId }
  }
  if (
    membership !== undefined &&
    isGroup(membership.chat.type) &&
    ['member', 'administrator'].includes(membership.new_chat_member.status)
  )
    return { kind: 'group', updateId, handle: String(membership.chat.id) }
  if (message?.chat.type === 'private' && isContent(update, 'message'))
    return arrivalOf(updateId, message, botId, undefined)
  if (edited?.chat.type === 'private' && isContent(update, 'edited_message'))
    return arrivalOf(updateId, edited, botId, edited.edit_date ?? 0)
  return { kind: 'ignored', updateId }
}

/**
 * A message with a part of an unforeseen shape is read without that part, so that its words stay.
 */
function readWithout(update: unknown, botId: string): Parsed {
  const bare = z
    .object({
      update_id: z.int(),
      message: z.object({
        message_id: z.int().optional(),
        chat: Chat,
        text: z.string().optional().catch(undefined),
        caption: z.string().optional().catch(undefined),
      }),
    })
    .safeParse(update)
  if (!bare.success)
    return {
      kind: 'ignored',
      updateId: z.object({ update_id: z.int() }).safeParse(update).data?.update_id,
    }
  const { update_id: updateId, message } = bare.data
  if (message.chat.type !== 'private' || !isContent(update, 'message'))
    return { kind: 'ignored', updateId }
  return arrivalOf(updateId, message, botId, undefined)
}

const isGroup = (type: string) => type === 'group' || type === 'supergroup'

/** What a message has beside its content. */
const aboutMessages = new Set(
  (
    'message_id message_thread_id direct_messages_topic from sender_chat sender_boost_count sender_business_bot business_connection_id sender_tag date edit_date chat ' +
    'forward_origin forward_from forward_from_chat forward_from_message_id forward_signature forward_sender_name forward_date ' +
    'is_topic_message is_automatic_forward is_paid_post reply_to_message external_reply quote reply_to_story reply_to_checklist_task_id via_bot ' +
    'has_protected_content is_from_offline media_group_id author_signature paid_star_count entities caption_entities ' +
    'link_preview_options effect_id show_caption_above_media has_media_spoiler reply_markup'
  ).split(' '),
)

/**
 * What a person sends. Everything else is a notice of the app itself: a pin, a timer, a background,
 * somebody who joined.
 */
const content = new Set(
  (
    'text caption photo voice audio document video video_note animation sticker contact venue location poll dice game story paid_media checklist ' +
    'rich_message live_photo invoice giveaway'
  ).split(' '),
)

/**
 * Whether a message is something that a person says, and not a notice of the app: a pin, a timer, a
 * background, a join.
 */
function isContent(update: unknown, part: 'message' | 'edited_message'): boolean {
  const names = Object.keys((update as Record<string, object>)[part] ?? {})
  return names.some((name) => content.has(name)) || names.every((name) => aboutMessages.has(name))
}

function arrivalOf(
  updateId: number,
  message: Message,
  botId: string,
  editedAt: number | undefined,
): Parsed {
  const handle = String(message.chat.id)
  // A message always has an id; where a stand-in for Telegram gives none, the update's own serves.
  const id = message.message_id ?? `update${updateId}`
  const source = `${botId}:${id}`
  if (editedAt === undefined)
    return {
      kind: 'arrival',
      updateId,
      ...(message.date === undefined ? {} : { sentAt: message.date * 1_000 }),
      arrival: {
        channel: 'telegram',
        handle,
        externalId: source,
        message: { ...toMessage(message, botId), ...sourceOf(message, source) } as InboundMessage,
      },
    }
  const text = message.text ?? message.caption ?? ''
  // Of a voice note only the words can be edited: another one can't take its place.
  // https://core.telegram.org/bots/api#editmessagemedia
  const file = message.voice === undefined ? fileOf(message) : undefined
  // Of two edits within a second both count: the content belongs to the key.
  const digest = digestOf(JSON.stringify(file === undefined ? text : [text, file.key]))
  const toFetch =
    file === undefined ? {} : { toFetch: { fileKind: file.fileKind, reference: file.reference } }
  return {
    kind: 'arrival',
    updateId,
    arrival: {
      channel: 'telegram',
      handle,
      externalId: `${source}:edit:${editedAt}:${digest}`,
      message: { kind: 'edited', text, source, ...toFetch },
    },
  }
}

function sourceOf(message: Message, source: string): { readonly source?: string } {
  return message.location !== undefined || message.venue !== undefined ? {} : { source }
}

function toMessage(message: Message, botId: string): InboundMessage {
  const { text, caption = '', location, venue } = message
  const replied = message.reply_to_message?.message_id
  const context = {
    ...(replied === undefined ? {} : { on: `${botId}:${replied}` }),
    ...(message.media_group_id === undefined ? {} : { album: message.media_group_id }),
  }
  if (location !== undefined)
    return located(location, [venue?.title, venue?.address, text ?? caption], context.on)
  if (text !== undefined) return { kind: 'said', text, files: [], ...context }
  const file = fileOf(message)
  if (file !== undefined)
    return {
      kind: 'fileToFetch',
      text: caption,
      fileKind: file.fileKind,
      reference: file.reference,
      ...context,
    }
  const words =
    caption === '' && venue !== undefined
      ? [venue.title, venue.address].filter((part) => part !== '').join('\n')
      : caption
  return { kind: 'said', text: words, files: [], ...context, lost: 'kind' }
}

/**
 * The picture or the sound of a message. `key` stays the same however often the file is named.
 * Audio is no voice note but a file of one: both are sound.
 */
function fileOf({
  photo = [],
  voice,
  audio,
  document,
}: Message): (FileToFetch & { readonly key: string }) | undefined {
  const [picture] = [...photo].sort((a, b) => b.width - a.width)
  const named = picture ?? voice ?? audio ?? document
  if (named === undefined) return undefined
  const sound = voice ?? audio
  const fileKind =
    picture !== undefined
      ? 'photo'
      : sound !== undefined
        ? 'voice'
        : kindOfDocument(document?.mime_type ?? '', document?.file_name ?? '')
  return fileKind === undefined
    ? undefined
    : { fileKind, reference: named.file_id, key: named.file_unique_id ?? named.file_id }
}

/** Which updates are asked for. */
export const allowedUpdates = [
  'message',
  'edited_message',
  'callback_query',
  'my_chat_member',
] as const
