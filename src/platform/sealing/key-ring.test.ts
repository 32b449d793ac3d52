import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createKeyRing } from './key-ring.ts'

const [first, second] = [randomBytes(32), randomBytes(32)]

describe('a key ring', () => {
  it('opens what it sealed, in the same place only', () => {
    const ring = createKeyRing([first])
    fc.assert(
      fc.property(fc.string(), (text) => {
        const sealed = ring.seal(text, 'row 1')
        expect(ring.open(sealed, 'row 1')).toBe(text)
        expect(() => ring.open(sealed, 'row 2')).toThrow()
      }),
    )
  })
  it('opens and finds what an older key wrote, and writes with the first', () => {
    const old = createKeyRing([first])
    const both = createKeyRing([second, first])
    expect(both.open(old.seal('x', 'p'), 'p')).toBe('x')
    expect(both.hashes('x').map((hash) => Buffer.from(hash).toString('hex'))).toContain(
      Buffer.from(old.hashes('x')[0]).toString('hex'),
    )
    expect(() => old.open(both.seal('x', 'p'), 'p')).toThrow('DATA_KEY')
  })
  it('signs with the first key, and checks what an older one signed', () => {
    const [signs, ...others] = createKeyRing([second, first]).secretsFor('cookie')
    expect([signs, others]).toEqual([
      createKeyRing([second]).secretsFor('cookie')[0],
      createKeyRing([first]).secretsFor('cookie'),
    ])
  })
  it('seals the same text differently each time', () => {
    const ring = createKeyRing([first])
    expect(ring.seal('x', 'p')).not.toEqual(ring.seal('x', 'p'))
  })
})
