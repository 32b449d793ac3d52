import type { WrittenForm } from './form.ts'

/** Chinese in simplified characters, the form of its catalogue. */
export const zhHans = {
  tag: 'zh-Hans',
  ownName: '简体中文',
  source: 'zh-Hans',
  script: 'Han',
  weight: 26,
} as const satisfies WrittenForm
