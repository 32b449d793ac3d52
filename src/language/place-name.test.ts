import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { keysOf, searchText } from './place-name.ts'

describe('a place’s name', () => {
  const kept = searchText({
    'zh-Hans': '东升村',
    'ug-Arab': 'دۇڭشېڭ كەنتى',
    'kk-Cyrl': 'Дуңшең ауылы',
    'kk-Arab': 'دۋڭشەڭ اۋىلى',
  })
  it.each([
    'Dongsheng',
    'dong sheng',
    '东升',
    '東升',
    '东升村',
    'دۇڭشېڭ',
    'دۇڭشېڭ كەنتى',
    'дуңшең',
    'ДУҢШЕҢ АУЫЛЫ',
    'دۋڭشەڭ',
    'Duñşeñ',
    'dungsheng',
  ])('is found as %s', (typed) => {
    const { spelt, sounds } = keysOf(typed)
    expect([spelt, ...sounds].some((key) => kept.includes(`|${key}|`))).toBe(true)
  })
  it.each([
    ['喀拉达拉', 'قارادالا يېزىسى'],
    ['塔什科瑞克镇', 'Tashkörük'],
    ['浩罕', 'خوخەن'],
    ['乌尔禾区', 'ئورقۇ رايونى'],
    ['阿克苏', 'Aqsu shehiri'],
    ['喀什', 'Қашқар'],
  ])('that Chinese has written down by its sound is heard in both: %s and %s', (han, own) => {
    const [one, other] = [keysOf(han).heard ?? '', keysOf(own).heard ?? '']
    expect([...one].filter((letter) => other.includes(letter)).length).toBeGreaterThan(
      one.length / 2,
    )
  })
  it('is read both as pinyin and as Turkic in Latin letters', () =>
    expect(keysOf('Xinyuan').sounds).toEqual(['shiniuan', 'hiniuan']))
  it('never breaks the kept text, whatever is typed', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (typed) => {
        const { spelt, sounds } = keysOf(typed)
        expect(spelt).not.toMatch(/[%_|\\]/)
        for (const sound of sounds) expect(sound).toMatch(/^[a-z]+$/)
      }),
    )
  })
})
