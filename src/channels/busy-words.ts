import type { CatalogueLanguage } from '../language/catalogue.ts'
import type { Voice } from '../language/render.ts'

/**
 * What somebody reads in a chat app who has no chat here yet, while too many write: their language
 * is not known.
 */
export function busyWords(
  voices: (language: CatalogueLanguage) => Voice,
): (until: number) => string {
  return (until) =>
    (['ug-Arab', 'kk-Cyrl', 'zh-Hans'] as const)
      .map((language) => voices(language).say('notice.busy', { time: { at: until } }))
      .join('\n\n')
}
