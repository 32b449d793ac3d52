/** A moment, in UTC milliseconds since 1970. */
export type Instant = number

/** A second, in milliseconds. */
export const second = 1_000
/** A minute, in milliseconds. */
export const minute = 60_000
/** An hour, in milliseconds. */
export const hour = 3_600_000
/** A day of 24 hours, in milliseconds. */
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
