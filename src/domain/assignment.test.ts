import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { assign, assignComplaint, type Candidate } from './assignment.ts'
import { categories } from './category.ts'
import { writtenLanguages } from './written-language.ts'

const candidate = fc.record({
  id: fc.uuid(),
  onDuty: fc.boolean(),
  reads: fc.subarray([...writtenLanguages]),
  skills: fc.subarray([...categories]),
  openTickets: fc.nat(9),
  handedThisBack: fc.boolean(),
})
const candidates = fc.uniqueArray(candidate, { selector: ({ id }) => id, maxLength: 8 })
const ticket = fc.record({ language: fc.constantFrom(...writtenLanguages), category: fc.constantFrom(...categories) })
const fits = (each: Candidate) => each.onDuty && !each.handedThisBack

describe('assignment', () => {
  it('never chooses who is off duty or has handed the ticket back, and always somebody while one fits', () => {
    fc.assert(
      fc.property(ticket, candidates, (each, all) => {
        const { assignee } = assign(each, all)
        if (all.some(fits)) expect(all.filter(fits).map(({ id }) => id)).toContain(assignee)
        else expect(assignee).toBeUndefined()
      }),
    )
  })
  it('gives the same answer to the same facts in any order', () => {
    fc.assert(fc.property(ticket, candidates, (each, all) => void expect(assign(each, [...all].reverse())).toEqual(assign(each, all))))
  })
  it('never chooses somebody who does not read the language while one who does fits', () => {
    fc.assert(
      fc.property(ticket, candidates, (each, all) => {
        const reader = all.some((one) => fits(one) && one.reads.includes(each.language))
        const { assignee } = assign(each, all)
        if (reader) expect(all.find(({ id }) => id === assignee)?.reads).toContain(each.language)
      }),
    )
  })
  it('makes nobody more likely by giving them more work', () => {
    fc.assert(
      fc.property(ticket, candidates, fc.nat(7), (each, all, index) => {
        const one = all[index % Math.max(1, all.length)]
        fc.pre(one !== undefined)
        const busier = all.map((other) => (other.id === one?.id ? { ...other, openTickets: other.openTickets + 3 } : other))
        if (assign(each, all).assignee !== one?.id) expect(assign(each, busier).assignee).not.toBe(one?.id)
      }),
    )
  })
  it('prefers the same script, then the same language, then skill, then the fewest open', () => {
    const base: Candidate = { id: 'a', onDuty: true, reads: [], skills: [], openTickets: 0, handedThisBack: false }
    const list = [
      { ...base, id: 'skilled', skills: ['road'] },
      { ...base, id: 'cyrillic', reads: ['kk-Cyrl'], openTickets: 5 },
      { ...base, id: 'arabic', reads: ['kk-Arab'], openTickets: 9 },
    ]
    expect(assign({ language: 'kk-Arab', category: 'road' }, list).assignee).toBe('arabic')
    expect(assign({ language: 'kk-Arab', category: 'road' }, list.slice(0, 2)).assignee).toBe('cyrillic')
    expect(assign({ language: 'zh-Hans', category: 'road' }, list).assignee).toBe('skilled')
    expect(assign({ language: 'zh-Hans', category: 'waste' }, list)).toEqual({
      assignee: 'skilled',
      reason: { readsLanguage: false, hasSkill: false, openTickets: 0, considered: 3 },
    })
  })
})

describe('a complaint about staff', () => {
  const above = [
    { id: 'county', level: 1, onDuty: true, handedThisBack: false },
    { id: 'prefecture', level: 2, onDuty: true, handedThisBack: false },
    { id: 'administrator', level: 1000, onDuty: true, handedThisBack: false },
  ]
  it('goes to the nearest level above the team', () => expect(assignComplaint(above, false).assignee).toBe('county'))
  it('passes over the nearest level when it concerns somebody above the team', () => expect(assignComplaint(above, true).assignee).toBe('prefecture'))
  it('goes to the administrator when nobody else is left', () =>
    expect(
      assignComplaint(
        above.map((each) => ({ ...each, onDuty: each.id === 'administrator' })),
        false,
      ).assignee,
    ).toBe('administrator'))
  it('waits when nobody fits', () => expect(assignComplaint([], false).assignee).toBeUndefined())
})
