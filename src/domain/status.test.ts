import { describe, expect, it } from 'vitest'
import { type EventType, eventTypes, type Status, statuses, transition } from './status.ts'

/** The design's section 6, written out: what each status allows, and where it leads. */
const allowed: Readonly<Record<Status, Partial<Record<EventType, Status>>>> = {
  open: { assigned: 'assigned', added: 'open', withdrawn: 'withdrawn' },
  assigned: { assigned: 'assigned', accepted: 'accepted', added: 'assigned', handedBack: 'open', withdrawn: 'withdrawn' },
  accepted: { asked: 'accepted', answered: 'accepted', added: 'accepted', handedBack: 'open', resolved: 'resolved', withdrawn: 'withdrawn' },
  resolved: { answered: 'resolved', added: 'resolved', reopened: 'open', closed: 'closed', withdrawn: 'withdrawn' },
  closed: {},
  withdrawn: {},
}

describe.each(statuses)('a ticket that is %s', (status) => {
  it.each(eventTypes)('when it is %s', (event) => {
    const expected = allowed[status][event]
    const result = transition(status, event)
    if (expected === undefined) expect(result).toMatchObject({ ok: false, reason: expect.any(String) })
    else expect(result).toEqual({ ok: true, status: expected })
  })
})
