import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Category, categories } from '../../src/categories/category.ts'
import { sharesLanguage, type WrittenLanguage } from '../../src/language/written-language.ts'
import { conversationWith } from '../../src/mailbox/conversations.store.ts'
import { makeOffice } from '../../src/organisation/office.store.ts'
import { loadOrganisation } from '../../src/organisation/organisation.store.ts'
import {
  dutyHoursPerWeek,
  isOnDuty,
  type LocalMoment,
  type Shift,
} from '../../src/organisation/roster.ts'
import { unitOfWork } from '../../src/organisation/unit-of-work.store.ts'
import { collectAfterCommit } from '../../src/platform/after-commit.ts'
import { day, hour } from '../../src/platform/instant.ts'
import { connect } from '../../src/platform/postgres/database.ts'
import { migrate } from '../../src/platform/postgres/migrate.ts'
import { createKeyRing } from '../../src/platform/sealing/key-ring.ts'
import { createChance } from '../../src/simulation/chance.ts'
import { makeOrganisation } from '../../src/simulation/organisation.ts'
import { assignOpenTicket } from '../../src/tickets/assignment.store.ts'
import { assign, type Candidate } from '../../src/tickets/assignment.ts'
import { openTicket } from '../../src/tickets/open-ticket.store.ts'
import { startPostgresAsSuperuser } from '../servers/postgres.ts'

const size = { teams: 977, members: 5821, counties: 8 }
const days = 30
/** A prefecture's month: 5,000 reports a day. */
const reportsPerDay = 5000

/** About as the languages stand in a prefecture such as the made-up one's, and its teams read. */
const languages: readonly (readonly [WrittenLanguage, number])[] = [
  ['ug-Arab', 33],
  ['zh-Hans', 31],
  ['kk-Arab', 18],
  ['kk-Cyrl', 10],
  ['ug-Latn', 4],
  ['kk-Latn', 2],
  ['ug-Cyrl', 1],
  ['zh-Hant', 1],
]

type Member = Candidate & { readonly shifts: readonly Shift[]; open: number[]; given: number }
type Given = { readonly readers: readonly number[]; readonly assignee: number | undefined }

/** A seeded month of a prefecture, decision by decision; and the store's part of one decision. */
export async function benchAssignment(): Promise<Record<string, unknown>> {
  const { teams, decisions, micros } = playMonth()
  const given = teams.flatMap(({ tickets }) => tickets)
  const reached = given.filter(
    ({ readers, assignee }) => assignee !== undefined && readers.includes(assignee),
  ).length
  const optimum = teams.reduce(
    (sum, { tickets, members }) => sum + mostReaders(tickets, members),
    0,
  )
  const spreads = teams.flatMap(({ members }) => {
    const loads = members.map((member) => member.given / dutyHoursPerWeek(member.shifts))
    const mean = loads.reduce((sum, load) => sum + load, 0) / loads.length
    return mean === 0 ? [] : [Math.max(...loads) / mean]
  })
  const sorted = [...spreads].sort((a, b) => a - b)
  const loadSpread = spreads.reduce((sum, spread) => sum + spread, 0) / spreads.length
  console.log(
    `${size.teams} teams, ${size.members} members, ${decisions} decisions in ${days} days, seed 1`,
  )
  console.log(
    `read by their member: ${percent(reached / given.length)} % of tickets; the exact solver reaches ${percent(optimum / given.length)} %`,
  )
  console.log(
    `tickets for each hour on duty, busiest ÷ mean of a team: mean ${round(loadSpread)}, 9 of 10 teams below ${round(sorted[Math.floor(0.9 * sorted.length)] ?? 0)}`,
  )
  const decisionWithStoreMs = await timeWithStore()
  console.log(
    `a decision takes ${round(micros)} µs without I/O; in a transaction of its own ${round(decisionWithStoreMs)} ms`,
  )
  return {
    languageShareOfOptimum: round(reached / optimum),
    loadSpread: round(loadSpread),
    decisionMicros: round(micros),
    decisionWithStoreMs: round(decisionWithStoreMs),
  }
}

function playMonth(): {
  readonly teams: readonly { readonly members: Member[]; readonly tickets: Given[] }[]
  readonly decisions: number
  readonly micros: number
} {
  const organisation = makeOrganisation(size, 1)
  const chance = createChance(11)
  const teams = organisation.teams.map((team) => ({
    members: organisation.members
      .filter(({ teamId }) => teamId === team.id)
      .map((member, index): Member => toMember(member, index, chance.below(5) === 0)),
    tickets: [] as Given[],
  }))
  let [decisions, spent] = [0, 0]
  for (let date = 0; date < days; date += 1)
    for (let report = 0; report < reportsPerDay; report += 1) {
      const minute = openingAfter(7 * 60 + Math.floor(chance.next() * 15 * 60))
      const at = date * day + minute * 60_000
      const now: LocalMoment = {
        day: `2026-11-${String(date + 1).padStart(2, '0')}`,
        weekday: (date % 7) + 1,
        minute,
      }
      const team = teams[chance.below(teams.length)]
      if (team === undefined) continue
      for (const member of team.members) member.open = member.open.filter((until) => until > at)
      const [language, category] = [
        pickLanguage(chance.next()),
        chance.pick(categories.slice(0, 15)) as Category,
      ]
      const candidates = team.members.map((member) => ({
        ...member,
        onDuty: isOnDuty({ saysOn: true, shifts: member.shifts, leaves: [] }, now),
        openTickets: member.open.length,
      }))
      const started = performance.now()
      const { assignee } = assign({ language, category }, candidates)
      spent += performance.now() - started
      decisions += 1
      const index = team.members.findIndex(({ id }) => id === assignee)
      const readers = candidates.flatMap((each, position) =>
        each.onDuty && each.reads.some((tag) => sharesLanguage(tag, language)) ? [position] : [],
      )
      team.tickets.push({ readers, assignee: index === -1 ? undefined : index })
      const member = team.members[index]
      if (member === undefined) continue
      const takes = (4 + 68 * chance.next()) * hour
      member.open.push(at + takes)
      // Steady after the first week.
      if (date >= 7) member.given += 1
    }
  return { teams, decisions, micros: (spent * 1000) / decisions }
}

/**
 * A village work team's week: both halves of six days, the day off going round; one member in five
 * works the mornings only.
 */
function toMember(
  member: {
    readonly id: string
    readonly name: string
    readonly reads: readonly string[]
    readonly skills: readonly string[]
  },
  index: number,
  isPartTime: boolean,
): Member {
  const halves = isPartTime ? [morning] : [morning, afternoon]
  const shifts = [1, 2, 3, 4, 5, 6, 7]
    .filter((weekday) => weekday !== (index % 7) + 1)
    .flatMap((weekday) => halves.map((half) => ({ weekday, ...half })))
  return {
    ...member,
    shifts,
    onDuty: true,
    openTickets: 0,
    dutyHoursPerWeek: dutyHoursPerWeek(shifts),
    hadThis: false,
    isConcerned: false,
    open: [],
    given: 0,
  }
}

const morning = { fromMinute: 9 * 60 + 30, untilMinute: 13 * 60 + 30 }
const afternoon = { fromMinute: 15 * 60 + 30, untilMinute: 19 * 60 + 30 }

/**
 * What comes while nobody is on duty waits for the next half of a day, and in the evening goes to
 * the next morning's like.
 */
function openingAfter(minute: number): number {
  if (minute < morning.fromMinute || minute >= afternoon.untilMinute) return morning.fromMinute
  return minute >= morning.untilMinute && minute < afternoon.fromMinute
    ? afternoon.fromMinute
    : minute
}

function pickLanguage(chance: number): WrittenLanguage {
  let rest = chance * 100
  for (const [language, share] of languages) {
    rest -= share
    if (rest < 0) return language
  }
  return 'ug-Arab'
}

/**
 * The exact optimum: the most tickets that can go to a reader on duty at the time, when nobody may
 * have more than 1.3 times the mean. Augmenting paths (H. W. Kuhn, 1955), with capacities.
 */
function mostReaders(tickets: readonly Given[], members: readonly Member[]): number {
  const capacity = Math.ceil((1.3 * tickets.length) / members.length)
  const has: number[][] = members.map(() => [])
  const place = (ticket: number, tried: Set<number>): boolean => {
    for (const reader of tickets[ticket]?.readers ?? []) {
      if (tried.has(reader)) continue
      tried.add(reader)
      const held = has[reader] ?? []
      if (held.length < capacity) return held.push(ticket) > 0
      for (const [position, other] of held.entries())
        if (place(other, tried)) {
          held[position] = ticket
          return true
        }
    }
    return false
  }
  return tickets.filter((_, ticket) => place(ticket, new Set())).length
}

/**
 * The median of opening a ticket, with its decision, in a database of the same size, in
 * milliseconds.
 */
async function timeWithStore(): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'jawab-bench-'))
  const database = await startPostgresAsSuperuser(folder)
  const db = connect(database.url, 2)
  try {
    await migrate(database.url)
    const organisation = makeOrganisation(size, 1)
    await loadOrganisation(db, organisation)
    await db.prisma.$executeRaw`analyze`
    const resident = await conversationWith(
      db,
      createKeyRing([Buffer.alloc(32, 1)]),
      'webchat',
      'bench',
    )
    const villages = organisation.places.filter(({ teamId }) => teamId !== null)
    const now = Date.parse('2026-11-24T05:00:00Z')
    const office = makeOffice('Asia/Urumqi', new Date(now))
    const times: number[] = []
    for (let index = 0; index < 330; index += 1) {
      const placeCode = villages[(index * 37) % villages.length]?.code ?? ''
      const report = {
        words: [{ text: 'x', files: [] }],
        category: 'road',
        priority: 'ordinary',
        language: 'ug-Arab',
      } as const
      const { result: code } = await unitOfWork(db, office, now, (work) =>
        openTicket(work, { ...report, conversationId: resident, placeCode }),
      )
      const { id } = await db.prisma.ticket.update({
        where: { code },
        data: { status: 'open', assigneeId: null },
        select: { id: true },
      })
      const started = performance.now()
      await db.transaction((tx) =>
        assignOpenTicket(
          {
            tx,
            at: now,
            office,
            untied: new Set(),
            chatKeys: new Map(),
            refreshPages: new Set(),
            after: collectAfterCommit(),
          },
          id,
        ),
      )
      if (index >= 30) times.push(performance.now() - started)
    }
    return times.sort((a, b) => a - b)[Math.floor(times.length / 2)] ?? 0
  } finally {
    await db.close()
    await database.release()
    await rm(folder, { recursive: true })
  }
}

function percent(share: number): number {
  return Math.round(share * 1000) / 10
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000
}
