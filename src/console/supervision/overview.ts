import type { Rates } from '../../figures/rates.ts'
import type { Part, ScopeFigures } from '../../figures/scope.ts'
import type { Opened } from '../../privacy/break-glass.ts'
import type { Filter, filterCategories } from './filter.ts'
import type { ToActOn } from './to-act-on.ts'

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
  /** What needs somebody to act, the most pressing first. */
  readonly toActOn: readonly ToActOn[]
  /**
   * What administrators have opened out of turn lately; for anyone who is above, and not for a
   * team's lead.
   */
  readonly openedOutOfTurn: readonly Opened[]
}
