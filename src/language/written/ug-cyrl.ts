import { uyghurArabicToCyrillic, uyghurCyrillicToArabic } from '../uyghur.ts'
import type { WrittenForm } from './form.ts'

/** Uyghur in Cyrillic letters. */
export const ugCyrl = {
  tag: 'ug-Cyrl',
  ownName: 'Уйғурчә',
  source: 'ug-Arab',
  script: 'Cyrl',
  keyboard: 'ug-Cyrl',
  weight: 3,
  toSource: uyghurCyrillicToArabic,
  fromSource: uyghurArabicToCyrillic,
  keepsCapitals: true,
  // The sign between vowels is written by nobody; the way back needs it, and nothing here goes back.
  say: (sentence, convert) => convert(sentence).replaceAll(/(?<=\p{L})['’](?=\p{L})/gu, ''),
} as const satisfies WrittenForm
