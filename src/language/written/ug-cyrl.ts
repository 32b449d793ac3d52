import { uyghurArabicToCyrillic, uyghurCyrillicToArabic } from '../uyghur.ts'
import type { WrittenForm } from './form.ts'

/** Uyghur in Cyrillic letters. */
export const ugCyrl = {
  tag: 'ug-Cyrl',
  ownName: 'Уйғурчә',
  source: 'ug-Arab',
  script: 'Cyrl',
  weight: 3,
  toSource: uyghurCyrillicToArabic,
  fromSource: uyghurArabicToCyrillic,
  keepsCapitals: true,
} as const satisfies WrittenForm
