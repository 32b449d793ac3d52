import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { numberAlone, withPlainDigits } from './digits.ts'

describe('a message that is nothing but a number', () => {
  it.each([
    ['1', 1],
    [' 12 ', 12],
    ['٣', 3],
    ['۴', 4],
    ['１０', 10],
    ['③', 3],
    ['2️⃣', 2],
    ['\u200f5\u200e', 5],
    ['1.', 1],
    ['2)', 2],
    ['3、', 3],
    ['4。', 4],
    ['一', 1],
    ['两', 2],
    ['十', 10],
    ['十二', 12],
    ['二十', 20],
    ['三十五', 35],
    ['๗', 7],
  ])('%j is %i', (text, number) => expect(numberAlone(text)).toBe(number))
  it.each([
    '',
    '1 2',
    '1-ші',
    '3-كۈنى',
    '2组',
    '12345',
    '1.5',
    '-1',
    '+7',
    '1/2',
    'бір',
    '一个',
    '十十',
    '三号',
    '110号',
    '№1',
    '1!',
    '๑๑๑๑',
  ])('%j is none', (text) => expect(numberAlone(text)).toBeUndefined())
  it('is the same in the digits of every script', () => {
    const zeros = [0x30, 0x660, 0x6f0, 0x966, 0xe50, 0xff10, 0x1d7ce]
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 999 }), fc.constantFrom(...zeros), (number, zero) => {
        const written = [...String(number)]
          .map((digit) => String.fromCodePoint(zero + Number(digit)))
          .join('')
        expect(numberAlone(written)).toBe(number)
        expect(withPlainDigits(`a ${written}`)).toBe(`a ${number}`)
      }),
    )
  })
})
