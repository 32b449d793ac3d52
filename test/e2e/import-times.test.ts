import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeOrganisation } from '../../src/simulation/organisation.ts'
import { loadOrganisation } from '../../src/store/organisation.ts'
import { type FreshDatabase, freshDatabase } from '../database.ts'
import { runProgram } from '../program.ts'

describe('jawab import', () => {
  let database: FreshDatabase
  let folder: string
  const organisation = makeOrganisation({ teams: 2, members: 4, counties: 1 }, 7)
  const member = organisation.members[0]?.name ?? ''
  beforeAll(async () => {
    database = await freshDatabase()
    await loadOrganisation(database.db, organisation)
    folder = await mkdtemp(join(tmpdir(), 'jawab-import-'))
  })
  afterAll(async () => {
    await database.drop()
    await rm(folder, { recursive: true })
  })
  const load = async (what: string, csv: string) => {
    const file = join(folder, `${what}.csv`)
    await writeFile(file, csv)
    const program = runProgram({ DATABASE_URL: database.url, DATA_DIR: folder }, ['dist/src/cli/jawab.js', 'import', what, file])
    return { code: await program.ended(), output: program.output(), errors: program.errors() }
  }

  it('keeps working hours of weekdays and single days; the same file again changes nothing', async () => {
    const csv = 'day,periods,note\nmonday,09:30-13:30 15:30-19:30,\n2026-12-25,,local holiday\n'
    for (let time = 0; time < 2; time += 1) expect(await load('calendar', csv)).toMatchObject({ code: 0, output: expect.stringContaining('2 days') })
    expect(await database.db.calendarDay.findMany({ orderBy: { day: 'asc' } })).toEqual([
      { day: '2026-12-25', periods: [], note: 'local holiday' },
      { day: 'monday', periods: ['09:30-13:30', '15:30-19:30'], note: '' },
    ])
  })
  it('names each wrong row, its column and what would be right, and then changes nothing', async () => {
    const before = await database.db.calendarDay.findMany()
    const { code, errors } = await load(
      'calendar',
      'day,periods\nmonday,\nfunday,09:00-10:00\ntuesday,25:00-26:00\nwednesday,09:00-12:00 11:00-13:00\nmonday,\n',
    )
    expect(code).toBe(1)
    expect(errors.split('\n').slice(0, 4)).toEqual([
      'row 3, column day: must be a weekday such as monday, or a day such as 2026-10-01',
      'row 4, column periods: must be periods such as 09:30-13:30 15:30-19:30, or empty for a day off',
      'row 5, column periods: must be periods that do not overlap',
      'Nothing was changed.',
    ])
    expect((await load('calendar', 'day,periods\nmonday,\nmonday,\n')).errors).toContain('row 3: monday is here twice')
    expect(await database.db.calendarDay.findMany()).toEqual(before)
  })
  it('sets deadlines per category and priority', async () => {
    expect(await load('deadlines', 'category,priority,first_response,resolution,counts\nroad,ordinary,2h,3d,working\n')).toMatchObject({ code: 0 })
    expect(await database.db.deadlineTarget.findMany()).toEqual([
      { category: 'road', priority: 'ordinary', firstResponseMinutes: 120, resolutionMinutes: 1440, byTheClock: false },
    ])
    const { errors } = await load('deadlines', 'category,priority,first_response,resolution,counts\nroads,ordinary,5d,1d,working\n')
    expect(errors).toContain('row 2, column category: must be one of road,')
    expect((await load('deadlines', 'category,priority,first_response,resolution,counts\nroad,ordinary,5d,1d,clock\n')).errors).toContain(
      'row 2, column first_response: must not be longer than the resolution',
    )
  })
  it('sets rosters, and refuses shifts that overlap', async () => {
    const shifts = (rows: string) => load('roster', `member,weekday,from,until\n${rows}`)
    expect(await shifts(`${member},monday,09:30,13:30\n${member},monday,15:30,19:30\n`)).toMatchObject({
      code: 0,
      output: expect.stringContaining('2 shifts of 1'),
    })
    expect((await shifts(`${member},monday,09:30,13:30\n${member},monday,13:00,19:30\n`)).errors).toContain('row 3, column from')
    expect((await shifts('Nobody,monday,09:30,13:30\n')).errors).toContain('row 2, column member: Nobody is no member')
    expect(await database.db.shift.count()).toBe(2)
  })
})
