import type { Category } from '../categories/category.ts'
import type { Db } from '../platform/postgres/database.ts'
import type { Status } from '../tickets/lifecycle.ts'

/** Where a ticket stands: progress, and never text, names or identities. */
export type TicketProgress = {
  readonly code: string
  readonly status: Status
  readonly category: Category
  readonly place: string
  readonly openedAt: Date
  readonly assignedAt: Date | null
  readonly acceptedAt: Date | null
  readonly resolvedAt: Date | null
  readonly closedAt: Date | null
  readonly firstResponseAt: Date | null
  readonly firstResponseDueAt: Date
  readonly resolutionDueAt: Date
  readonly reopenedCount: number
}

/** The same for anybody who knows its code, with what has happened. */
export type TicketStatusRow = TicketProgress & {
  readonly confidential: boolean
  readonly events: readonly { readonly type: string; readonly at: Date }[]
}

const progress = {
  code: true,
  status: true,
  category: true,
  placeCode: true,
  openedAt: true,
  assignedAt: true,
  acceptedAt: true,
  resolvedAt: true,
  closedAt: true,
  firstResponseAt: true,
  firstResponseDueAt: true,
  resolutionDueAt: true,
  reopenedCount: true,
} as const

/** Where a ticket stands, by its code; `undefined` where there is none. */
export async function findTicketStatus(db: Db, code: string): Promise<TicketStatusRow | undefined> {
  const row = await db.prisma.ticket.findUnique({
    where: { code },
    select: {
      ...progress,
      confidential: true,
      events: { orderBy: { seq: 'asc' }, select: { type: true, at: true } },
    },
  })
  return row === null ? undefined : toProgress(row)
}

/**
 * What a list is asked for: tickets opened in a period in an area, after the one that the page
 * before ended with.
 */
export type Asked = {
  readonly areaCode: string
  readonly from: Date
  readonly until: Date
  readonly status: Status | undefined
  readonly category: Category | undefined
  readonly after: { readonly openedAt: Date; readonly code: string } | undefined
  readonly limit: number
}

/**
 * Tickets in the order in which they were opened. Complaints about staff are in no list (protection
 * P07).
 */
export async function listTicketProgress(
  db: Db,
  { areaCode, from, until, status, category, after, limit }: Asked,
): Promise<readonly TicketProgress[]> {
  const rows = await db.prisma.ticket.findMany({
    where: {
      confidential: false,
      place: { OR: [{ code: areaCode }, { ancestors: { has: areaCode } }] },
      openedAt: {
        gte: after === undefined || after.openedAt < from ? from : after.openedAt,
        lt: until,
      },
      ...(status === undefined ? {} : { status }),
      ...(category === undefined ? {} : { category }),
      ...(after === undefined
        ? {}
        : { OR: [{ openedAt: { gt: after.openedAt } }, { code: { gt: after.code } }] }),
    },
    orderBy: [{ openedAt: 'asc' }, { code: 'asc' }],
    take: limit,
    select: progress,
  })
  return rows.map(toProgress)
}

function toProgress<Row extends { placeCode: string; category: string }>({
  placeCode,
  category,
  ...rest
}: Row): Omit<Row, 'placeCode' | 'category'> & {
  category: Category
  place: string
} {
  return { ...rest, category: category as Category, place: placeCode }
}
