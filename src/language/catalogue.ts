import i18next, { type i18n } from 'i18next'
import type english from '../../locales/en.json'
import { isolate } from './bidi.ts'
import { convert } from './convert.ts'
import type { WrittenForm } from './written/form.ts'
import { formOf, type WrittenLanguage, writtenLanguages } from './written-language.ts'

/** The languages offered to residents, in the order of the buttons. */
export const residentLanguages = writtenLanguages
export type ResidentLanguage = WrittenLanguage

/** The languages that the service speaks; English is for staff. */
export const catalogueLanguages = [...writtenLanguages, 'en'] as const
export type CatalogueLanguage = (typeof catalogueLanguages)[number]

/** The catalogues that are written by hand: one for each language. */
export type SourceLanguage = WrittenForm['source'] | 'en'

/** Which catalogue a written form is made from, so that no two can drift. */
export function sourceOf(language: CatalogueLanguage): SourceLanguage {
  return language === 'en' ? 'en' : formOf(language).source
}

/** How each language calls itself. */
export function languageName(language: CatalogueLanguage): string {
  return language === 'en' ? 'English' : formOf(language).ownName
}

/** A catalogue: sentences by key. */
export type Catalogue = Readonly<Record<string, string>>
type CatalogueKey = keyof typeof english
/** A key as callers write it: without the plural's ending. */
export type MessageKey = CatalogueKey extends infer Key
  ? Key extends `${infer Stem}_${'one' | 'other'}`
    ? Stem
    : Key
  : never

/** Every catalogue, by language; what stands in several scripts at once is left as it is. */
export function toCatalogues(
  files: Readonly<Record<SourceLanguage, Catalogue>>,
): Readonly<Record<CatalogueLanguage, Catalogue>> {
  const made = (language: CatalogueLanguage) =>
    Object.fromEntries(
      Object.entries(files[sourceOf(language)]).map(([key, text]) => [
        key,
        isolateCommands(
          key === inAllScripts
            ? text
            : isFragment(key)
              ? saidIn(language, text)
              : withCapitals(saidIn(language, text)),
        ),
      ]),
    )
  return Object.fromEntries(
    catalogueLanguages.map((language) => [language, made(language)]),
  ) as Record<CatalogueLanguage, Catalogue>
}

/** Whether a text is a part of a sentence and not one itself. */
export function isFragment(key: string): boolean {
  return /^(?:tongue|why\.(?:onDuty|reads\w*|skill|load))/.test(key)
}

/**
 * Sentences, lines and quoted names begin with a capital where the script has them: Arabic letters,
 * their source, don't.
 */
function withCapitals(text: string): string {
  return text.replaceAll(/(?<=^|[.!?]\s+|\n(?:• )?|«)\p{Ll}/gu, (letter) => letter.toUpperCase())
}

/** One of our own sentences, as it is said in a language. */
function saidIn(language: CatalogueLanguage, text: string): string {
  const say = language === 'en' ? undefined : formOf(language).say
  return say === undefined
    ? inScriptOf(language, text)
    : say(text, (sentence) => inScriptOf(language, sentence))
}

/** A text of a language's source, in that language's own script. */
export function inScriptOf(language: CatalogueLanguage, text: string): string {
  const source = sourceOf(language)
  return language === 'en' || source === 'en' ? text : convert(text, source, language)
}

/** `/status` would turn its slash round inside a sentence from right to left. */
function isolateCommands(text: string): string {
  return text.replaceAll(/\/[a-z]+(?: (?:on|off)\b)?/g, isolate)
}

/** The question for the language, asked before there is one. */
const inAllScripts: CatalogueKey = 'ask.language'

/**
 * i18next over the catalogues: plurals by CLDR, no escaping, as texts go to chats and to templates
 * that escape.
 *
 * @param figures for sentences that tell how long words are kept, whom to call and where a ticket
 * is looked up, by the names of their gaps.
 */
export function createTranslations(
  catalogues: Readonly<Record<CatalogueLanguage, Catalogue>>,
  figures: Readonly<Record<string, number | string>>,
): i18n {
  const translations = i18next.createInstance()
  void translations.init({
    initAsync: false,
    resources: Object.fromEntries(
      Object.entries(catalogues).map(([language, translation]) => [language, { translation }]),
    ),
    supportedLngs: [...catalogueLanguages],
    fallbackLng: false,
    keySeparator: false,
    nsSeparator: false,
    interpolation: { escapeValue: false, defaultVariables: figures },
  })
  return translations
}

/** Whether a text is the tag of a form that residents use. */
export function isResidentLanguage(text: string): text is ResidentLanguage {
  return (residentLanguages as readonly string[]).includes(text)
}

/** Whether a text is the tag of a language that the service speaks. */
export function isCatalogueLanguage(text: string): text is CatalogueLanguage {
  return (catalogueLanguages as readonly string[]).includes(text)
}
