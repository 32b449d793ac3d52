import type { Role } from '../organisation/role.ts'
import type { Instant } from '../platform/instant.ts'

/** What tells a ticket's code and a date. */
type DatedNotice =
  | 'accepted'
  | 'answered'
  | 'reopened'
  | 'appeal'
  | 'reopenedAbove'
  | 'overdue'
  | 'firstResponseMissed'
  | 'reminder'

/** What tells a ticket's code, and nothing else. */
type PlainNotice =
  | 'handedOn'
  | 'added'
  | 'closed'
  | 'closedByTime'
  | 'closedToo'
  | 'reopenedToo'
  | 'withdrawn'
  | 'escalated'
  | 'askAgain'
  | 'followed'
  | 'unfollowed'
  | 'overdueForAssignee'
  | 'overdueForLead'
  | 'leadIsCalled'
  | 'overdueForSupervisor'
  | 'nobodyFits'
  | 'keepOrHandOn'
  | 'numberHidden'
  | 'numberShown'
  | 'anonymous'
  | 'madeSafe'
  | 'calmed'
  | 'corrected'
  | 'objected'
  | 'reopenedByOthers'

/**
 * What a change tells people. A fact, not a sentence: the dialogue says it in the reader's language
 * when it is delivered.
 */
export type Notice =
  | {
      readonly notice: 'received'
      readonly code: string
      readonly firstResponseDueAt: Instant
      readonly resolutionDueAt: Instant
      readonly confidential: boolean
    }
  | ({ readonly notice: DatedNotice; readonly code: string; readonly dueAt: Instant } & OfComplaint)
  | ({
      readonly notice: 'question' | 'resolved' | 'resolvedToo' | 'told' | 'correctedByTeam'
      readonly code: string
      readonly text: string
    } & OfComplaint)
  | ({ readonly notice: PlainNotice; readonly code: string } & OfComplaint)
  | { readonly notice: 'refused'; readonly code: string; readonly reason: Refused }
  | { readonly notice: 'trouble' }
  /** To a chat that sends too much, or while too many do: what it sends until then is not taken. */
  | { readonly notice: 'tooMany' | 'busy'; readonly until: Instant }
  /** To the member: the ticket's card, made from the ticket as it is when it is delivered. */
  | { readonly notice: 'card'; readonly ticketId: string }
  /** To the member or the resident: what was written, as it was, made when it is delivered. */
  | { readonly notice: 'asWritten'; readonly code: string; readonly ticketId: string }
  | {
      readonly notice: 'file'
      readonly code: string
      readonly attachmentId: string
      readonly ticketId: string
    }
  | {
      readonly notice: 'news'
      readonly code: string
      readonly ticketId: string
      readonly what:
        | 'answered'
        | 'added'
        | 'corrected'
        | 'danger'
        | 'calmed'
        | 'reopened'
        | 'closed'
        | 'withdrawn'
        | 'ranOut'
      readonly text: string
    }
  /**
   * To a member: words or a file of a resident that they were sent were erased, and what stands in
   * their chat goes too. `of` is the chat app's id of it, sealed, in base64; `row` is our own
   * number of it.
   */
  | {
      readonly notice: 'erasedWords'
      readonly code: string
      readonly kind: 'words' | 'file'
      readonly of?: string
      readonly row: string
    }
  | { readonly notice: 'joined'; readonly name: string }
  /**
   * To a resident who had everything erased, or whose anonymous report is over: the last word,
   * which is not kept.
   */
  | { readonly notice: 'forgotten' | 'untied' }
  /** To a resident: all that is kept of them, gathered when it is sent. */
  | { readonly notice: 'myData' }
  /** `webhookOff`, to who made its key: an address is called no more. */
  | { readonly notice: 'joinRefused' | 'noneOpen' | 'webhookOff' }
  /**
   * To a resident: in which roles their words have been read, how often and when last; no names.
   */
  | {
      readonly notice: 'who'
      readonly code: string
      readonly seen: readonly {
        readonly role: Role
        readonly outOfTurn: boolean
        readonly times: number
        readonly lastAt: Instant
      }[]
    }
  /** To a supervisor: how a week went, read when it is delivered. */
  | { readonly notice: 'digest'; readonly week: string }
  /** To anyone who is above: a text was opened out of turn, by whom and why. */
  | {
      readonly notice: 'brokenGlass'
      readonly code: string
      readonly name: string
      readonly text: string
    }
  /** To a member: a one-time link to the console, made when it is sent. */
  | { readonly notice: 'signIn' }
  | {
      readonly notice: 'asked' | 'toldResident' | 'handedBack' | 'steppedAside' | 'correctionSent'
      readonly code: string
    }
  | { readonly notice: 'onLeave'; readonly days: number }
  /** To a member: why a ticket was given as it was. */
  | { readonly notice: 'why'; readonly reason: unknown }
  | { readonly notice: 'duty'; readonly onDuty: boolean }

/** Of a complaint about staff: its texts name the level above, never a team (protection P07). */
type OfComplaint = { readonly confidential?: boolean }

/** Why somebody could not do something to a ticket. */
export type Refused =
  | 'alreadyTaken'
  | 'notAccepted'
  | 'notResolved'
  | 'alreadyResolved'
  | 'alreadyOver'
  | 'alreadyOpened'
  | 'nobodyHasIt'
  | 'notClosed'
  | 'notYours'
  | 'notOfTheTeam'
  | 'nobodyThere'
  | 'tooLateForWrongAddress'
  | 'tooManyFiles'
  | 'alreadyRated'
  | 'alreadyObjected'
  | 'tooLateToObject'
  | HeldBackReason

/** A member's words were held back (`tickets/contact.ts`). */
export type HeldBackReason = 'heldLink' | 'heldNumber' | 'heldPapers'
