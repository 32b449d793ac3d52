import type { Nudge, NudgeName } from './catalogue.ts'

/**
 * What the sweeper looks through: the ids of what has waited for so many milliseconds, by nudge.
 */
export type Waits = Readonly<Record<NudgeName, (waitedMs: number) => Promise<readonly string[]>>>

/** How long a row waits, beside its turn, before its nudge counts as lost, in milliseconds. */
const patienceMs = 3_000

/** The order in which a ticket goes through them. */
const order = [
  'conversation',
  'delivery',
  'assignment',
  'deadline',
  'webhook',
] as const satisfies readonly NudgeName[]

/**
 * Nudges again what waited too long: after a lost queue, a dead worker or a nudge that never was
 * sent. Runs now and then in every worker process; a nudge too many changes nothing.
 *
 * A queue is first in, first out: what has waited no longer than what is next there most likely
 * waits its turn, and another nudge would only make the queue longer.
 */
export async function sweep(
  waits: Waits,
  turnMs: (name: NudgeName) => Promise<number | undefined>,
  nudge: Nudge,
): Promise<void> {
  for (const name of order) {
    const waiting = await waits[name](patienceMs)
    if (waiting.length === 0) continue
    const turn = await turnMs(name)
    const lost = turn === undefined ? waiting : await waits[name](patienceMs + turn)
    await nudge(name, lost, { again: turn === undefined ? 'idle' : 'busy' })
  }
}
