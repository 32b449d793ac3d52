import type { WrittenForm } from './form.ts'

/** Uyghur in Arabic letters, the form of its catalogue. */
export const ugArab = {
  tag: 'ug-Arab',
  ownName: 'ئۇيغۇرچە',
  source: 'ug-Arab',
  script: 'Arab',
  weight: 38,
} as const satisfies WrittenForm
