import { categoryFeatures } from './category-features.ts'
import { concepts } from './report-concepts.ts'

/**
 * How alike two reports of one category are, from 0 to 1, across scripts and languages: by the things that both speak of
 * and, inside one language, by the pieces of their words. `npm run bench -- alike` measures it.
 */
export function likeness(one: string, other: string): number {
  const [a, b] = [new Set(categoryFeatures(one)), new Set(categoryFeatures(other))]
  const things = overlap(only(a, isThing), only(b, isThing))
  const pieces = overlap(
    only(a, (feature) => !isThing(feature)),
    only(b, (feature) => !isThing(feature)),
  )
  return Math.max(things.share * (1 - 1 / (1 + things.common)), pieces.share)
}

/** From this likeness on a resident is asked whether it is the same matter. */
export const alikeEnough = 0.55

const isThing = (feature: number) => feature < concepts.length

function only(features: ReadonlySet<number>, holds: (feature: number) => boolean): ReadonlySet<number> {
  return new Set([...features].filter(holds))
}

/** What two sets have in common: how much, and as a share of both together. */
function overlap(a: ReadonlySet<number>, b: ReadonlySet<number>): { readonly common: number; readonly share: number } {
  const common = [...a].filter((feature) => b.has(feature)).length
  const all = a.size + b.size - common
  return { common, share: all === 0 ? 0 : common / all }
}
