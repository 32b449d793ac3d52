import type { Category } from '../../categories/category.ts'
import type { Db } from '../../platform/postgres/database.ts'
import type { GeoReportRequest } from './geo-report.ts'

/** Tickets by their codes, or those of an area and a period. */
export type RequestsAsked = { readonly limit: number; readonly skip: number } & (
  | { readonly codes: readonly string[] }
  | {
      readonly areaCode: string
      readonly categories: readonly string[]
      readonly from: Date
      readonly until: Date
      readonly isClosed: boolean | undefined
    }
)

/**
 * Newest first. A list has no complaints about staff (protection P07); one is found by its code, as
 * any ticket is.
 */
export async function listGeoReportRequests(
  db: Db,
  asked: RequestsAsked,
): Promise<readonly GeoReportRequest[]> {
  const over = ['closed', 'withdrawn'] as const
  const rows = await db.prisma.ticket.findMany({
    where: {
      ...('codes' in asked
        ? { code: { in: [...asked.codes] } }
        : {
            confidential: false,
            place: { OR: [{ code: asked.areaCode }, { ancestors: { has: asked.areaCode } }] },
            category: { in: [...asked.categories] },
            openedAt: { gte: asked.from, lte: asked.until },
            ...(asked.isClosed === undefined
              ? {}
              : { status: asked.isClosed ? { in: [...over] } : { notIn: [...over] } }),
          }),
    },
    orderBy: [{ openedAt: 'desc' }, { code: 'asc' }],
    skip: asked.skip,
    take: asked.limit,
    select: {
      code: true,
      status: true,
      category: true,
      confidential: true,
      placeCode: true,
      openedAt: true,
      resolutionDueAt: true,
      place: { select: { names: true, latitude: true, longitude: true } },
      team: { select: { names: true } },
      events: { orderBy: { seq: 'desc' }, take: 1, select: { at: true } },
    },
  })
  return rows.map(({ place, team, events, category, ...row }) => ({
    ...row,
    category: category as Category,
    placeNames: place.names as Record<string, string>,
    teamNames: (team?.names as Record<string, string> | undefined) ?? null,
    latitude: place.latitude,
    longitude: place.longitude,
    updatedAt: events[0]?.at ?? row.openedAt,
  }))
}
