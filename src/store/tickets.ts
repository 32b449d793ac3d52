import { randomInt, randomUUID } from 'node:crypto'
import type { Category } from '../domain/category.ts'
import { deadlines } from '../domain/deadline.ts'
import type { Refused } from '../domain/notice.ts'
import { type EventType, type Status, transition } from '../domain/status.ts'
import { toTicketCode } from '../domain/ticket-code.ts'
import type { Calendar } from '../domain/working-time.ts'
import { assignOpenTicket } from './assignments.ts'
import type { Change } from './connection.ts'
import { tell, tellMember } from './outbound.ts'
import { appendEvent, type NewEvent } from './ticket-events.ts'

/** One message of a report: its words and the ids of its stored attachments. */
export type Words = { readonly text: string; readonly files: readonly string[] }

export type NewTicket = {
  readonly conversationId: string
  readonly items: readonly Words[]
  readonly placeCode: string
  readonly category: Category
  readonly language: string
  readonly concerns: string | undefined
}

/** What became of a change: done, or refused with a reason that a person can be told; then nothing has changed. */
export type Outcome = { readonly ok: true } | { readonly ok: false; readonly reason: Refused }

const done: Outcome = { ok: true }

/** Opens a ticket of a report, gives it to somebody, and tells the resident its code and by when they hear. */
export async function openTicket(
  change: Change,
  calendar: Calendar,
  { conversationId, items, placeCode, category, language, concerns }: NewTicket,
): Promise<string> {
  const { tx, at } = change
  const id = randomUUID()
  const confidential = category === 'complaint_staff'
  const code = toTicketCode(Array.from({ length: 9 }, () => randomInt(32)))
  const { teamId } = await tx.place.findUniqueOrThrow({ where: { code: placeCode }, select: { teamId: true } })
  const due = deadlines(category, at, calendar)
  await tx.ticket.create({
    data: {
      id,
      code,
      status: 'open',
      category,
      placeCode,
      teamId: confidential ? null : teamId,
      conversationId,
      language,
      confidential,
      concerns: concerns ?? null,
      openedAt: new Date(at),
      firstResponseDueAt: new Date(due.firstResponseDueAt),
      resolutionDueAt: new Date(due.resolutionDueAt),
    },
    select: { id: true },
  })
  await appendEvent(change, id, { type: 'opened', by: 'resident' })
  for (const item of items) await appendMessage(change, id, 'resident', 'report', item)
  await tell(change, conversationId, { notice: 'received', code, confidential, ...due })
  await assignOpenTicket(change, id)
  return code
}

/** The resident adds to a ticket, or answers the member's question on it. */
export async function addToTicket(change: Change, conversationId: string, code: string, items: readonly Words[]): Promise<Outcome> {
  const ticket = await lockTicket(change, code)
  if (ticket?.conversationId !== conversationId) return refused('notYours')
  const type: EventType = ticket.questionAt === null ? 'added' : 'answered'
  const next = transition(ticket.status, type)
  if (!next.ok) return next
  for (const item of items) {
    const files = await appendMessage(change, ticket.id, 'resident', type, item)
    if (ticket.assigneeId !== null && item.text.trim() !== '')
      await tellMember(change, ticket.assigneeId, { notice: 'news', what: type, code, ticketId: ticket.id, text: item.text })
    if (ticket.assigneeId !== null)
      await tellMember(change, ticket.assigneeId, ...files.map((attachmentId) => ({ notice: 'file' as const, code, attachmentId, ticketId: ticket.id })))
  }
  await move(change, ticket, next.status, { type, by: 'resident' }, { questionAt: null })
  await tell(change, conversationId, { notice: type, code })
  return done
}

/** The resident agrees that it helped: the ticket is closed. */
export async function agree(change: Change, conversationId: string, code: string): Promise<Outcome> {
  const ticket = await lockTicket(change, code)
  if (ticket?.conversationId !== conversationId) return refused('notYours')
  const next = transition(ticket.status, 'closed')
  if (!next.ok) return next
  await move(change, ticket, next.status, { type: 'closed', by: 'resident' }, { closedAt: new Date(change.at) })
  await tell(change, conversationId, { notice: 'closed', code })
  if (ticket.assigneeId !== null) await tellMember(change, ticket.assigneeId, { notice: 'news', what: 'closed', code, ticketId: ticket.id, text: '' })
  return done
}

/** The resident is not content: the ticket is open again and goes to somebody else. */
export async function reopen(change: Change, conversationId: string, code: string, items: readonly Words[]): Promise<Outcome> {
  const ticket = await lockTicket(change, code)
  if (ticket?.conversationId !== conversationId) return refused('notYours')
  const next = transition(ticket.status, 'reopened')
  if (!next.ok) return next
  for (const item of items) await appendMessage(change, ticket.id, 'resident', 'reopened', item)
  await move(
    change,
    ticket,
    next.status,
    { type: 'reopened', by: 'resident', ...(ticket.assigneeId === null ? {} : { memberId: ticket.assigneeId }) },
    { assigneeId: null, resolvedAt: null, acceptedAt: null, reopenedCount: ticket.reopenedCount + 1 },
  )
  await tell(change, conversationId, { notice: 'reopened', code })
  if (ticket.assigneeId !== null) await tellMember(change, ticket.assigneeId, { notice: 'news', what: 'reopened', code, ticketId: ticket.id, text: '' })
  await assignOpenTicket(change, ticket.id)
  return done
}

/** The resident takes the ticket back; nobody works on it any more. */
export async function withdraw(change: Change, conversationId: string, code: string): Promise<Outcome> {
  const ticket = await lockTicket(change, code)
  if (ticket?.conversationId !== conversationId) return refused('notYours')
  const next = transition(ticket.status, 'withdrawn')
  if (!next.ok) return next
  await move(change, ticket, next.status, { type: 'withdrawn', by: 'resident' }, { closedAt: new Date(change.at), questionAt: null, assigneeId: null })
  await tell(change, conversationId, { notice: 'withdrawn', code })
  if (ticket.assigneeId !== null) await tellMember(change, ticket.assigneeId, { notice: 'news', what: 'withdrawn', code, ticketId: ticket.id, text: '' })
  return done
}

/** The assignee takes the ticket on: the first response, of which the resident hears. */
export async function accept(change: Change, memberId: string, code: string): Promise<Outcome> {
  const ticket = await lockTicket(change, code)
  if (ticket?.assigneeId !== memberId) return refused('notYours')
  const next = transition(ticket.status, 'accepted')
  if (!next.ok) return next
  const at = new Date(change.at)
  await move(
    change,
    ticket,
    next.status,
    { type: 'accepted', by: 'member', memberId },
    { acceptedAt: at, ...(ticket.firstResponseAt === null ? { firstResponseAt: at } : {}) },
  )
  await tellResident(change, ticket, { notice: 'accepted', code, dueAt: ticket.resolutionDueAt.getTime() })
  return done
}

/** The assignee asks the resident; the answer goes back to this ticket. */
export async function askResident(change: Change, memberId: string, code: string, text: string): Promise<Outcome> {
  const ticket = await lockTicket(change, code)
  if (ticket?.assigneeId !== memberId) return refused('notYours')
  const next = transition(ticket.status, 'asked')
  if (!next.ok) return next
  await appendMessage(change, ticket.id, 'member', 'asked', { text, files: [] })
  await move(change, ticket, next.status, { type: 'asked', by: 'member', memberId }, { questionAt: new Date(change.at) })
  await tellResident(change, ticket, { notice: 'question', code, text })
  return done
}

/** The assignee says that it is done, with a word of how; the resident is asked whether it helped. */
export async function resolve(change: Change, memberId: string, code: string, text: string): Promise<Outcome> {
  const ticket = await lockTicket(change, code)
  if (ticket?.assigneeId !== memberId) return refused('notYours')
  const next = transition(ticket.status, 'resolved')
  if (!next.ok) return next
  await appendMessage(change, ticket.id, 'member', 'resolved', { text, files: [] })
  await move(change, ticket, next.status, { type: 'resolved', by: 'member', memberId }, { resolvedAt: new Date(change.at), questionAt: null })
  await tellResident(change, ticket, { notice: 'resolved', code, text })
  return done
}

/** The assignee hands the ticket back with a reason; it goes to somebody else at once, where there is somebody. */
export async function handBack(change: Change, memberId: string, code: string, reason: string): Promise<Outcome> {
  const ticket = await lockTicket(change, code)
  if (ticket?.assigneeId !== memberId) return refused('notYours')
  const next = transition(ticket.status, 'handedBack')
  if (!next.ok) return next
  await move(
    change,
    ticket,
    next.status,
    { type: 'handedBack', by: 'member', memberId, data: { reason } },
    { assigneeId: null, acceptedAt: null, questionAt: null },
  )
  if (ticket.status === 'accepted') await tellResident(change, ticket, { notice: 'handedOn', code })
  await assignOpenTicket(change, ticket.id)
  return done
}

type Locked = {
  readonly id: string
  readonly code: string
  readonly status: Status
  readonly assigneeId: string | null
  readonly conversationId: string | null
  readonly questionAt: Date | null
  readonly firstResponseAt: Date | null
  readonly resolutionDueAt: Date
  readonly reopenedCount: number
}

async function lockTicket({ tx }: Change, code: string): Promise<Locked | undefined> {
  const [row] = await tx.$queryRaw<Locked[]>`
    select "id", "code", "status"::text as "status", "assigneeId", "conversationId", "questionAt", "firstResponseAt", "resolutionDueAt", "reopenedCount"
    from "Ticket" where "code" = ${code} for no key update`
  return row
}

type Changed = Partial<{
  assigneeId: null
  acceptedAt: Date | null
  firstResponseAt: Date
  resolvedAt: Date | null
  closedAt: Date
  questionAt: Date | null
  reopenedCount: number
}>

/** Moves a locked ticket to a status that the table allows, with its event, and keeps its card current. */
async function move(change: Change, ticket: Locked, status: Status, event: NewEvent, changed: Changed): Promise<void> {
  await change.tx.ticket.update({ where: { id: ticket.id }, data: { status, ...changed }, select: { id: true } })
  await appendEvent(change, ticket.id, event)
  if (ticket.assigneeId !== null) await tellMember(change, ticket.assigneeId, { notice: 'card', ticketId: ticket.id })
}

async function tellResident(change: Change, ticket: Locked, notice: Parameters<typeof tell>[2]): Promise<void> {
  if (ticket.conversationId !== null) await tell(change, ticket.conversationId, notice)
}

/** Returns the ids of the message's attachments, as they now belong to the ticket. */
async function appendMessage(
  { tx, at }: Change,
  ticketId: string,
  by: 'resident' | 'member',
  kind: string,
  { text, files }: Words,
): Promise<readonly string[]> {
  const message = await tx.ticketMessage.create({ data: { ticketId, by, kind, text, at: new Date(at) }, select: { id: true } })
  if (files.length > 0) await tx.attachment.updateMany({ where: { id: { in: [...files] }, messageId: null }, data: { messageId: message.id } })
  return files
}

function refused(reason: Refused): Outcome {
  return { ok: false, reason }
}
