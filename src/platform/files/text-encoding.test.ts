import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeText } from './text-encoding.ts'

/** 红星村,阿依古丽 in GB18030. */
const chinese = Buffer.from('baecd0c7b4e52cb0a2d2c0b9c5c0f6', 'hex')

/** Russian letters in Windows-1251, which Node can only read. */
function inWindows1251(text: string): Buffer {
  return Buffer.from(
    [...text].map((letter) => {
      const code = letter.codePointAt(0) ?? 0
      if (letter === 'ё') return 0xb8
      if (letter === 'Ё') return 0xa8
      return code >= 0x410 && code <= 0x44f ? code - 0x410 + 0xc0 : code
    }),
  )
}

describe('a text file', () => {
  it.each([
    ['UTF-8', Buffer.from('code,名字 شەھەر Шалкөде')],
    ['UTF-8', Buffer.from('\uFEFFcode,名字')],
    ['UTF-16', Buffer.from('\uFEFFcode\t名字 شەھەر', 'utf16le')],
    ['UTF-16', Buffer.from('code\tname\t名字', 'utf16le')],
    ['UTF-16', Buffer.from('\uFEFFcode\t名字', 'utf16le').swap16()],
    ['GB18030', chinese],
    ['Windows-1251', inWindows1251('code;Шалкоде;Объезд села Ёлка')],
    ['Windows-1251', inWindows1251('code;ШАЛКОДЕ;УЛИЦА')],
  ])('is told to be %s, and read without a mistake', (encoding, content) => {
    const read = decodeText(content)
    expect(read?.encoding).toBe(encoding)
    expect(read?.text).not.toContain('\uFFFD')
  })
  it('reads the letters that were meant', () => {
    expect(decodeText(chinese)?.text).toBe('红星村,阿依古丽')
    expect(decodeText(inWindows1251('Шалкоде'))?.text).toBe('Шалкоде')
  })
  it('is UTF-8 whatever it says, where it is UTF-8', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        // biome-ignore lint/suspicious/noControlCharactersInRegex: no table has them.
        fc.pre(!/[\u0000-\u0008\u000E-\u001F\u0080-\u009F]|^\uFEFF/.test(text))
        expect(decodeText(Buffer.from(`code,${text}`))).toEqual({
          text: `code,${text}`,
          encoding: 'UTF-8',
        })
      }),
    )
  })
  it('in Russian words is never taken for Chinese', () => {
    const word = fc.string({
      unit: fc.constantFrom(...'абвгдежзийклмнопрстуфхцчшщъыьэюяАБВ'),
      minLength: 3,
      maxLength: 12,
    })
    fc.assert(
      fc.property(fc.array(word, { minLength: 2, maxLength: 8 }), (words) => {
        expect(decodeText(inWindows1251(words.join(';')))).toEqual({
          text: words.join(';'),
          encoding: 'Windows-1251',
        })
      }),
    )
  })
  it.each(['яюаааа;аааа;аааа;ааа', 'юяблоко;дорога;вода'])(
    'in Russian is no UTF-16 for its first two letters: %s',
    (text) => expect(decodeText(inWindows1251(text))).toEqual({ text, encoding: 'Windows-1251' }),
  )
  it('that is none is not guessed at', () => {
    expect(decodeText(Buffer.from([0xff, 0xfe, 0x00, 0xd8, 0x41, 0x00]))).toBeUndefined()
    expect(decodeText(Buffer.from([0x98, 0xff, 0x20, 0x98]))).toBeUndefined()
  })
})
