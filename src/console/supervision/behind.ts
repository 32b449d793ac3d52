import type { Tally } from '../../figures/rates.ts'
import type { Status } from '../../tickets/lifecycle.ts'

/** What a figure can be asked for: the tickets that it is about, and how many they are. */
export const countBehind = {
  opened: ({ counts }) => counts.opened,
  answeredLate: ({ counts, late }) => counts.answered - counts.answeredInTime + late.unanswered,
  solvedLate: ({ counts, late }) => counts.solved - counts.solvedInTime + late.unsolved,
  notContent: ({ counts }) => counts.rated - counts.satisfied,
  closedPoorly: ({ counts }) => counts.closedPoorly,
  reopened: ({ counts }) => counts.reopened,
} as const satisfies Readonly<Record<string, (tally: Tally) => number>>

export type Behind = keyof typeof countBehind

/** Those whose number changes with the clock, and not with tickets alone. */
export const dependsOnTheClock: ReadonlySet<Behind> = new Set(['answeredLate', 'solvedLate'])

/**
 * A ticket behind a figure: when, how it stands and whose team it is with; no text, and no more of
 * the report than its figure says.
 */
export type BehindRow = {
  readonly code: string
  readonly status: Status
  readonly teamNames: Readonly<Record<string, string>> | null
  readonly openedAt: Date
  readonly firstResponseAt: Date | null
  readonly resolvedAt: Date | null
}
