import { fewest, shownCount, shownShare } from './disclosure.ts'
import { nearestRank } from './percentile.ts'

/** Tickets counted: how many were answered, in time, and so on (`docs/rates.md`). */
export type Counts = Readonly<Record<CountName, number>>
const countNames = [
  'opened',
  'answered',
  'answeredInTime',
  'solved',
  'solvedInTime',
  'rated',
  'satisfied',
  'closed',
  'closedPoorly',
  'reopened',
] as const
export type CountName = (typeof countNames)[number]

/** How many tickets took how long: minutes of working time, in two digits, and how many took so. */
type Histogram = ReadonlyMap<number, number>

/** What is late at this moment and therefore not in the counts yet. */
export type Late = { readonly unanswered: number; readonly unsolved: number }
/** Nothing is late. */
export const notLate: Late = { unanswered: 0, unsolved: 0 }

/** Tickets of one scope and period, counted. */
export type Tally = {
  readonly counts: Counts
  readonly answerMinutes: Histogram
  readonly solutionMinutes: Histogram
  readonly late: Late
}

/** Median and 90th percentile, in minutes of working time. */
export type Spread = { readonly medianMinutes: number; readonly p90Minutes: number } | undefined

/** How residents were answered, as it may be shown (`figures/disclosure.ts`). */
export type Rates = {
  readonly opened: number | undefined
  readonly responded: number | undefined
  readonly resolved: number | undefined
  readonly satisfied: number | undefined
  readonly closedPoorly: number | undefined
  readonly reopened: number | undefined
  readonly firstResponse: Spread
  readonly resolution: Spread
}

/** The rates of a tally. */
export function ratesOf({ counts, answerMinutes, solutionMinutes, late }: Tally): Rates {
  return {
    opened: shownCount(counts.opened),
    responded: shownShare(counts.answeredInTime, counts.answered + late.unanswered),
    resolved: shownShare(counts.solvedInTime, counts.solved + late.unsolved),
    satisfied: shownShare(counts.satisfied, counts.rated),
    closedPoorly: shownShare(counts.closedPoorly, counts.closed),
    reopened: shownShare(counts.reopened, counts.opened),
    firstResponse: spreadOf(answerMinutes),
    resolution: spreadOf(solutionMinutes),
  }
}

function spreadOf(histogram: Histogram): Spread {
  const size = [...histogram.values()].reduce((sum, count) => sum + count, 0)
  return size < fewest
    ? undefined
    : {
        medianMinutes: percentile(histogram, size, 0.5),
        p90Minutes: percentile(histogram, size, 0.9),
      }
}

function percentile(histogram: Histogram, size: number, share: number): number {
  let left = nearestRank(size, share)
  for (const [value, count] of [...histogram].sort(([a], [b]) => a - b)) {
    left -= count
    if (left <= 0) return value
  }
  return 0
}

/** Counts of nothing. */
export const noCounts: Counts = Object.fromEntries(countNames.map((name) => [name, 0])) as Counts
