import { randomInt, randomUUID } from 'node:crypto'
import type { Category } from '../categories/category.ts'
import type { Notice, Refused } from '../mailbox/notice.ts'
import { tell, tellMember } from '../mailbox/outbound.store.ts'
import { type Priority, targetOf } from '../organisation/deadline.ts'
import { workingTimeBetween } from '../organisation/working-time.ts'
import { giveFiles } from '../platform/files/file-keys.ts'
import type { Instant } from '../platform/instant.ts'
import type { Change } from '../platform/postgres/database.ts'
import { Prisma } from '../platform/postgres/generated/client.ts'
import { inTransit, placeIn } from '../platform/sealing/sealed-text.ts'
import { keyOfWriter } from '../platform/sealing/words.ts'
import { untie } from './anonymity.store.ts'
import { toTicketCode } from './code.ts'
import { appendEvent } from './history.store.ts'
import { effectOf, type HistoryEvent } from './history.ts'
import { type EventType, type Status, transition } from './lifecycle.ts'
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
 * What became of a change: done, or refused with a reason that a person can be told; then nothing
 * has changed.
 */
export type Outcome = { readonly ok: true } | { readonly ok: false; readonly reason: Refused }

export const done: Outcome = { ok: true }

export function refused(reason: Refused): Outcome {
  return { ok: false, reason }
}

/**
 * A ticket's row, locked until the transaction ends: whoever comes second sees what the first one
 * did.
 */
export type Locked = {
  readonly id: string
  readonly code: string
  readonly status: Status
  readonly category: Category
  readonly priority: Priority
  readonly language: string
  readonly placeCode: string
  readonly teamId: string | null
  readonly assigneeId: string | null
  readonly conversationId: string | null
  readonly confidential: boolean
  readonly concerns: string | null
  readonly concernedIds: readonly string[]
  readonly anonymous: boolean
  readonly openedAt: Date
  readonly clockFrom: Date
  readonly assignedAt: Date | null
  readonly questionAt: Date | null
  readonly firstResponseAt: Date | null
  readonly resolvedAt: Date | null
  readonly offerDueAt: Date | null
  readonly firstResponseDueAt: Date
  readonly resolutionDueAt: Date
  readonly reopenedCount: number
  readonly handBacks: number
  readonly offersRanOut: number
  readonly timersFired: readonly TimerKind[]
  readonly wordKeyId: string | null
}

export const lockedColumns = Prisma.raw(
  '"id", "code", "status"::text as "status", "category", "priority", "language", "placeCode", "teamId", "assigneeId", "conversationId", "confidential", ' +
    '"concerns", "concernedIds"::text[] as "concernedIds", "anonymous", "openedAt", "assignedAt", "clockFrom", "questionAt", "firstResponseAt", "resolvedAt", "offerDueAt", "firstResponseDueAt", "resolutionDueAt", ' +
    '"reopenedCount", "handBacks", "offersRanOut", "timersFired", "wordKeyId"::text as "wordKeyId"',
)

export async function lockTicket({ tx }: Change, code: string): Promise<Locked | undefined> {
  const [row] = await tx.$queryRaw<
    Locked[]
  >`select ${lockedColumns} from "Ticket" where "code" = ${code} for no key update`
  return row
}

/**
 * Locks the ticket that a resident's chat names: by its code, or by the code that it has in the
 * chat of who joined it. Whether it is theirs, the caller looks.
 */
export async function lockTicketOf(
  { tx }: Change,
  conversationId: string,
  code: string,
): Promise<Locked | undefined> {
  const [row] = await tx.$queryRaw<
    Locked[]
  >`select ${lockedColumns} from "Ticket" where "code" = ${code}
    or "id" = (select "ticketId" from "Follower" where "alias" = ${code} and "conversationId" = ${conversationId}::uuid) for no key update`
  return row
}

export async function lockTicketById({ tx }: Change, id: string): Promise<Locked | undefined> {
  const [row] = await tx.$queryRaw<
    Locked[]
  >`select ${lockedColumns} from "Ticket" where "id" = ${id}::uuid for no key update`
  return row
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
  }
}

/**
 * The one way in which a ticket changes: the table of states allows it, the row follows from the
 * event, the next timer from the row, and the event is appended, all in the caller's transaction.
 */
export async function happen(
  change: Change,
  ticket: Locked,
  { type, by, memberId, data = {}, also = {} }: Happening,
): Promise<Outcome & { readonly ticket?: Locked }> {
  const next = transition(ticket.status, type)
  if (!next.ok) return next
  const row = toRow(effectOf(viewOf(ticket), { type, at: change.at, memberId, data }))
  const changed: Locked = {
    ...ticket,
    ...row,
    status: next.status,
    timersFired: also.timersFired ?? ticket.timersFired,
  }
  const timer = timersOf(timedOf(change, changed), change.office.calendar)[0]?.at
  const { assignment, anonymous = ticket.anonymous } = also
  const untied =
    anonymous && (next.status === 'closed' || next.status === 'withdrawn')
      ? ticket.conversationId
      : null
  await update(change, ticket.id, {
    ...row,
    status: changed.status,
    timersFired: changed.timersFired,
    timerAt: timer === undefined ? null : new Date(timer),
    ...workTaken(change, ticket, type),
    ...(assignment === undefined ? {} : { assignment: JSON.stringify(assignment) }),
    ...(anonymous === ticket.anonymous ? {} : { anonymous }),
    ...(untied === null ? {} : { conversationId: null }),
  })
  if (untied !== null) await untie(change, untied, ticket.code)
  await appendEvent(change, ticket.id, {
    type,
    by,
    ...(memberId === undefined ? {} : { memberId }),
    data,
  })
  if (ticket.teamId !== null && !ticket.confidential) change.seen.add(`team:${ticket.teamId}`)
  for (const handler of new Set([ticket.assigneeId, changed.assigneeId])) {
    if (handler === null) continue
    change.seen.add(`member:${handler}`)
    await tellMember(change, handler, { notice: 'card', ticketId: ticket.id })
  }
  return { ok: true, ticket: changed }
}

/**
 * Values of columns by their names: each comes from `happen`, none from outside. PostgreSQL reads
 * each as its column's type.
 */
async function update(
  { tx }: Change,
  id: string,
  values: Readonly<Record<string, unknown>>,
): Promise<void> {
  const sets = Object.entries(values).map(
    ([name, value]) => Prisma.sql`${Prisma.raw(`"${name}"`)} = ${value}`,
  )
  await tx.$executeRaw`update "Ticket" set ${Prisma.join(sets)} where "id" = ${id}::uuid`
}

/**
 * How much working time an answer took, for the figures: counted once, when it comes, by the
 * calendar that holds then.
 */
function workTaken(
  { at, office }: Change,
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
export function timedOf({ office }: Change, ticket: Locked): Timed {
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

type Moments =
  | 'assignedAt'
  | 'acceptedAt'
  | 'firstResponseAt'
  | 'resolvedAt'
  | 'closedAt'
  | 'questionAt'
  | 'offerDueAt'
type RowChange = { [Key in Moments]?: Date | null } & {
  clockFrom?: Date
  firstResponseDueAt?: Date
  resolutionDueAt?: Date
  priority?: Priority
  assigneeId?: string | null
  reopenedCount?: number
  handBacks?: number
  offersRanOut?: number
  closedBy?: string | null
  satisfied?: boolean | null
}

/** An effect of the history as the row keeps it: moments are dates, and what is no more is null. */
function toRow(effect: ReturnType<typeof effectOf>): RowChange {
  return Object.fromEntries(
    Object.entries(effect).map(([key, value]) => [
      key,
      value === undefined ? null : /At$|From$/.test(key) ? new Date(value as Instant) : value,
    ]),
  )
}

/** Tells the resident who wrote it, and nobody else. Words in it are the team's. */
export async function tellReporter(
  change: Change,
  ticket: Locked,
  ...notices: readonly Notice[]
): Promise<void> {
  if (ticket.conversationId === null) return
  const sealed = await change.tx.words.seal(ticket.id, notices, inTransit)
  await tell(change, ticket.conversationId, ...sealed.map((notice) => ofTicket(ticket, notice)))
}

/** Tells everybody whose matter it is: who wrote it and who joined. */
export async function tellResidents(
  change: Change,
  ticket: Locked,
  ...notices: readonly Notice[]
): Promise<void> {
  await tellReporter(change, ticket, ...notices)
  await tellFollowers(change, ticket, ...notices)
}

/**
 * Tells those who joined; each reads the code that the ticket has in their own chat (protection
 * P43).
 */
export async function tellFollowers(
  change: Change,
  ticket: Locked,
  ...notices: readonly Notice[]
): Promise<void> {
  const followers = await change.tx.follower.findMany({
    where: { ticketId: ticket.id },
    select: { id: true, conversationId: true, alias: true },
  })
  for (const { id, conversationId, alias } of followers) {
    const code = alias ?? (await nameForFollower(change, id))
    const sealed = await change.tx.words.seal(ticket.id, notices, inTransit)
    await tell(
      change,
      conversationId,
      ...sealed.map((notice) => ({ ...ofTicket(ticket, notice), code }) as Notice),
    )
  }
}

/** Gives a ticket its code in the chat of somebody who joined it before there were such codes. */
async function nameForFollower({ tx }: Change, id: string): Promise<string> {
  const alias = newTicketCode()
  await tx.follower.update({ where: { id }, data: { alias }, select: { id: true } })
  return alias
}

/** A code that no ticket has: 45 random bits and a check character. */
export function newTicketCode(): string {
  return toTicketCode(Array.from({ length: 9 }, () => randomInt(32)))
}

/**
 * A notice of a complaint about staff says so, so that its text names nobody of a team (protection
 * P07).
 */
export function ofTicket({ confidential }: Pick<Locked, 'confidential'>, notice: Notice): Notice {
  return confidential ? ({ ...notice, confidential } as Notice) : notice
}

/**
 * The photos and voice notes of what was written to a ticket, as messages to those whose matter it
 * is.
 */
export function filesOf(
  { id: ticketId, code }: Pick<Locked, 'id' | 'code'>,
  { files }: Words,
): readonly Notice[] {
  return files.map((attachmentId) => ({ notice: 'file' as const, code, attachmentId, ticketId }))
}

/**
 * What a ticket's reporter has written. An earlier version marked what those wrote who joined by
 * its kind alone.
 */
export const ofReporter = { by: 'resident', writerId: null, kind: { not: 'joined' } } as const

/**
 * Appends a message; its attachments now belong to the ticket. Returns its id.
 *
 * @param writerId - Who of those that joined has written it.
 */
export async function appendMessage(
  { tx, at }: Change,
  ticket: Pick<Locked, 'id' | 'wordKeyId'>,
  by: 'resident' | 'member',
  kind: string,
  { text, files, source }: Words,
  writerId?: string,
): Promise<bigint> {
  const key = keyOfWriter(by, ticket, writerId)
  const sealedAs = randomUUID()
  const sealed = await tx.words.seal(key, text, placeIn('TicketMessage', 'text', sealedAs))
  const [message] = await tx.$queryRaw<{ id: bigint }[]>`
    insert into "TicketMessage" ("ticketId", "by", "kind", "text", "at", "source", "writerId", "sealedAs")
    values (${ticket.id}::uuid, ${by}, ${kind}, ${sealed}, ${new Date(at)}, ${source === undefined ? null : Buffer.from(source, 'base64url')},
      ${writerId ?? null}::uuid, ${sealedAs}::uuid) returning "id"`
  const id = message?.id ?? 0n
  if (files.length > 0) {
    await tx.attachment.updateMany({
      where: { id: { in: [...files] }, messageId: null },
      data: { messageId: id },
    })
    await giveFiles(tx, key, id)
  }
  return id
}
