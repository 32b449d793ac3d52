import { describe, expect, it } from 'vitest'
import { readTold } from '../../test/bench/train-danger.ts'
import { convert } from './convert.ts'
import { dangerIn } from './danger.ts'
import { formsLike } from './written-language.ts'

describe('danger', () => {
  it.each([
    '邻居家着火了，快来人',
    '煤气泄漏了，头晕',
    '房子塌了，压住了人',
    '孩子掉进水渠，落水了',
    '有人触电了',
    '他昏迷了，流血不止',
    'قوشنامنىڭ ئۆيىگە ئوت كەتتى',
    'كەلكۈن كەلدى، ئۆيگە كىرىۋاتىدۇ',
    'بالا سۇغا چۈشۈپ كەتتى',
    'دادام ھوشىدىن كەتتى',
    'ئىس تەگدى، تېز كېلىڭلار',
    'көршінің үйінде өрт шықты',
    'үй құлады, ішінде адам бар',
    'балам суға кетті, құтқарыңыз',
    'ис тиді, есінен танды',
    'тоқ соғып кетті, ауыр жараланды',
  ])('is heard in: %s', (text) => expect(dangerIn(text)).toBeDefined())
  it.each([
    ['ug-Arab', 'ug-Latn', 'قوشنامنىڭ ئۆيىگە ئوت كەتتى'],
    ['ug-Arab', 'ug-Cyrl', 'قوشنامنىڭ ئۆيىگە ئوت كەتتى'],
    ['kk-Cyrl', 'kk-Arab', 'көршінің үйінде өрт шықты, бәрі жанып жатыр'],
    ['kk-Cyrl', 'kk-Latn', 'көршінің үйінде өрт шықты, бәрі жанып жатыр'],
    ['zh-Hans', 'zh-Hant', '邻居家着火了，煤气泄漏'],
  ] as const)('is heard from %s in %s too', (from, to, text) =>
    expect([convert(text, from, to), dangerIn(convert(text, from, to))]).toEqual([
      expect.any(String),
      'other',
    ]),
  )
  it.each([
    '村口的路灯坏了',
    '暖气不热，老人冷',
    '我很生气，你们都不管',
    'سۇ يوق',
    'توك يوق، بالىلار قورقىدۇ',
    'жол бұзылған',
    'қоқысты өртеп түтін болды',
    'тісім ауырып тұр',
    '',
    '👍',
    '110',
  ])('is not heard in: %s', (text) => expect(dangerIn(text)).toBeUndefined())

  it.each([
    'uyde ot ketti tez kelinglar',
    'balam östengge chüshüp ketti',
    'gaz puraydu beshim aylinip ketti',
    'tok soqup ketti, midirlimaydu',
    'уй ортенип жатыр комектесиндерши',
    'журегим устап калды дем ала алмай жатырмын',
    'бала суга тусип кетти',
    'ui ortenip jatyr tez kelinder',
    'ٴۇي ورتەنىپ جاتىر تەز كەلىڭدەر',
    'өйгә от кәтти, адәм ичидә қалди',
    '着火啦啦啦！！！',
    '車禍，司機被夾住了',
    'zhao huo le',
  ])('is heard as people type without care: %s', (text) => expect(dangerIn(text)).toBeDefined())

  it.each([
    ['self', '我不想活了'],
    ['self', 'ياشىغۇم قالمىدى'],
    ['self', 'өмір сүргім келмейді'],
    ['self', 'yashighum kelmeydu'],
    ['home', '老公在打我'],
    ['home', 'ئېرىم مېنى ئۇرۇۋاتىدۇ'],
    ['home', 'күйеуім мені ұрып жатыр'],
    ['home', 'куйеуим мени урып жатыр'],
    ['other', '房子着火了'],
  ] as const)('is told apart where it asks for other words (%s): %s', (kind, text) =>
    expect(dangerIn(text)).toBe(kind),
  )

  const told = readTold()
  it.each(['ug-Arab', 'kk-Cyrl', 'zh-Hans'] as const)(
    'is noticed in nine of ten messages that were held back, and in one of ten that only sound like it: %s',
    (language) => {
      const share = (isDanger: boolean) => {
        const rows = told.filter(
          (each) => each.language === language && each.heldBack && each.isDanger === isDanger,
        )
        return rows.filter(({ text }) => dangerIn(text) !== undefined).length / rows.length
      }
      expect(share(true)).toBeGreaterThanOrEqual(0.9)
      expect(share(false)).toBeLessThanOrEqual(0.15)
    },
  )

  it.each(['ug-Arab', 'kk-Cyrl', 'zh-Hans'] as const)(
    'is the same in every form that a message of %s is written in',
    (language) => {
      for (const form of formsLike(language)) {
        const others = told.filter(
          ({ text, language: of }) =>
            of === language &&
            (dangerIn(text) === undefined) !==
              (dangerIn(convert(text, language, form)) === undefined),
        )
        expect([form, others.length / told.length]).toSatisfy(
          ([, share]: [string, number]) => share <= 0.01,
        )
      }
    },
  )
})

it('no number is a danger, whichever it is and whatever stands around it', () => {
  for (let number = 0; number < 30_000; number++) {
    if (number % 7 === 0) expect([number, dangerIn(String(number))]).toEqual([number, undefined])
    if (number % 97 === 0) {
      expect(dangerIn(`${number % 6}-${number}`)).toBeUndefined()
      expect([number, dangerIn(`第${number}户的路灯不亮`)]).toEqual([number, undefined])
      expect([number, dangerIn(`${number} үйдің шамы жанбайды`)]).toEqual([number, undefined])
    }
  }
})
