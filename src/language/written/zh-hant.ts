import { keepTraditional, toSimplified, toTraditional, toTraditionalWords } from '../chinese.ts'
import type { WrittenForm } from './form.ts'

/** Chinese in traditional characters, with Taiwan's forms. */
export const zhHant = {
  tag: 'zh-Hant',
  ownName: '繁體中文',
  source: 'zh-Hans',
  script: 'Han',
  weight: 2,
  toSource: toSimplified,
  fromSource: toTraditional,
  say: toTraditionalWords,
  keep: keepTraditional,
} as const satisfies WrittenForm
