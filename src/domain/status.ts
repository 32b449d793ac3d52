/** Where a ticket stands (design, section 6). */
export const statuses = ['open', 'assigned', 'accepted', 'resolved', 'closed', 'withdrawn'] as const
export type Status = (typeof statuses)[number]

/** What can happen to a ticket. */
export const eventTypes = ['opened', 'assigned', 'accepted', 'asked', 'answered', 'added', 'handedBack', 'resolved', 'reopened', 'closed', 'withdrawn'] as const
export type EventType = (typeof eventTypes)[number]

/** Why a change is refused, as a reason that a person can be told. */
export type Refusal = 'alreadyTaken' | 'notAccepted' | 'notResolved' | 'alreadyResolved' | 'alreadyOver' | 'alreadyOpened' | 'nobodyHasIt'

export type Transition = { readonly ok: true; readonly status: Status } | { readonly ok: false; readonly reason: Refusal }

/** What happens to a ticket that stands at `status`. The whole lifecycle is the table below. */
export function transition(status: Status, event: EventType): Transition {
  const to = table[status][event]
  return (statuses as readonly string[]).includes(to) ? { ok: true, status: to as Status } : { ok: false, reason: to as Refusal }
}

const over = {
  opened: 'alreadyOpened',
  assigned: 'alreadyOver',
  accepted: 'alreadyOver',
  asked: 'alreadyOver',
  answered: 'alreadyOver',
  added: 'alreadyOver',
  handedBack: 'alreadyOver',
  resolved: 'alreadyOver',
  reopened: 'alreadyOver',
  closed: 'alreadyOver',
  withdrawn: 'alreadyOver',
} as const

const table: Readonly<Record<Status, Readonly<Record<EventType, Status | Refusal>>>> = {
  open: {
    ...over,
    assigned: 'assigned',
    accepted: 'nobodyHasIt',
    asked: 'nobodyHasIt',
    answered: 'nobodyHasIt',
    added: 'open',
    handedBack: 'nobodyHasIt',
    resolved: 'nobodyHasIt',
    reopened: 'notResolved',
    closed: 'notResolved',
    withdrawn: 'withdrawn',
  },
  assigned: {
    ...over,
    assigned: 'assigned',
    accepted: 'accepted',
    asked: 'notAccepted',
    answered: 'notAccepted',
    added: 'assigned',
    handedBack: 'open',
    resolved: 'notAccepted',
    reopened: 'notResolved',
    closed: 'notResolved',
    withdrawn: 'withdrawn',
  },
  accepted: {
    ...over,
    assigned: 'alreadyTaken',
    accepted: 'alreadyTaken',
    asked: 'accepted',
    answered: 'accepted',
    added: 'accepted',
    handedBack: 'open',
    resolved: 'resolved',
    reopened: 'notResolved',
    closed: 'notResolved',
    withdrawn: 'withdrawn',
  },
  resolved: {
    ...over,
    assigned: 'alreadyResolved',
    accepted: 'alreadyResolved',
    asked: 'alreadyResolved',
    answered: 'resolved',
    added: 'resolved',
    handedBack: 'alreadyResolved',
    resolved: 'alreadyResolved',
    reopened: 'open',
    closed: 'closed',
    withdrawn: 'withdrawn',
  },
  closed: over,
  withdrawn: over,
}
