import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { categories } from '../categories/category.ts'
import { sharesLanguage, writtenLanguages } from '../language/written-language.ts'
import {
  assign,
  assignAbove,
  type Candidate,
  levelsFor,
  type SupervisorCandidate,
} from './assignment.ts'

const candidate = fc.record({
  id: fc.uuid(),
  name: fc.constantFrom('Terek', 'Alma', 'Bulut'),
  onDuty: fc.boolean(),
  reads: fc.subarray([...writtenLanguages]),
  skills: fc.subarray([...categories]),
  openTickets: fc.nat(9),
  dutyHoursPerWeek: fc.constantFrom(10, 40, 56),
  hadThis: fc.boolean(),
  isConcerned: fc.boolean(),
})
const candidates = fc.uniqueArray(candidate, { selector: ({ id }) => id, maxLength: 8 })
const ticket = fc.record({
  language: fc.constantFrom(...writtenLanguages),
  category: fc.constantFrom(...categories),
})
const fits = (each: Candidate) => each.onDuty && !each.hadThis && !each.isConcerned

const nobody: Candidate = {
  id: 'a',
  name: 'A',
  onDuty: true,
  reads: [],
  skills: [],
  openTickets: 0,
  dutyHoursPerWeek: 40,
  hadThis: false,
  isConcerned: false,
}

describe('assignment', () => {
  it('never chooses who is off duty, concerned or had the ticket, and always somebody while one fits', () => {
    fc.assert(
      fc.property(ticket, candidates, (each, all) => {
        const { assignee } = assign(each, all)
        if (all.some(fits)) expect(all.filter(fits).map(({ id }) => id)).toContain(assignee)
        else expect(assignee).toBeUndefined()
      }),
    )
  })
  it('gives the same answer to the same facts in any order', () => {
    fc.assert(
      fc.property(
        ticket,
        candidates,
        (each, all) => void expect(assign(each, [...all].reverse())).toEqual(assign(each, all)),
      ),
    )
  })
  it('never chooses somebody who does not read the language while one who does fits', () => {
    fc.assert(
      fc.property(ticket, candidates, (each, all) => {
        const reads = (one: Candidate | undefined) =>
          one?.reads.some((tag) => sharesLanguage(tag, each.language)) === true
        const { assignee } = assign(each, all)
        if (all.some((one) => fits(one) && reads(one)))
          expect(reads(all.find(({ id }) => id === assignee))).toBe(true)
      }),
    )
  })
  it('makes nobody more likely by giving them more work', () => {
    fc.assert(
      fc.property(
        ticket,
        candidates,
        fc.nat(7),
        fc.integer({ min: 1, max: 9 }),
        (each, all, index, more) => {
          const one = all[index % Math.max(1, all.length)]
          fc.pre(one !== undefined)
          const busier = all.map((other) =>
            other.id === one?.id ? { ...other, openTickets: other.openTickets + more } : other,
          )
          if (assign(each, all).assignee !== one?.id)
            expect(assign(each, busier).assignee).not.toBe(one?.id)
        },
      ),
    )
  })
  it('prefers who reads the language; then script and skill against load', () => {
    const list = [
      { ...nobody, id: 'skilled', skills: ['road'] },
      { ...nobody, id: 'cyrillic', reads: ['kk-Cyrl'], openTickets: 5 },
      { ...nobody, id: 'arabic', reads: ['kk-Arab'], openTickets: 5 },
    ]
    expect(assign({ language: 'kk-Arab', category: 'road' }, list).assignee).toBe('arabic')
    expect(assign({ language: 'kk-Arab', category: 'road' }, list.slice(0, 2)).assignee).toBe(
      'cyrillic',
    )
    expect(assign({ language: 'zh-Hans', category: 'road' }, list).assignee).toBe('skilled')
    const [idle, skilled] = [
      { ...nobody, id: 'idle' },
      { ...nobody, id: 'skilled', skills: ['road'] },
    ]
    expect(
      assign({ language: 'zh-Hans', category: 'road' }, [idle, { ...skilled, openTickets: 1 }])
        .assignee,
    ).toBe('idle')
    expect(
      assign({ language: 'zh-Hans', category: 'road' }, [
        { ...idle, openTickets: 1 },
        { ...skilled, openTickets: 1 },
      ]).assignee,
    ).toBe('skilled')
  })
  it('counts open tickets per hour on duty', () => {
    const halfTime = { ...nobody, id: 'a', openTickets: 2, dutyHoursPerWeek: 20 }
    const fullTime = { ...nobody, id: 'b', openTickets: 3, dutyHoursPerWeek: 40 }
    expect(assign({ language: 'zh-Hans', category: 'road' }, [halfTime, fullTime]).assignee).toBe(
      'b',
    )
  })
  it('says why: who was chosen, and what decided against the next', () => {
    const chosen = { ...nobody, id: '1', name: 'A', reads: ['kk-Arab'], skills: ['drinking_water'] }
    const busy = {
      ...nobody,
      id: '2',
      name: 'B',
      reads: ['kk-Arab'],
      skills: ['drinking_water'],
      openTickets: 4,
    }
    expect(assign({ language: 'kk-Arab', category: 'drinking_water' }, [busy, chosen])).toEqual({
      assignee: '1',
      reason: {
        level: 'team',
        language: 'kk-Arab',
        category: 'drinking_water',
        considered: 2,
        chosen: { name: 'A', reads: 2, hasSkill: true, openTickets: 0 },
        next: { name: 'B', reads: 2, hasSkill: true, openTickets: 4, because: 'load' },
      },
    })
  })
})

describe('what the team must not decide', () => {
  const above: readonly SupervisorCandidate[] = [
    { ...nobody, id: 'county', level: 1, isAdministrator: false },
    { ...nobody, id: 'prefecture', level: 2, isAdministrator: false },
    { ...nobody, id: 'administrator', level: 1000, isAdministrator: true },
  ]
  const asked = { language: 'zh-Hans', category: 'complaint_staff' } as const
  it('goes to the nearest level above the team', () =>
    expect(assignAbove(asked, above, false).assignee).toBe('county'))
  it('passes over the nearest level when it concerns somebody above the team', () =>
    expect(assignAbove(asked, above, true).assignee).toBe('prefecture'))
  it('passes over whom it concerns by name', () =>
    expect(
      assignAbove(
        asked,
        above.map((each) => ({ ...each, isConcerned: each.id === 'county' })),
        false,
      ).assignee,
    ).toBe('prefecture'))
  it('goes to the administrator when nobody else is left', () =>
    expect(
      assignAbove(
        asked,
        above.map((each) => ({ ...each, onDuty: each.id === 'administrator' })),
        false,
      ).assignee,
    ).toBe('administrator'))
  it('passes over everybody of the level of whom it concerns, and below', () => {
    const colleague = { ...nobody, id: 'colleague', level: 2, isAdministrator: false }
    const concerned = [...above, colleague].map((each) => ({
      ...each,
      isConcerned: each.id === 'prefecture',
    }))
    expect(assignAbove(asked, concerned, false).assignee).toBe('administrator')
  })
  it('goes to the administrators where there is no supervisor, also when it concerns somebody above the team', () =>
    expect(assignAbove(asked, above.slice(2), true).assignee).toBe('administrator'))
  it('waits when nobody fits', () => expect(assignAbove(asked, [], false).assignee).toBeUndefined())
})

describe('the search', () => {
  const ticket = {
    confidential: false,
    teamId: 't',
    reopenedCount: 0,
    handBacks: 0,
    offersRanOut: 0,
  }
  it('begins with the team, then its lead, then the duty desk of the township', () =>
    expect(levelsFor(ticket)).toEqual(['team', 'lead', 'desk']))
  it('begins with the lead after three hand-backs or two offers that nobody took', () => {
    for (const each of [{ handBacks: 3 }, { offersRanOut: 2 }])
      expect(levelsFor({ ...ticket, ...each })).toEqual(['lead', 'desk'])
  })
  it('passes the team by for a complaint about staff, and for what was reopened twice', () => {
    for (const each of [{ confidential: true, teamId: null }, { reopenedCount: 2 }])
      expect(levelsFor({ ...ticket, ...each })).toEqual(['above'])
  })
})
