import type { Category } from '../../categories/category.ts'
import type { Db } from '../../platform/postgres/database.ts'
import { statement } from '../../platform/postgres/query.ts'
import { masked } from '../../tickets/contact.ts'
import type { CardFacts } from './card.ts'

/**
 * A ticket's card as it is now, whose it is, and as it stands in a chat where it was shown before.
 */
type LoadedCard = CardFacts & {
  readonly assigneeId: string | null
  readonly before: { readonly externalId: string; readonly shownHash: string } | undefined
}

type Row = {
  readonly code: string
  readonly status: CardFacts['status']
  readonly category: string
  readonly assigneeId: string | null
  readonly priority: string
  readonly dueAt: Date
  readonly placeNames: CardFacts['placeNames']
  readonly isUnreachable: boolean
  readonly followers: number
  readonly messages: readonly {
    readonly by: string
    readonly text: string
    readonly sealedAs: string | null
    readonly numbersShown: boolean
    readonly files: number
  }[]
  readonly externalId: string | null
  readonly shownHash: string | null
}

/** The words of a ticket, oldest first; `masked` without numbers that are not to be shown. */
export async function loadWords(
  db: Db,
  ticketId: string,
): Promise<readonly { readonly by: string; readonly text: string; readonly masked: string }[]> {
  const rows = await db.prisma.ticketMessage.findMany({
    where: { ticketId },
    orderBy: { id: 'asc' },
    select: { by: true, text: true, sealedAs: true, numbersShown: true },
  })
  const opened = await db.words.open('TicketMessage', rows)
  return opened.map(({ by, text, numbersShown }) => ({
    by,
    text,
    masked: numbersShown ? text : masked(text),
  }))
}

/** In one statement: every card that is shown asks for it. */
export async function loadCard(
  db: Db,
  ticketId: string,
  conversationId: string,
): Promise<LoadedCard | undefined> {
  const [row] = await db.read(statement<Row>`
    select t."code", t."status"::text as "status", t."category",
      t."assigneeId"::text as "assigneeId", t."priority",
      case when t."firstResponseAt" is null then t."firstResponseDueAt" else t."resolutionDueAt" end as "dueAt",
      p."names" as "placeNames", c."unreachableAt" is not null as "isUnreachable", k."externalId", k."shownHash",
      (select count(*)::int from "Follower" where "ticketId" = t."id") as "followers",
      (select coalesce(jsonb_agg(jsonb_build_object('by', m."by", 'text', m."text", 'sealedAs',
        m."sealedAs", 'numbersShown', m."numbersShown",
          'files', (select count(*) from "Attachment" where "messageId" = m."id")) order by m."id"),
            '[]')
        from "TicketMessage" m where m."ticketId" = t."id") as "messages"
    from "Ticket" t join "Place" p on p."code" = t."placeCode" left
      join "Conversation" c on c."id" = t."conversationId"
      left join "Card" k on k."ticketId" = t."id" and k."conversationId" = ${conversationId}::uuid
    where t."id" = ${ticketId}::uuid`)
  if (row === undefined) return undefined
  const messages = await db.words.open('TicketMessage', row.messages)
  return {
    code: row.code,
    status: row.status,
    category: row.category as Category,
    placeNames: row.placeNames,
    dueAt: row.dueAt.getTime(),
    messages: messages.map(({ by, text, numbersShown, files }) => ({
      by: by === 'member' ? 'member' : 'resident',
      text: numbersShown ? text : masked(text),
      files,
    })),
    isUrgent: row.priority === 'danger',
    reportedBy: row.followers + 1,
    residentUnreachable: row.isUnreachable,
    assigneeId: row.assigneeId,
    before:
      row.externalId === null || row.shownHash === null
        ? undefined
        : { externalId: row.externalId, shownHash: row.shownHash },
  }
}
