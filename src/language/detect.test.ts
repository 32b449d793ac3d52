import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { detect, languageToAnswerIn } from './detect.ts'

const tagOf = (text: string) => detect(text).tag

describe('the language of a message', () => {
  it.each([
    ['ug-Arab', 'يېزىمىزدىكى چوڭ يول بۇزۇلۇپ كەتتى'],
    ['ug-Arab', 'ئۆيۈمىزگە ئۈچ كۈندىن بېرى سۇ كەلمەيۋاتىدۇ، تېلېفون 13999999999'],
    ['kk-Arab', 'سالەمەتسىز بە، اۋىلدا ەكى كۇننەن بەرى توك جوق'],
    ['kk-Cyrl', 'Ауылда ауыз су жоқ, құбыр жарылған'],
    ['ug-Cyrl', 'Йолимиз бузулуп кәтти, машина маңалмайду, һечким қаримиди'],
    ['ug-Latn', 'Bizning mehellide su yoq, turuba buzulup ketti'],
    ['kk-Latn', 'Auyldağy köşe şamy janbaidy'],
    ['zh-Hans', '村口的路灯坏了三天了'],
    ['zh-Hant', '村裡的路燈壞了，沒有電'],
  ])('%s: %s', (tag, text) => expect(detect(text).tag).toBe(tag))

  it('is open where nothing tells it', () => {
    for (const text of ['', '12345', '👍', 'https://example.org/ئا', '…'])
      expect(detect(text)).toEqual({ tag: 'und', confidence: 0 })
  })
  it('is found through presentation forms and invisible characters', () => {
    expect(tagOf('\u202Bﻳﯧﺰﯨﻤﯩﺰﺩﯨﻜﻰ ﻳﻮﻝ\u202C')).toBe('ug-Arab')
  })
  it('is not swayed by a Chinese place name inside', () => {
    expect(tagOf('بىز 东升村 دا ئولتۇرىمىز، يولىمىز بۇزۇلۇپ كەتتى')).toBe('ug-Arab')
  })
  it('is that of most letters where two are mixed', () => {
    expect(tagOf('村里没水 مەھەللىمىزدە ئۈچ كۈندىن بېرى سۇ يوق')).toBe('ug-Arab')
    expect(tagOf('我们村三天没有水了，请你们快点派人来修，谢谢 rehmet')).toBe('zh-Hans')
    expect(tagOf('WeChat-та жаздым, Telegram ашылмай тұр')).toBe('kk-Cyrl')
  })
  it('is not swayed by codes, numbers, links and emoji', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(
          'JW-4K7Q2M9XH4',
          'https://jawab.example/status?a=b',
          '13999999999',
          '👍🏽',
          '@jawab_bot',
          '/status',
          'a.b@example.org',
        ),
        (noise) => {
          expect(tagOf(`${noise} ауылда су жоқ ${noise}`)).toBe('kk-Cyrl')
          expect(tagOf(`سۇ يوق، ${noise} قانداق قىلىمىز؟ ${noise}`)).toBe('ug-Arab')
        },
      ),
    )
  })
  it.each([
    ['Kyrgyz', 'Айылыбызда суу жок болуп калды, жардам бериңиздерчи'],
    ['Tatar', 'Авылыбызда юллар бик начар, машиналар үтә алмый'],
    ['Uzbek', 'Mahallamizda suv yoʻq, iltimos yordam bering'],
    ['Persian', 'روستای ما سه روز است که آب ندارد، لطفا کمک کنید'],
    ['Arabic', 'لا يوجد ماء في قريتنا منذ ثلاثة أيام، ساعدونا من فضلكم'],
    ['Urdu', 'ہمارے گاؤں میں تین دن سے پانی نہیں ہے، مدد کریں'],
    ['Russian', 'В нашем селе три дня нет воды, помогите пожалуйста'],
    ['Turkish', 'Köyümüzde üç gündür su yok, lütfen yardım edin'],
    ['Mongolian', 'Манай суманд гурван өдөр ус байхгүй байна, туслаач'],
    ['Japanese', '村には三日間水がありません、助けてください'],
    ['English', 'There has been no water in our village for three days'],
  ])('is none of ours for %s', (_, text) => expect(tagOf(text)).toBe('und'))
  it('is the same composed and decomposed, and with the letters of another keyboard', () => {
    for (const text of [
      'Bizning mehellide üch kün su yoq, éghir',
      'Ауылда су жоқ, көше қараңғы й',
      'ئۆيۈمىزگە سۇ كەلمەيۋاتىدۇ',
    ]) {
      expect(tagOf(text.normalize('NFD'))).toBe(tagOf(text.normalize('NFC')))
      expect(tagOf([...text].join('\u200D'))).toBe(tagOf(text))
    }
    expect(tagOf('ئۆیۈمىزگە سۇ کەلمەیۋاتىدۇ')).toBe('ug-Arab')
  })
  it('answers whatever is sent', () => {
    const odd = [
      '',
      '\uD800',
      '\uDC00\uD800',
      `a${'\u0301'.repeat(4096)}`,
      '\u202E\u2066\u2067'.repeat(500),
      'аpple раypаl',
      '１２３',
      '🇰🇿'.repeat(999),
    ]
    for (const text of odd) expect(detect(text).confidence).toBeLessThanOrEqual(1)
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
        const { confidence } = detect(text)
        expect(confidence >= 0 && confidence <= 1).toBe(true)
      }),
    )
  })
})

describe('the language to answer in', () => {
  it('is the one written in, when a conversation begins', () =>
    expect(languageToAnswerIn('سۇ يوق، قانداق قىلىمىز؟', undefined)).toBe('ug-Arab'))
  it('stays where a message could be in either', () => {
    for (const text of ['东升', '👍', '1', 'ok'])
      expect(languageToAnswerIn(text, 'kk-Arab') ?? 'kk-Arab').toBe('kk-Arab')
    expect(languageToAnswerIn('新源', 'zh-Hant') ?? 'zh-Hant').toBe('zh-Hant')
  })
  it('changes with a message that is plainly in another', () => {
    expect(languageToAnswerIn('我们村三天没有水了，请你们快点派人来修', 'kk-Arab')).toBe('zh-Hans')
    expect(languageToAnswerIn('Ауылда ауыз су жоқ, құбыр жарылған', 'ug-Arab')).toBe('kk-Cyrl')
  })
})
