import type { Words } from './api/open311/plugin.ts'
import { type CatalogueLanguage, catalogueLanguages } from './language/catalogue.ts'
import type { Voice } from './language/render.ts'

/** The words of Open311's documents, in the first language of `Accept-Language` that there is, else in Chinese. */
export function geoReportWords(voices: (language: CatalogueLanguage) => Voice): (acceptLanguage: string | undefined) => Words {
  return (acceptLanguage) => {
    const voice = voices(languageOf(acceptLanguage ?? ''))
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

/** Tags in the order given, each as it is or else by its language alone; weights are not looked at, as clients list what they like best first. */
function languageOf(acceptLanguage: string): CatalogueLanguage {
  for (const tag of acceptLanguage.split(',').map((part) => part.split(';')[0]?.trim().toLowerCase() ?? '')) {
    const found =
      catalogueLanguages.find((language) => language.toLowerCase() === tag) ??
      catalogueLanguages.find((language) => language.split('-')[0] === tag.split('-')[0])
    if (found !== undefined) return found
  }
  return 'zh-Hans'
}
