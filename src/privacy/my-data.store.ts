import { openHandle } from '../mailbox/conversations.store.ts'
import type { Files } from '../platform/files/attachments.ts'
import type { Db } from '../platform/postgres/database.ts'
import { whoSaw } from '../platform/sealing/access-log.ts'
import type { KeyRing } from '../platform/sealing/key-ring.ts'
import type { MyData, MyFile, MyMessage } from './my-data.ts'

/** How many rows are read at once. */
const batch = 200

/**
 * Opens it; `undefined` where there is no such chat, and for the chats of members, which hold what
 * residents wrote.
 */
export async function openMyData(
  db: Db,
  keys: KeyRing,
  files: Files,
  conversationId: string,
  showsHandle: boolean,
): Promise<MyData | undefined> {
  const chat = await db.prisma.conversation.findUnique({ where: { id: conversationId } })
  const to = await openHandle(db, keys, conversationId)
  if (chat === null || chat.memberId !== null || to === undefined) return undefined
  const [opened] = await db.words.open('Conversation', [chat])
  const place =
    chat.placeCode === null
      ? null
      : await db.prisma.place.findUnique({
          where: { code: chat.placeCode },
          select: { names: true },
        })
  return {
    chat: {
      channel: to.channel,
      handle: showsHandle ? to.handle : undefined,
      language: chat.language,
      languageChosen: chat.languageChosen,
      rememberedPlace: (place?.names as Record<string, string> | undefined) ?? null,
      begunAt: chat.createdAt,
      noticeSeenAt: chat.noticeSeenAt,
      state: opened?.state,
    },
    received: async function* () {
      for (let after = 0n; ; ) {
        const rows = await db.prisma.inbound.findMany({
          where: { conversationId, id: { gt: after } },
          orderBy: { id: 'asc' },
          take: batch,
          select: { id: true, externalId: true, receivedAt: true, payload: true },
        })
        for (const { receivedAt, payload } of await db.words.open('Inbound', rows))
          yield { at: receivedAt, message: payload }
        if (rows.length < batch) return
        after = rows.at(-1)?.id ?? after
      }
    },
    sent: async function* () {
      for (let after = 0n; ; ) {
        const rows = await db.prisma.outbound.findMany({
          where: { conversationId, id: { gt: after } },
          orderBy: { id: 'asc' },
          take: batch,
          select: { id: true, sealedAs: true, createdAt: true, content: true, shown: true },
        })
        for (const { createdAt, content, shown } of await db.words.open('Outbound', rows))
          yield { at: createdAt, content: withoutRows(content), shown: withoutRows(shown) }
        if (rows.length < batch) return
        after = rows.at(-1)?.id ?? after
      }
    },
    requests: async function* () {
      for (const { id } of await db.prisma.ticket.findMany({
        where: { conversationId },
        orderBy: { openedAt: 'asc' },
        select: { id: true },
      })) {
        const row = await db.prisma.ticket.findUnique({ where: { id }, select: ofTicket })
        if (row === null) continue
        const { place: at, messages: sealed, ...ticket } = row
        const messages = await db.words.open('TicketMessage', sealed)
        yield {
          ...ticket,
          place: at.names as Record<string, string>,
          // What others who joined have written is theirs.
          messages: messages
            .filter(({ writerId }) => writerId === null)
            .map(({ writerId: _, ...message }) => toMessage(message)),
          readBy: (await whoSaw(db, [id])).get(id) ?? [],
        }
      }
    },
    joined: async function* () {
      const rows = await db.prisma.follower.findMany({
        where: { conversationId },
        orderBy: { joinedAt: 'asc' },
        select: {
          joinedAt: true,
          id: true,
          alias: true,
          ticketId: true,
          ticket: { select: { code: true } },
        },
      })
      for (const { joinedAt, id, alias, ticketId, ticket } of rows) {
        const own = await db.prisma.ticketMessage.findMany({
          where: { ticketId, writerId: id },
          orderBy: { id: 'asc' },
          select: ofMessage,
        })
        yield {
          code: alias ?? ticket.code,
          joinedAt,
          messages: (await db.words.open('TicketMessage', own)).map(toMessage),
        }
      }
    },
    file: (id) => files.find(db, id),
  }
}

/**
 * The numbers of rows count what the whole service has done, and a ticket's id may be of another's:
 * they are nobody's data.
 */
function withoutRows(json: unknown): unknown {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return json
  const {
    replaces: _,
    retires: __,
    ticketId: ___,
    ...rest
  } = json as Readonly<Record<string, unknown>>
  return rest
}

function toMessage({
  attachments,
  sealedAs: _,
  ...message
}: Omit<MyMessage, 'files'> & {
  readonly attachments: readonly MyFile[]
  readonly sealedAs: string | null
}): MyMessage {
  return { ...message, files: attachments }
}

const ofMessage = {
  by: true,
  kind: true,
  text: true,
  sealedAs: true,
  at: true,
  attachments: {
    orderBy: { id: 'asc' },
    select: { id: true, kind: true, contentType: true, bytes: true },
  },
} as const
const ofTicket = {
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
  messages: { orderBy: { id: 'asc' }, select: { ...ofMessage, writerId: true } },
} as const
