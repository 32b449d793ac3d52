/** A moment, in UTC milliseconds since 1970. */
export type Instant = number

export const hour = 3_600_000
