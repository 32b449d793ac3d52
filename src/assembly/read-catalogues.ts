import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { type Catalogue, type CatalogueLanguage, toCatalogues } from '../language/catalogue.ts'
import { installed } from '../platform/installation.ts'

const Sentences = z.record(z.string(), z.string().min(1))

/** Reads `locales/`. @throws when a catalogue is missing or not as it must be. */
export async function readCatalogues(): Promise<Readonly<Record<CatalogueLanguage, Catalogue>>> {
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
