import type { Category } from '../categories/category.ts'
import { type WrittenLanguage, writtenForms } from '../language/written-language.ts'
import { deadlines, type Priority, targetOf } from '../organisation/deadline.ts'
import type { Office } from '../organisation/office.ts'
import type { Organisation } from '../organisation/organisation.ts'
import { addWorkingTime } from '../organisation/working-time.ts'
import { day, hour, type Instant, minute } from '../platform/instant.ts'
import type { HistoryEvent } from '../tickets/history.ts'
import { type Chance, createChance } from './chance.ts'
import { reportText, wordsFor } from './words.ts'

/** A made-up ticket: what happened to it, and what was written. */
export type MadeUpTicket = {
  readonly category: Category
  readonly language: WrittenLanguage
  readonly placeCode: string
  readonly teamId: string
  /** Why the last member was given it, as an assignment keeps it. */
  readonly assignment: object
  readonly events: readonly (HistoryEvent & { readonly by: 'resident' | 'member' | 'service' })[]
  readonly messages: readonly {
    readonly by: 'resident' | 'member'
    readonly kind: string
    readonly text: string
    readonly at: Instant
  }[]
}

/** How far back the demonstration goes, and how many tickets it has beside those of the storm. */
const [span, ordinaryCount, stormCount] = [28 * day, 350, 50]
/** The storm: one evening in one county, nine days ago. */
const [stormAgo, stormLasts] = [9 * day, 3 * hour]

const categories = [
  ['drinking_water', 14],
  ['road', 13],
  ['electricity', 10],
  ['irrigation', 8],
  ['waste', 8],
  ['street_light', 7],
  ['farming', 7],
  ['documents', 6],
  ['health', 5],
  ['school', 5],
  ['housing', 5],
  ['jobs', 4],
  ['heating', 3],
  ['land', 3],
  ['tourism', 1],
  ['other', 3],
] as const satisfies readonly (readonly [Category, number])[]
const ofStorm = [
  ['electricity', 5],
  ['road', 3],
  ['housing', 2],
] as const satisfies readonly (readonly [Category, number])[]

/**
 * Some 400 tickets of the last four weeks, in every written form, as they stand now: answered,
 * late, asked about, reopened, and a storm of them one evening. The same seed and moment give the
 * same ones.
 */
export function makeDemoTickets(
  organisation: Organisation,
  office: Office,
  now: Instant,
  seed: number,
): readonly MadeUpTicket[] {
  const chance = createChance(seed)
  const villages = organisation.places.filter(({ teamId }) => teamId !== null)
  const own = organisation.members[0]?.teamId
  // Who looks at the demonstration sees the first team: it has most to do.
  const busy = villages.map((village) => [village, village.teamId === own ? 4 : 1] as const)
  const [hit] = villages
  const inStorm = villages.filter(({ code }) => code.slice(0, 4) === hit?.code.slice(0, 4))
  const tickets: MadeUpTicket[] = []
  for (let nth = 0; nth < ordinaryCount; nth++) {
    const ago = span * (1 - Math.sqrt(chance.next())) + chance.below(20) * minute
    tickets.push(
      story(chance, organisation, office, now, {
        village: chance.weighted(busy),
        category: chance.weighted(categories),
        openedAt: byDaylight(Math.round(now - ago), chance, office),
        nth,
      }),
    )
  }
  for (let nth = 0; nth < stormCount; nth++)
    tickets.push(
      story(chance, organisation, office, now, {
        village: chance.pick(inStorm),
        category: chance.weighted(ofStorm),
        openedAt: Math.round(now - stormAgo + chance.next() ** 2 * stormLasts),
        nth,
      }),
    )
  return tickets.sort((a, b) => (a.events[0]?.at ?? 0) - (b.events[0]?.at ?? 0))
}

/** People write by day: what would come at night comes some hours earlier. */
function byDaylight(at: Instant, chance: Chance, { localMoment }: Office): Instant {
  const { minute: local } = localMoment(at)
  return local >= 8 * 60 && local < 23 * 60 ? at : at - (9 + chance.below(5)) * hour
}

type Begun = {
  readonly village: Organisation['places'][number]
  readonly category: Category
  readonly openedAt: Instant
  readonly nth: number
}

/** What happens to a ticket from its opening on, as far as it has happened by now. */
function story(
  chance: Chance,
  { members }: Organisation,
  { calendar, targets }: Office,
  now: Instant,
  { village, category, openedAt, nth }: Begun,
): MadeUpTicket {
  const language = chance.weighted(writtenForms.map((form) => [form.tag, form.weight] as const))
  const team = members.filter(({ teamId }) => teamId === village.teamId)
  // One in three goes to the member whose pages are shown.
  const first = team.includes(members[0] as (typeof members)[number]) ? members[0] : undefined
  const member = first !== undefined && chance.next() < 0.4 ? first : chance.pick(team)
  const assignment = {
    level: 'team',
    language,
    category,
    chosen: {
      name: member.name,
      reads: member.reads.includes(language) ? 2 : 0,
      hasSkill: member.skills.includes(category),
      openTickets: chance.below(6),
    },
  }
  const priority: Priority = chance.next() < 0.04 ? 'danger' : 'ordinary'
  const target = targetOf(category, priority, targets)
  const due = deadlines(target, openedAt, calendar)
  const events: MadeUpTicket['events'][number][] = []
  const messages: MadeUpTicket['messages'][number][] = []
  const happens = (
    type: HistoryEvent['type'],
    at: Instant,
    by: 'resident' | 'member' | 'service',
    data: HistoryEvent['data'] = {},
  ) =>
    events.push({
      type,
      at: Math.round(at),
      by,
      data,
      memberId: type === 'assigned' || by === 'member' ? member.id : undefined,
    })
  const says = (by: 'resident' | 'member', kind: string, text: string, at: Instant) =>
    messages.push({ by, kind, text, at: Math.round(at) })
  /** So much working time later, or by the clock where the deadline runs by it. */
  const after = (at: Instant, ms: number) =>
    Math.round(target.byTheClock ? at + ms : addWorkingTime(Math.round(at), ms, calendar))
  const answerTime = target.firstResponseMinutes * minute
  const solveTime = target.resolutionMinutes * minute

  happens('opened', openedAt, 'resident', { ...due, priority })
  says('resident', 'report', reportText(category, language, nth), openedAt)
  const luck = chance.next()
  // One in a hundred found nobody.
  if (luck > 0.99) return cut({ category, language, village, assignment, events, messages, now })
  happens('assigned', openedAt + 20_000, 'service', {
    offerDueAt: after(openedAt, answerTime),
  })
  // Most answer within a third of the time, one in eight too late, and a few not at all.
  if (luck > 0.96) return cut({ category, language, village, assignment, events, messages, now })
  let at = after(
    openedAt,
    answerTime * (luck < 0.84 ? 0.05 + chance.next() * 0.5 : 1.1 + chance.next()),
  )
  happens('accepted', at, 'member')
  if (chance.next() < 0.25) {
    at += (5 + chance.below(60)) * minute
    happens('asked', at, 'member')
    says('member', 'asked', wordsFor('question', language), at)
    // One in five questions stays without an answer.
    if (chance.next() < 0.2)
      return cut({ category, language, village, assignment, events, messages, now })
    at += (10 + chance.below(300)) * minute
    happens('answered', at, 'resident')
    says('resident', 'answered', wordsFor('answer', language), at)
  }
  const isLate = chance.next() < 0.12
  at = Math.max(
    at + 30 * minute,
    after(openedAt, solveTime * (isLate ? 1.1 + chance.next() * 0.5 : 0.1 + chance.next() * 0.8)),
  )
  happens('resolved', at, 'member')
  says('member', 'resolved', wordsFor('solution', language), at)
  const mood = chance.next()
  if (mood < 0.08) {
    at += (1 + chance.below(20)) * hour
    const again = deadlines(target, at, calendar)
    happens('reopened', at, 'resident', again)
    says('resident', 'reopened', wordsFor('again', language), at)
    happens('assigned', at + 20_000, 'service', { offerDueAt: after(at, answerTime) })
    at = after(at, answerTime * chance.next())
    happens('accepted', at, 'member')
    at = after(at, solveTime * 0.5)
    happens('resolved', at, 'member')
    says('member', 'resolved', wordsFor('solution', language), at)
  }
  if (mood < 0.7) {
    at += (1 + chance.below(30)) * hour
    happens('closed', at, 'resident', { by: 'resident' })
    happens('rated', at, 'resident', { satisfied: chance.next() < 0.9 })
  } else happens('closed', at + 7 * day, 'service', { by: 'timer' })
  return cut({ category, language, village, assignment, events, messages, now })
}

/** Leaves out what has not happened yet. */
function cut({
  category,
  language,
  village,
  assignment,
  events,
  messages,
  now,
}: Pick<Begun, 'category' | 'village'> & {
  readonly language: WrittenLanguage
  readonly assignment: object
  readonly events: MadeUpTicket['events']
  readonly messages: MadeUpTicket['messages']
  readonly now: Instant
}): MadeUpTicket {
  return {
    category,
    language,
    placeCode: village.code,
    teamId: village.teamId ?? '',
    assignment,
    events: events.filter(({ at }) => at <= now),
    messages: messages.filter(({ at }) => at <= now),
  }
}
