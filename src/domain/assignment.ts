import type { Category } from './category.ts'
import { sharesLanguage } from './written-language.ts'

/** A member of the team, as assignment sees them. */
export type Candidate = {
  readonly id: string
  readonly onDuty: boolean
  /** The tags that the member reads, such as `ug-Arab`. */
  readonly reads: readonly string[]
  readonly skills: readonly string[]
  /** Tickets assigned to or accepted by the member now. */
  readonly openTickets: number
  readonly handedThisBack: boolean
}

/** Why somebody was chosen: what was seen, in a form that is stored with the ticket and read out in any language. */
type Reason = { readonly readsLanguage: boolean; readonly hasSkill: boolean; readonly openTickets: number; readonly considered: number }

export type Decision =
  | { readonly assignee: string; readonly reason: Reason }
  | { readonly assignee: undefined; readonly reason: { readonly considered: number } }

/**
 * Who of a team gets a ticket (design, section 7). Pure: the same facts give the same answer, whatever their order.
 *
 * Only who is on duty and has not handed this one back; then, in this order, who reads the resident's language and
 * script (or else its language in another script), who has the category among their skills, who has the fewest open.
 */
export function assign(ticket: { readonly language: string; readonly category: Category }, candidates: readonly Candidate[]): Decision {
  const fit = candidates.filter((candidate) => candidate.onDuty && !candidate.handedThisBack)
  const [best] = [...fit].sort(
    (a, b) =>
      reading(b, ticket.language) - reading(a, ticket.language) ||
      Number(b.skills.includes(ticket.category)) - Number(a.skills.includes(ticket.category)) ||
      a.openTickets - b.openTickets ||
      (a.id < b.id ? -1 : 1),
  )
  if (best === undefined) return { assignee: undefined, reason: { considered: candidates.length } }
  const reason = {
    readsLanguage: reading(best, ticket.language) > 0,
    hasSkill: best.skills.includes(ticket.category),
    openTickets: best.openTickets,
    considered: fit.length,
  }
  return { assignee: best.id, reason }
}

/** 2: reads this language in this script; 1: in another script; 0: not. */
function reading(candidate: Candidate, language: string): number {
  if (candidate.reads.includes(language)) return 2
  return candidate.reads.some((tag) => sharesLanguage(tag, language)) ? 1 : 0
}

/** Somebody above the team. `level` counts from the place upwards: the lowest is the nearest. */
export type SupervisorCandidate = { readonly id: string; readonly level: number; readonly onDuty: boolean; readonly handedThisBack: boolean }

/**
 * Who handles a complaint about staff (design, section 7): never the team; the nearest supervisor on duty, and where the
 * complaint concerns somebody above the team, nobody of the nearest level either.
 */
export function assignComplaint(candidates: readonly SupervisorCandidate[], concernsAbove: boolean): Decision {
  const nearest = Math.min(...candidates.map(({ level }) => level))
  const fit = candidates.filter((candidate) => candidate.onDuty && !candidate.handedThisBack && !(concernsAbove && candidate.level === nearest))
  const [best] = [...fit].sort((a, b) => a.level - b.level || (a.id < b.id ? -1 : 1))
  if (best === undefined) return { assignee: undefined, reason: { considered: candidates.length } }
  return { assignee: best.id, reason: { readsLanguage: false, hasSkill: false, openTickets: 0, considered: fit.length } }
}
