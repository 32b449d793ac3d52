import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { XMLValidator } from 'fast-xml-parser'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type FreshDatabase, freshDatabase, ownRedis } from '../servers/database.ts'
import { type Program, runProgram } from '../servers/program.ts'

describe('jawab simulate month', () => {
  let database: FreshDatabase
  let folder: string
  let program: Program
  const picture = () => join(folder, 'month.svg')
  const run = async () => {
    const args = [
      'dist/src/cli/jawab.js',
      'simulate',
      'month',
      '--teams',
      '2',
      '--members',
      '12',
      '--messages',
      '22',
      '--days',
      '4',
      '--storms',
      '1',
    ]
    const redis = ownRedis()
    const environment = {
      DATABASE_URL: database.url,
      DATA_DIR: folder,
      ...(redis === undefined ? {} : { REDIS_URL: redis }),
    }
    program = runProgram(environment, [
      ...args,
      '--storm-seconds',
      '1',
      '--language',
      'ug-Arab',
      '--out',
      picture(),
    ])
    return program.ended(120_000)
  }
  beforeAll(async () => {
    database = await freshDatabase()
    folder = await mkdtemp(join(tmpdir(), 'jawab-month-'))
    expect(await run(), program.errors()).toBe(0)
  }, 150_000)
  afterAll(async () => {
    await database.drop()
    await rm(folder, { recursive: true, force: true })
  })

  it('prints the rates, the times, the load and the slowest moments, and last a line of JSON that the database bears out', async () => {
    const output = program.output()
    for (const told of [
      'Answered in time',
      'Solved in time',
      'Residents content',
      'First answer',
      'Tickets per member',
      'Slowest moments',
    ])
      expect(output).toContain(told)
    const last = JSON.parse(output.trimEnd().split('\n').at(-1) ?? '')
    const { db } = database
    expect(last).toMatchObject({
      simulated: 'month',
      unanswered: 0,
      tickets: await db.prisma.ticket.count(),
    })
    expect(last.tickets).toBeGreaterThan(5)
    // Of an anonymous report that is over the messages are gone.
    expect(last.messages).toBeGreaterThanOrEqual(await db.prisma.inbound.count())
    expect(await db.prisma.inbound.count()).toBeGreaterThan(last.tickets * 4)
    expect(program.errors()).not.toMatch(/"level":[56]0/)
  })
  it('went through the whole pipeline, and left nothing waiting', async () => {
    const { db } = database
    expect(
      await db.prisma.inbound.count({
        where: { OR: [{ doneAt: null }, { setAsideAt: { not: null } }] },
      }),
    ).toBe(0)
    expect(await db.prisma.outbound.count({ where: { status: { not: 'sent' } } })).toBe(0)
    const types = new Set(
      (await db.prisma.ticketEvent.findMany({ distinct: ['type'], select: { type: true } })).map(
        ({ type }) => type,
      ),
    )
    for (const type of ['opened', 'assigned', 'accepted', 'resolved']) expect(types).toContain(type)
    const languages = await db.prisma.ticket.findMany({
      distinct: ['language'],
      select: { language: true },
    })
    expect(languages.length).toBeGreaterThan(1)
    expect(await db.prisma.shift.count()).toBeGreaterThan(12)
  })
  it('happened in the month that was played, when members were on duty', async () => {
    const { db } = database
    const accepted = await db.prisma.ticketEvent.findMany({
      where: { type: 'accepted' },
      select: { at: true },
    })
    expect(accepted.length).toBeGreaterThan(2)
    for (const { at } of accepted) {
      const minuteOfDay = ((at.getTime() + 6 * 3_600_000) % 86_400_000) / 60_000
      expect(minuteOfDay).toBeGreaterThanOrEqual(8 * 60)
      // Time goes on up to a quarter of an hour while what was pressed at the end of a shift is
      // being handled.
      expect(minuteOfDay).toBeLessThan(20 * 60 + 15)
    }
    const [first] = await db.prisma.ticket.findMany({
      orderBy: { openedAt: 'asc' },
      take: 1,
      select: { openedAt: true },
    })
    expect(Date.now() - (first?.openedAt.getTime() ?? 0)).toBeGreaterThan(86_400_000)
  })
  it('draws it in the language asked for, from right to left', async () => {
    const drawn = await readFile(picture(), 'utf8')
    expect(XMLValidator.validate(drawn)).toBe(true)
    for (const part of [
      'direction="rtl"',
      'سىناق ئۈچۈن ياسالغان بىر ئاي',
      'رازىمەنلىك نىسبىتى',
      'ئالدىراش',
    ])
      expect(drawn).toContain(part)
  })
  it('is played in an empty database only', async () => {
    const before = await database.db.prisma.ticket.count()
    expect(await run()).toBe(1)
    expect(program.errors()).toContain('a month is played in an empty one only')
    expect(await database.db.prisma.ticket.count()).toBe(before)
  })
})
