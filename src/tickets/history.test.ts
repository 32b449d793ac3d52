import { describe, expect, it } from 'vitest'
import { type HistoryEvent, replay } from './history.ts'

const event = (
  type: HistoryEvent['type'],
  at: number,
  more: Partial<HistoryEvent> = {},
): HistoryEvent => ({ type, at, memberId: undefined, data: {}, ...more })
const opened = event('opened', 1, { data: { firstResponseDueAt: 10, resolutionDueAt: 20 } })

describe('a history', () => {
  it('tells where a ticket stands', () => {
    const view = replay([
      opened,
      event('assigned', 2, { memberId: 'm', data: { offerDueAt: 9 } }),
      event('accepted', 3, { memberId: 'm' }),
      event('asked', 4, { memberId: 'm' }),
      event('answered', 6, { data: { resolutionDueAt: 22 } }),
      event('resolved', 7, { memberId: 'm' }),
      event('reopened', 8, { memberId: 'm', data: { resolutionDueAt: 40 } }),
    ])
    expect(view).toMatchObject({
      status: 'open',
      assigneeId: undefined,
      firstResponseAt: 3,
      acceptedAt: undefined,
      clockFrom: 8,
      resolutionDueAt: 40,
      reopenedCount: 1,
    })
  })
  it('must begin with the opening and hold only what the table allows', () => {
    expect(() => replay([])).toThrow('begins with the opening')
    expect(() => replay([opened, event('accepted', 2)])).toThrow('accepted while open: nobodyHasIt')
  })
})
