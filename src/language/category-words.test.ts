import { describe, expect, it } from 'vitest'
import { suggestCategories } from './category-words.ts'

describe('the subject of a report', () => {
  it.each([
    ['road', 'يېزىمىزدىكى چوڭ يولنىڭ ئاسفالتى بۇزۇلۇپ كەتتى'],
    ['electricity', 'اۋىلدا ەكى كۇننەن بەرى توك جوق'],
    ['drinking_water', 'Ауылда ауыз су жоқ, құбыр жарылған'],
    ['street_light', '村口的路灯坏了，太黑'],
    ['school', 'بالىلارنىڭ مەكتىپى يىراق، مەكتەپ ئاپتوبۇسى يوق'],
    ['waste', 'Қоқыс екі апта алынбады'],
  ])('%s: %s', (category, text) => expect(suggestCategories(text)[0]).toBe(category))
  it('is not guessed where no word tells it', () => expect(suggestCategories('你好')).toEqual([]))
})
