import { may } from '../organisation/role.ts'
import type { UnitOfWork } from '../organisation/unit-of-work.store.ts'
import { workingTimeBetween } from '../organisation/working-time.ts'
import { minute } from '../platform/instant.ts'
import { query } from '../platform/postgres/query.ts'
import { appendMessage } from './append.store.ts'
import { assignOpenTicket, offerTo } from './assignment.store.ts'
import { heldBack } from './contact.ts'
import { type HandBackReason, wrongAddressMinutes } from './hand-back.ts'
import { clockGoesOn } from './resident-requests.store.ts'
import { filesOf, tellFollowers, tellReporter, tellResidents } from './tell.store.ts'
import {
  applyEvent,
  type Locked,
  lockHeld,
  lockTicket,
  type Outcome,
  ok,
  refused,
  type Words,
} from './tickets.store.ts'

/** The assignee takes the ticket on: the first response, of which the resident hears. */
export async function accept(work: UnitOfWork, memberId: string, code: string): Promise<Outcome> {
  const ticket = await lockHeld(work, memberId, code)
  if (ticket === undefined) return refused('notYours')
  const outcome = await applyEvent(work, ticket, { type: 'accepted', by: 'member', memberId })
  if (!outcome.ok) return outcome
  await tellResidents(work, ticket, {
    notice: 'accepted',
    code,
    dueAt: ticket.resolutionDueAt.getTime(),
  })
  return ok
}

/**
 * Writes the assignee's words to their ticket. Refused is what must not be sent, and who does not
 * have the ticket.
 */
async function write(
  work: UnitOfWork,
  memberId: string,
  code: string,
  type: 'told' | 'asked' | 'resolved' | 'corrected',
  words: Words,
): Promise<Extract<Outcome, { ok: false }> | { readonly ok: true; readonly ticket: Locked }> {
  const held = heldBack(words.text)
  if (held !== undefined) return { ok: false, reason: held }
  const ticket = await lockHeld(work, memberId, code)
  if (ticket === undefined) return { ok: false, reason: 'notYours' }
  const data = type === 'asked' ? clockGoesOn(work, ticket) : {}
  const outcome = await applyEvent(work, ticket, { type, by: 'member', memberId, data })
  if (!outcome.ok) return outcome
  await appendMessage(work, ticket, 'member', type, words)
  return { ok: true, ticket }
}

/** The assignee tells how it goes; the clock runs on. */
export async function tellResident(
  work: UnitOfWork,
  memberId: string,
  code: string,
  words: Words,
): Promise<Outcome> {
  const written = await write(work, memberId, code, 'told', words)
  if (!written.ok) return written
  const { ticket } = written
  await tellResidents(
    work,
    ticket,
    ...(words.text.trim() === '' ? [] : [{ notice: 'told' as const, code, text: words.text }]),
    ...filesOf(ticket, words),
  )
  return ok
}

/**
 * The member edited something that they had written to the resident: it goes to them as a
 * correction.
 */
export async function correctOwn(
  work: UnitOfWork,
  memberId: string,
  source: string,
  words: Words,
): Promise<Outcome & { readonly code?: string }> {
  const written = await work.tx.read(
    query
      .selectFrom('TicketMessage as m')
      .innerJoin('Ticket as t', 't.id', 'm.ticketId')
      .select(['m.text', 'm.sealedAs', 't.code'])
      .where('m.source', '=', new Uint8Array(Buffer.from(source, 'base64url')))
      .where('m.by', '=', 'member')
      .where('t.assigneeId', '=', memberId)
      .orderBy('m.id', 'desc')
      .limit(1),
  )
  const [opened] = await work.tx.words.open('TicketMessage', written)
  if (opened === undefined || (opened.text === words.text && words.files.length === 0)) return ok
  const { code } = opened
  const corrected = await write(work, memberId, code, 'corrected', words)
  if (!corrected.ok) return { ...corrected, code }
  const { ticket } = corrected
  await tellReporter(
    work,
    ticket,
    ...(words.text.trim() === ''
      ? []
      : [{ notice: 'correctedByTeam' as const, code, text: words.text }]),
    ...filesOf(ticket, words),
  )
  return { ...ok, code }
}

/**
 * The assignee asks the resident; the answer goes back to this ticket, and the clock stands until
 * then.
 */
export async function askResident(
  work: UnitOfWork,
  memberId: string,
  code: string,
  words: Words,
): Promise<Outcome> {
  const written = await write(work, memberId, code, 'asked', words)
  if (!written.ok) return written
  const { ticket } = written
  await tellReporter(work, ticket, ...filesOf(ticket, words), {
    notice: 'question',
    code,
    text: words.text,
  })
  return ok
}

/**
 * The assignee says that it is done, with a word of how; the resident is asked whether it helped.
 */
export async function resolve(
  work: UnitOfWork,
  memberId: string,
  code: string,
  words: Words,
): Promise<Outcome> {
  const written = await write(work, memberId, code, 'resolved', words)
  if (!written.ok) return written
  const { ticket } = written
  await tellReporter(work, ticket, ...filesOf(ticket, words), {
    notice: 'resolved',
    code,
    text: words.text,
  })
  await tellFollowers(work, ticket, ...filesOf(ticket, words), {
    notice: 'resolvedToo',
    code,
    text: words.text,
  })
  return ok
}

/**
 * The assignee hands the ticket back with a reason; it goes to somebody else at once, where there
 * is somebody.
 */
export async function handBack(
  work: UnitOfWork,
  memberId: string,
  code: string,
  reason: HandBackReason,
): Promise<Outcome> {
  return letGo(work, memberId, code, async (ticket) =>
    reason === 'notMine' && hadLongEnough(work, ticket)
      ? refused('tooLateForWrongAddress')
      : applyEvent(work, ticket, {
          type: 'handedBack',
          by: 'member',
          memberId,
          data: { reason, ...clockGoesOn(work, ticket) },
        }),
  )
}

/** Whether a member has had a ticket for longer than it may take to see that it is not theirs. */
function hadLongEnough({ at, office }: UnitOfWork, { assignedAt }: Locked): boolean {
  return (
    assignedAt !== null &&
    workingTimeBetween(assignedAt.getTime(), at, office.calendar) > wrongAddressMinutes * minute
  )
}

/**
 * The assignee steps aside without a reason (a conflict of interest): out of their sight at once
 * (protection P31).
 */
export async function stepAside(
  work: UnitOfWork,
  memberId: string,
  code: string,
): Promise<Outcome> {
  return letGo(work, memberId, code, (ticket) =>
    applyEvent(work, ticket, {
      type: 'steppedAside',
      by: 'member',
      memberId,
      data: clockGoesOn(work, ticket),
    }),
  )
}

async function letGo(
  work: UnitOfWork,
  memberId: string,
  code: string,
  how: (ticket: Locked) => Promise<Outcome>,
): Promise<Outcome> {
  const ticket = await lockHeld(work, memberId, code)
  if (ticket === undefined) return refused('notYours')
  const outcome = await how(ticket)
  if (!outcome.ok) return outcome
  if (ticket.status === 'accepted') await tellResidents(work, ticket, { notice: 'handedOn', code })
  await assignOpenTicket(work, ticket.id)
  return ok
}

async function findMember({ tx }: UnitOfWork, id: string) {
  const [member] = await tx.read(
    query.selectFrom('Member').select(['role', 'teamId']).where('id', '=', id),
  )
  return member
}

/** A lead gives a ticket of the team to a member of the team by hand. */
export async function reassign(
  work: UnitOfWork,
  leadId: string,
  code: string,
  memberId: string,
): Promise<Outcome> {
  const ticket = await lockTicket(work, code)
  const [lead, member] = await Promise.all([findMember(work, leadId), findMember(work, memberId)])
  if (
    ticket === undefined ||
    ticket.confidential ||
    lead === undefined ||
    !may(lead, 'leadTeam') ||
    lead.teamId === null ||
    lead.teamId !== ticket.teamId
  )
    return refused('notYours')
  if (member === undefined || member.teamId !== lead.teamId || !may(member, 'takeTickets'))
    return refused('notOfTheTeam')
  if (ticket.assigneeId === memberId) return refused('alreadyTaken')
  const outcome = await offerTo(work, ticket, 'reassigned', memberId, { level: 'hand' })
  if (outcome.ok && ticket.status === 'accepted')
    await tellResidents(work, ticket, { notice: 'handedOn', code })
  return outcome
}
