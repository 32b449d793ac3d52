import type { Category } from '../categories/category.ts'
import { sharesLanguage } from '../language/written-language.ts'
import { usualWeekHours } from '../organisation/roster.ts'

/** Somebody who may get a ticket, as assignment sees them. */
export type Candidate = {
  readonly id: string
  readonly name: string
  readonly onDuty: boolean
  /** The tags that the member reads, such as `ug-Arab`. */
  readonly reads: readonly string[]
  readonly skills: readonly string[]
  /** Tickets assigned to or accepted by the member now. */
  readonly openTickets: number
  readonly dutyHoursPerWeek: number
  /**
   * They handed this one back, stepped aside, let the offer run out, or it was reopened after them.
   */
  readonly hadThis: boolean
  /** The ticket is about them. */
  readonly isConcerned: boolean
}

/**
 * How far the search has widened: the team, its lead, the township's duty desk; `above`, for what
 * the team must not see.
 */
export type Level = 'team' | 'lead' | 'desk' | 'above'

/** What was seen of somebody who fits. */
type Fit = {
  readonly name: string
  /** 2: reads this language in this script; 1: in another script; 0: not. */
  readonly reads: 0 | 1 | 2
  readonly hasSkill: boolean
  readonly openTickets: number
}

/** Why somebody was chosen: stored with the ticket, and read out in any language. */
type Reason = {
  readonly level: Level
  readonly language: string
  readonly category: Category
  readonly chosen: Fit
  /** Who came next, and what decided against them. */
  readonly next?: Fit & { readonly because: 'reads' | 'skill' | 'load' }
  readonly considered: number
}

export type Decision =
  | { readonly assignee: string; readonly reason: Reason }
  | { readonly assignee: undefined; readonly considered: number }

/** From this many reopenings on, the level above decides (design, section 6). */
export const reopeningsBeforeLevelAbove = 2
/**
 * After this many hand-backs, or offers that nobody took, the lead decides: nothing goes round in
 * circles.
 */
const handBacksBeforeLead = 3
const offersBeforeLead = 2

/**
 * Where somebody is looked for, one after another. After the last the ticket waits, and the
 * supervisors hear of it.
 */
export function levelsFor(ticket: {
  readonly confidential: boolean
  readonly teamId: string | null
  readonly reopenedCount: number
  readonly handBacks: number
  readonly offersRanOut: number
}): readonly Level[] {
  if (ticket.confidential || ticket.reopenedCount >= reopeningsBeforeLevelAbove) return ['above']
  if (ticket.teamId === null) return ['desk']
  return ticket.handBacks >= handBacksBeforeLead || ticket.offersRanOut >= offersBeforeLead
    ? ['lead', 'desk']
    : ['team', 'lead', 'desk']
}

type Asked = { readonly language: string; readonly category: Category; readonly level?: Level }

/**
 * Who gets a ticket (design, section 7). Pure: the same facts give the same answer, whatever their
 * order.
 *
 * Only who is on duty, is not concerned and has not had this one. Who reads the resident's language
 * comes before everybody else; the very script and the category among one's skills weigh as much as
 * {@link scriptWorth} and {@link skillWorth} open tickets in a full week, against who has fewer of
 * them per hour on duty.
 */
export function assign(
  { language, category, level = 'team' }: Asked,
  candidates: readonly Candidate[],
): Decision {
  const fit = candidates.filter(
    (candidate) => candidate.onDuty && !candidate.hadThis && !candidate.isConcerned,
  )
  const [best, second] = [...fit].sort(
    (a, b) =>
      Number(reading(b, language) > 0) - Number(reading(a, language) > 0) ||
      burden(a, language, category) - burden(b, language, category) ||
      load(a) - load(b) ||
      (a.id < b.id ? -1 : 1),
  )
  if (best === undefined) return { assignee: undefined, considered: candidates.length }
  const seen = (candidate: Candidate): Fit => ({
    name: candidate.name,
    reads: reading(candidate, language),
    hasSkill: candidate.skills.includes(category),
    openTickets: candidate.openTickets,
  })
  const reason: Reason = { level, language, category, chosen: seen(best), considered: fit.length }
  if (second === undefined) return { assignee: best.id, reason }
  return {
    assignee: best.id,
    reason: {
      ...reason,
      next: { ...seen(second), because: decidingDifference(seen(best), seen(second)) },
    },
  }
}

function decidingDifference(best: Fit, second: Fit): 'reads' | 'skill' | 'load' {
  if (best.reads > second.reads) return 'reads'
  return best.hasSkill && !second.hasSkill && best.openTickets >= second.openTickets
    ? 'skill'
    : 'load'
}

/** How many open tickets a week's work may differ by before skill gives way to load. */
const skillWorth = 0.5

/** And for reading the very script, and not only the language in another one. */
const scriptWorth = 0.5

/** Open tickets for a full week's duty; less what a skill is worth. */
function burden(candidate: Candidate, language: string, category: Category): number {
  return (
    load(candidate) -
    (candidate.skills.includes(category) ? skillWorth : 0) -
    (reading(candidate, language) === 2 ? scriptWorth : 0)
  )
}

function load({ openTickets, dutyHoursPerWeek }: Candidate): number {
  return (openTickets * usualWeekHours) / dutyHoursPerWeek
}

function reading(candidate: Candidate, language: string): 0 | 1 | 2 {
  if (candidate.reads.includes(language)) return 2
  return candidate.reads.some((tag) => sharesLanguage(tag, language)) ? 1 : 0
}

/** Somebody above the team. `level` counts from the place upwards: the lowest is the nearest. */
export type SupervisorCandidate = Candidate & {
  readonly level: number
  readonly isAdministrator: boolean
}

/**
 * Who handles what the team must not decide (design, section 7): the nearest supervisor on duty who
 * is not concerned, and nobody of a level that a concerned one belongs to, or of one below it.
 * Where a complaint is about somebody above the team who is not named, that is the nearest level.
 * The administrators are the last: their desk for appeals.
 */
export function assignAbove(
  asked: Asked,
  candidates: readonly SupervisorCandidate[],
  concernsAbove: boolean,
): Decision {
  const supervisors = candidates.filter(({ isAdministrator }) => !isAdministrator)
  const nearest = Math.min(...supervisors.map(({ level }) => level))
  const concerned = Math.max(
    ...supervisors.filter(({ isConcerned }) => isConcerned).map(({ level }) => level),
    concernsAbove ? nearest : -1,
  )
  const fit = candidates.filter(
    (each) =>
      each.onDuty &&
      !each.hadThis &&
      !each.isConcerned &&
      (each.isAdministrator || each.level > concerned),
  )
  const level = Math.min(...fit.map((each) => each.level))
  const decision = assign(
    { ...asked, level: 'above' },
    fit.filter((each) => each.level === level),
  )
  return decision.assignee === undefined
    ? { assignee: undefined, considered: candidates.length }
    : decision
}
