/**
 * Which of so many sorted values, counted from 1, is the least that this share is not above: the
 * nearest-rank percentile.
 */
export function nearestRank(size: number, share: number): number {
  return Math.max(1, Math.ceil(share * size))
}
