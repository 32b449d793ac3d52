import type { Category } from '../../categories/category.ts'
import type { Status } from '../../tickets/lifecycle.ts'

/** Why a ticket needs somebody to act, the most pressing first. */
export const reasons = ['danger', 'nobody', 'overdue', 'reopened'] as const
type Reason = (typeof reasons)[number]

/** A ticket that a supervisor must act on: without a text, but with where it is and who has it. */
export type ToActOn = {
  readonly code: string
  readonly reason: Reason
  readonly status: Status
  readonly category: Category
  readonly placeNames: Readonly<Record<string, string>>
  readonly teamNames: Readonly<Record<string, string>> | null
  readonly assigneeName: string | null
  readonly openedAt: Date
  readonly dueAt: Date
}

/** What is known of one ticket beside its words. */
export type Facts = Omit<ToActOn, 'reason'> & {
  readonly firstResponseAt: Date | null
  readonly firstResponseDueAt: Date
  readonly resolvedAt: Date | null
  readonly closedAt: Date | null
  readonly reopenedCount: number
  readonly mayBeReminded: boolean
  /** The leads of its team, less its handler. */
  readonly leadNames: readonly string[]
  /** For who supervises its area: the teams that it can be given to, and whether to the desk. */
  readonly mayGoTo: {
    readonly teams: readonly {
      readonly id: string
      readonly names: Readonly<Record<string, string>>
    }[]
    readonly desk: boolean
  }
  readonly events: readonly { readonly type: string; readonly at: Date }[]
}
