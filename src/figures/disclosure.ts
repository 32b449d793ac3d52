/**
 * What a figure may tell (protection P22): nothing for fewer than five tickets, and nothing by
 * subtraction.
 *
 * Counts are shown in steps of five, downwards, so that what two figures differ by says no single
 * report: a count that is shown as `n` stands for `n` to `n + 4`. Rounding to a base and a least
 * number are the usual means of statistical disclosure control (Hundepool et al., Statistical
 * Disclosure Control, 2012, sections 5.2 and 5.4.3).
 */
export const fewest = 5

/** A count as it may be shown: a multiple of five; `undefined` for fewer than five. */
export function shownCount(count: number): number | undefined {
  return count < fewest ? undefined : count - (count % fewest)
}

/**
 * A share from 0 to 1 as it may be shown, `undefined` for fewer than five tickets. In tenths for
 * fewer than 25 tickets, in twentieths for fewer than 100, then in hundredths: finer ones would
 * tell how many tickets there are.
 */
export function shownShare(part: number, whole: number): number | undefined {
  if (whole < fewest) return undefined
  const steps = whole < 25 ? 10 : whole < 100 ? 20 : 100
  return Math.round((part / whole) * steps) / steps
}
