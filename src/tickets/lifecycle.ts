import type { Refused } from '../mailbox/notice.ts'

/** Where a ticket stands (design, section 6). */
export const statuses = ['open', 'assigned', 'accepted', 'resolved', 'closed', 'withdrawn'] as const
export type Status = (typeof statuses)[number]

/** What can happen to a ticket. */
export const eventTypes = [
  'opened',
  'assigned',
  'reassigned',
  'accepted',
  'told',
  'asked',
  'answered',
  'added',
  'corrected',
  'joined',
  'left',
  'madeUrgent',
  'madeOrdinary',
  'handedBack',
  'steppedAside',
  'offerRanOut',
  'movedOn',
  'widened',
  'reminded',
  'overdue',
  'escalated',
  'resolved',
  'askedAgain',
  'reopened',
  'appealed',
  'closed',
  'rated',
  'withdrawn',
] as const
export type EventType = (typeof eventTypes)[number]

/** Why the lifecycle refuses a change, as a reason that a person can be told. */
type Refusal = Extract<
  Refused,
  | 'alreadyTaken'
  | 'notAccepted'
  | 'notResolved'
  | 'alreadyResolved'
  | 'alreadyOver'
  | 'alreadyOpened'
  | 'nobodyHasIt'
  | 'notClosed'
>

export type Transition =
  | { readonly ok: true; readonly status: Status }
  | { readonly ok: false; readonly reason: Refusal }

/** What happens to a ticket that stands at `status`. The whole lifecycle is the table below. */
export function transition(status: Status, event: EventType): Transition {
  const to = table[status][event]
  return (statuses as readonly string[]).includes(to)
    ? { ok: true, status: to as Status }
    : { ok: false, reason: to as Refusal }
}

/** Nothing more happens to a ticket that is over. */
const over = {
  ...(Object.fromEntries(eventTypes.map((type) => [type, 'alreadyOver'])) as Record<
    EventType,
    Refusal
  >),
  opened: 'alreadyOpened',
} as const

/**
 * What the clock, the service and the resident may do while somebody should be at work on a ticket,
 * wherever it stands.
 */
function underWay(status: Status): Partial<Record<EventType, Status>> {
  return {
    added: status,
    corrected: status,
    joined: status,
    left: status,
    madeUrgent: status,
    madeOrdinary: status,
    reminded: status,
    overdue: status,
    escalated: status,
    appealed: status,
    withdrawn: 'withdrawn',
  }
}

const table: Readonly<Record<Status, Readonly<Record<EventType, Status | Refusal>>>> = {
  open: {
    ...over,
    ...refusing(
      'nobodyHasIt',
      'accepted',
      'told',
      'asked',
      'answered',
      'handedBack',
      'steppedAside',
      'offerRanOut',
      'movedOn',
      'resolved',
    ),
    ...refusing('notResolved', 'askedAgain', 'reopened', 'closed'),
    ...refusing('notClosed', 'rated'),
    ...underWay('open'),
    assigned: 'assigned',
    reassigned: 'assigned',
    widened: 'open',
  },
  assigned: {
    ...over,
    ...refusing('alreadyTaken', 'widened'),
    ...refusing('notAccepted', 'told', 'asked', 'answered', 'resolved'),
    ...refusing('notResolved', 'askedAgain', 'reopened', 'closed'),
    ...refusing('notClosed', 'rated'),
    ...underWay('assigned'),
    assigned: 'assigned',
    reassigned: 'assigned',
    accepted: 'accepted',
    handedBack: 'open',
    steppedAside: 'open',
    offerRanOut: 'open',
    movedOn: 'open',
  },
  accepted: {
    ...over,
    ...refusing('alreadyTaken', 'assigned', 'accepted', 'offerRanOut', 'widened'),
    ...refusing('notResolved', 'askedAgain', 'reopened', 'closed'),
    ...refusing('notClosed', 'rated'),
    ...underWay('accepted'),
    reassigned: 'assigned',
    told: 'accepted',
    asked: 'accepted',
    answered: 'accepted',
    handedBack: 'open',
    steppedAside: 'open',
    movedOn: 'open',
    resolved: 'resolved',
  },
  resolved: {
    ...over,
    ...refusing('notClosed', 'rated'),
    ...refusing(
      'alreadyResolved',
      'assigned',
      'reassigned',
      'accepted',
      'told',
      'asked',
      'madeUrgent',
      'madeOrdinary',
      'handedBack',
      'steppedAside',
      'offerRanOut',
      'movedOn',
      'widened',
      'reminded',
      'overdue',
      'escalated',
      'resolved',
    ),
    answered: 'resolved',
    added: 'resolved',
    corrected: 'resolved',
    joined: 'resolved',
    left: 'resolved',
    appealed: 'resolved',
    askedAgain: 'resolved',
    reopened: 'open',
    closed: 'closed',
    withdrawn: 'withdrawn',
  },
  // Who joined may say within days that it did not help, though the reporter has agreed.
  closed: { ...over, rated: 'closed', reopened: 'open' },
  withdrawn: over,
}

function refusing(
  reason: Refusal,
  ...types: readonly EventType[]
): Partial<Record<EventType, Refusal>> {
  return Object.fromEntries(types.map((type) => [type, reason]))
}
