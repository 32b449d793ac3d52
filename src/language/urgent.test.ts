import { describe, expect, it } from 'vitest'
import { convert } from './convert.ts'
import { isUrgent } from './urgent.ts'

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
  ])('is heard in: %s', (text) => expect(isUrgent(text)).toBe(true))
  it.each([
    ['ug-Arab', 'ug-Latn', 'قوشنامنىڭ ئۆيىگە ئوت كەتتى'],
    ['ug-Arab', 'ug-Cyrl', 'قوشنامنىڭ ئۆيىگە ئوت كەتتى'],
    ['kk-Cyrl', 'kk-Arab', 'көршінің үйінде өрт шықты, бәрі жанып жатыр'],
    ['kk-Cyrl', 'kk-Latn', 'көршінің үйінде өрт шықты, бәрі жанып жатыр'],
    ['zh-Hans', 'zh-Hant', '邻居家着火了，煤气泄漏'],
  ] as const)('is heard from %s in %s too', (from, to, text) =>
    expect([convert(text, from, to), isUrgent(convert(text, from, to))]).toEqual([
      expect.any(String),
      true,
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
  ])('is not heard in: %s', (text) => expect(isUrgent(text)).toBe(false))
})
