import { categoryFeatures } from './category-features.ts'
import { concepts } from './report-concepts.ts'

/**
 * How alike other reports of its category are to one, from 0 to 1, across scripts and languages: by
 * the things that both speak of and, inside one language, by the pieces of their words. `npm run
 * bench -- alike` measures it.
 */
export function likenessTo(report: string): (other: string) => number {
  const own = toParts(report)
  return (other) => {
    const parts = toParts(other)
    const things = overlap(own.things, parts.things)
    return Math.max(
      things.share * (1 - 1 / (1 + things.common)),
      overlap(own.pieces, parts.pieces).share,
    )
  }
}

/** From this likeness on a resident is asked whether it is the same matter. */
export const alikeEnough = 0.55

/** The things that a report speaks of, and the pieces of its words. */
function toParts(report: string): {
  readonly things: ReadonlySet<number>
  readonly pieces: ReadonlySet<number>
} {
  const features = categoryFeatures(report)
  return {
    things: new Set(features.filter((feature) => feature < concepts.length)),
    pieces: new Set(features.filter((feature) => feature >= concepts.length)),
  }
}

/** What two sets have in common: how much, and as a share of both together. */
function overlap(
  a: ReadonlySet<number>,
  b: ReadonlySet<number>,
): { readonly common: number; readonly share: number } {
  const common = [...a].filter((feature) => b.has(feature)).length
  const all = a.size + b.size - common
  return { common, share: all === 0 ? 0 : common / all }
}
