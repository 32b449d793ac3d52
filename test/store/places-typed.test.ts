import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { keysOf, namesWithin, searchText } from '../../src/language/place-name.ts'
import {
  findPlaceByKey,
  findPlacesNamed,
  findPlacesTyped,
  placeKey,
  refreshSpellings,
} from '../../src/organisation/places.store.ts'
import { type FreshDatabase, freshDatabase } from '../servers/database.ts'

describe('a place as people type it', () => {
  let database: FreshDatabase
  beforeAll(async () => {
    database = await freshDatabase()
    await database.db.prisma.place.create({
      data: { code: 'YL', kind: 'prefecture', ancestors: [], names: {}, spellings: '||' },
    })
    const place = (
      code: string,
      kind: 'county' | 'township' | 'village',
      parentCode: string,
      ancestors: string[],
      zh: string,
      ug: string,
      kk: string,
    ) => {
      const names = { 'zh-Hans': zh, 'ug-Arab': ug, 'kk-Cyrl': kk }
      return { code, kind, parentCode, ancestors, names, spellings: searchText(names) }
    }
    const only = (code: string, names: Record<string, string>) => ({
      code,
      kind: 'village' as const,
      parentCode: 'B1',
      ancestors: ['YL', 'B', 'B1'],
      names,
      spellings: searchText(names),
    })
    await database.db.prisma.place.createMany({
      data: [
        place('A', 'county', 'YL', ['YL'], '新源县', 'كۈنەس ناھىيىسى', 'Күнес ауданы'),
        place('A1', 'township', 'A', ['YL', 'A'], '那拉提镇', 'نارات بازىرى', 'Нарат қалашығы'),
        place('A1X', 'village', 'A1', ['YL', 'A', 'A1'], '幸福村', 'بەخت كەنتى', 'Бақыт ауылы'),
        place('B', 'county', 'YL', ['YL'], '特克斯县', 'تېكەس ناھىيىسى', 'Текес ауданы'),
        place(
          'B1',
          'township',
          'B',
          ['YL', 'B'],
          '喀拉达拉镇',
          'قارادالا بازىرى',
          'Қарадала қалашығы',
        ),
        place('B1X', 'village', 'B1', ['YL', 'B', 'B1'], '幸福村', 'بەخت كەنتى', 'Бақыт ауылы'),
        place(
          'B1Y',
          'village',
          'B1',
          ['YL', 'B', 'B1'],
          '新幸福村',
          'يېڭى بەخت كەنتى',
          'Жаңа Бақыт ауылы',
        ),
        only('Z1', { 'zh-Hans': '阿克塔斯村' }),
        only('Z2', { 'zh-Hans': '吐尔根布拉克村' }),
        only('Z3', { 'zh-Hans': '塔什库勒克村' }),
        only('U1', { 'ug-Arab': 'قاراسۇلۇق كەنتى' }),
        only('U2', { 'ug-Arab': 'تاشلىق كەنتى' }),
        place(
          'LONG.CODE:WITH-SIGNS',
          'village',
          'B1',
          ['YL', 'B', 'B1'],
          '红柳沟村',
          'قىزىل يۇلغۇن كەنتى',
          'Қызыл жыңғыл ауылы',
        ),
      ],
    })
    await database.db.prisma.$executeRaw`refresh materialized view "PlaceKey"`
  })
  afterAll(() => database.drop())
  const typed = async (text: string) => {
    const { places, isExact } = await database.db.transaction((tx) =>
      findPlacesTyped(tx, keysOf(text), namesWithin(text, { isWhole: true })),
    )
    return isExact ? places.map(({ code }) => code) : []
  }
  const named = async (text: string) =>
    (
      await database.db.transaction((tx) =>
        findPlacesNamed(tx, namesWithin(text, { isWhole: false }), { isWhole: false }),
      )
    ).map(({ code }) => code)

  it.each([
    ['新源县那拉提镇幸福村', ['A1X']],
    ['新源县幸福村', ['A1X']],
    ['那拉提镇幸福村一组', ['A1X']],
    ['在那拉提镇幸福', ['A1X']],
    ['特克斯县新幸福村', ['B1Y']],
    ['幸福村', ['A1X', 'B1X']],
    ['新源县', ['A']],
    ['新源', ['A']],
    ['那拉提镇', ['A1']],
    ['كۈنەس ناھىيىسى نارات بازىرى بەخت كەنتىدە', ['A1X']],
    ['نارات بازىرى', ['A1']],
    ['Күнес ауданы, Нарат қалашығы, Бақыт ауылында', ['A1X']],
    ['Текес', ['B']],
  ])('%s', async (text, codes) => expect(await typed(text)).toEqual(codes))

  it.each([
    ['新源县幸福村的水管爆了，没水三天了', ['A1X']],
    ['我们新幸福村的路灯坏了', ['B1Y']],
    ['祝大家幸福，路灯坏了', []],
    ['يېڭى بەخت كەنتىدە توك يوق', ['B1Y']],
    ['Жаңа Бақыт ауылында су жоқ', ['B1Y']],
    ['去了新源县，路不好走', []],
    ['يېڭى بەختتە توك يوق', ['B1Y']],
    ['قىزىل يۇلغۇندا توك يوق', ['LONG.CODE:WITH-SIGNS']],
    ['بىزنىڭ قىزىل يۇلغۇننىڭ يولى بۇزۇلۇپ كەتتى', ['LONG.CODE:WITH-SIGNS']],
    ['Қызыл жыңғылда жарық жоқ', ['LONG.CODE:WITH-SIGNS']],
    ['Қызыл жыңғылдың жолы бұзылған', ['LONG.CODE:WITH-SIGNS']],
    ['qizil yulghunda tok yoq', ['LONG.CODE:WITH-SIGNS']],
    ['қызыл йулғунда ток йоқ', ['LONG.CODE:WITH-SIGNS']],
    ['مەكتەپتە توك يوق، بالىلارغا سوغۇق', []],
    ['үйде жарық жоқ, балаларға суық', []],
    ['mektepte tok yoq', []],
  ])('a village inside a report: %s', async (text, codes) =>
    expect(await named(text)).toEqual(codes),
  )

  it.each([
    ['ئاقتاش', 'Z1'],
    ['aqtash', 'Z1'],
    ['Ақтас', 'Z1'],
    ['تۇرغۇن بۇلاق', 'Z2'],
    ['turghun bulaq', 'Z2'],
    ['Торғынбұлақ', 'Z2'],
    ['تاشكۆلۈك', 'Z3'],
    ['喀拉苏勒克', 'U1'],
    ['卡拉苏鲁克村', 'U1'],
    ['塔什里克', 'U2'],
  ])(
    'a village that is kept in one language is found in another by its consonants: %s',
    async (text, code) => {
      const { places } = await database.db.transaction((tx) =>
        findPlacesTyped(tx, keysOf(text), namesWithin(text, { isWhole: true })),
      )
      expect(places.map((each) => each.code)).toContain(code)
    },
  )

  it('letters that keyboards put for one another are one', async () => {
    for (const text of [
      'بهخت',
      'بہخت',
      'بەخـت',
      'ب\u200cەخت',
      'بەخت كهنتى',
      'نارات بازىرى',
      'نارات بازیری',
      'نارات بازيري',
      'قارادالا',
    ])
      expect([text, (await typed(text)).length > 0]).toEqual([text, true])
  })
  it('a code that no button carries has a short key, which finds it', async () => {
    const key = placeKey('LONG.CODE:WITH-SIGNS')
    expect(key).toMatch(/^k_[0-9a-f]{20}$/)
    expect([
      placeKey('YL010101'),
      placeKey('x'.repeat(58)),
      placeKey('x'.repeat(59)).length,
    ]).toEqual(['YL010101', 'x'.repeat(58), 22])
    expect((await findPlaceByKey(database.db, key))?.code).toBe('LONG.CODE:WITH-SIGNS')
    expect(await findPlaceByKey(database.db, 'k_nothing')).toBeUndefined()
  })
  it('what an earlier version kept to search by is written anew', async () => {
    await database.db.prisma.place.update({ where: { code: 'A' }, data: { spellings: '|新源县|' } })
    expect(await refreshSpellings(database.db, searchText)).toBe(1)
    expect(await refreshSpellings(database.db, searchText)).toBe(0)
    expect(await typed('新源')).toEqual(['A'])
  })
})
