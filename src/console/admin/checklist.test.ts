import { describe, expect, it } from 'vitest'
import { type Facts, isDone, items } from './checklist.ts'

const now = Date.parse('2026-11-27T10:00:00Z')
const ready: Facts = {
  isDemo: false,
  places: 30,
  teams: 4,
  members: 12,
  withoutChat: 0,
  deadlines: 0,
  days: 0,
  channels: 1,
  lastBackup: new Date('2026-11-26T22:00:00Z'),
  setAside: 0,
}
const open = (facts: Partial<Facts>) =>
  items.filter((item) => !isDone(item, { ...ready, ...facts }, now))

describe('the administrator’s checklist', () => {
  it('has nothing to do for a service that is ready', () => expect(open({})).toEqual([]))
  it.each([
    ['a demonstration', { isDemo: true }, ['organisation']],
    ['nobody there', { teams: 0, members: 0 }, ['organisation', 'people']],
    ['people without a chat', { withoutChat: 1 }, ['people']],
    ['no backup', { lastBackup: undefined }, ['backup']],
    ['a backup of three days ago', { lastBackup: new Date('2026-11-24T09:00:00Z') }, ['backup']],
    ['messages set aside', { setAside: 2 }, ['messages']],
  ] as const)('names what is to be done: %s', (_, facts, expected) =>
    expect(open(facts)).toEqual(expected),
  )
})
