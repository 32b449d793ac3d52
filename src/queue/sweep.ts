import type { Nudge } from './catalogue.ts'

/** What the sweeper looks through: the ids of what has waited too long, by nudge. */
export type Waits = {
  readonly conversations: () => Promise<readonly string[]>
  readonly recipients: () => Promise<readonly string[]>
  readonly tickets: () => Promise<readonly string[]>
  readonly timers: () => Promise<readonly string[]>
  readonly webhooks: () => Promise<readonly string[]>
}

/**
 * Nudges again what waited too long: after a lost queue, a dead worker or a nudge that never was sent. Runs now and then in
 * every worker process; a nudge too many changes nothing.
 */
export async function sweep(waits: Waits, nudge: Nudge): Promise<void> {
  await nudge('conversation', await waits.conversations(), { again: true })
  await nudge('delivery', await waits.recipients(), { again: true })
  await nudge('assignment', await waits.tickets(), { again: true })
  await nudge('deadline', await waits.timers(), { again: true })
  await nudge('webhook', await waits.webhooks(), { again: true })
}
