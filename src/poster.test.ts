import { expect, it } from 'vitest'
import { readCatalogues } from './catalogues.ts'
import { createTranslations } from './language/catalogue.ts'
import { createVoice } from './language/render.ts'
import { drawPoster, entrancesOf } from './poster.ts'
import { visualRuns } from './poster-text.ts'

it('a poster is one A4 page that leads to the village, in the web chat and in Telegram where there is a bot', async () => {
  const translations = createTranslations(await readCatalogues())
  const names = { 'zh-Hans': '双沟二村', 'ug-Arab': 'شۇاڭگۇ 2-كەنتى', 'kk-Cyrl': 'Шуаңгу 2-ауылы' }
  const entrances = entrancesOf('YL030101', 'https://jawab.example', 'jawab_bot')
  expect(entrances).toEqual({ web: 'https://jawab.example/chat?start=v_YL030101', telegram: 'https://t.me/jawab_bot?start=v_YL030101' })
  const pdf = (await drawPoster(names, entrances, (language) => createVoice(translations, language, 'Asia/Urumqi'))).toString('latin1')
  expect(pdf.startsWith('%PDF-')).toBe(true)
  expect(pdf.match(/\/Type \/Page\b/g)).toHaveLength(1)
  expect(pdf).toContain('/MediaBox [0 0 595.28 841.89]')
  // Every font is inside, so that it prints the same everywhere; two pictures are the codes.
  for (const font of ['NotoSansArabic', 'NotoSansSC', 'NotoSans-Regular']) expect([font, pdf.includes(font)]).toEqual([font, true])
  expect(pdf.match(/\/Subtype \/Image/g)?.length).toBeGreaterThanOrEqual(2)
})

it('text from right to left stands as it is read: the first word right, numbers from left to right, signs on their side', () => {
  const seen = (text: string) => visualRuns(text, 'rtl').map((run) => run.text)
  expect(seen('شۇاڭگۇ 12-كەنتى')).toEqual(['كەنتى', '-', '12', 'شۇاڭگۇ '])
  expect(seen('ئۆي. يول')).toEqual(['يول', ' .', 'ئۆي'])
  expect(
    visualRuns('双沟 · ئۆي · Шуаңгу', 'ltr')
      .map((run) => run.text)
      .join(''),
  ).toContain('ئۆي')
})
