import { tellMember } from '../mailbox/outbound.store.ts'
import { workingTimeBetween } from '../organisation/working-time.ts'
import { minute } from '../platform/instant.ts'
import type { Change } from '../platform/postgres/database.ts'
import { assignOpenTicket, offerTo } from './assignment.store.ts'
import { heldBack } from './contact.ts'
import { type HandBackReason, wrongAddressMinutes } from './hand-back.ts'
import { clockGoesOn } from './resident-requests.store.ts'
import {
  appendMessage,
  done,
  filesOf,
  happen,
  type Locked,
  lockTicket,
  type Outcome,
  refused,
  tellFollowers,
  tellReporter,
  tellResidents,
  type Words,
} from './tickets.store.ts'

/** The assignee takes the ticket on: the first response, of which the resident hears. */
export async function accept(change: Change, memberId: string, code: string): Promise<Outcome> {
  const ticket = await lockTicket(change, code)
  if (ticket?.assigneeId !== memberId) return refused('notYours')
  const outcome = await happen(change, ticket, { type: 'accepted', by: 'member', memberId })
  if (!outcome.ok) return outcome
  await tellResidents(change, ticket, {
    notice: 'accepted',
    code,
    dueAt: ticket.resolutionDueAt.getTime(),
  })
  return done
}

/**
 * Writes the assignee's words to their ticket. Refused is what must not be sent, and who does not
 * have the ticket.
 */
async function write(
  change: Change,
  memberId: string,
  code: string,
  type: 'told' | 'asked' | 'resolved' | 'corrected',
  words: Words,
): Promise<Extract<Outcome, { ok: false }> | { readonly ok: true; readonly ticket: Locked }> {
  const held = heldBack(words.text)
  if (held !== undefined) return { ok: false, reason: held }
  const ticket = await lockTicket(change, code)
  if (ticket?.assigneeId !== memberId) return { ok: false, reason: 'notYours' }
  const data = type === 'asked' ? clockGoesOn(change, ticket) : {}
  const outcome = await happen(change, ticket, { type, by: 'member', memberId, data })
  if (!outcome.ok) return outcome
  await appendMessage(change, ticket, 'member', type, words)
  return { ok: true, ticket }
}

/** The assignee tells how it goes; the clock runs on. */
export async function tellResident(
  change: Change,
  memberId: string,
  code: string,
  words: Words,
): Promise<Outcome> {
  const written = await write(change, memberId, code, 'told', words)
  if (!written.ok) return written
  const { ticket } = written
  await tellResidents(
    change,
    ticket,
    ...(words.text.trim() === '' ? [] : [{ notice: 'told' as const, code, text: words.text }]),
    ...filesOf(ticket, words),
  )
  return done
}

/**
 * The member edited something that they had written to the resident: it goes to them as a
 * correction.
 */
export async function correctOwn(
  change: Change,
  memberId: string,
  source: string,
  words: Words,
): Promise<Outcome & { readonly code?: string }> {
  const message = await change.tx.ticketMessage.findFirst({
    where: {
      source: Buffer.from(source, 'base64url'),
      by: 'member',
      ticket: { assigneeId: memberId },
    },
    orderBy: { id: 'desc' },
    select: { text: true, sealedAs: true, ticket: { select: { code: true } } },
  })
  const [opened] = await change.tx.words.open('TicketMessage', message === null ? [] : [message])
  if (opened === undefined || (opened.text === words.text && words.files.length === 0)) return done
  const { code } = opened.ticket
  const written = await write(change, memberId, code, 'corrected', words)
  if (!written.ok) return { ...written, code }
  const { ticket } = written
  await tellReporter(
    change,
    ticket,
    ...(words.text.trim() === ''
      ? []
      : [{ notice: 'correctedByTeam' as const, code, text: words.text }]),
    ...filesOf(ticket, words),
  )
  return { ...done, code }
}

/**
 * The assignee asks the resident; the answer goes back to this ticket, and the clock stands until
 * then.
 */
export async function askResident(
  change: Change,
  memberId: string,
  code: string,
  words: Words,
): Promise<Outcome> {
  const written = await write(change, memberId, code, 'asked', words)
  if (!written.ok) return written
  const { ticket } = written
  await tellReporter(change, ticket, ...filesOf(ticket, words), {
    notice: 'question',
    code,
    text: words.text,
  })
  return done
}

/**
 * The assignee says that it is done, with a word of how; the resident is asked whether it helped.
 */
export async function resolve(
  change: Change,
  memberId: string,
  code: string,
  words: Words,
): Promise<Outcome> {
  const written = await write(change, memberId, code, 'resolved', words)
  if (!written.ok) return written
  const { ticket } = written
  await tellReporter(change, ticket, ...filesOf(ticket, words), {
    notice: 'resolved',
    code,
    text: words.text,
  })
  await tellFollowers(change, ticket, ...filesOf(ticket, words), {
    notice: 'resolvedToo',
    code,
    text: words.text,
  })
  return done
}

/**
 * The assignee hands the ticket back with a reason; it goes to somebody else at once, where there
 * is somebody.
 */
export async function handBack(
  change: Change,
  memberId: string,
  code: string,
  reason: HandBackReason,
): Promise<Outcome> {
  return letGo(change, memberId, code, async (ticket) =>
    reason === 'notMine' && hadLongEnough(change, ticket)
      ? refused('tooLateForWrongAddress')
      : happen(change, ticket, {
          type: 'handedBack',
          by: 'member',
          memberId,
          data: { reason, ...clockGoesOn(change, ticket) },
        }),
  )
}

/** Whether a member has had a ticket for longer than it may take to see that it is not theirs. */
function hadLongEnough({ at, office }: Change, { assignedAt }: Locked): boolean {
  return (
    assignedAt !== null &&
    workingTimeBetween(assignedAt.getTime(), at, office.calendar) > wrongAddressMinutes * minute
  )
}

/**
 * The assignee steps aside without a reason (a conflict of interest): out of their sight at once
 * (protection P31).
 */
export async function stepAside(change: Change, memberId: string, code: string): Promise<Outcome> {
  return letGo(change, memberId, code, (ticket) =>
    happen(change, ticket, {
      type: 'steppedAside',
      by: 'member',
      memberId,
      data: clockGoesOn(change, ticket),
    }),
  )
}

async function letGo(
  change: Change,
  memberId: string,
  code: string,
  how: (ticket: Locked) => Promise<Outcome>,
): Promise<Outcome> {
  const ticket = await lockTicket(change, code)
  if (ticket?.assigneeId !== memberId) return refused('notYours')
  const outcome = await how(ticket)
  if (!outcome.ok) return outcome
  if (ticket.status === 'accepted')
    await tellResidents(change, ticket, { notice: 'handedOn', code })
  await assignOpenTicket(change, ticket.id)
  return done
}

/** A lead gives a ticket of the team to a member of the team by hand. */
export async function reassign(
  change: Change,
  leadId: string,
  code: string,
  memberId: string,
): Promise<Outcome> {
  const ticket = await lockTicket(change, code)
  const [lead, member] = await Promise.all([
    change.tx.member.findUnique({ where: { id: leadId }, select: { role: true, teamId: true } }),
    change.tx.member.findUnique({
      where: { id: memberId },
      select: { name: true, teamId: true, role: true },
    }),
  ])
  if (
    ticket === undefined ||
    ticket.confidential ||
    lead?.role !== 'lead' ||
    lead.teamId === null ||
    lead.teamId !== ticket.teamId
  )
    return refused('notYours')
  if (member === null || member.teamId !== lead.teamId || member.role === 'supervisor')
    return refused('notOfTheTeam')
  if (ticket.assigneeId === memberId) return refused('alreadyTaken')
  const outcome = await offerTo(change, ticket, 'reassigned', memberId, { level: 'hand' })
  if (outcome.ok && ticket.status === 'accepted')
    await tellResidents(change, ticket, { notice: 'handedOn', code })
  return outcome
}

/**
 * Sets whether new tickets come to a member. Going off, what they have not accepted moves on, and
 * what they have is asked about. Returns open tickets that may now fit somebody.
 */
export async function setDuty(
  change: Change,
  memberId: string,
  onDuty: boolean,
): Promise<readonly string[]> {
  const { teamId } = await change.tx.member.update({
    where: { id: memberId },
    data: { onDuty },
    select: { teamId: true },
  })
  if (!onDuty) return leaveWork(change, memberId)
  if (teamId === null) return []
  const open = await change.tx.ticket.findMany({
    where: { teamId, status: 'open' },
    orderBy: { openedAt: 'asc' },
    select: { id: true },
  })
  return open.map(({ id }) => id)
}

/** Days off, from today on for `days` days. Returns open tickets that may now fit somebody. */
export async function takeLeave(
  change: Change,
  memberId: string,
  days: number,
): Promise<readonly string[]> {
  const { day } = change.office.localMoment(change.at)
  const first = new Date(`${day}T00:00:00Z`)
  const last = new Date(first.getTime() + (days - 1) * 86_400_000)
  await change.tx.leave.upsert({
    where: { memberId_firstDay: { memberId, firstDay: first } },
    create: { memberId, firstDay: first, lastDay: last },
    update: { lastDay: last },
  })
  return leaveWork(change, memberId)
}

async function leaveWork(change: Change, memberId: string): Promise<readonly string[]> {
  const mine = await change.tx.ticket.findMany({
    where: { assigneeId: memberId, status: { in: ['assigned', 'accepted'] } },
    // As everywhere, tickets are locked by their ids.
    orderBy: { id: 'asc' },
    select: { code: true, status: true },
  })
  const moved: string[] = []
  for (const { code, status } of mine) {
    if (status === 'accepted') await tellMember(change, memberId, { notice: 'keepOrHandOn', code })
    else {
      const ticket = await lockTicket(change, code)
      if (ticket?.assigneeId !== memberId) continue
      const outcome = await happen(change, ticket, { type: 'movedOn', by: 'service', memberId })
      if (outcome.ok) moved.push(ticket.id)
    }
  }
  return moved
}
