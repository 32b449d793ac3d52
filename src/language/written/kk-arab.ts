import { kazakhArabicToCyrillic, kazakhCyrillicToArabic } from '../kazakh.ts'
import type { WrittenForm } from './form.ts'

/** What China calls otherwise than Kazakhstan, whose words the catalogue has: beginnings of words. */
const chinasWords: readonly (readonly [RegExp, string])[] = [
  [/(?<!\p{L})полиция/giu, 'сақшы'],
  [/(?<!\p{L})электр(?!\p{L})/giu, 'тоқ'],
  [/(?<!\p{L})туризм(?!\p{L})/giu, 'саяхат'],
  [/(?<!\p{L})фото/giu, 'сурет'],
]

/** Kazakh in Arabic letters, as in China. */
export const kkArab = {
  tag: 'kk-Arab',
  ownName: 'قازاقشا',
  source: 'kk-Cyrl',
  script: 'Arab',
  keyboard: 'kk-Arab',
  weight: 14,
  toSource: kazakhArabicToCyrillic,
  fromSource: kazakhCyrillicToArabic,
  say: (sentence, convert) =>
    convert(chinasWords.reduce((text, [word, own]) => text.replaceAll(word, own), sentence)),
} as const satisfies WrittenForm
