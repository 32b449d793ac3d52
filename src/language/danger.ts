import { dangerFeatures } from './danger-features.ts'
import shipped from './danger-model.json' with { type: 'json' }

/** What was learnt: `score = bias + scale × Σ weights[bucket] × weight`, in log-odds. */
export type DangerModel = {
  readonly bias: number
  readonly scale: number
  readonly weights: Int8Array
}

/**
 * What kind of danger, as far as it asks for other words and other numbers to call: to oneself, by
 * those whom one lives with, or any other.
 */
export type Danger = 'self' | 'home' | 'other'

/**
 * Which danger to life or safety a message speaks of, now; `undefined` where it speaks of none. In
 * every written form, and as people type without care. It is met with numbers to call and with
 * priority; nothing else in a text sets anything, and which danger it is, is kept nowhere
 * (protection P19).
 *
 * `test/bench/train-danger.ts` learns the model; `npm run bench -- language` says how good it is.
 */
export function dangerIn(text: string): Danger | undefined {
  if (!/\p{L}/u.test(text)) return undefined
  const { features, kinds } = dangerFeatures(text)
  const score = features.reduce(
    (sum, { bucket, weight }) => sum + (model.weights[bucket] ?? 0) * model.scale * weight,
    model.bias,
  )
  if (score <= leastScore) return undefined
  if (kinds.has('self')) return 'self'
  return kinds.has('home') ? 'home' : 'other'
}

/**
 * From which log-odds on a message counts: where one message in fifteen of those that only sound
 * like danger counts too. A danger that goes unnoticed is worse than a number that was not needed.
 */
const leastScore = -2.5

const model: DangerModel = {
  ...shipped,
  weights: Int8Array.from(Buffer.from(shipped.weights, 'base64'), (byte) => (byte << 24) >> 24),
}
