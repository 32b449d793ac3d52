import { z } from 'zod'
import { InboundMessage } from '../../mailbox/message.ts'
import type { Shown } from '../../mailbox/shown.ts'
import type { Db } from '../../platform/postgres/database.ts'
import { statement } from '../../platform/postgres/query.ts'
import type { RowNames } from '../../platform/sealing/row-names.ts'

const ShownRow: z.ZodType<Shown> = z.object({
  language: z.string(),
  text: z.string(),
  buttons: z.array(
    z.array(
      z.object({
        label: z.string(),
        data: z.string(),
        tone: z.enum(['filled', 'quiet', 'danger']).exactOptional(),
      }),
    ),
  ),
  links: z.array(z.object({ label: z.string(), href: z.string() })).exactOptional(),
  files: z.array(z.object({ id: z.uuid(), kind: z.enum(['photo', 'voice']) })).exactOptional(),
  replaces: z.string().exactOptional(),
  retires: z.array(z.string()).exactOptional(),
  clears: z.literal(true).exactOptional(),
})

/**
 * A line of the web chat: what the resident wrote or what they were shown. `id` names what was
 * shown, and counts nothing.
 */
export type Line =
  | { readonly by: 'resident'; readonly text: string; readonly files: number; readonly at: Date }
  | ({ readonly by: 'service'; readonly id: string; readonly at: Date } & Shown)

/** The last lines of a conversation, oldest first. */
export async function readTranscript(
  db: Db,
  names: RowNames,
  conversationId: string,
  limit = 60,
): Promise<readonly Line[]> {
  const [said, shown] = await Promise.all([
    db.prisma.inbound.findMany({
      where: { conversationId },
      orderBy: { id: 'desc' },
      take: limit,
      select: { externalId: true, payload: true, receivedAt: true },
    }),
    db.prisma.outbound.findMany({
      where: { conversationId, status: 'sent' },
      orderBy: { id: 'desc' },
      take: limit,
      select: { id: true, sealedAs: true, shown: true, sentAt: true, createdAt: true },
    }),
  ])
  const [opened, seen] = [
    await db.words.open('Inbound', said),
    await db.words.open('Outbound', shown),
  ]
  const own = opened.flatMap(({ payload, receivedAt }): Line[] => {
    const message = InboundMessage.safeParse(payload).data
    return message?.kind === 'said'
      ? [{ by: 'resident', text: message.text, files: message.files.length, at: receivedAt }]
      : []
  })
  return [...own, ...seen.flatMap((row) => toLine(row, names))]
    .sort((a, b) => a.at.getTime() - b.at.getTime() || (a.by === 'resident' ? -1 : 1))
    .slice(-limit)
}

/** What stands in one row of a chat, as it was shown there. */
export async function readShown(
  db: Db,
  conversationId: string,
  id: bigint,
): Promise<Shown | undefined> {
  const row = await db.prisma.outbound.findFirst({
    where: { id, conversationId, status: 'sent' },
    select: { id: true, sealedAs: true, shown: true },
  })
  const [opened] = row === null ? [] : await db.words.open('Outbound', [row])
  return ShownRow.safeParse(opened?.shown).data
}

/** What was shown after the row `after`, oldest first. */
export async function readShownAfter(
  db: Db,
  names: RowNames,
  conversationId: string,
  after: bigint,
): Promise<readonly { readonly row: bigint; readonly line: Line & { by: 'service' } }[]> {
  const rows = await db.prisma.outbound.findMany({
    where: { conversationId, status: 'sent', id: { gt: after } },
    orderBy: { id: 'asc' },
    take: 200,
    select: { id: true, sealedAs: true, shown: true, sentAt: true, createdAt: true },
  })
  return (await db.words.open('Outbound', rows)).flatMap((row) =>
    toLine(row, names).map((line) => ({ row: row.id, line })),
  )
}

/**
 * Whether a file was shown in this chat, and may still be looked at there: by those whose matter it
 * is, and by the member who has it.
 */
export async function isFileShown(
  db: Db,
  conversationId: string,
  attachmentId: string,
): Promise<boolean> {
  const [row] = await db.read(statement<{ found: number }>`
    select 1 as "found" from "Outbound" o join "Conversation" c on c."id" = o."conversationId"
      join "Ticket" t on t."id" = (o."content" ->> 'ticketId')::uuid
    where o."conversationId" = ${conversationId}::uuid and o."content" ->> 'notice' = 'file'
      and o."content" ->> 'attachmentId' = ${attachmentId}
      and (t."conversationId" = c."id" or t."assigneeId" = c."memberId"
        or exists (select 1 from "Follower" f where f."ticketId" = t."id"
          and f."conversationId" = c."id")) limit 1`)
  return row !== undefined
}

function toLine(
  {
    id,
    shown,
    sentAt,
    createdAt,
  }: { id: bigint; shown: unknown; sentAt: Date | null; createdAt: Date },
  { nameOf }: RowNames,
): (Line & { by: 'service' })[] {
  const parsed = ShownRow.safeParse(shown).data
  if (parsed === undefined) return []
  const { replaces, retires, ...rest } = parsed
  return [
    {
      by: 'service',
      id: nameOf(id),
      at: sentAt ?? createdAt,
      ...rest,
      ...(replaces === undefined ? {} : { replaces: nameOf(BigInt(replaces)) }),
      ...(retires === undefined ? {} : { retires: retires.map((each) => nameOf(BigInt(each))) }),
    },
  ]
}

/** Whether a conversation is still there. */
export async function isConversationThere(db: Db, conversationId: string): Promise<boolean> {
  return (await db.prisma.conversation.count({ where: { id: conversationId } })) === 1
}
