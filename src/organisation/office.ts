import type { Instant } from '../platform/instant.ts'
import type { Targets } from './deadline.ts'
import type { LocalMoment } from './roster.ts'
import type { Calendar } from './working-time.ts'

/** When the office works and what it promises: everything about time that a decision needs. */
export type Office = {
  readonly calendar: Calendar
  readonly targets: Targets
  /** A moment as the roster sees it, in the office's time zone. */
  readonly localMoment: (at: Instant) => LocalMoment
}
