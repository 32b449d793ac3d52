import { z } from 'zod'
import type { Arrival, FileToFetch, InboundMessage } from '../../mailbox/message.ts'
import { digestOf } from '../../platform/digest.ts'
import { kindOfDocument } from '../../platform/files/file-kind.ts'
import { located } from '../located.ts'

/** A file that WhatsApp keeps for 30 days. */
const Media = z.object({
  id: z.string().max(200),
  mime_type: z.string().optional().catch(undefined),
  caption: z.string().optional().catch(undefined),
  filename: z.string().optional().catch(undefined),
})

/**
 * The parts of a message that are used. The sender's name and picture are not even read (protection
 * P29); their telephone number only where WhatsApp gives no other name for them.
 * https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/messages/
 */
const Message = z.object({
  id: z.string().max(500),
  from: z.string().max(40).optional(),
  from_user_id: z.string().max(200).optional(),
  timestamp: z
    .string()
    .regex(/^\d{1,12}$/)
    .optional()
    .catch(undefined),
  type: z.string().optional().catch(undefined),
  text: z.object({ body: z.string() }).optional().catch(undefined),
  image: Media.optional().catch(undefined),
  audio: Media.optional().catch(undefined),
  voice: Media.optional().catch(undefined),
  document: Media.optional().catch(undefined),
  video: z.object({ caption: z.string().optional() }).optional().catch(undefined),
  location: z
    .object({
      latitude: z.coerce.number().min(-90).max(90),
      longitude: z.coerce.number().min(-180).max(180),
      name: z.string().optional().catch(undefined),
      address: z.string().optional().catch(undefined),
    })
    .optional()
    .catch(undefined),
  interactive: z
    .object({
      button_reply: z.object({ id: z.string() }).optional(),
      list_reply: z.object({ id: z.string() }).optional(),
    })
    .optional()
    .catch(undefined),
  button: z
    .object({ payload: z.string().optional(), text: z.string().optional() })
    .optional()
    .catch(undefined),
  context: z
    .object({ id: z.string().max(500).optional() })
    .optional()
    .catch(undefined),
  edit: z
    .object({ original_message_id: z.string().max(500), message: z.unknown() })
    .optional()
    .catch(undefined),
  system: z
    .object({
      type: z.string().optional(),
      wa_id: z.string().max(40).optional(),
      user_id: z.string().max(200).optional(),
    })
    .optional()
    .catch(undefined),
})
type Message = z.infer<typeof Message>

/** Where a message stands that was sent. */
const Status = z.object({
  id: z.string().max(500),
  status: z.string(),
  recipient_id: z.string().max(40).optional(),
  recipient_user_id: z.string().max(200).optional(),
  errors: z
    .array(z.object({ code: z.coerce.number().int() }))
    .optional()
    .catch(undefined),
})

const Contact = z.object({
  wa_id: z.string().max(40).optional(),
  user_id: z.string().max(200).optional(),
})

const Value = z.object({
  metadata: z.object({ phone_number_id: z.string() }),
  contacts: z.array(z.unknown()).optional().catch(undefined),
  messages: z.array(z.unknown()).optional().catch(undefined),
  statuses: z.array(z.unknown()).optional().catch(undefined),
})

/** A notification: several things, of several accounts, may stand in one. */
const Notification = z.object({
  entry: z
    .array(z.object({ changes: z.array(z.object({ value: z.unknown() })).catch([]) }))
    .catch([]),
})

/** One thing that a notification tells. `sentAt` is in milliseconds UTC. */
export type Told =
  | { readonly kind: 'arrival'; readonly arrival: Arrival; readonly sentAt?: number }
  /** A message that was taken could not be shown. */
  | {
      readonly kind: 'failed'
      /** What the person may be called. */
      readonly handles: readonly string[]
      readonly externalId: string
      readonly code: number
    }
  /** WhatsApp calls the same person otherwise from now on. */
  | { readonly kind: 'moved'; readonly from: string; readonly to: string }

/**
 * Reads a notification for one of our telephone numbers; total: what it does not know is passed
 * over, and a part of an unforeseen shape costs none of the others.
 */
export function parseNotification(notification: unknown, phoneNumberId: string): readonly Told[] {
  const parsed = Notification.safeParse(notification)
  if (!parsed.success) return []
  return parsed.data.entry.flatMap(({ changes }) =>
    changes.flatMap(({ value }) => toldIn(value, phoneNumberId)),
  )
}

function toldIn(value: unknown, phoneNumberId: string): readonly Told[] {
  const parsed = Value.safeParse(value)
  if (!parsed.success || parsed.data.metadata.phone_number_id !== phoneNumberId) return []
  const { contacts = [], messages = [], statuses = [] } = parsed.data
  const people = contacts.flatMap((each) => Contact.safeParse(each).data ?? [])
  return [
    ...messages.flatMap((each) => toldByMessage(each, people, phoneNumberId)),
    ...statuses.flatMap(toldByStatus),
  ]
}

/**
 * What a person is called: by the number that is theirs with us alone, where WhatsApp gives one.
 * Who has a user name shows no telephone number.
 */
function handleOf(
  message: Message,
  people: readonly z.infer<typeof Contact>[],
): string | undefined {
  const contact = people.find(({ wa_id }) => wa_id === message.from) ?? people[0]
  return message.from_user_id ?? contact?.user_id ?? message.from ?? contact?.wa_id
}

function toldByMessage(
  given: unknown,
  people: readonly z.infer<typeof Contact>[],
  phoneNumberId: string,
): readonly Told[] {
  const parsed = Message.safeParse(given)
  if (!parsed.success) return []
  const message = parsed.data
  if (message.type === 'system') return moveOf(message)
  // A reaction says nothing to act on, and who takes words back has them in the ticket to withdraw.
  if (message.type === 'reaction' || message.type === 'revoke') return []
  const handle = handleOf(message, people)
  if (handle === undefined || handle === '') return []
  const source = `${phoneNumberId}:${message.id}`
  const sentAt =
    message.timestamp === undefined ? {} : { sentAt: Number(message.timestamp) * 1_000 }
  const arrival = (externalId: string, content: InboundMessage): readonly Told[] => [
    {
      kind: 'arrival',
      arrival: { channel: 'whatsapp', handle, externalId, message: content },
      ...sentAt,
    },
  ]
  if (message.edit !== undefined) {
    const edited = editOf(
      message.edit.message,
      `${phoneNumberId}:${message.edit.original_message_id}`,
    )
    return edited === undefined ? [] : arrival(`${source}:edit:${digestOf(edited.text)}`, edited)
  }
  return arrival(source, contentOf(message, phoneNumberId, source))
}

/** A telephone number or the number that a person has with us was changed. */
function moveOf({ from, from_user_id, system }: Message): readonly Told[] {
  const pairs = [
    [from_user_id, system?.user_id],
    [from, system?.wa_id],
  ] as const
  return pairs.flatMap(([old, next]) =>
    old === undefined || next === undefined || old === next
      ? []
      : [{ kind: 'moved' as const, from: old, to: next }],
  )
}

function editOf(
  given: unknown,
  source: string,
): Extract<InboundMessage, { kind: 'edited' }> | undefined {
  const parsed = Message.partial({ id: true }).safeParse(given)
  if (!parsed.success) return undefined
  const { text, image, document, video } = parsed.data
  const words = text?.body ?? image?.caption ?? document?.caption ?? video?.caption
  return words === undefined ? undefined : { kind: 'edited', text: words, source }
}

function contentOf(message: Message, phoneNumberId: string, source: string): InboundMessage {
  const { text, location, interactive, button, context } = message
  const on = context?.id === undefined ? {} : { on: `${phoneNumberId}:${context.id}` }
  const pressed = interactive?.button_reply?.id ?? interactive?.list_reply?.id ?? button?.payload
  if (pressed !== undefined) return { kind: 'pressed', data: pressed.slice(0, 200), ...on }
  if (location !== undefined) return located(location, [location.name, location.address], on.on)
  if (text !== undefined) return { kind: 'said', text: text.body, files: [], ...on, source }
  const file = fileOf(message)
  const words = wordsBeside(message)
  return file === undefined
    ? { kind: 'said', text: words, files: [], ...on, source, lost: 'kind' }
    : { kind: 'fileToFetch', text: words, ...file, ...on, source }
}

/** What stands under a file, or on a button. */
function wordsBeside({ image, document, video, button }: Message): string {
  return image?.caption ?? document?.caption ?? video?.caption ?? button?.text ?? ''
}

/** The picture or the sound of a message; either may come as a document. */
function fileOf({ image, audio, voice, document }: Message): FileToFetch | undefined {
  if (image !== undefined) return { fileKind: 'photo', reference: image.id }
  const sound = audio ?? voice
  if (sound !== undefined) return { fileKind: 'voice', reference: sound.id }
  const kind = kindOfDocument(document?.mime_type ?? '', document?.filename ?? '')
  return document === undefined || kind === undefined
    ? undefined
    : { fileKind: kind, reference: document.id }
}

function toldByStatus(given: unknown): readonly Told[] {
  const parsed = Status.safeParse(given)
  if (!parsed.success || parsed.data.status !== 'failed') return []
  const { id, recipient_id, recipient_user_id, errors = [] } = parsed.data
  const handles = [recipient_user_id, recipient_id].flatMap((each) => each ?? [])
  return [{ kind: 'failed', handles, externalId: id, code: errors[0]?.code ?? 0 }]
}
