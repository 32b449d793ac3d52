import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { evenCell } from './cell-text.ts'
import type { CellKind } from './columns.ts'

describe('a cell', () => {
  it.each<[CellKind, string, string]>([
    ['code', 'ＹＬ０１０１', 'YL0101'],
    ['code', 'YL0101\u200B', 'YL0101'],
    ['code', '\u00A0YL0101 ', 'YL0101'],
    ['name', '红柳沟村\uFEFF', '红柳沟村'],
    ['name', 'Ａ村', 'Ａ村'],
    ['name', 'مى\u200Cخواھىم', 'مى\u200Cخواھىم'],
    ['degrees', '43,21', '43.21'],
    ['degrees', '４３．２１', '43.21'],
    ['degrees', '80.410000000000011', '80.41'],
    ['languages', 'ug-Arab、zh-Hans', 'ug-Arab zh-Hans'],
    ['languages', 'zh-Hans；ug-Arab；zh-Hans', 'ug-Arab zh-Hans'],
    ['categories', 'road，water', 'road water'],
    ['yesOrEmpty', 'TRUE', 'yes'],
    ['yesOrEmpty', '是', 'yes'],
    ['yesOrEmpty', 'FALSE', ''],
    ['weekday', 'Monday', 'monday'],
    ['weekday', '星期日', 'sunday'],
    ['weekday', '周三', 'wednesday'],
    ['time', '9:30', '09:30'],
    ['time', '9：30', '09:30'],
    ['time', '18:30:00', '18:30'],
    ['time', '0.395833333333333', '09:30'],
    ['time', '1', '24:00'],
    ['day', '2026/10/1', '2026-10-01'],
    ['day', '2026年10月1日', '2026-10-01'],
    ['day', '1.10.2026', '2026-10-01'],
    ['day', '2026-10-01 00:00', '2026-10-01'],
    ['day', '10/1/2026', '10/1/2026'],
    ['periods', '9:30–13:30, 15:30 - 19:30', '09:30-13:30 15:30-19:30'],
    ['periods', '15:30~19:30；9：30-13：30', '09:30-13:30 15:30-19:30'],
    ['length', '60 min', '1h'],
    ['length', '8H', '1d'],
    ['role', 'Member', 'member'],
  ])('of %s: %s is kept as %s', (holds, raw, kept) => expect(evenCell(holds, raw)).toBe(kept))
  it('that is even stays as it is', () => {
    const kinds: readonly CellKind[] = [
      'code',
      'name',
      'degrees',
      'languages',
      'time',
      'day',
      'periods',
      'length',
      'weekday',
    ]
    fc.assert(
      fc.property(fc.constantFrom(...kinds), fc.string({ unit: 'grapheme' }), (holds, raw) => {
        const once = evenCell(holds, raw)
        expect(evenCell(holds, once)).toBe(once)
      }),
    )
  })
})
