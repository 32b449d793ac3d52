import { expect, it } from 'vitest'
import { readCatalogues } from '../../assembly/read-catalogues.ts'
import { createTranslations } from '../../language/catalogue.ts'
import { createVoice } from '../../language/render.ts'
import { usuallyKept } from '../../privacy/retention.ts'
import { pageWords } from './page-words.ts'

it('messages have a button to be listened to only where they can be said aloud', async () => {
  const translations = createTranslations(await readCatalogues(), usuallyKept)
  const words = (canSpeak: boolean) =>
    pageWords((language) => createVoice(translations, language, 'Asia/Urumqi'), {
      isDemo: false,
      canSpeak,
    })
  expect(words(true).every(({ listen }) => listen !== '')).toBe(true)
  expect(words(false).every(({ listen }) => listen === '')).toBe(true)
})
