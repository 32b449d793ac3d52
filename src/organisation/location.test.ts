import fc from 'fast-check'
import { expect, it } from 'vitest'
import { coarsen } from './location.ts'

it('P18 a shared location is kept to a thousandth of a degree, and no nearer', () => {
  const degrees = (most: number) => fc.double({ min: -most, max: most, noNaN: true })
  fc.assert(
    fc.property(degrees(90), degrees(180), (latitude, longitude) => {
      const kept = coarsen({ latitude, longitude })
      expect(Math.abs(kept.latitude * 1000 - Math.round(kept.latitude * 1000))).toBeLessThan(1e-6)
      expect(Math.abs(kept.latitude - latitude)).toBeLessThanOrEqual(0.0005 + 1e-9)
      expect(coarsen(kept)).toEqual(kept)
    }),
  )
})
