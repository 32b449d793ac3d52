import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { toTicketCode } from './code.ts'
import { heldBack, holdsNumber, masked } from './contact.ts'

describe('the code of a ticket', () => {
  const codes = fc
    .array(fc.integer({ min: 0, max: 31 }), { minLength: 9, maxLength: 9 })
    .map(toTicketCode)
  it('is no number and no name in another app, whatever its letters', () => {
    const hasLetters = codes.filter((code) => code.replaceAll(/[^A-Z]/g, '').length >= 5)
    fc.assert(
      fc.property(hasLetters, (code) => {
        for (const text of [code, `关于 ${code} 哪一头？`, `${code.toLowerCase()} قەيەر؟`])
          expect([heldBack(text), masked(text)]).toEqual([undefined, text])
      }),
      { numRuns: 2_000 },
    )
    for (const code of ['JW-248MQK2WX4', 'JW-HQQ0S5N92Y', 'JW-N1EW8RQQ31'])
      expect([code, heldBack(`${code} 哪一头？`)]).toEqual([code, undefined])
  })
  it('covers no number that stands beside it or is written to look like one', () => {
    expect(masked('JW-248MQK2WX4 13812345678')).toBe('JW-248MQK2WX4 •••••••••••')
    expect(masked('JW-13812345678')).toBe('JW-•••••••••••')
    expect(heldBack('加我微信 JW-248MQK2WX4')).toBe('heldLink')
  })
})

describe('P28 numbers that tell who somebody is', () => {
  it.each([
    ['打我电话 13812345678 吧', '打我电话 ••••••••••• 吧'],
    ['我的电话138 1234 5678', '我的电话••• •••• ••••'],
    ['تېلېفونىم: 139-1234-5678.', 'تېلېفونىم: •••-••••-••••.'],
    ['٠٩٩٨-٢٨٢٣٤٥٦ غا تېلېفون قىلىڭ', '••••-••••••• غا تېلېفون قىلىڭ'],
    ['Телефоным +7 701 234 56 78', 'Телефоным +• ••• ••• •• ••'],
    ['座机 0999-8223456', '座机 ••••-•••••••'],
    ['１３８１２３４５６７８', '•••••••••••'],
    ['身份证 65400119900101123X', '身份证 ••••••••••••••••••'],
  ])('are hidden from the handler: %s', (text, shown) => {
    expect([masked(text), holdsNumber(text)]).toEqual([shown, true])
  })

  it.each([
    '12 户没水',
    'JW-4K7Q2M9XH4',
    '2026-11-24 09:30',
    '3号机井 15米',
    '一共 12000 元',
    '110',
    '第1382号路灯',
    '43.2, 81.3',
  ])('and others are not: %s', (text) => {
    expect([masked(text), holdsNumber(text)]).toEqual([text, false])
  })

  it.each([
    '1380013800元',
    '电表号6540210012345',
    '13.5.2026 18:30',
    '01.02.2026 13:45',
    '宗地号654021100201JC00012',
    '二〇二六年一月',
    '8:30-12:00',
    '亩产1500公斤，共300亩',
  ])('prices, meters, plots, days and times stay: %s', (text) => expect(masked(text)).toBe(text))

  const numbers = fc.constantFrom(
    ['138', '0013', '8000'],
    ['0999', '8023456'],
    ['654101', '19900101', '1234'],
    ['8', '701', '123', '45', '67'],
    ['6222021234567890'],
    ['86', '139', '0013', '9000'],
  )
  /** How digits are written: plain, in another script, in another width, styled, or in words. */
  const digits = fc.constantFrom(
    '0123456789',
    '０１２３４５６７８９',
    '٠١٢٣٤٥٦٧٨٩',
    '۰۱۲۳۴۵۶۷۸۹',
    '𝟎𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖𝟗',
    '〇一二三四五六七八九',
    '०१२३४५६७८९',
  )
  const joints = fc.constantFrom('', ' ', '-', '—', '·', '、', '/', '_', ' - ', '.', '  ')
  const inside = fc.constantFrom('', '\u200b', '\u2060', '\ufe0f\u20e3', '\u0301', '\u202d')
  const before = fc.constantFrom(
    '',
    'vx',
    '电话-',
    'TEL',
    '联系人：王某-',
    'sfz',
    'تېلېفونىم: ',
    'ном. ',
    '（',
  )
  const after = fc.constantFrom('', 'm', '）', ' رەھمەت', '转8001', '，谢谢')
  it('are hidden however they are written', () => {
    fc.assert(
      fc.property(
        numbers,
        digits,
        joints,
        inside,
        before,
        after,
        (groups, forms, joint, hidden, first, last) => {
          const form = [...forms]
          const write = (group: string) =>
            [...group].map((digit) => (form[Number(digit)] ?? '') + hidden).join('')
          const text = `${first}${groups.map(write).join(joint)}${last}`
          const shown = masked(text)
          expect(shown).toHaveLength(text.length)
          const kept = [...shown.slice(first.length, text.length - last.length)].filter(
            (character) => form.includes(character),
          )
          expect([text, kept.join('')]).toEqual([text, ''])
          expect(heldBack(text)).toBe('heldNumber')
        },
      ),
      { numRuns: 2_000 },
    )
  })

  it('keep the length and every other letter of the text', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }),
        fc.constantFrom('13812345678', '+77012345678', '654001199001011234'),
        fc.string({ unit: 'binary' }),
        (before, number, after) => {
          const text = `${before} ${number} ${after}`
          const shown = masked(text)
          expect(shown).toHaveLength(text.length)
          expect(shown.includes(number)).toBe(false)
          expect(masked(shown)).toBe(shown)
        },
      ),
    )
  })
})

describe('P24 what a member may not write to a resident', () => {
  it.each([
    ['请加我微信 https://weixin.qq.com/x', 'heldLink'],
    ['t.me/ali98', 'heldLink'],
    ['بۇ يەرگە كىرىڭ: www.example.cn', 'heldLink'],
    ['写到 @ali_team', 'heldLink'],
    ['给我打电话 13812345678', 'heldNumber'],
    ['请看 bit.ly/3abcd', 'heldLink'],
    ['打开 pay.vip 登记', 'heldLink'],
    ['打开 pay . vip 登记', 'heldLink'],
    ['ｐａｙ．ｖｉｐ', 'heldLink'],
    ['p\u200bay.v\u200dip', 'heldLink'],
    ['http：//a.cc', 'heldLink'],
    ['wxp://f2f0abc', 'heldLink'],
    ['写信到 ali@example.kz', 'heldLink'],
    ['微信号 wang_5566', 'heldLink'],
    ['加一下我的微\u200b信', 'heldLink'],
    ['请加我vx', 'heldLink'],
    ['我的QQ号是', 'heldLink'],
    ['ئۈندىدارىمنى قوشۇڭ', 'heldLink'],
    ['WhatsApp-қа жазыңыз', 'heldLink'],
    ['please add me', 'heldLink'],
    ['请发身份证照片', 'heldPapers'],
    ['كىملىكىڭىزنى ئەۋەتىڭ', 'heldPapers'],
    ['Жеке куәлігіңізді жіберіңіз', 'heldPapers'],
    ['Please send your ID card', 'heldPapers'],
  ])('%s', (text, why) => {
    expect(heldBack(text)).toBe(why)
  })

  it.each([
    '哪一盏路灯？',
    'قايسى ئۆي؟',
    'Қай көшеде?',
    '明天上午 9:30 来',
    '已换 3 个灯泡',
    'Рахмет. Ертең барамыз.',
    '请看 JW-4K7Q2M9XH4',
    '请加我们一起开会',
    'Jaqsy.Men keldim',
    'keldim. Me too',
    '用微信缴费也可以',
    '修好了.请看一下',
    '2.5公里',
  ])('everything else goes: %s', (text) => {
    expect(heldBack(text)).toBeUndefined()
  })
})
