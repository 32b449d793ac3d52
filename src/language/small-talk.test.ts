import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { convert } from './convert.ts'
import { smallTalkOf } from './small-talk.ts'

describe('small talk', () => {
  it.each([
    [
      'thanks',
      [
        '谢谢',
        '謝謝您',
        '谢谢！！',
        'رەھمەت',
        'رهحمهت',
        'rehmet',
        'рәхмәт',
        'көп рақмет',
        'راحمەت',
        'Raqmet!',
        '好的，谢谢',
        '👍 谢谢',
        'спасибо',
      ],
    ],
    [
      'ok',
      ['好', '好的。', '嗯嗯', 'OK', 'بولىدۇ', 'ماقۇل', 'bolidu', 'жарайды', 'жақсы', 'Jaraidy'],
    ],
    ['yes', ['是', '对的', 'ھەئە', 'иә', 'Иә.', 'yes']],
    ['no', ['不是', 'ياق', 'жоқ', 'جوق', 'no']],
    [
      'greeting',
      [
        '你好',
        '您好！',
        '在吗',
        'ياخشىمۇسىز',
        'سالام',
        'yaxshimusiz',
        'сәлеметсіз бе',
        'Сәлем',
        'привет',
      ],
    ],
    ['emoji', ['👍', '🙏🙏', '👍🏽', '❤️', '🇰🇿', '...']],
    ['what', ['?', '？？', '؟', ' ? ']],
  ] as const)('is %s', (kind, texts) => {
    for (const text of texts) expect([text, smallTalkOf(text)]).toEqual([text, kind])
  })
  it('is the same in each script of its language', () => {
    for (const [text, from, forms] of [
      ['كۆپ رەھمەت', 'ug-Arab', ['ug-Arab', 'ug-Latn', 'ug-Cyrl']],
      ['көп рақмет', 'kk-Cyrl', ['kk-Cyrl', 'kk-Arab', 'kk-Latn']],
      ['谢谢您', 'zh-Hans', ['zh-Hans', 'zh-Hant']],
    ] as const)
      for (const form of forms)
        expect([form, smallTalkOf(convert(text, from, form))]).toEqual([form, 'thanks'])
  })
  it('is nothing that says something', () => {
    for (const text of [
      '1',
      '三户',
      '没有水',
      '好的，明天来',
      '不知道',
      '路坏了',
      'су жоқ',
      'سۇ يوق',
      'нет света',
      'yaq emes su kelmidi',
      '幸福村',
      '谢谢，可是还没修好',
      '1️⃣',
      '',
    ])
      expect([text, smallTalkOf(text)]).toEqual([text, undefined])
  })
  it('never throws, and no long text is it', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void smallTalkOf(text)))
    fc.assert(
      fc.property(
        fc.string({ minLength: 61 }).filter((text) => text.trim().length > 60),
        (text) => void expect(smallTalkOf(text)).toBeUndefined(),
      ),
    )
  })
})
