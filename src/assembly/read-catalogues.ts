import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { type Catalogue, type CatalogueLanguage, toCatalogues } from '../language/catalogue.ts'

const Sentences = z.record(z.string(), z.string().min(1))

/** Reads `locales/`. @throws when a catalogue is missing or not as it must be. */
export async function readCatalogues(): Promise<Readonly<Record<CatalogueLanguage, Catalogue>>> {
  const read = async (language: string) => {
    for (const up of ['../../locales', '../../locales/']) {
      const text = await readFile(
        fileURLToPath(new URL(`${up}${language}.json`, import.meta.url)),
        'utf8',
      ).catch(() => undefined)
      if (text !== undefined) return Sentences.parse(JSON.parse(text))
    }
    throw new Error(`locales/${language}.json is missing from this installation`)
  }
  const [uyghur, kazakh, chinese, english] = await Promise.all([
    read('ug-Arab'),
    read('kk-Cyrl'),
    read('zh-Hans'),
    read('en'),
  ])
  return toCatalogues({ 'ug-Arab': uyghur, 'kk-Cyrl': kazakh, 'zh-Hans': chinese, en: english })
}
