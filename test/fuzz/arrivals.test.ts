import { expect, it } from 'vitest'
import { fuzzArrivals } from './arrivals.ts'

/** `npm run fuzz` sends a hundred thousand. The seed of a run that fails repeats it. */
const cases = process.env['FUZZ_CASES'] === undefined ? 400 : Number(process.env['FUZZ_CASES']) * 10
const seed = Number(process.env['FUZZ_SEED'] ?? Date.now() % 1_000_000)

it(`updates, buttons, bodies, files and rows of any kind are taken in: no fault, nothing lost, nobody reads another's words (seed ${seed})`, async () => {
  const { sent, findings } = await fuzzArrivals(cases, seed)
  expect(findings.slice(0, 10)).toEqual([])
  expect(Object.values(sent).reduce((sum, each) => sum + each, 0)).toBeGreaterThanOrEqual(cases)
  console.log(JSON.stringify({ fuzz: 'arrivals', sent, seed, findings: findings.length }))
}, 3_600_000)
