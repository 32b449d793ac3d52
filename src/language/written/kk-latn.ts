import { kazakhCyrillicToLatin, kazakhLatinToCyrillic } from '../kazakh.ts'
import type { WrittenForm } from './form.ts'

/** Kazakh in Latin letters. */
export const kkLatn = {
  tag: 'kk-Latn',
  ownName: 'Qazaqşa',
  source: 'kk-Cyrl',
  script: 'Latn',
  keyboard: 'kk-Latn',
  weight: 3,
  toSource: kazakhLatinToCyrillic,
  fromSource: kazakhCyrillicToLatin,
} as const satisfies WrittenForm
