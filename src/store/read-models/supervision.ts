import type { Category } from '../../domain/category.ts'
import type { Status } from '../../domain/status.ts'
import type { Db } from '../connection.ts'

/** No figure stands for fewer than five tickets (protection P22): a smaller one is `undefined`. */
const fewest = 5

/** Median and 90th percentile, in milliseconds. */
export type Spread = { readonly median: number; readonly p90: number } | undefined

export type Supervision = {
  readonly byStatus: Readonly<Partial<Record<Status, number>>>
  readonly firstResponse: Spread
  readonly resolution: Spread
  readonly waiting: readonly {
    readonly code: string
    readonly category: Category
    readonly placeNames: Readonly<Record<string, string>>
    readonly openedAt: Date
  }[]
}

/**
 * How an area is answered. Complaints about staff are in no figure and in no list: not even their number may tell
 * (protection P07).
 */
export async function superviseArea(db: Db, areaCode: string): Promise<Supervision> {
  const counts = await db.$queryRaw<{ status: Status; count: number }[]>`
    select "status"::text as "status", count(*)::int as "count" from "Ticket" join "Place" on "Place"."code" = "Ticket"."placeCode"
    where "Place"."ancestors" @> array[${areaCode}]::text[] and not "confidential" group by 1`
  const [times] = await db.$queryRaw<Record<'answered' | 'resolved' | 'answeredMedian' | 'answeredP90' | 'resolvedMedian' | 'resolvedP90', number | null>[]>`
    select count("firstResponseAt")::int as "answered", count("resolvedAt")::int as "resolved",
      percentile_cont(0.5) within group (order by extract(epoch from "firstResponseAt" - "openedAt") * 1000)::float8 as "answeredMedian",
      percentile_cont(0.9) within group (order by extract(epoch from "firstResponseAt" - "openedAt") * 1000)::float8 as "answeredP90",
      percentile_cont(0.5) within group (order by extract(epoch from "resolvedAt" - "openedAt") * 1000)::float8 as "resolvedMedian",
      percentile_cont(0.9) within group (order by extract(epoch from "resolvedAt" - "openedAt") * 1000)::float8 as "resolvedP90"
    from "Ticket" join "Place" on "Place"."code" = "Ticket"."placeCode"
    where "Place"."ancestors" @> array[${areaCode}]::text[] and not "confidential"`
  const waiting = await db.ticket.findMany({
    where: { status: 'open', confidential: false, place: { ancestors: { has: areaCode } } },
    orderBy: { openedAt: 'asc' },
    take: 100,
    select: { code: true, category: true, openedAt: true, place: { select: { names: true } } },
  })
  return {
    byStatus: Object.fromEntries(counts.filter(({ count }) => count >= fewest).map(({ status, count }) => [status, count])),
    firstResponse: spread(times?.answered, times?.answeredMedian, times?.answeredP90),
    resolution: spread(times?.resolved, times?.resolvedMedian, times?.resolvedP90),
    waiting: waiting.map(({ place, ...row }) => ({ ...row, category: row.category as Category, placeNames: place.names as Record<string, string> })),
  }
}

function spread(count: number | null | undefined, median: number | null | undefined, p90: number | null | undefined): Spread {
  return (count ?? 0) < fewest || median == null || p90 == null ? undefined : { median, p90 }
}
