import type { Rates } from '../figures/rates.ts'
import type { Answer } from './pace.ts'

/**
 * What a month is judged by: how residents were answered, how the work was spread, and how soon the
 * chats showed an answer.
 */
export type Outcome = {
  readonly rates: Rates
  /** Minutes of working time, each with how many tickets took so long. */
  readonly answerMinutes: ReadonlyMap<number, number>
  readonly solutionMinutes: ReadonlyMap<number, number>
  readonly tickets: number
  readonly loads: readonly number[]
  readonly p50Ms: number
  readonly p99Ms: number
  readonly stormP50Ms: number
  readonly stormP99Ms: number
  /** The longest wait of each of the slowest minutes, the slowest first. */
  readonly slowest: readonly Answer[]
}
