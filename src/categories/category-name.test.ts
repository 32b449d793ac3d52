import { describe, expect, it } from 'vitest'
import { readCatalogues } from '../assembly/read-catalogues.ts'
import { catalogueLanguages, createTranslations } from '../language/catalogue.ts'
import { createVoice } from '../language/render.ts'
import { usuallyKept } from '../privacy/retention.ts'
import { categories } from './category.ts'
import { categoryNames } from './category-name.ts'

const translations = createTranslations(await readCatalogues(), usuallyKept)
const voices = catalogueLanguages.map((language) =>
  createVoice(translations, language, 'Asia/Urumqi'),
)
const nameOf = categoryNames((category) => voices.map(({ say }) => say(`category.${category}`)))

describe('the name of a subject', () => {
  it('is what its button says, in every language', () => {
    for (const { say, language } of voices)
      for (const category of categories)
        expect([language, category, nameOf(say(`category.${category}`))]).toEqual([
          language,
          category,
          category,
        ])
  })
  it.each([
    ['路', 'road'],
    ['饮水', 'drinking_water'],
    ['学校', 'school'],
    ['校', undefined],
    ['توك', 'electricity'],
    ['tok', 'electricity'],
    ['су', 'drinking_water'],
    ['мектеп', 'school'],
    ['垃圾！', 'waste'],
  ] as const)('or a short one: %s', (text, category) => expect(nameOf(text)).toBe(category))
  it.each([
    '不知道',
    '都不是',
    'بىلمەيمەن',
    'bilmeymen',
    'білмеймін',
    'ешқайсысы',
    'بىلمەيمىن',
    '不清楚',
    'не знаю',
    'I don’t know',
  ])('"%s" is "other"', (text) => expect(nameOf(text)).toBe('other'))
  it.each(['随便', '路坏了', '快点', '我', 'سۇ يوق', 'жол бұзылған', '水管爆了', ''])(
    'a stray word is none: %s',
    (text) => expect(nameOf(text)).toBeUndefined(),
  )
})
