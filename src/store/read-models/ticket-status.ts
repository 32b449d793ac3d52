import type { Category } from '../../domain/category.ts'
import type { Status } from '../../domain/status.ts'
import type { Db } from '../connection.ts'

/** Where a ticket stands, for anybody who knows its code: progress, and never text, names or identities. */
export type TicketStatusRow = {
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
  readonly events: readonly { readonly type: string; readonly at: Date }[]
}

export async function findTicketStatus(db: Db, code: string): Promise<TicketStatusRow | undefined> {
  const row = await db.ticket.findUnique({
    where: { code },
    select: {
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
      confidential: true,
      events: { orderBy: { seq: 'asc' }, select: { type: true, at: true } },
    },
  })
  if (row === null) return undefined
  const { placeCode, category, ...rest } = row
  return { ...rest, category: category as Category, place: placeCode }
}
