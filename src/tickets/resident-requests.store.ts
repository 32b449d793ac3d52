import { tell, tellMember } from '../mailbox/outbound.store.ts'
import { deadlines, moved, targetOf } from '../organisation/deadline.ts'
import type { UnitOfWork } from '../organisation/unit-of-work.store.ts'
import { releaseFiles } from '../platform/files/file-keys.ts'
import { anyOf, query } from '../platform/postgres/query.ts'
import { inTransit } from '../platform/sealing/sealed-text.ts'
import { destroyWords } from '../platform/sealing/word-keys.ts'
import { keyOfReporter } from '../platform/sealing/words.ts'
import { objectionMs, untie } from './anonymity.store.ts'
import { assignOpenTicket } from './assignment.store.ts'
import { reopeningsBeforeLevelAbove } from './assignment.ts'
import { holdsNumber, masked } from './contact.ts'
import { followerOf } from './followers.store.ts'
import { joinedBy } from './history.ts'
import { messagesOf } from './messages.store.ts'
import {
  appendMessage,
  done,
  filesOf,
  happen,
  type Locked,
  lockTicket,
  lockTicketOf,
  type Outcome,
  ofTicket,
  refused,
  tellFollowers,
  tellReporter,
  timedOf,
  type Words,
} from './tickets.store.ts'

/** The most photos and voice notes that one ticket takes. */
const mostFiles = 10

/**
 * The resident adds to a ticket, or answers the member's question on it; then the clock goes on
 * from where it stood.
 *
 * @param isMore it follows words that were just added there: the answer to those stands for it too.
 */
export async function addToTicket(
  change: UnitOfWork,
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
  { tx }: UnitOfWork,
  { id }: Locked,
  items: readonly Words[],
): Promise<boolean> {
  const more = items.reduce((sum, { files }) => sum + files.length, 0)
  if (more === 0) return false
  const there = await tx.read(
    query
      .selectFrom('Attachment')
      .innerJoin('TicketMessage', 'TicketMessage.id', 'Attachment.messageId')
      .select('Attachment.id')
      .where('TicketMessage.ticketId', '=', id),
  )
  return more + there.length > mostFiles
}

/** The member who has the ticket gets what the resident wrote to it, words first. */
async function passToMember(
  change: UnitOfWork,
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
  change: UnitOfWork,
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
  { tx }: UnitOfWork,
  ticket: Locked,
  conversationId: string,
): Promise<Follower | undefined> {
  const [row] = await tx.read(followerOf(ticket.id, conversationId))
  return row
}

/**
 * The resident says that somebody is in danger now, or takes that back, as it was pressed by
 * mistake.
 */
export async function setDanger(
  change: UnitOfWork,
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
async function makeUrgent(change: UnitOfWork, ticket: Locked): Promise<Outcome> {
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
  change: UnitOfWork,
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
  change: UnitOfWork,
  conversationId: string,
  code: string,
): Promise<Outcome> {
  const ticket = await lockTicketOf(change, conversationId, code)
  if (ticket === undefined) return refused('notYours')
  const follower = await followerIn(change, ticket, conversationId)
  if (ticket.conversationId !== conversationId && follower === undefined) return refused('notYours')
  const writerId = ticket.conversationId === conversationId ? undefined : follower?.id
  change.tx.write(
    query
      .updateTable('TicketMessage')
      .set({ numbersShown: true })
      .where('id', 'in', messagesOf(ticket.id, writerId)),
  )
  if (ticket.assigneeId !== null)
    await tellMember(change, ticket.assigneeId, { notice: 'card', ticketId: ticket.id })
  await tell(change, conversationId, { notice: 'numberShown', code })
  return done
}

/** The resident agrees that it helped: the ticket is closed, and one question is asked. */
export async function agree(
  change: UnitOfWork,
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
  change: UnitOfWork,
  conversationId: string,
  code: string,
  satisfied: boolean,
): Promise<Outcome> {
  const ticket = await lockTicket(change, code)
  if (ticket?.conversationId !== conversationId) return refused('notYours')
  const [before] = await change.tx.read(
    query.selectFrom('Ticket').select('satisfied').where('id', '=', ticket.id),
  )
  if (before?.satisfied !== null) return refused('alreadyRated')
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
  change: UnitOfWork,
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
  change: UnitOfWork,
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
  change: UnitOfWork,
  ticket: Locked,
  conversationId: string,
  code: string,
  items: readonly Words[],
): Promise<Outcome> {
  const { tx, at } = change
  const follower = await followerIn(change, ticket, conversationId)
  if (follower === undefined) return refused('notYours')
  const [last] = await tx.read(
    query
      .selectFrom('TicketEvent')
      .select('at')
      .where('ticketId', '=', ticket.id)
      .where('type', '=', 'resolved')
      .orderBy('seq', 'desc')
      .limit(1),
  )
  if (last === undefined) return refused('notResolved')
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
  tx.write(
    query
      .updateTable('Follower')
      .set({ objectedAt: new Date(at) })
      .where('id', '=', follower.id),
  )
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
  change: UnitOfWork,
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
  change: UnitOfWork,
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
export async function takeBack(change: UnitOfWork, ticket: Locked): Promise<Outcome> {
  const { code } = ticket
  const [heir] = await change.tx.read(
    query
      .selectFrom('Follower')
      .select(['id', 'conversationId'])
      .where('ticketId', '=', ticket.id)
      .orderBy('joinedAt')
      .limit(1),
  )
  const isOver = ticket.status === 'closed' || ticket.status === 'withdrawn'
  if (heir !== undefined && !isOver) return passOn(change, ticket, heir)
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
async function passOn(
  change: UnitOfWork,
  ticket: Locked,
  heir: { readonly id: string; readonly conversationId: string },
): Promise<Outcome> {
  const { tx } = change
  const outcome = await happen(change, ticket, { type: 'left', by: 'resident' })
  if (!outcome.ok) return outcome
  const gone = (await tx.read(messagesOf(ticket.id, undefined))).map(({ id }) => id)
  await destroyWords(change, gone)
  tx.write(releaseFiles(gone))
  tx.write(query.deleteFrom('TicketMessage').where('id', '=', anyOf(gone, 'bigint')))
  tx.write(query.deleteFrom('Follower').where('id', '=', heir.id))
  tx.write(
    query
      .updateTable('TicketMessage')
      .set({ writerId: null })
      .where('ticketId', '=', ticket.id)
      .where('writerId', '=', heir.id),
  )
  const wordKeyId = await tx.words.newKeyId()
  tx.write(
    query
      .updateTable('Ticket')
      .set({ conversationId: heir.conversationId, anonymous: false, wordKeyId })
      .where('id', '=', ticket.id),
  )
  if (ticket.anonymous && ticket.conversationId !== null)
    await untie(change, ticket.conversationId, ticket.code)
  return done
}
