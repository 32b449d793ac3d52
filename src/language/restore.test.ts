import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { convert } from './convert.ts'
import { restoreWords } from './restore.ts'

const plain = (text: string) => text.toLowerCase().replaceAll("'", '')

describe('Kazakh typed without its own letters', () => {
  it.each([
    ['су жок', 'су жоқ'],
    ['ауылда су жок', 'ауылда су жоқ'],
    ['Жолды кашан жондейсиздер', 'Жолды қашан жөндейсіздер'],
    ['мугалим керек', 'мұғалім керек'],
    ['Улкен рахмет', 'Үлкен рахмет'],
    ['балабакшанын шатырынан су агып тур', 'балабақшаның шатырынан су ағып тұр'],
    ['Даригер уш куннен бери келмейди', 'Дәрігер үш күннен бері келмейді'],
    // One key of the keyboard is known, the others are not.
    ['Айтарға сөзім жок', 'Айтарға сөзім жоқ'],
  ])('on a Russian keyboard: %s is %s', (typed, meant) => {
    expect(convert(typed, 'kk-Cyrl', 'kk-Arab')).toBe(convert(meant, 'kk-Cyrl', 'kk-Arab'))
    expect(convert(typed, 'kk-Cyrl', 'kk-Latn')).toBe(convert(meant, 'kk-Cyrl', 'kk-Latn'))
  })
  it.each([
    ['su zhok', 'су жоқ'],
    ['mektepte zharyk zhok', 'мектепте жарық жоқ'],
    ['bizdin auylda komir kerek', 'біздің ауылда көмір керек'],
    ['joldy qashan jondeisizder', 'жолды қашан жөндейсіздер'],
    ['taghy su kelmedi', 'тағы су келмеді'],
    ['köpir buzylğan', 'көпір бұзылған'],
  ])('in Latin letters without marks: %s is %s', (typed, meant) =>
    expect(convert(typed, 'kk-Latn', 'kk-Cyrl')).toBe(meant),
  )
  it.each([
    ['راحمەت', 'рахмет'],
    ['كۈن', 'күн'],
    ['تاغى', 'тағы'],
    ['ٶتىنىش', 'өтініш'],
    ['ساياحاتتا', 'саяхатта'],
    ['جولدى قاشان جوندەيسىزدەر', 'жолды қашан жөндейсіздер'],
    ['ۇش كۇننەن بەرى سۋ جوق بىزدىڭ اۋىلدا، دارىگەردە كەلمەدى', undefined],
  ])('in Arabic letters, as different keyboards write it: %s', (typed, meant) => {
    if (meant !== undefined) expect(convert(typed, 'kk-Arab', 'kk-Cyrl')).toBe(meant)
    else expect(convert(typed, 'kk-Arab', 'kk-Cyrl')).toMatch(/^үш күннен бері су жоқ біздің/)
  })
})

describe('Uyghur typed without its own letters', () => {
  it.each([
    ['su yoq', 'سۇ يوق'],
    ['uch kundin beri su kelmidi', 'ئۈچ كۈندىن بېرى سۇ كەلمىدى'],
    ['mehellimizde tok uzulup qaldi', 'مەھەللىمىزدە توك ئۈزۈلۈپ قالدى'],
    ['bizning kentte dohtur yok', 'بىزنىڭ كەنتتە دوختۇر يوق'],
    ['kowruk buzulup ketti', 'كۆۋرۈك بۇزۇلۇپ كەتتى'],
    ["oqutquchi kelmidi, mes'ul kishi yoq", 'ئوقۇتقۇچى كەلمىدى، مەسئۇل كىشى يوق'],
  ])('in Latin letters: %s is %s', (typed, meant) =>
    expect(convert(typed, 'ug-Latn', 'ug-Arab')).toBe(meant),
  )
  it.each([
    ['уч кундин бери су кэлмиди', 'ئۈچ كۈندىن بېرى سۇ كەلمىدى'],
    ['бизнин кэнттэ дохтур йок', 'بىزنىڭ كەنتتە دوختۇر يوق'],
  ])('on a Russian keyboard: %s is %s', (typed, meant) =>
    expect(convert(typed, 'ug-Cyrl', 'ug-Arab')).toBe(meant),
  )
})

describe('text in full spelling', () => {
  const catalogue = (tag: string) =>
    Object.values(
      JSON.parse(
        readFileSync(new URL(`../../locales/${tag}.json`, import.meta.url), 'utf8'),
      ) as Record<string, string>,
    )
  it.each(['ug-Latn', 'ug-Cyrl'] as const)('in Uyghur, comes back from %s', (form) => {
    for (const text of catalogue('ug-Arab').filter((each) => !/[а-яa-z]/i.test(each)))
      expect(plain(convert(convert(text, 'ug-Arab', form), form, 'ug-Arab'))).toBe(plain(text))
  })
  it('in Kazakh, is read by the rules', () => {
    for (const text of catalogue('kk-Cyrl')) {
      const words = text.match(/[а-яёәғқңөұүһі]+/giu) ?? []
      expect(restoreWords(words, 'kk-Cyrl', (word) => word)?.size ?? 0, text).toBe(0)
    }
  })
  it.each(['Телефон', 'Москва', 'автобус', 'Алматы', 'когда починят дорогу?'])(
    'in Russian, or the same in both, is no Kazakh that lacks letters: %s',
    (text) => expect(convert(text, 'kk-Cyrl', 'kk-Latn')).not.toMatch(/[äöüğñūı]/),
  )
})
