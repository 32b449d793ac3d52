import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type TableName, tableNames } from '../../src/organisation/columns.ts'
import { readOrganisation } from '../../src/organisation/export.store.ts'
import { importOrganisation } from '../../src/organisation/import.store.ts'
import { readTables, writeCsv, writeWorkbook } from '../../src/organisation/import-files.client.ts'
import { loadOrganisation } from '../../src/organisation/organisation.store.ts'
import type { Current } from '../../src/organisation/plan.ts'
import { beginSession, findSession } from '../../src/organisation/staff.store.ts'
import type { Tables } from '../../src/organisation/tables.ts'
import { openDecoder } from '../../src/platform/files/decoder.ts'
import { makeOrganisation } from '../../src/simulation/organisation.ts'
import { type FreshDatabase, freshDatabase } from '../servers/database.ts'

const at = new Date('2026-11-24T00:00:00Z')

describe('importing an organisation', () => {
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
  const run = (given: Tables, dryRun = false) =>
    importOrganisation(database.db, given, { dryRun, at })
  const read = async (content: Buffer) => (await readTables(content, decoder)).tables
  const csv = async (text: string) => read(Buffer.from(text))
  const does = async (given: Tables, dryRun = false) => {
    const { effects, wrong } = await run(given, dryRun)
    return [
      wrong.map(({ row, column, mistake }) => `${row} ${column} ${mistake}`),
      effects
        .filter((effect) => effect.does !== 'same')
        .map((effect) => `${effect.does} ${effect.key}`),
    ]
  }

  it('reads back what an export wrote, and changes nothing by it: each table as CSV, all as a workbook', async () => {
    const before = await readOrganisation(database.db)
    expect(before.places.length).toBeGreaterThan(8)
    for (const table of tableNames.filter((name) => before[name].length > 0))
      expect([table, await does(await csv(writeCsv(table, before[table])))]).toEqual([
        table,
        [[], []],
      ])
    expect(await does(await read(await writeWorkbook(before)))).toEqual([[], []])
    expect(await readOrganisation(database.db)).toEqual(before)
  })

  it('loads a whole organisation into an empty database, the same one that was exported', async () => {
    const other = await freshDatabase()
    try {
      const before = await readOrganisation(database.db)
      const { wrong } = await importOrganisation(
        other.db,
        await read(await writeWorkbook(before)),
        { dryRun: false, at },
      )
      expect(wrong).toEqual([])
      expect(await readOrganisation(other.db)).toEqual(before)
      const place = await other.db.prisma.place.findUniqueOrThrow({ where: { code: 'YL010101' } })
      expect(place.ancestors).toEqual(['YL', 'YL01', 'YL0101'])
      expect(place.spellings.length).toBeGreaterThan(3)
    } finally {
      await other.drop()
    }
  })

  it('says with a dry run what each row would do, and does it after', async () => {
    const file = await csv(
      'code,name,role,team,area,reads,skills,language,left\nM00001,Terek Yengi,lead,T010101,,zh-Hans ug-Arab,road,zh-Hans,\nNEW-1,Alma Yengi,member,T010101,,kk-Arab,waste;road,kk-Cyrl,\n',
    )
    expect(await does(file, true)).toEqual([[], ['changed M00001', 'new NEW-1']])
    expect(await database.db.prisma.member.count({ where: { code: 'NEW-1' } })).toBe(0)
    expect(await does(file)).toEqual([[], ['changed M00001', 'new NEW-1']])
    expect(await does(file)).toEqual([[], []])
    expect(
      await database.db.prisma.member.findUniqueOrThrow({ where: { code: 'NEW-1' } }),
    ).toMatchObject({
      name: 'Alma Yengi',
      skills: ['road', 'waste'],
      reads: ['kk-Arab'],
    })
  })

  it('names each wrong row by number, column and mistake, and then changes nothing', async () => {
    const before = await readOrganisation(database.db)
    const file = await csv(
      [
        'code,kind,parent,team,name_zh,name_ug,name_kk,latitude,longitude',
        'NEW01,village,YL0101,T010101,新村,,,,',
        'NEW02,hamlet,YL0101,,村,,,,',
        'NEW03,village,NOWHERE,,村,,,,',
        'NEW04,village,YL0101,NOTEAM,村,,,,',
        'NEW05,village,YL0101,,,,,,',
        'NEW06,village,YL0101,,村,,,43.2,',
        'NEW07,village,NEW07,,村,,,,',
        'NEW01,village,YL0101,,村,,,,',
        'YL,prefecture,YL0101,,州,,,,',
      ].join('\n'),
    )
    expect(await does(file)).toEqual([
      [
        '3 kind shape',
        '4 parent noSuch',
        '5 team noSuch',
        '6 name_zh shape',
        '7 longitude needed',
        '8 parent circle',
        '9 code twice',
        '10 parent circle',
      ],
      [],
    ])
    expect(await readOrganisation(database.db)).toEqual(before)
    const rosters = await csv(
      'member,weekday,from,until\nM00002,monday,09:00,12:00\nM00002,monday,11:00,13:00\nM00003,monday,12:00,09:00\nNOBODY,monday,09:00,12:00\n',
    )
    expect((await does(rosters))[0]).toEqual(['3 from overlap', '4 until order', '5 member noSuch'])
    const members = await csv(
      'code,name,role,team,area,reads,skills,language,left\nX1,A,member,,,zh-Hans,,zh-Hans,\nX2,B,supervisor,,,zh-Hans,,zh-Hans,\nX3,C,lead,T010101,,xx,flying,zz,maybe\n',
    )
    expect((await does(members))[0]).toEqual([
      '2 team needed',
      '3 area needed',
      '4 reads shape',
      '4 skills shape',
      '4 language shape',
      '4 left shape',
    ])
  })

  it('gives whoever is in a roster these shifts and no others', async () => {
    await run(
      await csv(
        'member,weekday,from,until\nM00002,monday,09:00,12:00\nM00002,friday,09:00,12:00\n',
      ),
    )
    expect(await does(await csv('member,weekday,from,until\nM00002,monday,09:00,13:00\n'))).toEqual(
      [[], ['changed M00002 monday 09:00', 'gone M00002 friday 09:00']],
    )
    expect((await readOrganisation(database.db)).roster).toEqual([
      { member: 'M00002', weekday: 'monday', from: '09:00', until: '13:00' },
    ])
  })

  it('takes the hours of weekdays and single days, and deadlines, and says which cell is wrong', async () => {
    const hours = await csv(
      'day,periods,note\nmonday,15:30-19:30 09:30-13:30,\n2026-12-25,,local holiday\n',
    )
    await run(hours)
    expect((await does(hours))[1]).toEqual([])
    expect(await database.db.prisma.calendarDay.findMany({ orderBy: { day: 'asc' } })).toEqual([
      { day: '2026-12-25', periods: [], note: 'local holiday' },
      { day: 'monday', periods: ['09:30-13:30', '15:30-19:30'], note: '' },
    ])
    const wrong =
      'day,periods,note\nfunday,09:00-10:00,\ntuesday,25:00-26:00,\nwednesday,09:00-12:00 11:00-13:00,\nmonday,,\nmonday,,\n'
    expect((await does(await csv(wrong)))[0]).toEqual([
      '2 day shape',
      '3 periods shape',
      '4 periods shape',
      '6 day twice',
    ])
    const head = 'category,priority,first_response,resolution,counts\n'
    await run(await csv(`${head}road,ordinary,2h,3d,working\n`))
    expect(await database.db.prisma.deadlineTarget.findMany()).toEqual([
      {
        category: 'road',
        priority: 'ordinary',
        firstResponseMinutes: 120,
        resolutionMinutes: 1440,
        byTheClock: false,
      },
    ])
    expect(
      (
        await does(await csv(`${head}roads,ordinary,1d,5d,working\nroad,ordinary,5d,1d,clock\n`))
      )[0],
    ).toEqual(['2 category shape', '3 first_response order'])
  })

  it('lets who has left get nothing new and be signed in nowhere, and come back', async () => {
    const { id } = await database.db.prisma.member.findUniqueOrThrow({ where: { code: 'M00004' } })
    const session = await beginSession(database.db, id, at)
    const rows = (await readOrganisation(database.db)).members.filter(
      ({ code }) => code === 'M00004',
    )
    const file = (left: string): Tables => ({
      members: rows.map((cells) => ({ number: 2, cells: { ...cells, left } })),
    })
    await run(file('yes'))
    expect(await findSession(database.db, session, at)).toBeUndefined()
    await run(file(''))
    expect(
      (await database.db.prisma.member.findUniqueOrThrow({ where: { code: 'M00004' } })).leftAt,
    ).toBeNull()
  })

  it('refuses a file whose columns are of no table, or that is none', async () => {
    await expect(csv('a,b\n1,2\n')).rejects.toThrow()
    await expect(readTables(Buffer.from('PK broken'), decoder)).rejects.toThrow()
  })

  it('is the same however the rows of a file are ordered', async () => {
    const all = await readOrganisation(database.db)
    await fc.assert(
      fc.asyncProperty(
        fc.shuffledSubarray([...all.places], { minLength: all.places.length }),
        async (places) => {
          const other = await freshDatabase()
          try {
            const given = Object.fromEntries(
              Object.entries({ ...all, places } satisfies Current).map(([table, rows]) => [
                table,
                rows.map((cells, index) => ({ number: index + 2, cells })),
              ]),
            ) as Record<TableName, { number: number; cells: Readonly<Record<string, string>> }[]>
            await importOrganisation(other.db, given, { dryRun: false, at })
            expect(await readOrganisation(other.db)).toEqual(all)
          } finally {
            await other.drop()
          }
        },
      ),
      { numRuns: 2 },
    )
  })
})
