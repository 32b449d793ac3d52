import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { spokenMessage, spokenText } from './spoken.ts'
import { writtenForms } from './written-language.ts'

const voices = (parts: readonly { readonly voice: string }[]) => parts.map(({ voice }) => voice)
const words = (text: string, language: string) =>
  spokenText(text, language)
    .map((part) => part.text)
    .join(' | ')

describe('a message as it is said aloud', () => {
  it('is read in the writing that each voice knows, whatever script it is in', () => {
    const same = [
      ['ug-Arab', 'سۇ يوق', 'ug', 'سۇ يوق'],
      ['ug-Latn', 'su yoq', 'ug', 'سۇ يوق'],
      ['ug-Cyrl', 'су йоқ', 'ug', 'سۇ يوق'],
      ['kk-Cyrl', 'су жоқ', 'kk', 'су жоқ'],
      ['kk-Arab', 'سۋ جوق', 'kk', 'су жоқ'],
      ['kk-Latn', 'su joq', 'kk', 'су жоқ'],
      ['zh-Hans', '没水', 'cmn-latn-pinyin', 'mei2 shui3'],
      ['zh-Hant', '沒水', 'cmn-latn-pinyin', 'mei2 shui3'],
    ] as const
    for (const [language, text, voice, said] of same)
      expect([language, ...spokenText(text, language)]).toEqual([language, { voice, text: said }])
  })
  it('is said by the voice of each part: a quotation, a name, the languages of a first greeting', () => {
    expect(voices(spokenText('«水管坏了，家里没有水» دېگەن مۇراجىئەت', 'ug-Arab'))).toEqual([
      'cmn-latn-pinyin',
      'ug',
    ])
    expect(
      voices(
        spokenText(
          'ياخشىمۇسىز! بۇ يەردە نېمە بۇزۇلغانلىقىنى يازىسىز.\nСәлеметсіз бе! Бұл жерде не бұзылғанын жазасыз.\n您好！这里可以写哪里坏了。',
          'ug-Arab',
        ),
      ),
    ).toEqual(['ug', 'kk', 'cmn-latn-pinyin'])
  })
  it('says dates, times, ordinals and numbers to call as one says them', () => {
    expect(words('27-نويابىر، جۈمە 16:30', 'ug-Arab')).toBe(
      'يىگىرمە يەتتىنچى نويابىر، جۈمە ئون ئالتە ئوتتۇز',
    )
    expect(words('27 қараша, жұма 08:00', 'kk-Cyrl')).toBe('жиырма жетінші қараша, жұма сегіз')
    expect(words('5-ші үй, 2026-жылы, 15 күн', 'kk-Cyrl')).toBe(
      'бесінші үй, екі мың жиырма алтыншы жылы, он бес күн',
    )
    expect(words('11月27日 16:30', 'zh-Hans')).toBe('11 yue4 27 ri4 16 dian3 30 fen1')
    expect(words('请拨打120，不是110', 'zh-Hans')).toBe(
      'qing3 bo1 da3 yao1 2 0, bu2 shi4 yao1 yao1 0',
    )
    expect(words('112 нөмірі', 'kk-Cyrl')).toBe('жүз он екі нөмірі')
    expect(words('١١٢ نومۇرى', 'ug-Arab')).toBe('يۈز ئون ئىككى نومۇرى')
  })
  it('spells a ticket number, letter by letter', () => {
    for (const language of ['ug-Arab', 'kk-Cyrl', 'zh-Hans']) {
      const said = spokenText('\u2068JW-7K3M9P2QXA\u2069', language)
      expect(said.filter(({ voice }) => voice === 'en').map(({ text }) => text)).toEqual([
        'J, W,',
        'K,',
        'M,',
        'P,',
        'Q, X, A,',
      ])
      expect(said.filter(({ voice }) => voice !== 'en')).toHaveLength(4)
    }
  })
  it('leaves out what is seen and not said', () => {
    expect(
      words('🏷 Ауыз су\n📍 Көктерек\n/status – өтінішіңіз қайда: https://x.example/t/1', 'kk-Cyrl'),
    ).toBe('Ауыз су. Көктерек. өтінішіңіз қайда:')
  })
  it('says each button after its number', () => {
    const said = spokenMessage(
      {
        text: 'Қай ауыл?',
        buttons: [[{ label: 'Көктерек' }, { label: '水磨村' }], [{ label: '🔊 Тыңдау' }]],
        language: 'kk-Cyrl',
      },
      () => ({ say: () => 'Санмен жауап беріңіз.' }),
    )
    expect(said).toEqual([
      { voice: 'kk', text: 'Қай ауыл? Санмен жауап беріңіз. бір: Көктерек. екі:' },
      { voice: 'cmn-latn-pinyin', text: 'shui3 mo2 cun1.' },
      { voice: 'kk', text: 'үш: Тыңдау.' },
    ])
  })
  it('never throws, says no digit where it has words for them, and ends within its length', () => {
    const languages = [...writtenForms.map(({ tag }) => tag as string), 'en', 'fr']
    const text = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.stringMatching(/^[а-яәіңғүұқөһ0-9 :.-]{0,60}$/),
      fc.stringMatching(/^[\u0621-\u06d50-9 :.،-]{0,60}$/),
    )
    fc.assert(
      fc.property(text, fc.constantFrom(...languages), (given, language) => {
        for (const { voice, text: said } of spokenText(given, language)) {
          expect(said).not.toMatch(/[\u2066-\u2069\u200e\u200f]|https?:/)
          if (voice === 'ug' || voice === 'kk') expect(said).not.toMatch(/\d/)
        }
      }),
    )
    expect(words('су '.repeat(5_000), 'kk-Cyrl').length).toBeLessThanOrEqual(3_000)
  })
})
