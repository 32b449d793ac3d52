import { expect, it } from 'vitest'
import { fuzzRoutes } from './bad-requests.ts'

/**
 * How many for each route: `npm run fuzz` sends ten thousand. The seed of a run that fails repeats
 * it.
 */
const each = Number(process.env['FUZZ_CASES'] ?? 60)
const seed = Number(process.env['FUZZ_SEED'] ?? Date.now() % 1_000_000)

it(`bad requests of any kind are answered, never by a fault of ours or a stack (seed ${seed})`, async () => {
  const { sent, routes, findings } = await fuzzRoutes(each, seed)
  expect(findings.slice(0, 10)).toEqual([])
  expect(sent).toBe(each * routes)
  console.log(
    JSON.stringify({ fuzz: 'bad requests', sent, routes, seed, findings: findings.length }),
  )
}, 3_600_000)
