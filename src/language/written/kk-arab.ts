import { kazakhArabicToCyrillic, kazakhCyrillicToArabic } from '../kazakh.ts'
import type { WrittenForm } from './form.ts'

/** Kazakh in Arabic letters, as in China. */
export const kkArab = {
  tag: 'kk-Arab',
  ownName: 'قازاقشا',
  source: 'kk-Cyrl',
  script: 'Arab',
  weight: 14,
  toSource: kazakhArabicToCyrillic,
  fromSource: kazakhCyrillicToArabic,
} as const satisfies WrittenForm
