import type { Instant } from './domain/instant.ts'

/** How time passes for the service: as it does, or as a simulated month has it (`simulation/events.ts`). */
export type Clock = {
  readonly now: () => Instant
  /** Does something every so many milliseconds; what it returns ends it, after what is under way. */
  readonly every: (ms: number, work: () => Promise<void>, onTrouble: (error: unknown) => void) => () => Promise<void>
}

export const realClock: Clock = {
  now: () => Date.now(),
  every: (ms, work, onTrouble) => {
    const state = { running: Promise.resolve() }
    const timer = setInterval(() => {
      state.running = state.running.then(work).catch(onTrouble)
    }, ms)
    return async () => {
      clearInterval(timer)
      await state.running
    }
  },
}
