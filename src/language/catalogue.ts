import i18next, { type i18n } from 'i18next'
import type english from '../../locales/en.json'
import { isolate } from './bidi.ts'
import { toKazakhArabic } from './kazakh-arabic.ts'

/** The languages that the service speaks; English is for staff. */
export const catalogueLanguages = ['ug-Arab', 'kk-Arab', 'kk-Cyrl', 'zh-Hans', 'en'] as const
export type CatalogueLanguage = (typeof catalogueLanguages)[number]

/** The languages offered to residents, in the order of the buttons. */
export const residentLanguages = ['ug-Arab', 'kk-Arab', 'kk-Cyrl', 'zh-Hans'] as const
export type ResidentLanguage = (typeof residentLanguages)[number]

/** How each language calls itself. */
export const languageNames: Readonly<Record<CatalogueLanguage, string>> = {
  'ug-Arab': 'ئۇيغۇرچە',
  'kk-Arab': 'قازاقشا',
  'kk-Cyrl': 'Қазақша',
  'zh-Hans': '中文',
  en: 'English',
}

/** A catalogue: sentences by key. */
export type Catalogue = Readonly<Record<string, string>>
type CatalogueKey = keyof typeof english
/** A key as callers write it: without the plural's ending. */
export type MessageKey = CatalogueKey extends infer Key ? (Key extends `${infer Stem}_${'one' | 'other'}` ? Stem : Key) : never

/**
 * Every catalogue, by language. `kk-Arab` is made from `kk-Cyrl`, so the two can't drift; what stands in several scripts
 * at once is left as it is.
 */
export function toCatalogues(files: Readonly<Record<Exclude<CatalogueLanguage, 'kk-Arab'>, Catalogue>>): Readonly<Record<CatalogueLanguage, Catalogue>> {
  const kazakhArabic = Object.fromEntries(
    Object.entries(files['kk-Cyrl']).map(([key, text]) => [key, key === inAllScripts ? text : outsideGaps(text, toKazakhArabic)]),
  )
  return mapValues({ ...files, 'kk-Arab': kazakhArabic }, (catalogue) => mapValues(catalogue, isolateCommands))
}

/** `/status` would turn its slash round inside a sentence from right to left. */
function isolateCommands(text: string): string {
  return text.replaceAll(/\/[a-z]+(?: (?:on|off)\b)?/g, isolate)
}

function mapValues<Key extends string, A, B>(record: Readonly<Record<Key, A>>, map: (value: A) => B): Readonly<Record<Key, B>> {
  return Object.fromEntries(Object.entries<A>(record).map(([key, value]) => [key, map(value)])) as Record<Key, B>
}

/** The question for the language, asked before there is one. */
const inAllScripts: CatalogueKey = 'ask.language'

/** i18next over the catalogues: plurals by CLDR, no escaping, as texts go to chats and to templates that escape. */
export function createTranslations(catalogues: Readonly<Record<CatalogueLanguage, Catalogue>>): i18n {
  const translations = i18next.createInstance()
  void translations.init({
    initAsync: false,
    resources: Object.fromEntries(Object.entries(catalogues).map(([language, translation]) => [language, { translation }])),
    supportedLngs: [...catalogueLanguages],
    fallbackLng: false,
    keySeparator: false,
    nsSeparator: false,
    interpolation: { escapeValue: false },
  })
  return translations
}

/** The catalogue that answers somebody who writes in `language`. */
export function catalogueFor(language: string): ResidentLanguage {
  if ((residentLanguages as readonly string[]).includes(language)) return language as ResidentLanguage
  if (language.startsWith('zh')) return 'zh-Hans'
  if (language === 'kk-Latn') return 'kk-Cyrl'
  return language.startsWith('kk') ? 'kk-Arab' : 'ug-Arab'
}

export function isResidentLanguage(text: string): text is ResidentLanguage {
  return (residentLanguages as readonly string[]).includes(text)
}

export function isCatalogueLanguage(text: string): text is CatalogueLanguage {
  return (catalogueLanguages as readonly string[]).includes(text)
}

/** Gaps such as `{{code}}` and commands such as `/status` keep their letters. */
function outsideGaps(text: string, convert: (text: string) => string): string {
  return text
    .split(/(\{\{\w+\}\}|\/[a-z]+)/)
    .map((part, index) => (index % 2 === 1 ? part : convert(part)))
    .join('')
}
