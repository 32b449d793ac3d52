import { describe, expect, it } from 'vitest'
import { evenMoment, givenIn, oneOfEach } from './given.ts'

describe('what a client gives', () => {
  it('is not what it leaves empty', () =>
    expect(givenIn({ media_url: '', lat: ' ', long: '80.4 ', page: 2, file: {} })).toEqual({
      long: ['80.4'],
      page: ['2'],
    }))
  it('may be a list, under one name or two', () =>
    expect(givenIn({ media_url: ['a', '', 'b'], 'media_url[]': 'c' })).toEqual({
      media_url: ['a', 'b', 'c'],
    }))
  it('is named where it is given twice and is no list', () => {
    const given = { lat: ['1', '2'], status: ['open', 'closed'], long: ['3', '3'] }
    expect(oneOfEach(given, ['status'])).toMatchObject({
      fields: { status: 'open,closed', long: '3' },
      repeated: ['lat'],
    })
  })
  it.each([
    ['2026-11-01T00:00:00 08:00', '2026-11-01T00:00:00+08:00'],
    ['2026-11-01T00:00:00+0800', '2026-11-01T00:00:00+08:00'],
    ['2026-11-01T00:00:00-05:00', '2026-11-01T00:00:00-05:00'],
    ['2026-11-01 00:00:00Z', '2026-11-01T00:00:00Z'],
    ['2026-11-01', '2026-11-01T00:00:00Z'],
    ['yesterday', 'yesterday'],
  ])('as a moment %s is %s', (typed, meant) => expect(evenMoment(typed)).toBe(meant))
})
