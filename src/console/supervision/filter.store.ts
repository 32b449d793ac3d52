import { z } from 'zod'
import { mondayOf, weekOf, weeksAfter } from '../../figures/week.ts'
import { may } from '../../organisation/role.ts'
import type { Staff } from '../../organisation/staff.ts'
import type { Instant } from '../../platform/instant.ts'
import type { Db } from '../../platform/postgres/database.ts'
import { type Filter, filterCategories, periods } from './filter.ts'

const teamArea = /^team:([0-9a-f-]{36})$/

/** The filter as it stands in an address. What is not there has its default. */
export const FilterQuery = z.object({
  area: z.string().max(60).optional(),
  category: z
    .enum(['', ...filterCategories])
    .optional()
    .transform((category) => (category === '' ? undefined : category)),
  weeks: z.coerce.number().pipe(z.literal(periods)).default(13),
  end: z.iso.date().optional(),
})
type FilterQuery = z.output<typeof FilterQuery>

/**
 * The filter of a viewer: a supervisor's own area or what lies in it, a lead's own team.
 * `undefined` for anybody else, and alike for an area that is not theirs and one that is not.
 */
export async function filterOf(
  db: Db,
  staff: Staff,
  query: FilterQuery,
  now: Instant,
  timeZone: string,
): Promise<Filter | undefined> {
  const place = await findArea(db, staff, query.area)
  if (place === undefined) return undefined
  const thisWeek = weekOf(now, timeZone)
  const asked = query.end === undefined ? thisWeek : mondayOf(query.end)
  const [lastWeek = thisWeek] = [asked, thisWeek].sort()
  return {
    ...place,
    category: query.category,
    weeks: query.weeks,
    firstWeek: weeksAfter(lastWeek, 1 - query.weeks),
    lastWeek,
    isUpToNow: lastWeek === thisWeek,
  }
}

async function findArea(
  db: Db,
  staff: Staff,
  asked: string | undefined,
): Promise<Pick<Filter, 'area' | 'names' | 'above'> | undefined> {
  const ofArea = may(staff, 'superviseArea')
  const ofTeam = staff.teamId === null ? null : `team:${staff.teamId}`
  const own = ofArea ? staff.areaCode : ofTeam
  if (!may(staff, 'seeFigures') || own === null) return undefined
  const key = asked ?? own
  if (!ofArea && key !== own) return undefined
  const team = teamArea.exec(key)?.[1]
  const found =
    team === undefined
      ? await db.prisma.place.findUnique({
          where: { code: key },
          select: { code: true, names: true, ancestors: true, kind: true },
        })
      : await db.prisma.team.findUnique({
          where: { id: team },
          select: { names: true, place: { select: { code: true, ancestors: true } } },
        })
  if (found === null) return undefined
  // A village has no figures of its own: its team has.
  if ('kind' in found && !['prefecture', 'county', 'township'].includes(found.kind))
    return undefined
  const around = 'place' in found ? [...found.place.ancestors, found.place.code] : found.ancestors
  if (ofArea && key !== own && !around.includes(own)) return undefined
  const above = ofArea && key !== own ? around.slice(around.indexOf(own)) : []
  const places = await db.prisma.place.findMany({
    where: { code: { in: above } },
    select: { code: true, names: true },
  })
  return {
    area: team === undefined ? { placeCode: key } : { teamId: team },
    names: found.names as Record<string, string>,
    above: above.flatMap((code) =>
      places
        .filter((each) => each.code === code)
        .map((each) => ({ code, names: each.names as Record<string, string> })),
    ),
  }
}
