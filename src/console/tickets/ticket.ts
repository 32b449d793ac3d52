import type { Category } from '../../categories/category.ts'
import type { Priority } from '../../organisation/deadline.ts'
import type { Status } from '../../tickets/lifecycle.ts'
import type { Note } from '../../tickets/note.ts'

/** What a list and a page show of a ticket. */
type Shown = {
  readonly code: string
  readonly category: Category
  readonly placeNames: Readonly<Record<string, string>>
  readonly status: Status
  readonly priority: Priority
  readonly openedAt: Date
  /** The first answer's deadline until there is one, then the solution's. */
  readonly dueAt: Date
  /** The deadline stands still while the resident is asked. */
  readonly waitsForResident: boolean
}

/** A ticket as a list shows it. */
export type ListedTicket = Shown & {
  /** The last word is the resident's. */
  readonly hasAnswered: boolean
  readonly isReopened: boolean
  readonly hasPhoto: boolean
  readonly hasVoice: boolean
  readonly assigneeName: string | null
  readonly closedAt: Date | null
}

/** One ticket with its text. */
export type TicketPage = Shown & {
  readonly id: string
  /** Another one as soon as something has happened to it. */
  readonly version: string
  readonly isMine: boolean
  /** The language the resident writes in. */
  readonly language: string
  /** The written forms that the viewer reads, best first. */
  readonly viewerReads: readonly string[]
  readonly assigneeName: string | null
  readonly residentUnreachable: boolean
  readonly messages: readonly {
    readonly by: string
    readonly text: string
    readonly at: Date
    readonly files: readonly { readonly id: string; readonly kind: string }[]
  }[]
  readonly events: readonly { readonly type: string; readonly at: Date }[]
  /** What the team has noted for itself. */
  readonly notes: readonly Note[]
  /** Whether the viewer may add a note. */
  readonly mayNote: boolean
  readonly reason: unknown
  /** For an administrator who has opened it out of turn: until when they can read it. */
  readonly openedUntil: Date | undefined
  /** For a lead: to whom of the team it may be given by hand. */
  readonly mayGiveTo: readonly { readonly id: string; readonly name: string }[]
}
