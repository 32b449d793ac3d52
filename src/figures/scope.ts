import type { Tally } from './rates.ts'

/**
 * Whose answers are looked at: an area or a team, in one category or all, over whole weeks (days of
 * their Mondays, the last one included).
 */
export type Scope = {
  readonly area: { readonly placeCode: string } | { readonly teamId: string }
  readonly category: string | undefined
  readonly firstWeek: string
  readonly lastWeek: string
}

/**
 * What a scope's tickets add up to: in all, by week, and by the hour of the week they came in (168
 * of them, Monday first).
 */
export type ScopeFigures = {
  readonly total: Tally
  readonly byWeek: ReadonlyMap<string, Tally>
  readonly arrivals: readonly number[]
  readonly overdueNow: number
}

/** A part of an area: a place within it, or a team. */
export type Part = {
  readonly key: string
  readonly names: Readonly<Record<string, string>>
  readonly area: Scope['area']
}

/**
 * How an area is named in the figures and in an address: the code of a place, or `team:` and a
 * team's id.
 */
export function areaKey(area: Scope['area']): string {
  return isOfTeam(area) ? `team:${area.teamId}` : area.placeCode
}

/** Whether figures are of a team and not of an area. */
export function isOfTeam(area: Scope['area']): area is { readonly teamId: string } {
  return 'teamId' in area
}
