import { foldFigures } from '../figures/counting.store.ts'
import { readLate, readScope } from '../figures/figures.store.ts'
import { nearestRank } from '../figures/percentile.ts'
import { ratesOf } from '../figures/rates.ts'
import { weekOf } from '../figures/week.ts'
import type { Db } from '../platform/postgres/database.ts'
import { readLoads } from './load.store.ts'
import type { Played } from './month.ts'
import type { Outcome } from './outcome.ts'
import type { Answer } from './pace.ts'

/** How many of the slowest moments are told. */
const told = 8

/** Reads the month of a prefecture from the same figures as the supervisors' pages. */
export async function outcomeOf(
  db: Db,
  prefecture: string,
  { start, end }: { readonly start: number; readonly end: number },
  played: Played,
  timeZone: string,
): Promise<Outcome> {
  await foldFigures(db, timeZone)
  const scope = {
    area: { placeCode: prefecture },
    category: undefined,
    firstWeek: weekOf(start, timeZone),
    lastWeek: weekOf(end, timeZone),
  }
  const { total } = await readScope(
    db,
    scope,
    await readLate(db, scope, new Date(end), timeZone),
    timeZone,
  )
  const [calm, storm] = [false, true].map((isInStorm) =>
    sorted(played.answers.filter((answer) => answer.isInStorm === isInStorm).map(({ ms }) => ms)),
  )
  return {
    rates: ratesOf(total),
    answerMinutes: total.answerMinutes,
    solutionMinutes: total.solutionMinutes,
    tickets: await db.prisma.ticket.count(),
    loads: sorted(await readLoads(db, new Date(start), new Date(end))),
    p50Ms: share(calm, 0.5),
    p99Ms: share(calm, 0.99),
    stormP50Ms: share(storm, 0.5),
    stormP99Ms: share(storm, 0.99),
    slowest: slowestOf(played.answers),
  }
}

function slowestOf(answers: readonly Answer[]): readonly Answer[] {
  const byMinute = new Map<number, Answer>()
  for (const answer of answers) {
    const minute = Math.floor(answer.at / 60_000)
    if (answer.ms > (byMinute.get(minute)?.ms ?? 0)) byMinute.set(minute, answer)
  }
  return [...byMinute.values()].sort((a, b) => b.ms - a.ms).slice(0, told)
}

function sorted(values: readonly number[]): readonly number[] {
  return [...values].sort((a, b) => a - b)
}

/**
 * The least of sorted values that this share is not above (the nearest-rank percentile); 0 of none.
 */
export function share(values: readonly number[] | undefined, part: number): number {
  return values?.[nearestRank(values.length, part) - 1] ?? 0
}
