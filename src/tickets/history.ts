import type { Priority } from '../organisation/deadline.ts'
import type { Instant } from '../platform/instant.ts'
import { type EventType, type Status, transition } from './lifecycle.ts'

/** Something that happened to a ticket. `due` holds the deadlines that it set. */
export type HistoryEvent = {
  readonly type: EventType
  readonly at: Instant
  readonly memberId: string | undefined
  readonly data: {
    readonly firstResponseDueAt?: Instant
    readonly resolutionDueAt?: Instant
    readonly offerDueAt?: Instant
    readonly priority?: Priority
    readonly by?: string
    readonly satisfied?: boolean
  }
}

/** Who reopened a ticket that is not its reporter. */
export const joinedBy = 'joined'

/** A ticket as its history makes it: the row in the store is only the current view of this. */
export type View = {
  readonly status: Status
  readonly priority: Priority
  readonly assigneeId: string | undefined
  readonly openedAt: Instant
  readonly clockFrom: Instant
  readonly assignedAt: Instant | undefined
  readonly acceptedAt: Instant | undefined
  readonly firstResponseAt: Instant | undefined
  readonly resolvedAt: Instant | undefined
  readonly closedAt: Instant | undefined
  readonly questionAt: Instant | undefined
  readonly offerDueAt: Instant | undefined
  readonly firstResponseDueAt: Instant | undefined
  readonly resolutionDueAt: Instant | undefined
  readonly reopenedCount: number
  readonly handBacks: number
  readonly offersRanOut: number
  readonly closedBy: string | undefined
  readonly satisfied: boolean | undefined
}

/**
 * A ticket's current view, from its whole history, first event first.
 *
 * @throws {Error} when the history does not begin with `opened`, or holds a change that the table
 * of states refuses.
 */
export function replay([first, ...rest]: readonly HistoryEvent[]): View {
  if (first?.type !== 'opened') throw new Error('a history begins with the opening')
  return rest.reduce(follow, {
    status: 'open',
    priority: first.data.priority ?? 'ordinary',
    assigneeId: undefined,
    openedAt: first.at,
    clockFrom: first.at,
    assignedAt: undefined,
    acceptedAt: undefined,
    firstResponseAt: undefined,
    resolvedAt: undefined,
    closedAt: undefined,
    questionAt: undefined,
    offerDueAt: undefined,
    firstResponseDueAt: first.data.firstResponseDueAt,
    resolutionDueAt: first.data.resolutionDueAt,
    reopenedCount: 0,
    handBacks: 0,
    offersRanOut: 0,
    closedBy: undefined,
    satisfied: undefined,
  })
}

function follow(view: View, event: HistoryEvent): View {
  const next = transition(view.status, event.type)
  if (!next.ok)
    throw new Error(`a history holds ${event.type} while ${view.status}: ${next.reason}`)
  return { ...view, ...effectOf(view, event), status: next.status }
}

const nobody = {
  assigneeId: undefined,
  acceptedAt: undefined,
  questionAt: undefined,
  offerDueAt: undefined,
} as const

type Before = Pick<View, 'firstResponseAt' | 'reopenedCount' | 'handBacks' | 'offersRanOut'>

/**
 * What an event changes beside the status: what its kind brings about, and the deadlines and the
 * priority that it set.
 */
export function effectOf(view: Before, event: HistoryEvent): Partial<View> {
  const { firstResponseDueAt, resolutionDueAt, priority } = event.data
  return {
    ...effectOfKind(view, event),
    ...(firstResponseDueAt === undefined ? {} : { firstResponseDueAt }),
    ...(resolutionDueAt === undefined ? {} : { resolutionDueAt }),
    ...(priority === undefined ? {} : { priority }),
  }
}

function effectOfKind(view: Before, { type, at, memberId, data }: HistoryEvent): Partial<View> {
  switch (type) {
    case 'assigned':
    case 'reassigned':
      return { ...nobody, assigneeId: memberId, assignedAt: at, offerDueAt: data.offerDueAt }
    case 'accepted':
      return { acceptedAt: at, firstResponseAt: view.firstResponseAt ?? at }
    case 'asked':
      return { questionAt: at }
    case 'answered':
      return { questionAt: undefined }
    case 'handedBack':
      return { ...nobody, handBacks: view.handBacks + 1 }
    case 'offerRanOut':
      return { ...nobody, offersRanOut: view.offersRanOut + 1 }
    case 'steppedAside':
    case 'movedOn':
      return nobody
    case 'resolved':
      return { resolvedAt: at, questionAt: undefined }
    case 'reopened':
      return {
        ...nobody,
        resolvedAt: undefined,
        closedAt: undefined,
        closedBy: undefined,
        satisfied: undefined,
        clockFrom: at,
        // Only the reporter's own word counts towards the level above.
        reopenedCount: view.reopenedCount + (data.by === joinedBy ? 0 : 1),
      }
    case 'closed':
      return { closedAt: at, closedBy: data.by }
    case 'withdrawn':
      return { ...nobody, closedAt: at }
    case 'rated':
      return { satisfied: data.satisfied }
    case 'opened':
    case 'told':
    case 'added':
    case 'corrected':
    case 'joined':
    case 'left':
    case 'madeUrgent':
    case 'madeOrdinary':
    case 'widened':
    case 'reminded':
    case 'overdue':
    case 'escalated':
    case 'appealed':
    case 'askedAgain':
      return {}
  }
}
