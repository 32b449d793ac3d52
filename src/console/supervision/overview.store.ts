import { foldFigures } from '../../figures/counting.store.ts'
import { shownCount } from '../../figures/disclosure.ts'
import {
  type Part,
  partsOf,
  readCategories,
  readLate,
  readParts,
  readScope,
  type ScopeFigures,
} from '../../figures/figures.store.ts'
import { noCounts, notLate, type Rates, ratesOf, type Tally } from '../../figures/rates.ts'
import { day } from '../../platform/instant.ts'
import { listOpenedIn, type Opened } from '../../privacy/break-glass.store.ts'
import type { ConsoleOptions } from '../session.routes.tsx'
import { type Filter, filterCategories } from './filter.store.ts'
import { listOverdue, listWaiting, type ToActOn } from './supervised-tickets.store.ts'

/** A part of an area beside the others. */
type Side = { readonly part: Part; readonly rates: Rates; readonly overdueNow: number | undefined }

/** Everything that the page shows of one filter. */
export type Overview = {
  readonly filter: Filter
  readonly figures: ScopeFigures
  readonly sides: readonly Side[]
  readonly categories: readonly {
    readonly category: (typeof filterCategories)[number]
    readonly rates: Rates
  }[]
  readonly waiting: readonly ToActOn[]
  readonly overdue: readonly ToActOn[]
  /**
   * What administrators have opened out of turn lately; for whoever is above, and not for a team's
   * lead.
   */
  readonly openedOutOfTurn: readonly Opened[]
}

/** As long as an opening out of turn stands on the page: 30 days. */
const latelyMs = 30 * day

/** Reads what a filter shows, brought up to now. */
export async function readOverview(
  { db, now, timeZone }: ConsoleOptions,
  filter: Filter,
): Promise<Overview> {
  await foldFigures(db, timeZone)
  const at = new Date(now())
  const [late, parts] = await Promise.all([
    readLate(db, filter, at, timeZone),
    partsOf(db, filter.area),
  ])
  const [figures, tallies, categories, waiting, overdue, openedOutOfTurn] = await Promise.all([
    readScope(db, filter, late, timeZone),
    readParts(db, filter, parts, late, timeZone),
    readCategories(db, filter),
    listWaiting(db, filter),
    listOverdue(db, filter, at),
    'placeCode' in filter.area
      ? listOpenedIn(db, filter.area.placeCode, new Date(at.getTime() - latelyMs))
      : [],
  ])
  return {
    filter,
    figures,
    sides: parts.map((part) => ({
      part,
      rates: ratesOf(tallies.get(part.key) ?? nothing),
      overdueNow: shownCount(
        late
          .filter(({ scopes }) => scopes.includes(part.key))
          .reduce((sum, row) => sum + row.overdue, 0),
      ),
    })),
    categories: filterCategories.map((category) => ({
      category,
      rates: ratesOf(categories.get(category) ?? nothing),
    })),
    waiting,
    overdue,
    openedOutOfTurn,
  }
}

const nothing: Tally = {
  counts: noCounts,
  answerMinutes: new Map(),
  solutionMinutes: new Map(),
  late: notLate,
}
