import { describe, expect, it } from 'vitest'
import { maySeeText } from './visibility.ts'

const member = { id: 'm', role: 'member' as const, teamId: 't', areaCode: null }
const lead = { id: 'l', role: 'lead' as const, teamId: 't', areaCode: null }
const ticket = {
  assigneeId: 'm',
  teamId: 't',
  confidential: false,
  concernedIds: [],
  openedOutOfTurn: false,
}

describe('P13 the text of a ticket', () => {
  it('is open to its assignee and to the lead of its team', () => {
    expect([maySeeText(member, ticket), maySeeText(lead, ticket)]).toEqual([true, true])
  })
  it('is closed to other members, other leads, supervisors and administrators', () => {
    const others = [
      { ...member, id: 'x' },
      { ...lead, teamId: 'u' },
      { id: 's', role: 'supervisor' as const, teamId: null, areaCode: 'YL' },
      { id: 'a', role: 'administrator' as const, teamId: null, areaCode: null },
    ]
    expect(others.map((viewer) => maySeeText(viewer, ticket))).toEqual([false, false, false, false])
  })
  it('P14 is open out of turn to an administrator only', () => {
    const opened = { ...ticket, openedOutOfTurn: true }
    expect(
      maySeeText({ id: 'a', role: 'administrator', teamId: null, areaCode: null }, opened),
    ).toBe(true)
    expect(maySeeText({ id: 's', role: 'supervisor', teamId: null, areaCode: 'YL' }, opened)).toBe(
      false,
    )
  })
  it('P07 is closed to whom it is about, whatever they are', () => {
    for (const role of ['member', 'lead', 'supervisor', 'administrator'] as const)
      expect(
        maySeeText(
          { id: 'm', role, teamId: 't', areaCode: null },
          { ...ticket, concernedIds: ['m'], openedOutOfTurn: true },
        ),
      ).toBe(false)
  })
  it('is closed to the lead when it is confidential', () =>
    expect(maySeeText(lead, { ...ticket, confidential: true })).toBe(false))
})
