import type { WrittenForm } from './form.ts'

export const kkCyrl = {
  tag: 'kk-Cyrl',
  ownName: 'Қазақша',
  source: 'kk-Cyrl',
  script: 'Cyrl',
  weight: 8,
} as const satisfies WrittenForm
