import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { pino } from 'pino'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Category, categories } from '../../src/categories/category.ts'
import { conversationHandler } from '../../src/conversation/turn.worker.ts'
import { convert } from '../../src/language/convert.ts'
import { dangerIn } from '../../src/language/danger.ts'
import { type WrittenLanguage, writtenLanguages } from '../../src/language/written-language.ts'
import { keepArrival } from '../../src/mailbox/inbound.store.ts'
import { makeOffice } from '../../src/organisation/office.store.ts'
import { loadOrganisation } from '../../src/organisation/organisation.store.ts'
import { unitOfWork } from '../../src/organisation/unit-of-work.store.ts'
import { day, hour } from '../../src/platform/instant.ts'
import { openQuotas } from '../../src/platform/quotas/quotas.ts'
import { createKeyRing } from '../../src/platform/sealing/key-ring.ts'
import { fireTimers } from '../../src/tickets/deadlines.store.ts'
import { accept, handBack, resolve } from '../../src/tickets/member-work.store.ts'
import { type FreshDatabase, freshDatabase } from '../servers/database.ts'

const start = Date.parse('2026-11-02T02:00:00Z')
const office = makeOffice('Asia/Urumqi', new Date(start))
const source = { zh: 'zh-Hans', ug: 'ug-Arab', kk: 'kk-Cyrl' } as const
const subjects: readonly Category[] = ['road', 'drinking_water', 'land', 'documents']
const dangers = {
  zh: '邻居家着火了，快来人',
  ug: 'قوشنامنىڭ ئۆيىگە ئوت كەتتى',
  kk: 'көршінің үйінде өрт шықты, бәрі жанып жатыр',
} as const

/**
 * The same month for everybody: 14 matters, each with its moment and what becomes of it; every
 * seventh is a danger.
 */
const month = Array.from({ length: 14 }, (_, index) => ({
  at: start + Math.round((index * 31 * day) / 14) + (index % 5) * hour,
  category: subjects[index % subjects.length] ?? 'other',
  isDanger: index % 7 === 3,
  becomes:
    (['solved', 'solved', 'late', 'handedBack', 'reopened', 'left', 'offerRanOut'] as const)[
      index % 7
    ] ?? 'solved',
}))

let database: FreshDatabase
let reports: Readonly<Record<string, readonly string[]>>
beforeAll(async () => {
  database = await freshDatabase()
  reports = Object.fromEntries(
    await Promise.all(
      Object.values(source).flatMap((language) =>
        subjects.map(
          async (category) =>
            [`${language} ${category}`, await reportsOf(language, category)] as const,
        ),
      ),
    ),
  )
  // A village for each written form, each with a team of the same make: who reads what, skills,
  // duty, the order of names.
  const names = { 'zh-Hans': '村' }
  const teams = writtenLanguages.map((language, index) => ({
    id: uuid(index, 0),
    code: language,
    placeCode: `V-${language}`,
    names,
  }))
  await loadOrganisation(database.db, {
    places: [
      { code: 'A', kind: 'township', parentCode: null, names, teamId: null },
      ...teams.map(({ id, code }) => ({
        code: `V-${code}`,
        kind: 'village' as const,
        parentCode: 'A',
        names,
        teamId: id,
      })),
    ],
    teams,
    members: teams.flatMap(({ id, code }, index) =>
      [1, 2, 3, 4].map((nth) => ({
        id: uuid(index, nth),
        code: `${code}-${nth}`,
        name: `Member ${nth}`,
        role: nth === 1 ? ('lead' as const) : ('member' as const),
        teamId: id,
        areaCode: null,
        reads: [...writtenLanguages],
        skills: nth === 2 ? ['road'] : [],
        onDuty: true,
        language: 'zh-Hans',
      })),
    ),
  })
})
afterAll(() => database?.drop())

it('P20 the same month in each language and script has the same deadlines, priorities, steps and outcomes', async () => {
  const months = new Map(
    await Promise.all(
      writtenLanguages.map(async (language) => [language, await play(language)] as const),
    ),
  )
  const [first] = writtenLanguages
  expect(months.get(first)).toHaveLength(month.length)
  for (const language of writtenLanguages)
    expect([language, months.get(language)]).toEqual([language, months.get(first)])
  // The comparison sees something: dangers, late ones, and both kinds of ends are in it.
  const told = JSON.stringify(months.get(first))
  for (const part of [
    'danger',
    'ordinary',
    'overdue',
    'reopened',
    'handedBack',
    'offerRanOut',
    '"timer"',
    '"resident"',
  ])
    expect(told).toContain(part)
})

/**
 * Plays the month of one village through the real pipeline, at its own moments, and tells of each
 * ticket all that people feel.
 */
async function play(language: WrittenLanguage): Promise<unknown> {
  const { db } = database
  const clock = { now: start }
  const keys = createKeyRing([Buffer.alloc(32, 1)])
  const quiet = {
    nudge: async () => {},
    runAfterCommit: async () => {},
    files: {} as never,
    quotas: openQuotas(),
    channels: [],
    log: pino({ level: 'silent' }),
    nameOfCategory: () => undefined,
    canSpeak: false,
  }
  const handle = conversationHandler({
    db,
    keys,
    office: async () => office,
    now: () => clock.now,
    ...quiet,
    isStopping: () => false,
  })
  const codes: string[] = []
  for (const [index, { at, category, isDanger, becomes }] of month.entries()) {
    clock.now = at
    const chat = `${language} ${index}`
    const does = async (message: Parameters<typeof keepArrival>[2]['message']) =>
      handle({
        id: await keepArrival(db, keys, {
          channel: 'webchat',
          handle: chat,
          externalId: randomUUID(),
          message,
        }),
      })
    const presses = (data: string) => does({ kind: 'pressed', data })
    await does({ kind: 'said', text: `/start v_V-${language}`, files: [] })
    await presses(`language:${language}`)
    await presses('notice:seen')
    await does({ kind: 'said', text: textOf(language, category, index, isDanger), files: [] })
    await presses(`category:${category}`)
    await presses('send')
    await presses('different')
    const { id, code } = await db.prisma.ticket.findFirstOrThrow({
      where: { placeCode: `V-${language}` },
      orderBy: { openedAt: 'desc' },
    })
    codes.push(code)
    const passes = async (ms: number) => {
      for (const until = clock.now + ms; ; ) {
        const { timerAt } = await db.prisma.ticket.findUniqueOrThrow({ where: { id } })
        clock.now = Math.min(until, Math.max(clock.now, timerAt?.getTime() ?? until))
        await unitOfWork(db, office, clock.now, (work) => fireTimers(work, id))
        if (clock.now >= until) return
      }
    }
    const handler = async () =>
      (await db.prisma.ticket.findUniqueOrThrow({ where: { id } })).assigneeId ?? ''
    const solves = async () => {
      const who = await handler()
      await unitOfWork(db, office, clock.now, (work) => accept(work, who, code))
      await passes(hour)
      await unitOfWork(db, office, clock.now, (work) =>
        resolve(work, who, code, { text: '好了', files: [] }),
      )
    }
    if (becomes === 'handedBack')
      await unitOfWork(db, office, clock.now, async (work) =>
        handBack(work, await handler(), code, 'noMeans'),
      )
    if (becomes === 'offerRanOut') await passes(2 * day)
    if (becomes === 'late') {
      const who = await handler()
      await unitOfWork(db, office, clock.now, (work) => accept(work, who, code))
      await passes(30 * day)
      await unitOfWork(db, office, clock.now, (work) =>
        resolve(work, who, code, { text: '好了', files: [] }),
      )
    } else await solves()
    if (becomes === 'reopened') {
      await presses(`no:${code}`)
      await does({ kind: 'said', text: textOf(language, category, index + 1, false), files: [] })
      await solves()
    }
    if (becomes === 'left') await passes(8 * day)
    else {
      await presses(`yes:${code}`)
      await presses(`rate:${code}:yes`)
    }
  }
  const tickets = await db.prisma.ticket.findMany({
    where: { code: { in: codes } },
    orderBy: { openedAt: 'asc' },
    include: { events: { orderBy: { seq: 'asc' } }, assignee: true },
  })
  return tickets.map((ticket) => ({
    category: ticket.category,
    priority: ticket.priority,
    opened: ticket.openedAt,
    firstResponseDue: ticket.firstResponseDueAt,
    resolutionDue: ticket.resolutionDueAt,
    status: ticket.status,
    closedBy: ticket.closedBy,
    satisfied: ticket.satisfied,
    by: ticket.assignee?.name,
    steps: ticket.events.map(({ type, at }) => [type, at]),
  }))
}

function textOf(
  language: WrittenLanguage,
  category: Category,
  index: number,
  isDanger: boolean,
): string {
  const tongue = language.slice(0, 2) as keyof typeof source
  const own = reports[`${source[tongue]} ${category}`] ?? []
  const text = isDanger ? dangers[tongue] : (own[index % own.length] ?? '')
  return source[tongue] === language ? text : convert(text, source[tongue], language)
}

/** Ordinary reports: which of them are dangers is the month's, not their words'. */
async function reportsOf(language: string, category: Category): Promise<readonly string[]> {
  const sections = (await readFile(`test/bench/reports/${language}.txt`, 'utf8')).split(/^# /m)
  expect(categories).toContain(category)
  return (
    sections
      .find((section) => section.startsWith(`${category}\n`))
      ?.split('\n')
      .slice(1)
      .filter((line) => line !== '' && dangerIn(line) === undefined) ?? []
  )
}

function uuid(team: number, member: number): string {
  return `00000000-0000-4000-8000-0000000${team}000${member}`
}
