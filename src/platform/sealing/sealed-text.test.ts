import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  changeRow,
  inTransit,
  keyIdOf,
  keyIdsIn,
  openText,
  placeIn,
  sealText,
} from './sealed-text.ts'

const id = '0f9a2c1e-1111-4222-8333-abcdefabcdef'

describe('a sealed text', () => {
  it('is told from any other, whatever people write', () => {
    fc.assert(fc.property(fc.string(), (text) => keyIdOf(text) === undefined))
    for (const text of ['', 'jw1.', 'jw2.x.y', 'jw1.村口路灯坏了', 'JW-4K7Q2M9XH4'])
      expect(keyIdOf(text)).toBeUndefined()
  })

  it('names its key', () => {
    for (const form of [1, 2] as const) {
      const text = sealText(form, id, randomBytes(32), 'x', inTransit)
      expect(keyIdOf(text)).toBe(id)
      expect(keyIdsIn({ items: [{ text }, { text: 'clear' }], code: text })).toEqual([id])
    }
  })

  it('opens at its place with its key, and nowhere else', () => {
    const key = randomBytes(32)
    const places = fc.constantFrom(
      placeIn('TicketMessage', 'text', 'a'),
      placeIn('TicketMessage', 'text', 'b'),
      placeIn('Outbound', 'shown', 'a'),
      inTransit,
    )
    fc.assert(
      fc.property(fc.string(), places, places, (text, at, elsewhere) => {
        const sealed = sealText(2, id, key, text, at)
        expect(openText(id, key, sealed, at)).toBe(text.toWellFormed())
        expect(openText(id, key, sealed, elsewhere)).toBe(
          at === elsewhere ? text.toWellFormed() : undefined,
        )
        expect(openText(id, randomBytes(32), sealed, at)).toBeUndefined()
      }),
    )
  })

  it('that an earlier version wrote opens wherever it stands', () => {
    const key = randomBytes(32)
    const sealed = sealText(1, id, key, '路灯', inTransit)
    expect(openText(id, key, sealed, placeIn('Outbound', 'shown', 'a'))).toBe('路灯')
  })
})

it('the words of a row are those under the names of words, each bound to its column', () => {
  const places: string[] = []
  const row = {
    sealedAs: 'n',
    content: { say: [{ text: 'a' }, { plain: 'b', code: 'c' }] },
    shown: { text: 'd' },
    status: 'sent',
  }
  const changed = changeRow('Outbound', row, (text, place) => {
    places.push(place)
    return text.toUpperCase()
  })
  expect(changed).toEqual({
    sealedAs: 'n',
    content: { say: [{ text: 'A' }, { plain: 'B', code: 'c' }] },
    shown: { text: 'D' },
    status: 'sent',
  })
  expect(places).toEqual(['Outbound.content:n', 'Outbound.content:n', 'Outbound.shown:n'])
})
