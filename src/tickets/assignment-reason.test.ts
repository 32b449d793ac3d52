import { describe, expect, it } from 'vitest'
import { readCatalogues } from '../assembly/read-catalogues.ts'
import { type CatalogueLanguage, createTranslations } from '../language/catalogue.ts'
import { createVoice } from '../language/render.ts'
import { usuallyKept } from '../privacy/retention.ts'
import { readReason } from './assignment-reason.ts'

const translations = createTranslations(await readCatalogues(), usuallyKept)
const read = (language: CatalogueLanguage, reason: unknown) =>
  readReason(createVoice(translations, language, 'Asia/Urumqi'), reason).map((sentence) =>
    sentence.replaceAll(/[\u2066-\u2069]/g, ''),
  )
const reason = {
  level: 'team',
  language: 'kk-Arab',
  category: 'drinking_water',
  considered: 3,
  chosen: { name: 'A', reads: 2, hasSkill: true, openTickets: 1 },
  next: { name: 'B', reads: 2, hasSkill: true, openTickets: 4, because: 'load' },
}

describe('why somebody was given a ticket', () => {
  it('is read in the reader’s language', () => {
    expect(read('en', reason)).toEqual([
      'Given to A: on duty, reads Kazakh in Arabic letters, handles: Drinking water, has 1 open.',
      'B fits too, but has 4 open.',
    ])
    expect(read('zh-Hans', reason)).toEqual([
      '派给 A：在值班，看得懂哈萨克文（阿拉伯字母），会办：饮用水，手上 1 件。',
      'B 也合适，但手上有 4 件。',
    ])
    expect(read('kk-Cyrl', reason)[0]).toBe(
      'Кімге берілді: A. Себебі: кезекші, қазақша (төте жазу) оқи алады, істей алатыны: Ауыз су, қолында 1 өтініш.',
    )
    expect(read('ug-Latn', reason)[0]).toMatch(/^Kimge bérildi: A\. Sewebi: nöwetchi, /)
  })
  it('says what decided against the next, and how far up it went', () => {
    expect(
      read('en', { ...reason, level: 'lead', next: { ...reason.next, because: 'skill' } }),
    ).toEqual([
      'Nobody else of the team fits, so the lead decides.',
      expect.stringContaining('Given to A'),
      'B fits too, but this subject is not among theirs.',
    ])
    expect(
      read('en', { ...reason, chosen: { ...reason.chosen, reads: 0 }, next: undefined })[0],
    ).toContain('nobody on duty reads Kazakh in Arabic letters')
  })
  it('is said plainly where a lead gave it, and where nothing is known', () => {
    expect(read('en', { level: 'hand' })).toEqual(['Given by the team lead by hand.'])
    for (const unknown of [null, undefined, 1, {}, { level: 'team', chosen: 'x' }])
      expect(read('en', unknown)).toEqual(['Nothing is noted about it.'])
  })
})
