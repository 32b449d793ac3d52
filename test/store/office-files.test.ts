import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import writeXlsxFile from 'write-excel-file/node'
import { columnsOf, type TableName, tableNames } from '../../src/organisation/columns.ts'
import { readOrganisation } from '../../src/organisation/export.store.ts'
import { importOrganisation } from '../../src/organisation/import.store.ts'
import { readTables, writeCsv } from '../../src/organisation/import-files.client.ts'
import { loadOrganisation } from '../../src/organisation/organisation.store.ts'
import { openDecoder } from '../../src/platform/files/decoder.ts'
import { makeOrganisation } from '../../src/simulation/organisation.ts'
import { type FreshDatabase, freshDatabase } from '../servers/database.ts'

const at = new Date('2026-11-24T00:00:00Z')
const heading = 'code,kind,parent,team,name_zh,name_ug,name_kk,latitude,longitude'

describe('files as offices save them', () => {
  const decoder = openDecoder()
  let database: FreshDatabase
  beforeAll(async () => {
    database = await freshDatabase()
    await loadOrganisation(database.db, makeOrganisation({ teams: 6, members: 24, counties: 2 }, 3))
  })
  afterAll(async () => {
    await decoder.stop()
    await database.drop()
  })
  const read = (content: Buffer | string) => readTables(Buffer.from(content), decoder)
  const run = async (content: Buffer | string, dryRun = false) =>
    importOrganisation(database.db, (await read(content)).tables, { dryRun, at })
  const mistakes = async (content: Buffer | string) =>
    (await run(content, true)).wrong.map(
      ({ row, column, mistake }) => `${row} ${column} ${mistake}`,
    )
  const place = (code: string) => database.db.prisma.place.findUniqueOrThrow({ where: { code } })

  it.each([
    [
      'semicolons and decimal commas',
      `${heading.replaceAll(',', ';')}\r\nYL0101S1;village;YL0101;;红柳沟村;;;43,21;80,41\r\n`,
    ],
    [
      'tabs',
      `${heading.replaceAll(',', '\t')}\nYL0101S1\tvillage\tYL0101\t\t红柳沟村\t\t\t43.21\t80.41\n`,
    ],
    [
      'a title above and empty columns behind',
      `五乡村名单,,,,,,,,,\n,,,,,,,,,\n${heading},\nYL0101S1,village,YL0101,,红柳沟村,,,43.21,80.41,\n`,
    ],
    [
      'the delimiter named first',
      `sep=;\r\n${heading.replaceAll(',', ';')}\r\nYL0101S1;village;YL0101;;红柳沟村;;;43.21;80.41`,
    ],
    [
      'marks that are not seen and full-width letters',
      `\uFEFF${heading.replace('kind', 'kind\u00A0')}\nＹＬ０１０１Ｓ１\u200B,village,YL0101,,红柳沟村,,,43.21,80.41\n`,
    ],
  ])('with %s are read as they are meant', async (_, content) => {
    const { effects, wrong } = await run(content, true)
    expect(wrong).toEqual([])
    expect(effects.map(({ key, cells }) => [key, cells['name_zh'], cells['latitude']])).toEqual([
      ['YL0101S1', '红柳沟村', '43.21'],
    ])
  })
  it('in UTF-16 are read, and what they were read as is said', async () => {
    const content = Buffer.from(
      `\uFEFF${heading.replaceAll(',', '\t')}\r\nYL0101S1\tvillage\tYL0101\t\t红柳沟村\tقىزىليۇلغۇن\t\t\t`,
      'utf16le',
    )
    expect((await read(content)).encoding).toBe('UTF-16')
    expect(await mistakes(content)).toEqual([])
  })
  it('name what a program has made of a cell', async () => {
    expect(
      await mistakes(
        `${heading}\n6.54E+11,village,YL0101,,红柳沟村,,,43.21,80.41\nYL0101S2,village,YL0101,,红\uFFFD村,??????? ?????,,,`,
      ),
    ).toEqual(['2 code rounded', '3 name_zh garbled', '3 name_ug garbled'])
  })
  it('with merged cells say so, whichever way they are merged', async () => {
    const content = await writeXlsxFile([
      {
        sheet: '1月',
        data: [
          ['member', 'weekday', 'from', 'until'],
          [{ value: 'M00001', rowSpan: 2 }, 'monday', '09:30', '18:30'],
          [null, 'tuesday', '09:30', '18:30'],
        ],
      },
    ]).toBuffer()
    expect(await mistakes(content)).toEqual(['3 member merged'])
  })
  it('with real dates and times are read; sheets of notes are passed over by name', async () => {
    const content = await writeXlsxFile([
      { sheet: '说明', data: [['请填写下表'], ['第二行']] },
      {
        sheet: '假期',
        data: [
          ['day', 'periods', 'note'],
          [
            { value: new Date('2026-10-01T00:00:00Z'), type: Date, format: 'yyyy/m/d' },
            null,
            '国庆节',
          ],
        ],
      },
      {
        sheet: 'roster',
        data: [
          ['member', 'weekday', 'from', 'until'],
          [
            'M00001',
            'monday',
            { value: 0.395833333333333, type: Number, format: 'h:mm' },
            { value: 0.770833333333333, type: Number },
          ],
        ],
      },
    ]).toBuffer()
    const { tables, passedOver } = await read(content)
    expect(passedOver).toEqual(['说明'])
    const { effects, wrong } = await importOrganisation(database.db, tables, { dryRun: true, at })
    expect(wrong).toEqual([])
    expect(
      effects
        .filter(({ does }) => does !== 'gone')
        .map(({ key, cells }) => [key, cells['until'] ?? cells['note']]),
    ).toEqual([
      ['M00001 monday 09:30', '18:30'],
      ['2026-10-01', '国庆节'],
    ])
  })
  it('with a sheet called as a table, or with most of its columns, are refused with what was met', async () => {
    const misspelt = await writeXlsxFile([
      { sheet: 'places', data: [['kod', 'kind', 'name_zh']] },
      { sheet: 'teams', data: [['code', 'place', 'name_zh', 'name_ug', 'name_kk']] },
    ]).toBuffer()
    await expect(read(misspelt)).rejects.toMatchObject({ columns: ['kod', 'kind', 'name_zh'] })
  })
  it('do to an emptied cell what the preview says', async () => {
    const before = await readOrganisation(database.db)
    const named = before.places.find(
      ({ kind, name_ug, name_kk }) => kind === 'village' && name_ug !== '' && name_kk !== '',
    )
    const row = { ...named, name_ug: '', name_kk: '' }
    const csv = writeCsv('places', [row])
    expect(
      (await run(csv, true)).effects[0]?.changes.map(({ column, to }) => [column, to]),
    ).toEqual([
      ['name_ug', ''],
      ['name_kk', ''],
    ])
    await run(csv)
    expect(Object.keys((await place(named?.['code'] ?? '')).names as object)).not.toEqual(
      expect.arrayContaining(['ug-Arab']),
    )
    expect((await run(csv)).effects.map(({ does }) => does)).toEqual(['same'])
  })

  /** What a spreadsheet makes of a cell that it shows as a number, a day or a time. */
  const asSaved = (column: string, cell: string, comma: boolean) => {
    if (/^\d{4}-\d\d-\d\d$/.test(cell)) return cell.replace(/-0?/g, '/')
    if (/^0\d:\d\d$/.test(cell)) return cell.slice(1)
    if (cell === 'yes' && column === 'left') return 'TRUE'
    return comma && /^-?\d+\.\d+$/.test(cell) ? cell.replace('.', ',') : cell
  }
  const parted = (cells: readonly string[], by: string) =>
    `${cells.map((cell) => (/[",;\t\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)).join(by)}${by}${by}\r\n`

  it('exported, saved by a spreadsheet and imported change nothing, whatever stands in them', async () => {
    const note = fc
      .oneof(
        fc.string({ unit: 'grapheme', maxLength: 12 }),
        fc.constantFrom(
          '=1+1',
          '-调休',
          "'=x",
          "''-y",
          '@all',
          '+7 701',
          '-12',
          '1e5',
          'a;b',
          'a,b "c"',
          '＝x',
          "don't",
        ),
      )
      .map((text) => text.normalize('NFC'))
    let day = 0
    await fc.assert(
      fc.asyncProperty(
        fc.array(note, { minLength: 1, maxLength: 4 }),
        fc.boolean(),
        async (notes, comma) => {
          for (const each of notes) {
            day = (day + 1) % 27
            await run(
              writeCsv('calendar', [
                {
                  day: `2026-10-${String(day + 1).padStart(2, '0')}`,
                  periods: '09:30-13:30',
                  note: each,
                },
              ]),
            )
          }
          const before = await readOrganisation(database.db)
          for (const table of tableNames) {
            const exported = writeCsv(table, before[table])
            expect((await run(exported)).effects.filter(({ does }) => does !== 'same')).toEqual([])
            const names = columnsOf(table).map(({ name }) => name)
            const rows = (await read(exported)).tables[table] ?? []
            const saved = [
              names,
              ...rows.map(({ cells }) =>
                names.map((name) => asSaved(name, quotedAsExported(cells[name] ?? ''), comma)),
              ),
            ]
              .map((cells) => parted(cells, comma ? ';' : ','))
              .join('')
            const { effects, wrong } = await run(`\uFEFF${saved}`)
            expect([table, wrong, effects.filter(({ does }) => does !== 'same')]).toEqual([
              table,
              [],
              [],
            ])
          }
          expect(await readOrganisation(database.db)).toEqual(before)
        },
      ),
      { numRuns: 12 },
    )
  })
  /** A spreadsheet shows the quote of an export as a letter, and saves it again. */
  const quotedAsExported = (cell: string) => {
    const [, line = ''] = writeCsv('calendar' satisfies TableName, [{ note: cell }]).split('\n')
    return line
      .replace(/^,,/, '')
      .replace(/\r$/, '')
      .replace(/^"([\s\S]*)"$/, (_, inner: string) => inner.replaceAll('""', '"'))
  }
})
