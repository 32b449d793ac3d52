import type { UnitOfWork } from '../organisation/unit-of-work.store.ts'
import type { Db, Transaction } from '../platform/postgres/database.ts'
import { statement } from '../platform/postgres/query.ts'
import { decideAtDesk, decideInTeam, offerTo } from './assignment.store.ts'
import { tellResidents } from './tell.store.ts'
import { lockTicket, type Outcome, refused } from './tickets.store.ts'

/** What stands for the duty desk of a township where a team could. */
export const desk = 'desk'

/** How many teams are offered: the nearest ones. */
const mostTeams = 60

/** A team that a ticket can be given to. */
export type OtherTeam = {
  readonly id: string
  readonly names: Readonly<Record<string, string>>
}

/**
 * The teams of an area to which a ticket can be given, less its own: those of its township first,
 * then of its county.
 */
export async function otherTeams(
  db: Db | Transaction,
  areaCode: string,
  code: string,
): Promise<readonly OtherTeam[]> {
  return db.read(statement<OtherTeam>`
    select s."id"::text as "id", s."names" from "Ticket" t
      join "Place" p on p."code" = t."placeCode"
      cross join "Team" s join "Place" seat on seat."code" = s."placeCode"
    where t."code" = ${code} and not t."confidential" and s."id" is distinct from t."teamId"
      and (seat."code" = ${areaCode} or ${areaCode} = any (seat."ancestors"))
    order by cardinality(array(select unnest(p."ancestors" || p."code")
      intersect select unnest(seat."ancestors" || seat."code"))) desc, s."code"
    limit ${mostTeams}`)
}

/**
 * Gives a ticket to another team of an overseer's area, or to the duty desk of its township: to whom
 * it fits best there. Its reporter hears that somebody else has it, and its deadlines stay. The
 * caller checks that the overseer may see the ticket's facts.
 */
export async function passOn(
  work: UnitOfWork,
  areaCode: string,
  code: string,
  to: string,
): Promise<Outcome> {
  const ticket = await lockTicket(work, code)
  if (ticket === undefined || ticket.confidential) return refused('notYours')
  const isDesk = to === desk
  if (!isDesk && !(await otherTeams(work.tx, areaCode, code)).some(({ id }) => id === to))
    return refused('notYours')
  const decision = isDesk ? await decideAtDesk(work, ticket) : await decideInTeam(work, ticket, to)
  if (decision.assignee === undefined || decision.assignee === ticket.assigneeId)
    return refused('nobodyThere')
  const { assignee, reason } = decision
  const team = isDesk ? undefined : to
  const outcome = await offerTo(work, ticket, 'reassigned', assignee, reason, team)
  if (outcome.ok && ticket.status === 'accepted')
    await tellResidents(work, ticket, { notice: 'handedOn', code })
  return outcome
}
