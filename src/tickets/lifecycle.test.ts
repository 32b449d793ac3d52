import { describe, expect, it } from 'vitest'
import { type EventType, eventTypes, type Status, statuses, transition } from './lifecycle.ts'

/** The design's section 6, written out: what each status allows, and where it leads. */
const underWay = (status: Status) =>
  ({
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
  }) as const
const allowed: Readonly<Record<Status, Partial<Record<EventType, Status>>>> = {
  open: { ...underWay('open'), assigned: 'assigned', reassigned: 'assigned', widened: 'open' },
  assigned: {
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
  closed: { rated: 'closed', reopened: 'open' },
  withdrawn: {},
}

describe.each(statuses)('a ticket that is %s', (status) => {
  it.each(eventTypes)('when it is %s', (event) => {
    const expected = allowed[status][event]
    const result = transition(status, event)
    if (expected === undefined)
      expect(result).toMatchObject({ ok: false, reason: expect.any(String) })
    else expect(result).toEqual({ ok: true, status: expected })
  })
})
