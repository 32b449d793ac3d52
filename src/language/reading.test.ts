import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readTold } from '../../test/bench/train-danger.ts'
import { convert } from './convert.ts'
import { asReadBy } from './reading.ts'
import { formsLike } from './written-language.ts'

describe('a text as its reader reads it', () => {
  it.each([
    [
      'اۋىلدىڭ جولى بۇزىلعان، JW-0123456789 119',
      ['kk-Cyrl'],
      'ауылдың жолы бұзылған, JW-0123456789 119',
    ],
    [
      'ауылдың жолы бұзылған, 3 күн болды',
      ['kk-Arab', 'zh-Hans'],
      'اۋىلدىڭ جولى بۇزىلعان، 3 كۇن بولدى',
    ],
    ['كەنتىمىزنىڭ يولى بۇزۇلۇپ كەتتى', ['ug-Cyrl'], 'кәнтимизниң йоли бузулуп кәтти'],
    ['村裡的路壞了', ['zh-Hans'], '村里的路坏了'],
  ])('%s for who reads %s', (text, reads, shown) => {
    const { text: read, from } = asReadBy(text, reads)
    expect([read, from]).toEqual([shown, expect.any(String)])
  })

  it.each([
    ['村口的路灯坏了', ['kk-Cyrl']],
    ['ауылдың жолы бұзылған', ['kk-Arab', 'kk-Cyrl']],
    ['ауылдың жолы бұзылған', ['ug-Arab']],
    ['ауылдың жолы бұзылған', []],
    ['JW-0123456789', ['kk-Arab']],
    ['119', ['ug-Latn']],
    ['', ['kk-Arab']],
  ])('%s stays as it is written for who reads %s', (text, reads) =>
    expect(asReadBy(text, reads)).toEqual({ text, from: undefined }),
  )

  it('keeps every number, code and link, in every form', () => {
    const kept = fc.constantFrom(
      'JW-0123456789',
      '119',
      '+86 991 123-45-67',
      'https://a.b/c?d=1',
      '3.5',
    )
    const told = fc.constantFrom(...readTold())
    fc.assert(
      fc.property(told, kept, fc.nat(7), ({ language, text }, number, nth) => {
        const forms = formsLike(language)
        const from = forms[nth % forms.length] ?? language
        for (const to of forms)
          expect(asReadBy(`${convert(text, language, from)} ${number}`, [to]).text).toContain(
            number,
          )
      }),
    )
  })
})
