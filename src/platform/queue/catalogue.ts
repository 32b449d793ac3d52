import { z } from 'zod'

/**
 * Every nudge there is. Payloads hold ids only: what they point at may have changed by then.
 * `concurrency`: how many of a queue's jobs a process does at once. `atOnce`: how many more it does
 * without a way through the queue, where it is the one that says that something waits.
 */
export const nudges = {
  /** A conversation has a message to handle. */
  conversation: { payload: z.strictObject({ id: z.uuid() }), concurrency: 16, atOnce: 40 },
  /** A recipient has something to be sent. */
  delivery: { payload: z.strictObject({ id: z.uuid() }), concurrency: 64, atOnce: 500 },
  /** A ticket waits for somebody to have it. */
  assignment: { payload: z.strictObject({ id: z.uuid() }), concurrency: 2, atOnce: 0 },
  /** The clock has something to do on a ticket. */
  deadline: { payload: z.strictObject({ id: z.uuid() }), concurrency: 8, atOnce: 0 },
  /** A webhook subscription has calls to make. */
  webhook: { payload: z.strictObject({ id: z.uuid() }), concurrency: 16, atOnce: 0 },
} as const satisfies Record<
  string,
  { readonly payload: z.ZodType; readonly concurrency: number; readonly atOnce: number }
>

export type NudgeName = keyof typeof nudges
/** The names of all nudges. */
export const nudgeNames = Object.keys(nudges) as readonly NudgeName[]
type Payload<Name extends NudgeName> = z.infer<(typeof nudges)[Name]['payload']>

/** One handler per nudge: a missing or misspelt one does not compile. */
export type Handlers = { readonly [Name in NudgeName]: (payload: Payload<Name>) => Promise<void> }

/**
 * Says that something waits. `delayMs` for later; `again` for the sweeper, whose nudge must not be
 * held back by one that died with its worker.
 */
export type Nudge = <Name extends NudgeName>(
  name: Name,
  ids: readonly string[],
  options?: { readonly delayMs?: number; readonly again?: 'idle' | 'busy' | undefined },
) => Promise<void>
