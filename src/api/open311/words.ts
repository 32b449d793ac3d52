import type { Category } from '../../categories/category.ts'
import { type CatalogueLanguage, catalogueLanguages } from '../../language/catalogue.ts'
import type { Voice } from '../../language/render.ts'
import type { Status } from '../../tickets/lifecycle.ts'

/**
 * The words of Open311's documents, in the language that a program likes best of those that there
 * are, else in Chinese.
 */
export function geoReportWords(
  voices: (language: CatalogueLanguage) => Voice,
): (liked: readonly string[]) => Words {
  return (liked) => {
    const voice = voices(languageOf(liked))
    return {
      category: (category) => voice.say(`category.${category}`),
      status: (status) => voice.say(`status.${status}`),
      place: voice.name,
      group: voice.say('open311.group'),
      danger: voice.say('open311.danger'),
      yes: voice.say('open311.yes'),
      no: voice.say('open311.no'),
      notice: voice.say('open311.notice'),
    }
  }
}

/** Tags, the one that is liked best first; each as it is, or else by its language alone. */
function languageOf(liked: readonly string[]): CatalogueLanguage {
  for (const tag of liked.map((each) => each.toLowerCase())) {
    const found =
      catalogueLanguages.find((language) => language.toLowerCase() === tag) ??
      catalogueLanguages.find((language) => language.split('-')[0] === tag.split('-')[0])
    if (found !== undefined) return found
  }
  return 'zh-Hans'
}

/** The words of the documents, in a language that the program asks for. */
export type Words = {
  readonly category: (category: Category) => string
  readonly status: (status: Status) => string
  readonly place: (names: Readonly<Record<string, string>>) => string
  readonly group: string
  readonly danger: string
  readonly yes: string
  readonly no: string
  readonly notice: string
}
