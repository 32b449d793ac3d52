import type { Category } from './category.ts'
import { hour, type Instant } from './instant.ts'
import { addWorkingTime, type Calendar } from './working-time.ts'

/** By when a ticket must be first answered and by when it must be resolved. */
export type Deadlines = { readonly firstResponseDueAt: Instant; readonly resolutionDueAt: Instant }

/** One working day of the calendar is eight hours. */
const workingDay = 8 * hour

/** Days without water, power or heating are counted by the clock: 24 hours, the practice of China's 12345 lines. */
const byTheClock: ReadonlySet<Category> = new Set(['drinking_water', 'electricity', 'heating'])

/** What takes an office more than a visit: 2 and 15 working days, the same practice. Everything else: 1 and 5. */
const hard: ReadonlySet<Category> = new Set(['land', 'housing', 'complaint_staff'])

/** The published deadlines of a ticket that was opened at `openedAt` (protection P10). The same for every resident. */
export function deadlines(category: Category, openedAt: Instant, calendar: Calendar): Deadlines {
  if (byTheClock.has(category)) return { firstResponseDueAt: openedAt + 2 * hour, resolutionDueAt: openedAt + 24 * hour }
  const [first, whole] = hard.has(category) ? [2, 15] : [1, 5]
  return { firstResponseDueAt: addWorkingTime(openedAt, first * workingDay, calendar), resolutionDueAt: addWorkingTime(openedAt, whole * workingDay, calendar) }
}
