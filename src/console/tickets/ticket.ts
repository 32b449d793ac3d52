import type { Category } from '../../categories/category.ts'
import type { Priority } from '../../organisation/deadline.ts'
import type { Status } from '../../tickets/lifecycle.ts'

/** A ticket as a list shows it. */
export type ListedTicket = {
  readonly code: string
  readonly category: Category
  readonly placeNames: Readonly<Record<string, string>>
  readonly status: Status
  readonly dueAt: Date
}

/** One ticket with its text. */
export type TicketPage = ListedTicket & {
  readonly id: string
  readonly isMine: boolean
  readonly priority: Priority
  /** The language the resident writes in. */
  readonly language: string
  /** The written forms that the viewer reads, best first. */
  readonly viewerReads: readonly string[]
  /** The deadline stands still while the resident is asked. */
  readonly waitsForResident: boolean
  readonly openedAt: Date
  readonly residentUnreachable: boolean
  readonly messages: readonly {
    readonly by: string
    readonly text: string
    readonly at: Date
    readonly files: readonly { readonly id: string; readonly kind: string }[]
  }[]
  readonly events: readonly { readonly type: string; readonly at: Date }[]
  readonly reason: unknown
  /** For an administrator who has opened it out of turn: until when they can read it. */
  readonly openedUntil: Date | undefined
  /** For a lead: to whom of the team it may be given by hand. */
  readonly mayGiveTo: readonly { readonly id: string; readonly name: string }[]
}
