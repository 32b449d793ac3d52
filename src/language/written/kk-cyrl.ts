import type { WrittenForm } from './form.ts'

/** Kazakh in Cyrillic letters, the form of its catalogue. */
export const kkCyrl = {
  tag: 'kk-Cyrl',
  ownName: 'Қазақша',
  source: 'kk-Cyrl',
  script: 'Cyrl',
  keyboard: 'kk-Cyrl',
  weight: 8,
} as const satisfies WrittenForm
