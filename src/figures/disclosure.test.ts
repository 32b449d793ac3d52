import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fewest, shownCount, shownShare } from './disclosure.ts'

describe('P22 what a figure may tell', () => {
  it('is nothing for fewer than five tickets', () => {
    for (let count = 0; count < fewest; count++)
      expect([shownCount(count), shownShare(0, count), shownShare(count, count)]).toEqual([
        undefined,
        undefined,
        undefined,
      ])
  })
  it('is a count that stands for five others alike', () => {
    fc.assert(
      fc.property(fc.integer({ min: fewest, max: 100_000 }), (count) => {
        const shown = shownCount(count) ?? 0
        expect([0, 1, 2, 3, 4].map((more) => shownCount(shown + more))).toEqual(
          Array(5).fill(shown),
        )
        expect(count - shown).toBeGreaterThanOrEqual(0)
      }),
    )
  })
  it('is no difference of two counts that would tell a third', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 4 }),
        fc.array(fc.integer({ min: fewest, max: 400 }), { minLength: 1, maxLength: 6 }),
        (hidden, others) => {
          // An area with all its parts shown but one: whatever the hidden one is from 1 to 4, the
          // same could be seen with another.
          const alike = [0, 1, 2, 3, 4].filter((secret) => {
            const total = hidden + others.reduce((sum, count) => sum + count, 0)
            // Somebody with other parts in the same steps, and the same total, would have seen just
            // this.
            const slack = others.map((count) => [-(count % 5), 4 - (count % 5)] as const)
            const [least, most] = [
              slack.reduce((sum, [low]) => sum + low, 0),
              slack.reduce((sum, [, high]) => sum + high, 0),
            ]
            const steps = Array.from(
              { length: 5 },
              (_, at) => total - (total % 5) + at - secret - (total - hidden),
            )
            return steps.some((step) => step >= least && step <= most)
          })
          expect(alike.length).toBeGreaterThan(1)
        },
      ),
    )
  })
  it('is never a share that tells how many tickets there are', () => {
    for (let whole = fewest; whole < 600; whole += 5)
      for (const share of new Set(
        [0, 1, 2, 3, 4].flatMap((more) =>
          Array.from({ length: whole + more + 1 }, (_, part) => shownShare(part, whole + more)),
        ),
      )) {
        const could = [0, 1, 2, 3, 4].filter((more) =>
          Array.from({ length: whole + more + 1 }, (_, part) =>
            shownShare(part, whole + more),
          ).includes(share),
        )
        expect([whole, share, could.length > 1]).toEqual([whole, share, true])
      }
  })
})
