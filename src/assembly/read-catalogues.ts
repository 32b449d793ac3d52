import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import {
  type Catalogue,
  type CatalogueLanguage,
  catalogueLanguages,
  toCatalogues,
} from '../language/catalogue.ts'
import { installed } from '../platform/installation.ts'
import { once } from '../platform/memo.ts'

const Sentences = z.record(z.string(), z.string().min(1))
type Catalogues = Readonly<Record<CatalogueLanguage, Catalogue>>

/**
 * Where the build keeps the catalogues that it has made (`cli/start.mjs`): beside the built code
 * alone, so what runs from the sources never reads old ones.
 */
export const builtCatalogues = new URL('./made-catalogues.json', import.meta.url)

/**
 * The sentences of every language: those that were made when the service was built, else made now.
 *
 * @throws when a catalogue is missing or not as it must be.
 */
export async function readCatalogues(): Promise<Catalogues> {
  if (!existsSync(builtCatalogues)) return makeOnce()
  const made: unknown = JSON.parse(await readFile(builtCatalogues, 'utf8'))
  return z.record(z.enum(catalogueLanguages), Sentences).parse(made)
}

/** They are the same each time, and take a tenth of a second. */
const makeOnce = once(makeCatalogues)

/** Makes the catalogues from `locales/`, which has one for each language. */
export async function makeCatalogues(): Promise<Catalogues> {
  const read = async (language: string) =>
    Sentences.parse(JSON.parse(await readFile(installed(`locales/${language}.json`), 'utf8')))
  const [uyghur, kazakh, chinese, english] = await Promise.all([
    read('ug-Arab'),
    read('kk-Cyrl'),
    read('zh-Hans'),
    read('en'),
  ])
  return toCatalogues({ 'ug-Arab': uyghur, 'kk-Cyrl': kazakh, 'zh-Hans': chinese, en: english })
}
