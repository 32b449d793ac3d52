import { z } from 'zod'

/** Every nudge there is. Payloads hold ids only: what they point at may have changed by then. */
export const nudges = {
  /** A conversation has a message to handle. */
  conversation: { payload: z.strictObject({ id: z.uuid() }), concurrency: 16 },
  /** A recipient has something to be sent. */
  delivery: { payload: z.strictObject({ id: z.uuid() }), concurrency: 64 },
  /** A ticket waits for somebody to have it. */
  assignment: { payload: z.strictObject({ id: z.uuid() }), concurrency: 2 },
  /** The clock has something to do on a ticket. */
  deadline: { payload: z.strictObject({ id: z.uuid() }), concurrency: 8 },
  /** A webhook subscription has calls to make. */
  webhook: { payload: z.strictObject({ id: z.uuid() }), concurrency: 16 },
} as const satisfies Record<string, { payload: z.ZodType; concurrency: number }>

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
