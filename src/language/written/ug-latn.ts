import { uyghurArabicToLatin, uyghurLatinToArabic } from '../uyghur.ts'
import type { WrittenForm } from './form.ts'

/** Uyghur in Latin letters. */
export const ugLatn = {
  tag: 'ug-Latn',
  ownName: 'Uyghurche',
  source: 'ug-Arab',
  script: 'Latn',
  keyboard: 'ug-Latn',
  weight: 6,
  toSource: uyghurLatinToArabic,
  fromSource: uyghurArabicToLatin,
  keepsCapitals: true,
} as const satisfies WrittenForm
