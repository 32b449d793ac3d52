import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { detect } from './detect.ts'

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
  ])('%s: %s', (tag, text) => expect(detect(text)).toBe(tag))

  it('is open where nothing tells it', () => {
    for (const text of ['', '12345', '👍', 'https://example.org/ئا', '…']) expect(detect(text)).toBeUndefined()
  })
  it('is found through presentation forms and invisible characters', () => {
    expect(detect('\u202Bﻳﯧﺰﯨﻤﯩﺰﺩﯨﻜﻰ ﻳﻮﻝ\u202C')).toBe('ug-Arab')
  })
  it('is not swayed by a Chinese place name inside', () => {
    expect(detect('بىز 东升村 دا ئولتۇرىمىز، يولىمىز بۇزۇلۇپ كەتتى')).toBe('ug-Arab')
  })
  it('never makes it throw', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => void detect(text)))
  })
})
