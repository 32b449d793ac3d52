import { shownCount } from '../../figures/disclosure.ts'
import {
  overdueIn,
  partsOf,
  readCategories,
  readLate,
  readParts,
  readScope,
} from '../../figures/figures.store.ts'
import { noCounts, notLate, ratesOf, type Tally } from '../../figures/rates.ts'
import { day, type Instant } from '../../platform/instant.ts'
import type { Db } from '../../platform/postgres/database.ts'
import { listOpenedIn } from '../../privacy/break-glass.store.ts'
import { type Filter, filterCategories } from './filter.ts'
import type { Overview } from './overview.ts'
import { listToActOn } from './supervised-tickets.store.ts'

/** As long as an opening out of turn stands on the page: 30 days. */
const latelyMs = 30 * day

/** Reads what a filter shows, as of now. */
export async function readOverview(
  {
    db,
    now,
    timeZone,
  }: { readonly db: Db; readonly now: () => Instant; readonly timeZone: string },
  filter: Filter,
): Promise<Overview> {
  const at = new Date(now())
  const parts = await partsOf(db, filter.area)
  const [late, toActOn, openedOutOfTurn] = await Promise.all([
    readLate(db, filter, at, timeZone, parts),
    listToActOn(db, filter, at),
    'placeCode' in filter.area
      ? listOpenedIn(db, filter.area.placeCode, new Date(at.getTime() - latelyMs))
      : [],
  ])
  const [figures, tallies, categories] = await Promise.all([
    readScope(db, filter, late, timeZone),
    readParts(db, filter, parts, late, timeZone),
    readCategories(db, filter, late, timeZone),
  ])
  return {
    filter,
    figures,
    sides: parts.map((part) => ({
      part,
      rates: ratesOf(tallies.get(part.key) ?? nothing),
      overdueNow: shownCount(overdueIn(late, filter.category, part.key)),
    })),
    categories: filterCategories.map((category) => ({
      category,
      rates: ratesOf(categories.get(category) ?? nothing),
    })),
    toActOn,
    openedOutOfTurn,
  }
}

const nothing: Tally = {
  counts: noCounts,
  answerMinutes: new Map(),
  solutionMinutes: new Map(),
  late: notLate,
}
