import { describe, expect, it } from 'vitest'
import { readCatalogues } from '../assembly/read-catalogues.ts'
import { usuallyKept } from '../privacy/retention.ts'
import { catalogueLanguages, createTranslations } from './catalogue.ts'
import { createVoice } from './render.ts'

const translations = createTranslations(await readCatalogues(), usuallyKept)
const voice = (language: (typeof catalogueLanguages)[number]) =>
  createVoice(translations, language, 'Asia/Urumqi')
const at = Date.parse('2026-11-24T11:30:00Z')

describe('a message', () => {
  it('isolates codes and dates, so that they read right inside right-to-left text', () => {
    const text = voice('ug-Arab').say('notice.accepted', {
      code: { code: 'JW-4K7Q2M9XH4' },
      dueAt: { at },
    })
    expect(text).toContain('\u2068JW-4K7Q2M9XH4\u2069')
    expect(text).toContain('17:30')
  })
  it('isolates commands, whose slash would turn round', () =>
    expect(voice('kk-Arab').say('draft.inHand')).toContain('\u2068/cancel\u2069'))
  it('begins each line of Arabic script from the right, also one that begins with a code', () => {
    const { text } = voice('kk-Arab').render({
      key: 'status.ticket',
      params: {
        code: { code: 'JW-1' },
        category: { key: 'category.road' },
        place: { names: { 'kk-Cyrl': 'Талды ауылы' } },
        status: { key: 'status.open' },
        dueAt: { at },
      },
    })
    for (const line of text.split('\n')) expect(line).toMatch(/^[\u200F\p{Script=Arabic}]/u)
    expect(text).toContain('تالدى اۋىلى')
  })
  it('says a name in the reader’s language where it has one', () => {
    const names = { 'zh-Hans': '东升村', 'ug-Arab': 'دۇڭشېڭ كەنتى', 'kk-Cyrl': 'Дуңшең ауылы' }
    expect(catalogueLanguages.map((language) => voice(language).name(names))).toEqual([
      'دۇڭشېڭ كەنتى',
      'Dungshéng kenti',
      'Дуңшең кәнти',
      'دۋڭشەڭ اۋىلى',
      'Дуңшең ауылы',
      'Duñşeñ auyly',
      '东升村',
      '東昇村',
      '东升村',
    ])
  })
  it('writes a moment in the zone and the calendar of the reader, in European digits', () => {
    for (const language of catalogueLanguages)
      expect(voice(language).moment(at)).toMatch(/24.*17:30/)
  })
  it('drops direction controls that a resident typed, so that they cannot turn the rest round', () => {
    expect(
      voice('zh-Hans').say('news.added', { code: { code: 'JW-1' }, text: { text: 'a\u202Eb' } }),
    ).not.toContain('\u202E')
  })
})
