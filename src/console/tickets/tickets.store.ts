import { type RawBuilder, sql } from 'kysely'
import type { Category } from '../../categories/category.ts'
import type { Priority } from '../../organisation/deadline.ts'
import { may } from '../../organisation/role.ts'
import { maySeeText, type Viewer } from '../../organisation/visibility.ts'
import { day } from '../../platform/instant.ts'
import type { Db, Transaction } from '../../platform/postgres/database.ts'
import { query, statement } from '../../platform/postgres/query.ts'
import { openedUntil } from '../../privacy/break-glass.store.ts'
import { masked } from '../../tickets/contact.ts'
import type { Status } from '../../tickets/lifecycle.ts'
import { listNotes } from '../../tickets/notes.store.ts'
import type { ListedTicket, TicketPage } from './ticket.ts'

/** How many tickets a list reads: more than a member can have in hand. */
const mostListed = 500

/** The tickets that a member handles. */
export async function listMine(db: Db, viewer: Viewer): Promise<readonly ListedTicket[]> {
  return list(
    db,
    sql`t."assigneeId" = ${viewer.id}::uuid and t."status" in ('assigned', 'accepted', 'resolved')`,
  )
}

/** For a lead, what the rest of the team has; confidential ones never belong to a team. */
export async function listTeam(db: Db, viewer: Viewer): Promise<readonly ListedTicket[]> {
  if (!may(viewer, 'leadTeam') || viewer.teamId === null) return []
  return list(
    db,
    sql`t."teamId" = ${viewer.teamId}::uuid and not t."confidential"
      and t."status" in ('open', 'assigned', 'accepted', 'resolved')
      and t."assigneeId" is distinct from ${viewer.id}::uuid`,
  )
}

/** How long a member sees what they have closed: 30 days. */
const closedShownMs = 30 * day

/** What a member had in hand and is closed, the last one first. */
export async function listClosed(
  db: Db,
  viewer: Viewer,
  now: Date,
): Promise<readonly ListedTicket[]> {
  return list(
    db,
    sql`t."assigneeId" = ${viewer.id}::uuid and t."status" = 'closed'
      and t."closedAt" > ${new Date(now.getTime() - closedShownMs)}`,
    sql`t."closedAt" desc`,
  )
}

type ListedRow = Pick<
  ListedTicket,
  'code' | 'status' | 'openedAt' | 'assigneeName' | 'closedAt'
> & {
  readonly category: Category
  readonly priority: Priority
  readonly names: Readonly<Record<string, string>>
  readonly firstResponseAt: Date | null
  readonly firstResponseDueAt: Date
  readonly resolutionDueAt: Date
  readonly questionAt: Date | null
  readonly reopenedCount: number
  readonly isAnswer: boolean | null
  readonly hasPhoto: boolean | null
  readonly hasVoice: boolean | null
}

async function list(
  db: Db,
  which: RawBuilder<unknown>,
  order: RawBuilder<unknown> = sql`t."resolutionDueAt"`,
): Promise<readonly ListedTicket[]> {
  const rows = await db.read(statement<ListedRow>`
    select t."code", t."category", t."status"::text as "status", t."priority", t."openedAt",
      t."firstResponseAt", t."firstResponseDueAt", t."resolutionDueAt", t."questionAt",
      t."reopenedCount", t."closedAt", p."names", m."name" as "assigneeName", "last"."isAnswer",
      "files"."hasPhoto", "files"."hasVoice"
    from "Ticket" t join "Place" p on p."code" = t."placeCode"
      left join "Member" m on m."id" = t."assigneeId"
      left join lateral (select "by" = 'resident' and "kind" not in ('report', 'reopened') as "isAnswer"
        from "TicketMessage" where "ticketId" = t."id" order by "id" desc limit 1) as "last" on true
      left join lateral (select bool_or(a."kind" = 'photo') as "hasPhoto", bool_or(a."kind" = 'voice') as "hasVoice"
        from "TicketMessage" w join "Attachment" a on a."messageId" = w."id"
        where w."ticketId" = t."id") as "files" on true
    where ${which} order by ${order}, t."id" limit ${mostListed}`)
  return rows.map((row) => ({
    code: row.code,
    category: row.category,
    placeNames: row.names,
    status: row.status,
    priority: row.priority,
    openedAt: row.openedAt,
    dueAt: dueOf(row),
    waitsForResident: row.questionAt !== null,
    hasAnswered: row.status === 'accepted' && row.isAnswer === true,
    isReopened: row.reopenedCount > 0,
    hasPhoto: row.hasPhoto === true,
    hasVoice: row.hasVoice === true,
    assigneeName: row.assigneeName,
    closedAt: row.closedAt,
  }))
}

function dueOf(row: Pick<ListedRow, 'firstResponseAt' | 'firstResponseDueAt' | 'resolutionDueAt'>) {
  return row.firstResponseAt === null ? row.firstResponseDueAt : row.resolutionDueAt
}

/** What `maySeeText` asks of a ticket. */
const seenColumns = {
  id: true,
  assigneeId: true,
  teamId: true,
  confidential: true,
  concernedIds: true,
} as const

/**
 * One ticket for a viewer who may read it; `undefined` alike for one that is not theirs and one
 * that is not.
 */
export async function findTicketPage(
  db: Db,
  viewer: Viewer,
  code: string,
  now: Date,
): Promise<TicketPage | undefined> {
  const row = await db.prisma.ticket.findUnique({
    where: { code },
    select: {
      code: true,
      category: true,
      status: true,
      firstResponseAt: true,
      firstResponseDueAt: true,
      resolutionDueAt: true,
      place: { select: { names: true } },
      assignee: { select: { name: true } },
      ...seenColumns,
      priority: true,
      language: true,
      questionAt: true,
      openedAt: true,
      assignment: true,
      conversation: { select: { unreachableAt: true } },
      messages: {
        orderBy: { id: 'asc' },
        select: {
          by: true,
          text: true,
          sealedAs: true,
          numbersShown: true,
          at: true,
          attachments: { select: { id: true, kind: true } },
        },
      },
      events: { orderBy: { seq: 'asc' }, select: { type: true, at: true } },
    },
  })
  const until = row === null ? undefined : await openedUntil(db, viewer, row.id, now)
  if (row === null || !maySeeText(viewer, { ...row, openedOutOfTurn: until !== undefined }))
    return undefined
  const messages = (await db.words.open('TicketMessage', row.messages)).map(
    ({ attachments, numbersShown, text, sealedAs: _, ...message }) => ({
      ...message,
      text: numbersShown ? text : masked(text),
      files: attachments,
    }),
  )
  const isOver = row.status === 'closed' || row.status === 'withdrawn'
  const notes =
    until !== undefined && row.assigneeId !== viewer.id ? [] : await listNotes(db, row.id)
  const reader = await db.prisma.member.findUnique({
    where: { id: viewer.id },
    select: { reads: true },
  })
  return {
    code: row.code,
    category: row.category as Category,
    placeNames: row.place.names as Record<string, string>,
    status: row.status,
    dueAt: dueOf(row),
    assigneeName: row.assignee?.name ?? null,
    id: row.id,
    version: versionOf(row.events.length, notes.length),
    isMine: row.assigneeId === viewer.id,
    viewerReads: reader?.reads ?? [],
    priority: row.priority as Priority,
    language: row.language,
    waitsForResident: row.questionAt !== null,
    openedAt: row.openedAt,
    residentUnreachable: row.conversation?.unreachableAt != null,
    messages,
    events: row.events,
    notes: notes.map((note) => ({ ...note, text: masked(note.text) })),
    mayNote: !isOver && until === undefined && (await db.words.form()) !== 0,
    reason: row.assignment,
    openedUntil: row.assigneeId === viewer.id ? undefined : until,
    mayGiveTo: await mayGiveTo(db, viewer, row),
  }
}

/**
 * What a ticket's page has for a version now; `undefined` where the viewer may not read it. It tells
 * nothing of the words, so that asking for it is no reading.
 */
export async function findTicketVersion(
  db: Db,
  viewer: Viewer,
  code: string,
  now: Date,
): Promise<string | undefined> {
  const row = await db.prisma.ticket.findUnique({
    where: { code },
    select: {
      ...seenColumns,
      _count: { select: { events: true, notes: true } },
    },
  })
  if (row === null) return undefined
  const openedOutOfTurn = (await openedUntil(db, viewer, row.id, now)) !== undefined
  return maySeeText(viewer, { ...row, openedOutOfTurn })
    ? versionOf(row._count.events, openedOutOfTurn ? 0 : row._count.notes)
    : undefined
}

/** Everything that happens to a ticket is an event, but for the team's notes. */
function versionOf(events: number, notes: number): string {
  return `${events}.${notes}`
}

/** The members to whom a lead may give a ticket by hand; none for anybody else. */
async function mayGiveTo(
  db: Db,
  viewer: Viewer,
  ticket: {
    readonly status: Status
    readonly teamId: string | null
    readonly assigneeId: string | null
    readonly confidential: boolean
  },
): Promise<readonly { readonly id: string; readonly name: string }[]> {
  const isUnderWay =
    ticket.status === 'open' || ticket.status === 'assigned' || ticket.status === 'accepted'
  if (
    !may(viewer, 'leadTeam') ||
    viewer.teamId === null ||
    viewer.teamId !== ticket.teamId ||
    ticket.confidential ||
    !isUnderWay
  )
    return []
  const team = await db.prisma.member.findMany({
    where: { teamId: viewer.teamId },
    orderBy: { name: 'asc' },
    select: { id: true, name: true },
  })
  return team.filter(({ id }) => id !== ticket.assigneeId)
}

/** The ticket that a file is part of, where the viewer may read it. */
export async function ticketOfFile(
  db: Db,
  viewer: Viewer,
  id: string,
  now: Date,
): Promise<string | undefined> {
  const row = await db.prisma.attachment.findUnique({
    where: { id },
    select: {
      message: {
        select: {
          ticket: {
            select: seenColumns,
          },
        },
      },
    },
  })
  if (row?.message == null) return undefined
  const { ticket } = row.message
  const openedOutOfTurn = (await openedUntil(db, viewer, ticket.id, now)) !== undefined
  return maySeeText(viewer, { ...ticket, openedOutOfTurn }) ? ticket.id : undefined
}

/** The language that a ticket's resident writes in. */
export async function languageOf(db: Db | Transaction, code: string): Promise<string | undefined> {
  const [ticket] = await db.read(
    query.selectFrom('Ticket').select('language').where('code', '=', code),
  )
  return ticket?.language
}
