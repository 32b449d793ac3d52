import { describe, expect, it } from 'vitest'
import { demoSize, makeOrganisation } from './organisation.ts'

describe('a made-up organisation', () => {
  it('is the same for the same seed, and another for another', () => {
    expect(makeOrganisation(demoSize, 3)).toEqual(makeOrganisation(demoSize, 3))
    expect(makeOrganisation(demoSize, 4)).not.toEqual(makeOrganisation(demoSize, 3))
  })
  it('has 12 teams in 4 counties by default, each serving one place, named in each language', () => {
    const { places, teams, members } = makeOrganisation(demoSize)
    expect([
      teams.length,
      places.filter(({ kind }) => kind === 'county').length,
      members.filter(({ teamId }) => teamId !== null).length,
    ]).toEqual([12, 4, 72])
    expect(
      new Set(places.filter(({ teamId }) => teamId !== null).map(({ teamId }) => teamId)).size,
    ).toBe(12)
    for (const { names } of places)
      expect(Object.keys(names).sort()).toEqual(['kk-Arab', 'kk-Cyrl', 'ug-Arab', 'zh-Hans'])
    expect(places.map(({ names }) => names['zh-Hans'])).toEqual(
      expect.arrayContaining(['恰勒阔德村', '东升村', '双沟二村', '二道河村']),
    )
  })
  it('reaches a prefecture’s scale with unique codes', () => {
    const { places, teams, members } = makeOrganisation({ teams: 977, members: 5821, counties: 8 })
    expect(teams.length).toBe(977)
    expect(members.filter(({ teamId }) => teamId !== null).length).toBe(5821)
    expect(new Set(places.map(({ code }) => code)).size).toBe(places.length)
  })
})
