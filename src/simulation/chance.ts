/**
 * Seeded chance: the same seed gives the same numbers on every machine (mulberry32, T. Ettinger,
 * public domain).
 */
export type Chance = {
  readonly next: () => number
  readonly below: (bound: number) => number
  readonly pick: <T>(list: readonly T[]) => T
  /** One of these, each as likely as its weight is against the others. */
  readonly weighted: <T>(list: readonly (readonly [T, number])[]) => T
  readonly uuid: () => string
}

/** Opens chance that is the same for the same seed. */
export function createChance(seed: number): Chance {
  const state = { value: seed >>> 0 }
  const next = () => {
    state.value = (state.value + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state.value ^ (state.value >>> 15), state.value | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (bound: number) => Math.floor(next() * bound)
  const hex = (digits: number) =>
    Array.from({ length: digits }, () => below(16).toString(16)).join('')
  const weighted = <T>(list: readonly (readonly [T, number])[]): T => {
    let left = next() * list.reduce((sum, [, weight]) => sum + weight, 0)
    for (const [each, weight] of list) {
      left -= weight
      if (left < 0) return each
    }
    return (list.at(-1) as readonly [T, number])[0]
  }
  return {
    next,
    below,
    weighted,
    pick: (list) => list[below(list.length)] as (typeof list)[number],
    uuid: () => `${hex(8)}-${hex(4)}-4${hex(3)}-a${hex(3)}-${hex(12)}`,
  }
}
