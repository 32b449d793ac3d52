import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cardinal, digitByDigit, largestSaid, ordinal, type Spoken } from './spoken-number.ts'

const languages: readonly Spoken[] = ['ug', 'kk']

describe('numbers as they are said', () => {
  it.each([
    [0, 'نۆل', 'нөл'],
    [7, 'يەتتە', 'жеті'],
    [10, 'ئون', 'он'],
    [21, 'يىگىرمە بىر', 'жиырма бір'],
    [100, 'يۈز', 'жүз'],
    [112, 'يۈز ئون ئىككى', 'жүз он екі'],
    [305, 'ئۈچ يۈز بەش', 'үш жүз бес'],
    [1_000, 'مىڭ', 'мың'],
    [2_026, 'ئىككى مىڭ يىگىرمە ئالتە', 'екі мың жиырма алты'],
    [40_000, 'قىرىق مىڭ', 'қырық мың'],
  ])('%i', (number, uyghur, kazakh) => {
    expect([cardinal(number, 'ug'), cardinal(number, 'kk')]).toEqual([uyghur, kazakh])
  })
  it.each([
    [1, 'بىرىنچى', 'бірінші'],
    [6, 'ئالتىنچى', 'алтыншы'],
    [20, 'يىگىرمىنچى', 'жиырмасыншы'],
    [27, 'يىگىرمە يەتتىنچى', 'жиырма жетінші'],
    [30, 'ئوتتۇزىنچى', 'отызыншы'],
  ])('%i as an ordinal', (number, uyghur, kazakh) => {
    expect([ordinal(number, 'ug'), ordinal(number, 'kk')]).toEqual([uyghur, kazakh])
  })
  it('says different numbers differently, and never a digit', () => {
    const number = fc.integer({ min: 0, max: largestSaid })
    fc.assert(
      fc.property(number, number, fc.constantFrom(...languages), (one, other, language) => {
        const said = [cardinal(one, language), cardinal(other, language)] as const
        expect(said[0] === said[1]).toBe(one === other)
        expect(said.join(' ')).not.toMatch(/\d|undefined|\s\s/)
        expect(ordinal(one, language)).not.toBe(said[0])
      }),
    )
  })
  it('says codes digit by digit, and refuses what is no such number', () => {
    expect(digitByDigit('0998', 'kk')).toBe('нөл тоғыз тоғыз сегіз')
    for (const wrong of [-1, 1.5, largestSaid + 1, Number.NaN])
      expect(() => cardinal(wrong, 'ug')).toThrow(RangeError)
  })
})
