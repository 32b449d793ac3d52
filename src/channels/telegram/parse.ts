import { z } from 'zod'
import { coarsen } from '../../domain/location.ts'
import type { Arrival } from '../../store/inbound.ts'

/**
 * The parts of a Bot API update that are used. Name, username, picture and language of the sender are not even read
 * (protection P29). https://core.telegram.org/bots/api#update
 */
const Update = z.object({
  update_id: z.int(),
  message: z
    .object({
      chat: z.object({ id: z.int(), type: z.enum(['private', 'group', 'supergroup', 'channel']) }),
      text: z.string().optional(),
      caption: z.string().optional(),
      photo: z.array(z.object({ file_id: z.string(), width: z.int() })).optional(),
      voice: z.object({ file_id: z.string() }).optional(),
      location: z.object({ latitude: z.number().min(-90).max(90), longitude: z.number().min(-180).max(180) }).optional(),
    })
    .optional(),
  callback_query: z
    .object({ id: z.string(), data: z.string().optional(), message: z.object({ chat: z.object({ id: z.int(), type: z.string() }) }).optional() })
    .optional(),
  my_chat_member: z.object({ chat: z.object({ id: z.int(), type: z.string() }), new_chat_member: z.object({ status: z.string() }) }).optional(),
})

/** What an update is for the service. `answers` is the pressed button's query, to be answered so that it stops turning. */
export type Parsed =
  | { readonly kind: 'arrival'; readonly updateId: number; readonly arrival: Arrival; readonly answers?: string }
  /** Something happened in a group: it gets one polite line, and nothing of it is read. */
  | { readonly kind: 'group'; readonly updateId: number; readonly handle: string }
  | { readonly kind: 'ignored'; readonly updateId: number | undefined }

/** Reads an update of Telegram; total: what it does not know is ignored. */
export function parseUpdate(update: unknown): Parsed {
  const parsed = Update.safeParse(update)
  if (!parsed.success) return { kind: 'ignored', updateId: z.object({ update_id: z.int() }).safeParse(update).data?.update_id }
  const { update_id: updateId, message, callback_query: query, my_chat_member: membership } = parsed.data
  const externalId = String(updateId)
  if (query?.message?.chat.type === 'private') {
    const arrival = {
      channel: 'telegram',
      handle: String(query.message.chat.id),
      externalId,
      message: { kind: 'pressed' as const, data: (query.data ?? '').slice(0, 200) },
    }
    return { kind: 'arrival', updateId, arrival, answers: query.id }
  }
  if (message?.chat.type === 'group' || message?.chat.type === 'supergroup') return { kind: 'group', updateId, handle: String(message.chat.id) }
  if (
    membership !== undefined &&
    membership.chat.type !== 'private' &&
    membership.chat.type !== 'channel' &&
    ['member', 'administrator'].includes(membership.new_chat_member.status)
  )
    return { kind: 'group', updateId, handle: String(membership.chat.id) }
  if (message?.chat.type !== 'private') return { kind: 'ignored', updateId }
  return { kind: 'arrival', updateId, arrival: { channel: 'telegram', handle: String(message.chat.id), externalId, message: toMessage(message) } }
}

function toMessage({ text, caption = '', photo = [], voice, location }: NonNullable<z.infer<typeof Update>['message']>): Arrival['message'] {
  const largest = [...photo].sort((a, b) => b.width - a.width)[0]
  if (text !== undefined) return { kind: 'said', text, files: [] }
  if (largest !== undefined) return { kind: 'fileToFetch', fileKind: 'photo', text: caption, reference: largest.file_id }
  if (voice !== undefined) return { kind: 'fileToFetch', fileKind: 'voice', text: caption, reference: voice.file_id }
  if (location !== undefined) return { kind: 'located', ...coarsen(location) }
  return { kind: 'unsupported' }
}
