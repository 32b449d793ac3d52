import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { toKazakhArabic } from './kazakh-arabic.ts'

describe('Kazakh in Arabic letters', () => {
  it.each([
    ['сұрақ', 'سۇراق'],
    ['тіл', 'ٴتىل'],
    ['өтініш', 'ٴوتىنىش'],
    ['көше', 'كوشە'],
    ['күн', 'كۇن'],
    ['су', 'سۋ'],
    ['жоқ', 'جوق'],
    ['ғимарат', 'عيمارات'],
    ['қою', 'قويۋ'],
    ['Қазақстан', 'قازاقستان'],
    ['ия', 'يا'],
  ])('%s is %s', (cyrillic, arabic) => expect(toKazakhArabic(cyrillic)).toBe(arabic))

  it('leaves numbers, codes, links, Latin and Chinese as they are', () => {
    for (const text of ['JW-4K7Q2M9XH4', 'https://jawab.example/chat', '10 MB', '东升村', 'Jawab 2026']) expect(toKazakhArabic(text)).toBe(text)
  })
  it('leaves no Cyrillic letter of Kazakh behind, and never throws', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom(...'аәбвгғдеёжзийкқлмнңоөпрстуұүфхһцчшщъыіьэюя ,?') }),
        (text) => void expect(toKazakhArabic(text)).not.toMatch(/\p{Script=Cyrillic}/u),
      ),
    )
  })
})
