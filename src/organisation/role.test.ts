import { expect, it } from 'vitest'
import { Role as Stored } from '../platform/postgres/tables.ts'
import { belongingOf, may, type Right, type Role, roles, rolesThatMay } from './role.ts'

it('the roles are those of the schema', () => {
  expect([...roles].sort()).toEqual(Object.keys(Stored).sort())
})

it('who may do what, as section 2 of the design has it', () => {
  const table = Object.fromEntries(
    roles.map((role) => [
      role,
      (['takeTickets', 'leadTeam', 'superviseArea', 'seeFigures', 'administer'] as const).filter(
        (right) => may({ role }, right),
      ),
    ]),
  )
  expect(table).toMatchObject({
    member: ['takeTickets'],
    lead: ['takeTickets', 'leadTeam', 'seeFigures'],
    supervisor: ['superviseArea', 'seeFigures'],
    administrator: ['administer'],
  } satisfies Partial<Record<Role, readonly Right[]>>)
  // Nobody both answers for a team and reads above it.
  for (const role of rolesThatMay('administer'))
    expect([role, may({ role }, 'takeTickets')]).toEqual([role, false])
})

it('roles that take tickets belong to a team, and roles that supervise belong to an area', () => {
  for (const role of rolesThatMay('takeTickets')) expect(belongingOf(role)).toBe('team')
  for (const role of rolesThatMay('superviseArea')) expect(belongingOf(role)).toBe('area')
  expect(() => belongingOf('king')).toThrow(RangeError)
})
