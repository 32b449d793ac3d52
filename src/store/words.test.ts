import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { keyIdOf, keyIdsIn } from './words.ts'

describe('a sealed text', () => {
  it('is told from any other, whatever people write', () => {
    fc.assert(fc.property(fc.string(), (text) => keyIdOf(text) === undefined))
    for (const text of ['', 'jw1.', 'jw1.x.y', 'jw1.村口路灯坏了', 'JW-4K7Q2M9XH4']) expect(keyIdOf(text)).toBeUndefined()
  })
  it('names its key', () => {
    const id = '0f9a2c1e-1111-4222-8333-abcdefabcdef'
    const text = `jw1.${Buffer.from(id.replaceAll('-', ''), 'hex').toString('base64url')}.AAAA`
    expect(keyIdOf(text)).toBe(id)
    expect(keyIdsIn({ items: [{ text }, { text: 'clear' }], code: text })).toEqual([id])
  })
})
