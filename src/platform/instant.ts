/** A moment, in UTC milliseconds since 1970. */
export type Instant = number

export const second = 1_000
export const minute = 60_000
export const hour = 3_600_000
export const day = 86_400_000

/**
 * How time passes for the service: as it does, or as a simulated month has it
 * (`simulation/events.ts`).
 */
export type Clock = {
  readonly now: () => Instant
  /**
   * Does something every so many milliseconds, one at a time; what it returns ends it, after what
   * is under way or a few seconds.
   */
  readonly every: (
    ms: number,
    work: () => Promise<void>,
    onTrouble: (error: unknown) => void,
  ) => () => Promise<void>
}
