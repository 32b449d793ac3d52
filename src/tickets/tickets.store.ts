import { randomInt } from 'node:crypto'
import type { InferResult, InsertObject } from 'kysely'
import type { Category } from '../categories/category.ts'
import type { Refused } from '../mailbox/notice.ts'
import { tellMember } from '../mailbox/outbound.store.ts'
import { type Priority, targetOf } from '../organisation/deadline.ts'
import type { UnitOfWork } from '../organisation/unit-of-work.store.ts'
import { workingTimeBetween } from '../organisation/working-time.ts'
import type { Instant } from '../platform/instant.ts'
import { query } from '../platform/postgres/query.ts'
import type { DB } from '../platform/postgres/tables.ts'
import { untie } from './anonymity.store.ts'
import { toTicketCode } from './code.ts'
import { appendEvent } from './history.store.ts'
import { effectOf, type HistoryEvent, type View } from './history.ts'
import { type EventType, transition } from './lifecycle.ts'
import { eraseNotes } from './notes.store.ts'
import { type Timed, type TimerKind, timersOf } from './timer.ts'

/**
 * One message of a report: its words, the ids of its stored attachments, and a keyed hash of the
 * chat message that it came from.
 */
export type Words = {
  readonly text: string
  readonly files: readonly string[]
  readonly source?: string
}

/**
 * What became of a work: ok, or refused with a reason that a person can be told; then nothing
 * has changed.
 */
export type Outcome = { readonly ok: true } | { readonly ok: false; readonly reason: Refused }

/** A change that was made. */
export const ok: Outcome = { ok: true }

/** A change that was refused, with the reason. */
export function refused(reason: Refused): Outcome {
  return { ok: false, reason }
}

const lockedColumns = [
  'id',
  'code',
  'status',
  'category',
  'priority',
  'language',
  'placeCode',
  'teamId',
  'assigneeId',
  'conversationId',
  'confidential',
  'concerns',
  'concernedIds',
  'anonymous',
  'openedAt',
  'clockFrom',
  'assignedAt',
  'questionAt',
  'firstResponseAt',
  'resolvedAt',
  'offerDueAt',
  'firstResponseDueAt',
  'resolutionDueAt',
  'reopenedCount',
  'handBacks',
  'offersRanOut',
  'timersFired',
  'wordKeyId',
] as const satisfies readonly (keyof DB['Ticket'])[]

/** What columns of text hold: only the service writes them. */
type Narrowed = {
  readonly category: Category
  readonly priority: Priority
  readonly timersFired: TimerKind[]
}

const lockedTickets = query
  .selectFrom('Ticket')
  .select(lockedColumns)
  .forNoKeyUpdate()
  .$narrowType<Narrowed>()

/**
 * A ticket's row, locked until the transaction ends: anyone who comes second sees what the first
 * one did.
 */
export type Locked = Readonly<InferResult<typeof lockedTickets>[number]>

/** Locks the ticket with this code; `undefined` where there is none. */
export async function lockTicket({ tx }: UnitOfWork, code: string): Promise<Locked | undefined> {
  const [row] = await tx.read(lockedTickets.where('code', '=', code))
  return row
}

/** Locks the ticket with this code where it was reported from this chat. */
export async function lockReported(
  work: UnitOfWork,
  conversationId: string,
  code: string,
): Promise<Locked | undefined> {
  const ticket = await lockTicket(work, code)
  return ticket?.conversationId === conversationId ? ticket : undefined
}

/** Locks the ticket with this code where this member has it. */
export async function lockHeld(
  work: UnitOfWork,
  memberId: string,
  code: string,
): Promise<Locked | undefined> {
  const ticket = await lockTicket(work, code)
  return ticket?.assigneeId === memberId ? ticket : undefined
}

/**
 * Locks the ticket that a resident's chat names: by its code, or by the code that it has in the
 * chat of who joined it. Whether it is theirs, the caller looks.
 */
export async function lockTicketOf(
  { tx }: UnitOfWork,
  conversationId: string,
  code: string,
): Promise<Locked | undefined> {
  const joined = query
    .selectFrom('Follower')
    .select('ticketId')
    .where('alias', '=', code)
    .where('conversationId', '=', conversationId)
  const [row] = await tx.read(
    lockedTickets.where((each) => each.or([each('code', '=', code), each('id', '=', joined)])),
  )
  return row
}

/** Locks the ticket with this id; `undefined` where there is none. */
export async function lockTicketById({ tx }: UnitOfWork, id: string): Promise<Locked | undefined> {
  const [row] = await tx.read(lockedTickets.where('id', '=', id))
  return row
}

/** Writes a new ticket's row. */
export async function insertTicket(
  { tx }: UnitOfWork,
  row: InsertObject<DB, 'Ticket'>,
): Promise<Locked> {
  const [ticket] = await tx.read(
    query.insertInto('Ticket').values(row).returning(lockedColumns).$narrowType<Narrowed>(),
  )
  if (ticket === undefined) throw new Error('a ticket was not written')
  return ticket
}

/** Something that happens to a ticket: who did it, and what the event keeps of it; never a text. */
export type Happening = {
  readonly type: EventType
  readonly by: 'resident' | 'member' | 'service'
  readonly memberId?: string
  readonly data?: HistoryEvent['data'] & Readonly<Record<string, string | number | boolean>>
  /** What the row keeps beside what follows from the history. */
  readonly also?: {
    readonly assignment?: object
    readonly timersFired?: readonly TimerKind[]
    readonly anonymous?: boolean
    /** The team that has it from now on. */
    readonly teamId?: string
  }
}

/**
 * The one way in which a ticket changes: the table of states allows it, the row follows from the
 * event, the next timer from the row, and the event is appended, all in the caller's transaction.
 */
export async function applyEvent(
  work: UnitOfWork,
  ticket: Locked,
  { type, by, memberId, data = {}, also = {} }: Happening,
): Promise<Outcome & { readonly ticket?: Locked }> {
  const next = transition(ticket.status, type)
  if (!next.ok) return next
  const row = toRow(effectOf(viewOf(ticket), { type, at: work.at, memberId, data }))
  const changed: Locked = {
    ...ticket,
    ...row,
    status: next.status,
    teamId: also.teamId ?? ticket.teamId,
    timersFired: [...(also.timersFired ?? ticket.timersFired)],
  }
  const timer = timersOf(timedOf(work, changed), work.office.calendar)[0]?.at
  const { assignment, anonymous = ticket.anonymous } = also
  const isOver = next.status === 'closed' || next.status === 'withdrawn'
  const untied = anonymous && isOver ? ticket.conversationId : null
  work.tx.write(
    query
      .updateTable('Ticket')
      .set({
        ...row,
        status: changed.status,
        timersFired: changed.timersFired,
        timerAt: timer === undefined ? null : new Date(timer),
        ...workTaken(work, ticket, type),
        ...(also.teamId === undefined ? {} : { teamId: also.teamId }),
        ...(assignment === undefined ? {} : { assignment: JSON.stringify(assignment) }),
        ...(anonymous === ticket.anonymous ? {} : { anonymous }),
        ...(untied === null ? {} : { conversationId: null }),
      })
      .where('id', '=', ticket.id),
  )
  if (isOver && next.status !== ticket.status) eraseNotes(work, ticket.id)
  if (untied !== null) await untie(work, untied, ticket.code)
  await appendEvent(work, ticket.id, {
    type,
    by,
    ...(memberId === undefined ? {} : { memberId }),
    data,
  })
  for (const team of new Set([ticket.teamId, changed.teamId]))
    if (team !== null && !ticket.confidential) work.refreshPages.add(`team:${team}`)
  for (const handler of new Set([ticket.assigneeId, changed.assigneeId])) {
    if (handler === null) continue
    work.refreshPages.add(`member:${handler}`)
    await tellMember(work, handler, { notice: 'card', ticketId: ticket.id })
  }
  return { ok: true, ticket: changed }
}

/**
 * How much working time an answer took, for the figures: counted once, when it comes, by the
 * calendar that holds then.
 */
function workTaken(
  { at, office }: UnitOfWork,
  ticket: Locked,
  type: EventType,
): { firstResponseWorkSeconds?: number; resolutionWorkSeconds?: number | null } {
  const seconds = () =>
    Math.round(workingTimeBetween(ticket.openedAt.getTime(), at, office.calendar) / 1000)
  if (type === 'accepted' && ticket.firstResponseAt === null)
    return { firstResponseWorkSeconds: seconds() }
  if (type === 'resolved') return { resolutionWorkSeconds: seconds() }
  return type === 'reopened' ? { resolutionWorkSeconds: null } : {}
}

/** A ticket as its clock sees it. */
export function timedOf({ office }: UnitOfWork, ticket: Locked): Timed {
  return {
    status: ticket.status,
    byTheClock: targetOf(ticket.category, ticket.priority, office.targets).byTheClock,
    clockFrom: ticket.clockFrom.getTime(),
    offerDueAt: ticket.offerDueAt?.getTime(),
    resolutionDueAt: ticket.resolutionDueAt.getTime(),
    resolvedAt: ticket.resolvedAt?.getTime(),
    stoppedAt: ticket.questionAt?.getTime(),
    fired: ticket.timersFired,
  }
}

function viewOf(ticket: Locked): Parameters<typeof effectOf>[0] {
  return { ...ticket, firstResponseAt: ticket.firstResponseAt?.getTime() }
}

/** Moments that a ticket may not have had yet, or has no more. */
const passingMoments = [
  'assignedAt',
  'acceptedAt',
  'firstResponseAt',
  'resolvedAt',
  'closedAt',
  'questionAt',
  'offerDueAt',
] as const
const lastingMoments = ['clockFrom', 'firstResponseDueAt', 'resolutionDueAt'] as const
const lastingNumbers = ['reopenedCount', 'handBacks', 'offersRanOut'] as const

type RowChange = { [Column in (typeof passingMoments)[number]]?: Date | null } & {
  [Column in (typeof lastingMoments)[number]]?: Date
} & { [Column in (typeof lastingNumbers)[number]]?: number } & {
  priority?: Priority
  assigneeId?: string | null
  closedBy?: string | null
  satisfied?: boolean | null
}

/** An effect of the history as columns: a moment is a date, and what is no more is null. */
function toRow(effect: Partial<View>): RowChange {
  const row: RowChange = {}
  for (const column of passingMoments) if (column in effect) row[column] = toDate(effect[column])
  for (const column of lastingMoments) {
    const at = effect[column]
    if (at !== undefined) row[column] = new Date(at)
  }
  for (const column of lastingNumbers) {
    const count = effect[column]
    if (count !== undefined) row[column] = count
  }
  if (effect.priority !== undefined) row.priority = effect.priority
  if ('assigneeId' in effect) row.assigneeId = effect.assigneeId ?? null
  if ('closedBy' in effect) row.closedBy = effect.closedBy ?? null
  if ('satisfied' in effect) row.satisfied = effect.satisfied ?? null
  return row
}

const toDate = (at: Instant | undefined) => (at === undefined ? null : new Date(at))

/** A code that no ticket has: 45 random bits and a check character. */
export function newTicketCode(): string {
  return toTicketCode(Array.from({ length: 9 }, () => randomInt(32)))
}
