import type { Category } from '../../categories/category.ts'
import type { Priority } from '../../organisation/deadline.ts'
import { may } from '../../organisation/role.ts'
import { maySeeText, type Viewer } from '../../organisation/visibility.ts'
import type { Db, Transaction } from '../../platform/postgres/database.ts'
import { query } from '../../platform/postgres/query.ts'
import { openedUntil } from '../../privacy/break-glass.store.ts'
import { masked } from '../../tickets/contact.ts'
import type { Status } from '../../tickets/lifecycle.ts'
import type { ListedTicket, TicketPage } from './ticket.ts'

const listed = {
  code: true,
  category: true,
  status: true,
  firstResponseAt: true,
  firstResponseDueAt: true,
  resolutionDueAt: true,
  place: { select: { names: true } },
} as const
type ListedRow = {
  code: string
  category: string
  status: Status
  firstResponseAt: Date | null
  firstResponseDueAt: Date
  resolutionDueAt: Date
  place: { names: unknown }
}

/** The tickets that a member handles, due first. */
export async function listMine(db: Db, viewer: Viewer): Promise<readonly ListedTicket[]> {
  const rows = await db.prisma.ticket.findMany({
    where: { assigneeId: viewer.id, status: { in: ['assigned', 'accepted', 'resolved'] } },
    orderBy: { resolutionDueAt: 'asc' },
    take: 200,
    select: listed,
  })
  return rows.map(toListed)
}

/** For a lead, what the team has; confidential ones never belong to a team. */
export async function listTeam(db: Db, viewer: Viewer): Promise<readonly ListedTicket[]> {
  if (!may(viewer, 'leadTeam') || viewer.teamId === null) return []
  const rows = await db.prisma.ticket.findMany({
    where: {
      teamId: viewer.teamId,
      confidential: false,
      status: { in: ['open', 'assigned', 'accepted', 'resolved'] },
      OR: [{ assigneeId: null }, { assigneeId: { not: viewer.id } }],
    },
    orderBy: { resolutionDueAt: 'asc' },
    take: 200,
    select: listed,
  })
  return rows.map(toListed)
}

function toListed(row: ListedRow): ListedTicket {
  return {
    code: row.code,
    category: row.category as Category,
    placeNames: row.place.names as Record<string, string>,
    status: row.status,
    dueAt: row.firstResponseAt === null ? row.firstResponseDueAt : row.resolutionDueAt,
  }
}

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
      ...listed,
      id: true,
      assigneeId: true,
      teamId: true,
      confidential: true,
      concernedIds: true,
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
  const reader = await db.prisma.member.findUnique({
    where: { id: viewer.id },
    select: { reads: true },
  })
  return {
    ...toListed(row),
    id: row.id,
    isMine: row.assigneeId === viewer.id,
    viewerReads: reader?.reads ?? [],
    priority: row.priority as Priority,
    language: row.language,
    waitsForResident: row.questionAt !== null,
    openedAt: row.openedAt,
    residentUnreachable: row.conversation?.unreachableAt != null,
    messages,
    events: row.events,
    reason: row.assignment,
    openedUntil: row.assigneeId === viewer.id ? undefined : until,
    mayGiveTo: await mayGiveTo(db, viewer, row),
  }
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
            select: {
              id: true,
              assigneeId: true,
              teamId: true,
              confidential: true,
              concernedIds: true,
            },
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
