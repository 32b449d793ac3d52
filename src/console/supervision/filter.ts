import { type Category, categories } from '../../categories/category.ts'
import { areaKey, type Scope } from '../../figures/scope.ts'

/**
 * The lengths of period that can be chosen, in weeks; one week is reached from a week's figures.
 */
export const periods = [1, 4, 13, 26, 52] as const

/** What can be filtered by: no complaint about staff is in any figure. */
export const filterCategories = categories.filter((category) => category !== 'complaint_staff')

/**
 * A filter that its viewer may use: the scope, with the area's name and what to say about the
 * period.
 */
export type Filter = Scope & {
  readonly category: Category | undefined
  readonly weeks: (typeof periods)[number]
  readonly names: Readonly<Record<string, string>>
  /** The wider areas that the viewer may see too, widest first. */
  readonly above: readonly {
    readonly code: string
    readonly names: Readonly<Record<string, string>>
  }[]
  readonly isUpToNow: boolean
}

/** A filter as the end of an address, with some of it changed. */
export function addressOf(
  filter: Filter,
  change: { area?: string; category?: string; weeks?: number; end?: string } & Record<
    string,
    string | number
  > = {},
): string {
  const of = {
    area: areaKey(filter.area),
    ...(filter.category === undefined ? {} : { category: filter.category }),
    weeks: filter.weeks,
    ...(filter.isUpToNow ? {} : { end: filter.lastWeek }),
    ...change,
  }
  return new URLSearchParams(
    Object.entries(of).map(([name, value]) => [name, String(value)]),
  ).toString()
}
