import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { heldBack, holdsNumber, masked } from './contact.ts'

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

  it.each(['12 户没水', 'JW-4K7Q2M9XH4', '2026-11-24 09:30', '3号机井 15米', '一共 12000 元', '110', '第1382号路灯', '43.2, 81.3'])(
    'and others are not: %s',
    (text) => {
      expect([masked(text), holdsNumber(text)]).toEqual([text, false])
    },
  )

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
    ['请发身份证照片', 'heldPapers'],
    ['كىملىكىڭىزنى ئەۋەتىڭ', 'heldPapers'],
    ['Жеке куәлігіңізді жіберіңіз', 'heldPapers'],
    ['Please send your ID card', 'heldPapers'],
  ])('%s', (text, why) => {
    expect(heldBack(text)).toBe(why)
  })

  it.each(['哪一盏路灯？', 'قايسى ئۆي؟', 'Қай көшеде?', '明天上午 9:30 来', '已换 3 个灯泡', 'Рахмет. Ертең барамыз.', '请看 JW-4K7Q2M9XH4'])(
    'everything else goes: %s',
    (text) => {
      expect(heldBack(text)).toBeUndefined()
    },
  )
})
