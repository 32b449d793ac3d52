import type { Nudge, NudgeName } from './catalogue.ts'

/** What the sweeper looks through: the ids of what has waited for so many milliseconds, by nudge. */
export type Waits = Readonly<Record<NudgeName, (waitedMs: number) => Promise<readonly string[]>>>

/**
 * How long a row waits before it is nudged again, in milliseconds: where the queue has nothing more to do, its nudge is
 * lost; where it has, the row most likely waits its turn, and another nudge would only make the queue longer.
 */
const patience = { idle: 3_000, busy: 30_000 } as const

/** The order in which a ticket goes through them. */
const order = ['conversation', 'delivery', 'assignment', 'deadline', 'webhook'] as const satisfies readonly NudgeName[]

/**
 * Nudges again what waited too long: after a lost queue, a dead worker or a nudge that never was sent. Runs now and then in
 * every worker process; a nudge too many changes nothing.
 */
export async function sweep(waits: Waits, isBusy: (name: NudgeName) => Promise<boolean>, nudge: Nudge): Promise<void> {
  for (const name of order) {
    const wait = (await isBusy(name)) ? 'busy' : 'idle'
    await nudge(name, await waits[name](patience[wait]), { again: wait })
  }
}
