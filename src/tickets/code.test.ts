import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseTicketCode, toTicketCode } from './code.ts'

const numbers = fc.array(fc.integer({ min: 0, max: 31 }), { minLength: 9, maxLength: 9 })
const digits = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

describe('a ticket code', () => {
  it('is read back as it was made', () => {
    fc.assert(
      fc.property(
        numbers,
        (random) =>
          void expect(parseTicketCode(toTicketCode(random))).toEqual({
            ok: true,
            code: toTicketCode(random),
          }),
      ),
    )
  })
  it('is understood in lower case, with spaces, and with O and I for 0 and 1', () => {
    fc.assert(
      fc.property(numbers, (random) => {
        const code = toTicketCode(random)
        const typed = ` jw ${code.slice(3).replaceAll('0', 'o').replaceAll('1', 'l').toLowerCase()} `
        expect(parseTicketCode(typed)).toEqual({ ok: true, code })
      }),
    )
  })
  it('finds every single wrong character', () => {
    fc.assert(
      fc.property(
        numbers,
        fc.integer({ min: 3, max: 12 }),
        fc.integer({ min: 1, max: 31 }),
        (random, at, by) => {
          const code = toTicketCode(random)
          const wrong = digits[(digits.indexOf(code[at] ?? '') + by) % 32] ?? ''
          expect(parseTicketCode(code.slice(0, at) + wrong + code.slice(at + 1))).toEqual({
            ok: false,
            reason: 'checkCharacter',
          })
        },
      ),
    )
  })
  it('finds every swap of two neighbours', () => {
    fc.assert(
      fc.property(numbers, fc.integer({ min: 3, max: 11 }), (random, at) => {
        const code = toTicketCode(random)
        fc.pre(code[at] !== code[at + 1])
        expect(
          parseTicketCode(code.slice(0, at) + code[at + 1] + code[at] + code.slice(at + 2)).ok,
        ).toBe(false)
      }),
    )
  })
  it('refuses anything else, and never throws', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }),
        (text) => void expect(typeof parseTicketCode(text).ok).toBe('boolean'),
      ),
    )
    expect(parseTicketCode('JW-123')).toEqual({ ok: false, reason: 'shape' })
    expect(() => toTicketCode([1, 2, 3])).toThrow(RangeError)
  })
})
