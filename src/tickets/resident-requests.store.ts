import { randomUUID } from 'node:crypto'
import type { Category } from '../categories/category.ts'
import { tell, tellMember } from '../mailbox/outbound.store.ts'
import { deadlines, moved, type Priority, targetOf } from '../organisation/deadline.ts'
import type { Change } from '../platform/postgres/database.ts'
import { inTransit } from '../platform/sealing/sealed-text.ts'
import { destroyWords } from '../platform/sealing/word-keys.ts'
import { keyOfReporter } from '../platform/sealing/words.ts'
import { objectionMs, untie } from './anonymity.store.ts'
import { assignOpenTicket, assignTicket } from './assignment.store.ts'
import { reopeningsBeforeLevelAbove } from './assignment.ts'
import { holdsNumber, masked } from './contact.ts'
import { appendEvent } from './history.store.ts'
import { joinedBy } from './history.ts'
import {
  appendMessage,
  done,
  filesOf,
  happen,
  type Locked,
  lockedColumns,
  lockTicket,
  lockTicketOf,
  newTicketCode,
  type Outcome,
  ofReporter,
  ofTicket,
  refused,
  tellFollowers,
  tellReporter,
  timedOf,
  type Words,
} from './tickets.store.ts'
import { timersOf } from './timer.ts'

export type NewTicket = {
  readonly conversationId: string
  /** What was written; or the messages of another ticket that become this one's. */
  readonly words: readonly Words[] | { readonly messages: readonly bigint[] }
  readonly placeCode: string
  readonly category: Category
  readonly priority: Priority
  readonly language: string
  /** Of a complaint: whom it is about, in kind, and by name where they are known. */
  readonly concerns?: 'team' | 'above' | 'unsaid' | undefined
  readonly concernedIds?: readonly string[]
  readonly anonymous?: boolean
}

/**
 * Opens a ticket of a report, gives it to somebody, and tells the resident its code and by when
 * they hear.
 */
export async function openTicket(change: Change, report: NewTicket): Promise<string> {
  const {
    conversationId,
    words,
    placeCode,
    category,
    priority,
    language,
    concerns,
    concernedIds = [],
    anonymous = false,
  } = report
  const { tx, at, office } = change
  const confidential = category === 'complaint_staff'
  const code = newTicketCode()
  const target = targetOf(category, priority, office.targets)
  const due = deadlines(target, at, office.calendar)
  const timed = {
    status: 'open',
    byTheClock: target.byTheClock,
    clockFrom: at,
    offerDueAt: undefined,
    resolvedAt: undefined,
    stoppedAt: undefined,
  } as const
  const timer = timersOf(
    { ...timed, resolutionDueAt: due.resolutionDueAt, fired: [] },
    office.calendar,
  )[0]?.at
  const [ticket] = await tx.$queryRaw<Locked[]>`
    insert into "Ticket" ("id", "code", "status", "category", "priority", "placeCode", "teamId", "conversationId", "language", "confidential", "concerns",
      "concernedIds", "anonymous", "openedAt", "clockFrom", "firstResponseDueAt", "resolutionDueAt", "timerAt", "wordKeyId")
    select ${randomUUID()}::uuid, ${code}, 'open', ${category}, ${priority}, "code", case when ${confidential} then null else "teamId" end, ${conversationId}::uuid,
      ${language}, ${confidential}, ${concerns ?? null}, ${[...concernedIds]}::uuid[], ${anonymous}, ${new Date(at)}, ${new Date(at)},
      ${new Date(due.firstResponseDueAt)}, ${new Date(due.resolutionDueAt)}, ${timer === undefined ? null : new Date(timer)},
      ${await tx.words.newKeyId()}::uuid
    from "Place" where "code" = ${placeCode} returning ${lockedColumns}`
  if (ticket === undefined) throw new Error('a report about a place that is not there')
  const { id } = ticket
  await appendEvent(change, id, { type: 'opened', by: 'resident', data: { priority, ...due } })
  const items = 'messages' in words ? [] : words
  if ('messages' in words)
    await tx.ticketMessage.updateMany({
      where: { id: { in: [...words.messages] } },
      data: { ticketId: id, writerId: null },
    })
  for (const item of items) await appendMessage(change, ticket, 'resident', 'report', item)
  await tell(change, conversationId, { notice: 'received', code, confidential, ...due })
  if (anonymous) await tell(change, conversationId, { notice: 'anonymous', code })
  if (items.some(({ text }) => holdsNumber(text)))
    await tell(change, conversationId, { notice: 'numberHidden', code })
  await assignTicket(change, ticket)
  return code
}

/** The most photos and voice notes that one ticket takes. */
const mostFiles = 10

/**
 * The resident adds to a ticket, or answers the member's question on it; then the clock goes on
 * from where it stood.
 *
 * @param isMore it follows words that were just added there: the answer to those stands for it too.
 */
export async function addToTicket(
  change: Change,
  conversationId: string,
  code: string,
  items: readonly Words[],
  isUrgent: boolean,
  isMore = false,
): Promise<Outcome> {
  const ticket = await lockTicket(change, code)
  if (ticket?.conversationId !== conversationId) return refused('notYours')
  if (await isTooMany(change, ticket, items)) return refused('tooManyFiles')
  const type = ticket.questionAt === null ? 'added' : 'answered'
  const outcome = await happen(change, ticket, {
    type,
    by: 'resident',
    ...(type === 'answered' ? { data: clockGoesOn(change, ticket) } : {}),
  })
  if (!outcome.ok) return outcome
  for (const item of items) {
    await appendMessage(change, ticket, 'resident', type, item)
    if (ticket.assigneeId !== null)
      await passToMember(change, ticket, ticket.assigneeId, type, item)
  }
  const dueAt = (outcome.ticket ?? ticket).resolutionDueAt.getTime()
  if (!isMore || type === 'answered')
    await tell(
      change,
      conversationId,
      ofTicket(
        ticket,
        type === 'answered' ? { notice: 'answered', code, dueAt } : { notice: 'added', code },
      ),
    )
  if (items.some(({ text }) => holdsNumber(text)))
    await tell(change, conversationId, { notice: 'numberHidden', code })
  if (isUrgent && outcome.ticket !== undefined) await makeUrgent(change, outcome.ticket)
  return done
}

async function isTooMany(
  { tx }: Change,
  { id }: Locked,
  items: readonly Words[],
): Promise<boolean> {
  const more = items.reduce((sum, { files }) => sum + files.length, 0)
  return (
    more > 0 &&
    more + (await tx.attachment.count({ where: { message: { ticketId: id } } })) > mostFiles
  )
}

/** The member who has the ticket gets what the resident wrote to it, words first. */
async function passToMember(
  change: Change,
  ticket: Locked,
  memberId: string,
  what: 'added' | 'answered' | 'corrected',
  item: Words,
): Promise<void> {
  const { id: ticketId, code } = ticket
  const words =
    item.text.trim() === ''
      ? []
      : [
          {
            notice: 'news' as const,
            what,
            code,
            ticketId,
            text: await change.tx.words.seal(keyOfReporter(ticket), masked(item.text), inTransit),
          },
        ]
  await tellMember(change, memberId, ...words, ...filesOf(ticket, item))
}

/**
 * The resident edited a message that is in a ticket: the first wording stays, and the new one
 * follows it as a correction.
 */
export async function correct(
  change: Change,
  conversationId: string,
  code: string,
  item: Words,
  isUrgent: boolean,
): Promise<Outcome> {
  const ticket = await lockTicketOf(change, conversationId, code)
  if (ticket === undefined) return refused('notYours')
  const follower = await followerIn(change, ticket, conversationId)
  if (ticket.conversationId !== conversationId && follower === undefined) return refused('notYours')
  if (await isTooMany(change, ticket, [item])) return refused('tooManyFiles')
  const outcome = await happen(change, ticket, { type: 'corrected', by: 'resident' })
  if (!outcome.ok) return outcome
  await appendMessage(change, ticket, 'resident', 'corrected', item, follower?.id)
  if (ticket.assigneeId !== null)
    await passToMember(change, ticket, ticket.assigneeId, 'corrected', item)
  await tell(change, conversationId, { notice: 'corrected', code })
  if (holdsNumber(item.text)) await tell(change, conversationId, { notice: 'numberHidden', code })
  if (isUrgent && outcome.ticket !== undefined) await makeUrgent(change, outcome.ticket)
  return done
}

type Follower = { readonly id: string; readonly objectedAt: Date | null }

/** The chat as one that has joined the ticket. */
async function followerIn(
  { tx }: Change,
  ticket: Locked,
  conversationId: string,
): Promise<Follower | undefined> {
  const row = await tx.follower.findUnique({
    where: { ticketId_conversationId: { ticketId: ticket.id, conversationId } },
    select: { id: true, objectedAt: true },
  })
  return row ?? undefined
}

/**
 * The resident says that somebody is in danger now, or takes that back, as it was pressed by
 * mistake.
 */
export async function setDanger(
  change: Change,
  conversationId: string,
  code: string,
  isDanger: boolean,
): Promise<Outcome> {
  const ticket = await lockTicket(change, code)
  if (ticket?.conversationId !== conversationId) return refused('notYours')
  const news = (what: 'danger' | 'calmed') =>
    ticket.assigneeId === null
      ? undefined
      : tellMember(change, ticket.assigneeId, {
          notice: 'news',
          what,
          code,
          ticketId: ticket.id,
          text: '',
        })
  if (isDanger) {
    if (ticket.priority === 'danger') return done
    const outcome = await makeUrgent(change, ticket)
    // A card that changes makes no sound: who has the ticket is told.
    if (outcome.ok) await news('danger')
    return outcome
  }
  if (ticket.priority === 'danger') {
    const due = deadlines(
      targetOf(ticket.category, 'ordinary', change.office.targets),
      ticket.clockFrom.getTime(),
      change.office.calendar,
    )
    const outcome = await happen(change, ticket, {
      type: 'madeOrdinary',
      by: 'resident',
      data: {
        priority: 'ordinary',
        resolutionDueAt: Math.max(due.resolutionDueAt, ticket.resolutionDueAt.getTime()),
      },
    })
    if (!outcome.ok) return outcome
    await news('calmed')
  }
  await tell(change, conversationId, { notice: 'calmed', code })
  return done
}

/**
 * Danger gives a ticket priority, and shorter deadlines where they are sooner. Only the resident
 * can take it back.
 */
async function makeUrgent(change: Change, ticket: Locked): Promise<Outcome> {
  if (ticket.priority === 'danger') return done
  const due = deadlines(
    targetOf(ticket.category, 'danger', change.office.targets),
    change.at,
    change.office.calendar,
  )
  return happen(change, ticket, {
    type: 'madeUrgent',
    by: 'service',
    data: {
      priority: 'danger',
      resolutionDueAt: Math.min(due.resolutionDueAt, ticket.resolutionDueAt.getTime()),
    },
  })
}

/** The resolution deadline after the clock stood, waiting for the resident. */
export function clockGoesOn(
  change: Change,
  ticket: Locked,
): { readonly resolutionDueAt: number } | Record<never, never> {
  if (ticket.questionAt === null) return {}
  const { byTheClock } = timedOf(change, ticket)
  return {
    resolutionDueAt: moved(
      ticket.resolutionDueAt.getTime(),
      ticket.questionAt.getTime(),
      change.at,
      byTheClock,
      change.office.calendar,
    ),
  }
}

/**
 * The resident lets the handler see the telephone and identity numbers that they have written, for
 * this one ticket and no more: who joined decides for their own words, and who wrote it for theirs
 * (protection P28).
 */
export async function showNumbers(
  change: Change,
  conversationId: string,
  code: string,
): Promise<Outcome> {
  const ticket = await lockTicketOf(change, conversationId, code)
  if (ticket === undefined) return refused('notYours')
  const follower = await followerIn(change, ticket, conversationId)
  if (ticket.conversationId !== conversationId && follower === undefined) return refused('notYours')
  const own =
    ticket.conversationId === conversationId ? ofReporter : { writerId: follower?.id ?? null }
  await change.tx.ticketMessage.updateMany({
    where: { ticketId: ticket.id, ...own },
    data: { numbersShown: true },
  })
  if (ticket.assigneeId !== null)
    await tellMember(change, ticket.assigneeId, { notice: 'card', ticketId: ticket.id })
  await tell(change, conversationId, { notice: 'numberShown', code })
  return done
}

/** The resident agrees that it helped: the ticket is closed, and one question is asked. */
export async function agree(
  change: Change,
  conversationId: string,
  code: string,
): Promise<Outcome> {
  const ticket = await lockTicket(change, code)
  if (ticket?.conversationId !== conversationId) return refused('notYours')
  const outcome = await happen(change, ticket, {
    type: 'closed',
    by: 'resident',
    data: { by: 'resident' },
  })
  if (!outcome.ok) return outcome
  if (!ticket.anonymous) await tell(change, conversationId, { notice: 'closed', code })
  await tellFollowers(change, ticket, { notice: 'closedToo', code })
  if (ticket.assigneeId !== null)
    await tellMember(change, ticket.assigneeId, {
      notice: 'news',
      what: 'closed',
      code,
      ticketId: ticket.id,
      text: '',
    })
  return done
}

/** The resident says once whether they are content. A second answer is refused. */
export async function rate(
  change: Change,
  conversationId: string,
  code: string,
  satisfied: boolean,
): Promise<Outcome> {
  const ticket = await lockTicket(change, code)
  if (ticket?.conversationId !== conversationId) return refused('notYours')
  const { satisfied: before } = await change.tx.ticket.findUniqueOrThrow({
    where: { id: ticket.id },
    select: { satisfied: true },
  })
  if (before !== null) return refused('alreadyRated')
  const outcome = await happen(change, ticket, {
    type: 'rated',
    by: 'resident',
    data: { satisfied },
  })
  return outcome.ok ? done : outcome
}

/**
 * A word to the answer, if the resident likes: it goes to the handler and stands with the ticket.
 */
export async function addWordToRating(
  change: Change,
  conversationId: string,
  code: string,
  item: Words,
): Promise<Outcome> {
  const ticket = await lockTicket(change, code)
  if (ticket?.conversationId !== conversationId || ticket.status !== 'closed')
    return refused('notYours')
  await appendMessage(change, ticket, 'resident', 'rating', item)
  return done
}

/**
 * The resident is not content: the ticket is open again, its clock starts anew, and it goes to
 * somebody else; the second time to the level above, as an appeal that somebody outside the team
 * answers.
 */
export async function reopen(
  change: Change,
  conversationId: string,
  code: string,
  items: readonly Words[],
): Promise<Outcome> {
  const ticket = await lockTicketOf(change, conversationId, code)
  if (ticket !== undefined && ticket.conversationId !== conversationId)
    return object(change, ticket, conversationId, code, items)
  if (ticket === undefined) return refused('notYours')
  // What the reporter has closed stays closed for them; they can write anew at any time.
  if (ticket.status === 'closed') return refused('alreadyOver')
  const due = deadlines(
    targetOf(ticket.category, ticket.priority, change.office.targets),
    change.at,
    change.office.calendar,
  )
  const outcome = await happen(change, ticket, {
    type: 'reopened',
    by: 'resident',
    ...(ticket.assigneeId === null ? {} : { memberId: ticket.assigneeId }),
    data: { resolutionDueAt: due.resolutionDueAt },
    also: { timersFired: [] },
  })
  if (!outcome.ok) return outcome
  for (const item of items) await appendMessage(change, ticket, 'resident', 'reopened', item)
  const goesAbove = ticket.reopenedCount + 1 >= reopeningsBeforeLevelAbove
  const notice = !goesAbove ? 'reopened' : ticket.anonymous ? 'reopenedAbove' : 'appeal'
  await tell(change, conversationId, ofTicket(ticket, { notice, code, dueAt: due.resolutionDueAt }))
  await tellFollowers(change, ticket, { notice: 'reopenedToo', code })
  if (ticket.assigneeId !== null)
    await tellMember(change, ticket.assigneeId, {
      notice: 'news',
      what: 'reopened',
      code,
      ticketId: ticket.id,
      text: '',
    })
  await assignOpenTicket(change, ticket.id)
  return done
}

/**
 * Somebody who joined says that it did not help: once for each resolution. The first such word
 * opens the ticket again for all; later ones are added to it. It does not count towards the level
 * above: that is the reporter's own to say (protection P43).
 */
async function object(
  change: Change,
  ticket: Locked,
  conversationId: string,
  code: string,
  items: readonly Words[],
): Promise<Outcome> {
  const { tx, at } = change
  const follower = await followerIn(change, ticket, conversationId)
  if (follower === undefined) return refused('notYours')
  const last = await tx.ticketEvent.findFirst({
    where: { ticketId: ticket.id, type: 'resolved' },
    orderBy: { seq: 'desc' },
    select: { at: true },
  })
  if (last === null) return refused('notResolved')
  if (follower.objectedAt !== null && follower.objectedAt >= last.at)
    return refused('alreadyObjected')
  if (at - last.at.getTime() > objectionMs || ticket.status === 'withdrawn')
    return refused('tooLateToObject')
  const isFirst = ticket.status === 'resolved' || ticket.status === 'closed'
  if (isFirst) {
    const due = deadlines(
      targetOf(ticket.category, ticket.priority, change.office.targets),
      at,
      change.office.calendar,
    )
    const outcome = await happen(change, ticket, {
      type: 'reopened',
      by: 'resident',
      ...(ticket.assigneeId === null ? {} : { memberId: ticket.assigneeId }),
      data: { by: joinedBy, resolutionDueAt: due.resolutionDueAt },
      also: { timersFired: [] },
    })
    if (!outcome.ok) return outcome
    await tellReporter(change, ticket, { notice: 'reopenedByOthers', code: ticket.code })
    await tellFollowers(change, ticket, { notice: 'reopenedToo', code: ticket.code })
  }
  for (const item of items)
    await appendMessage(change, ticket, 'resident', 'joined', item, follower.id)
  await tx.follower.update({
    where: { id: follower.id },
    data: { objectedAt: new Date(at) },
    select: { id: true },
  })
  if (ticket.assigneeId !== null) {
    const text = isFirst
      ? ''
      : await tx.words.seal(
          follower.id,
          masked(items.map((item) => item.text).join('\n')),
          inTransit,
        )
    await tellMember(change, ticket.assigneeId, {
      notice: 'news',
      what: isFirst ? 'reopened' : 'added',
      code: ticket.code,
      ticketId: ticket.id,
      text,
    })
  }
  await tell(change, conversationId, { notice: 'objected', code })
  if (isFirst) await assignOpenTicket(change, ticket.id)
  return done
}

/**
 * The resident makes an anonymous report that went to the level above a formal appeal, by their own
 * press: from then on it stays tied to the chat, as any other. One never becomes the other by
 * itself (design, section 2.9; protection P30).
 */
export async function appeal(
  change: Change,
  conversationId: string,
  code: string,
): Promise<Outcome> {
  const ticket = await lockTicket(change, code)
  if (
    ticket?.conversationId !== conversationId ||
    !ticket.anonymous ||
    ticket.reopenedCount < reopeningsBeforeLevelAbove
  )
    return refused('notYours')
  const outcome = await happen(change, ticket, {
    type: 'appealed',
    by: 'resident',
    also: { anonymous: false },
  })
  if (!outcome.ok) return outcome
  await tell(change, conversationId, {
    notice: 'appeal',
    code,
    dueAt: ticket.resolutionDueAt.getTime(),
  })
  return done
}

/**
 * The resident takes the ticket back; nobody works on it any more. Where others have joined, it is
 * theirs from then on: only this resident's words leave it.
 */
export async function withdraw(
  change: Change,
  conversationId: string,
  code: string,
): Promise<Outcome> {
  const ticket = await lockTicket(change, code)
  if (ticket?.conversationId !== conversationId) return refused('notYours')
  const outcome = await takeBack(change, ticket)
  if (outcome.ok && !ticket.anonymous)
    await tell(change, conversationId, { notice: 'withdrawn', code })
  return outcome
}

/** Takes a ticket back without a word to its resident. */
export async function takeBack(change: Change, ticket: Locked): Promise<Outcome> {
  const { code } = ticket
  const heir = await change.tx.follower.findFirst({
    where: { ticketId: ticket.id },
    orderBy: { joinedAt: 'asc' },
    select: { conversationId: true },
  })
  const isOver = ticket.status === 'closed' || ticket.status === 'withdrawn'
  if (heir !== null && !isOver) return passOn(change, ticket, heir.conversationId)
  const outcome = await happen(change, ticket, { type: 'withdrawn', by: 'resident' })
  if (!outcome.ok) return outcome
  if (ticket.assigneeId !== null)
    await tellMember(change, ticket.assigneeId, {
      notice: 'news',
      what: 'withdrawn',
      code,
      ticketId: ticket.id,
      text: '',
    })
  return done
}

/**
 * Another resident of the same ticket takes the first one's place; the first one's words and files
 * leave it.
 */
async function passOn(change: Change, ticket: Locked, heir: string): Promise<Outcome> {
  const { tx } = change
  const outcome = await happen(change, ticket, { type: 'left', by: 'resident' })
  if (!outcome.ok) return outcome
  await destroyWords(change, { ticketId: ticket.id, ...ofReporter })
  await tx.attachment.updateMany({
    where: { message: { ticketId: ticket.id, ...ofReporter } },
    data: { messageId: null },
  })
  await tx.ticketMessage.deleteMany({ where: { ticketId: ticket.id, ...ofReporter } })
  const { id } = await tx.follower.delete({
    where: { ticketId_conversationId: { ticketId: ticket.id, conversationId: heir } },
    select: { id: true },
  })
  await tx.ticketMessage.updateMany({
    where: { ticketId: ticket.id, writerId: id },
    data: { writerId: null },
  })
  const wordKeyId = await tx.words.newKeyId()
  await tx.ticket.update({
    where: { id: ticket.id },
    data: { conversationId: heir, anonymous: false, wordKeyId },
    select: { id: true },
  })
  if (ticket.anonymous && ticket.conversationId !== null)
    await untie(change, ticket.conversationId, ticket.code)
  return done
}
