import type { Category } from '../../domain/category.ts'
import { day } from '../../domain/instant.ts'
import type { Status } from '../../domain/status.ts'
import type { Db } from '../connection.ts'
import { fewest, type Rates, readRates } from './rates.ts'

export type Supervision = {
  readonly byStatus: Readonly<Partial<Record<Status, number>>>
  readonly rates: Rates
  /** Open tickets that nobody has, and tickets past their deadline: what to act on, without a text. */
  readonly waiting: readonly Listed[]
  readonly overdue: readonly (Listed & { readonly teamNames: Readonly<Record<string, string>> | undefined })[]
}

type Listed = { readonly code: string; readonly category: Category; readonly placeNames: Readonly<Record<string, string>>; readonly openedAt: Date }

/**
 * How an area is answered. Complaints about staff are in no figure and in no list: not even their number may tell
 * (protection P07).
 */
export async function superviseArea(db: Db, areaCode: string, now: Date): Promise<Supervision> {
  const counts = await db.$queryRaw<{ status: Status; count: number }[]>`
    select "status"::text as "status", count(*)::int as "count" from "Ticket" join "Place" on "Place"."code" = "Ticket"."placeCode"
    where "Place"."ancestors" @> array[${areaCode}]::text[] and not "confidential" group by 1`
  const rates = await readRates(db, { areaCode, from: new Date(now.getTime() - 90 * day), until: new Date(now.getTime() + 1) }, now)
  const waiting = await db.ticket.findMany({
    where: { status: 'open', confidential: false, place: { ancestors: { has: areaCode } } },
    orderBy: { openedAt: 'asc' },
    take: 100,
    select: { code: true, category: true, openedAt: true, place: { select: { names: true } } },
  })
  const overdue = await db.ticket.findMany({
    where: { status: { in: ['open', 'assigned', 'accepted'] }, confidential: false, resolutionDueAt: { lt: now }, place: { ancestors: { has: areaCode } } },
    orderBy: { resolutionDueAt: 'asc' },
    take: 100,
    select: { code: true, category: true, openedAt: true, place: { select: { names: true } }, team: { select: { names: true } } },
  })
  return {
    byStatus: Object.fromEntries(counts.filter(({ count }) => count >= fewest).map(({ status, count }) => [status, count])),
    rates,
    waiting: waiting.map(toListed),
    overdue: overdue.map(({ team, ...row }) => ({ ...toListed(row), teamNames: team?.names as Record<string, string> | undefined })),
  }
}

function toListed({ place, ...row }: { code: string; category: string; openedAt: Date; place: { names: unknown } }): Listed {
  return { ...row, category: row.category as Category, placeNames: place.names as Record<string, string> }
}
