import type { Files } from '../attachments.ts'
import type { Db } from '../connection.ts'
import { openHandle } from '../conversations.ts'
import type { KeyRing } from '../key-ring.ts'
import { type Seen, whoSaw } from '../text-access.ts'

/** All that is kept of a resident, as it is kept (PIPL 45; protection P15). Files are in base64. */
export type MyData = {
  readonly chat: {
    readonly channel: string
    /** The chat app's number of the chat. A web chat's is a secret of the browser that opens the chat, and is not repeated. */
    readonly handle: string | undefined
    readonly language: string | null
    readonly languageChosen: boolean
    readonly rememberedPlace: Readonly<Record<string, string>> | null
    readonly begunAt: Date
    readonly noticeSeenAt: Date | null
    readonly state: unknown
  }
  readonly received: readonly { readonly at: Date; readonly message: unknown }[]
  readonly sent: readonly { readonly at: Date; readonly content: unknown; readonly shown: unknown }[]
  readonly requests: readonly MyTicket[]
  readonly joined: readonly { readonly code: string; readonly joinedAt: Date; readonly messages: readonly MyMessage[] }[]
}

export type MyTicket = {
  readonly code: string
  readonly status: string
  readonly category: string
  readonly place: Readonly<Record<string, string>>
  readonly language: string
  readonly priority: string
  readonly anonymous: boolean
  readonly confidential: boolean
  readonly concerns: string | null
  readonly openedAt: Date
  readonly firstResponseDueAt: Date
  readonly resolutionDueAt: Date
  readonly closedAt: Date | null
  readonly satisfied: boolean | null
  readonly events: readonly { readonly type: string; readonly at: Date; readonly by: string }[]
  readonly messages: readonly MyMessage[]
  readonly readBy: readonly Seen[]
}

export type MyMessage = {
  readonly by: string
  readonly kind: string
  readonly text: string
  readonly at: Date
  readonly files: readonly { readonly kind: string; readonly contentType: string; readonly base64: string }[]
}

/** Gathers it; `undefined` where there is no such chat. */
export async function loadMyData(db: Db, keys: KeyRing, files: Files, conversationId: string): Promise<MyData | undefined> {
  const chat = await db.conversation.findUnique({ where: { id: conversationId } })
  const to = await openHandle(db, keys, conversationId)
  if (chat === null || chat.memberId !== null || to === undefined) return undefined
  const [place, received, sent, tickets, joined] = await Promise.all([
    chat.placeCode === null ? null : db.place.findUnique({ where: { code: chat.placeCode }, select: { names: true } }),
    db.inbound.findMany({ where: { conversationId }, orderBy: { id: 'asc' }, select: { receivedAt: true, payload: true } }),
    db.outbound.findMany({ where: { conversationId }, orderBy: { id: 'asc' }, select: { createdAt: true, content: true, shown: true } }),
    db.ticket.findMany({ where: { conversationId }, orderBy: { openedAt: 'asc' }, select: ofTicket }),
    db.follower.findMany({
      where: { conversationId },
      orderBy: { joinedAt: 'asc' },
      select: { joinedAt: true, messageId: true, ticket: { select: { code: true } } },
    }),
  ])
  const messageOf = async ({ attachments, ...message }: MessageRow): Promise<MyMessage> => ({
    ...message,
    files: (await Promise.all(attachments.map(({ id }) => files.find(db, id)))).flatMap((file) =>
      file === undefined ? [] : [{ kind: file.kind, contentType: file.contentType, base64: file.content.toString('base64') }],
    ),
  })
  return {
    chat: {
      channel: to.channel,
      handle: to.channel === 'webchat' ? undefined : to.handle,
      language: chat.language,
      languageChosen: chat.languageChosen,
      rememberedPlace: (place?.names as Record<string, string> | undefined) ?? null,
      begunAt: chat.createdAt,
      noticeSeenAt: chat.noticeSeenAt,
      state: chat.state,
    },
    received: received.map(({ receivedAt, payload }) => ({ at: receivedAt, message: payload })),
    sent: sent.map(({ createdAt, content, shown }) => ({ at: createdAt, content, shown })),
    requests: await Promise.all(
      tickets.map(async ({ id, place: { names }, messages, ...ticket }) => ({
        ...ticket,
        place: names as Record<string, string>,
        // What others who joined have written is theirs.
        messages: await Promise.all(messages.filter(({ kind }) => kind !== 'joined').map(messageOf)),
        readBy: await whoSaw(db, id),
      })),
    ),
    joined: await Promise.all(
      joined.map(async ({ joinedAt, messageId, ticket: { code } }) => {
        const own = messageId === null ? [] : await db.ticketMessage.findMany({ where: { id: messageId }, select: ofMessage })
        return { code, joinedAt, messages: await Promise.all(own.map(messageOf)) }
      }),
    ),
  }
}

const ofMessage = { by: true, kind: true, text: true, at: true, attachments: { select: { id: true } } } as const
type MessageRow = Omit<MyMessage, 'files'> & { readonly attachments: readonly { readonly id: string }[] }
const ofTicket = {
  id: true,
  code: true,
  status: true,
  category: true,
  language: true,
  priority: true,
  anonymous: true,
  confidential: true,
  concerns: true,
  openedAt: true,
  firstResponseDueAt: true,
  resolutionDueAt: true,
  closedAt: true,
  satisfied: true,
  place: { select: { names: true } },
  events: { orderBy: { seq: 'asc' }, select: { type: true, at: true, by: true } },
  messages: { orderBy: { id: 'asc' }, select: ofMessage },
} as const
