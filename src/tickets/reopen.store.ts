import { queueMessage } from '../mailbox/outbound.store.ts'
import { deadlines, targetOf } from '../organisation/deadline.ts'
import type { UnitOfWork } from '../organisation/unit-of-work.store.ts'
import { query } from '../platform/postgres/query.ts'
import { inTransit } from '../platform/sealing/sealed-text.ts'
import { objectionMs } from './anonymity.store.ts'
import { appendMessage } from './append.store.ts'
import { assignOpenTicket } from './assignment.store.ts'
import { reopeningsBeforeLevelAbove } from './assignment.ts'
import { masked } from './contact.ts'
import { followerIn } from './followers.store.ts'
import { joinedBy } from './history.ts'
import { ofTicket, tellAssignee, tellFollowers, tellReporter } from './tell.store.ts'
import {
  applyEvent,
  type Locked,
  lockReported,
  lockTicketOf,
  type Outcome,
  ok,
  refused,
  type Words,
} from './tickets.store.ts'

/**
 * The resident is not content: the ticket is open again, its clock starts again, and it goes to
 * somebody else; the second time to the level above, as an appeal that somebody outside the team
 * answers.
 */
export async function reopen(
  work: UnitOfWork,
  conversationId: string,
  code: string,
  items: readonly Words[],
): Promise<Outcome> {
  const ticket = await lockTicketOf(work, conversationId, code)
  if (ticket !== undefined && ticket.conversationId !== conversationId)
    return object(work, ticket, conversationId, code, items)
  if (ticket === undefined) return refused('notYours')
  // What the reporter has closed stays closed for them; they can write again at any time.
  if (ticket.status === 'closed') return refused('alreadyOver')
  const due = deadlines(
    targetOf(ticket.category, ticket.priority, work.office.targets),
    work.at,
    work.office.calendar,
  )
  const outcome = await applyEvent(work, ticket, {
    type: 'reopened',
    by: 'resident',
    ...(ticket.assigneeId === null ? {} : { memberId: ticket.assigneeId }),
    data: { resolutionDueAt: due.resolutionDueAt },
    also: { timersFired: [] },
  })
  if (!outcome.ok) return outcome
  for (const item of items) await appendMessage(work, ticket, 'resident', 'reopened', item)
  const goesAbove = ticket.reopenedCount + 1 >= reopeningsBeforeLevelAbove
  const notice = !goesAbove ? 'reopened' : ticket.anonymous ? 'reopenedAbove' : 'appeal'
  await queueMessage(
    work,
    conversationId,
    ofTicket(ticket, { notice, code, dueAt: due.resolutionDueAt }),
  )
  await tellFollowers(work, ticket, { notice: 'reopenedToo', code })
  await tellAssignee(work, ticket, 'reopened')
  await assignOpenTicket(work, ticket.id)
  return ok
}

/**
 * Somebody who joined says that it did not help: once for each resolution. The first such word
 * opens the ticket again for all; later ones are added to it. It does not count towards the level
 * above: that is the reporter's own to say (protection P43).
 */
async function object(
  work: UnitOfWork,
  ticket: Locked,
  conversationId: string,
  code: string,
  items: readonly Words[],
): Promise<Outcome> {
  const { tx, at } = work
  const follower = await followerIn(work, ticket, conversationId)
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
      targetOf(ticket.category, ticket.priority, work.office.targets),
      at,
      work.office.calendar,
    )
    const outcome = await applyEvent(work, ticket, {
      type: 'reopened',
      by: 'resident',
      ...(ticket.assigneeId === null ? {} : { memberId: ticket.assigneeId }),
      data: { by: joinedBy, resolutionDueAt: due.resolutionDueAt },
      also: { timersFired: [] },
    })
    if (!outcome.ok) return outcome
    await tellReporter(work, ticket, { notice: 'reopenedByOthers', code: ticket.code })
    await tellFollowers(work, ticket, { notice: 'reopenedToo', code: ticket.code })
  }
  for (const item of items)
    await appendMessage(work, ticket, 'resident', 'joined', item, follower.id)
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
    await tellAssignee(work, ticket, isFirst ? 'reopened' : 'added', text)
  }
  await queueMessage(work, conversationId, { notice: 'objected', code })
  if (isFirst) await assignOpenTicket(work, ticket.id)
  return ok
}

/**
 * The resident makes an anonymous report that went to the level above a formal appeal, by their own
 * press: from then on it stays tied to the chat, as any other. One never becomes the other by
 * itself (design, section 2.9; protection P30).
 */
export async function appeal(
  work: UnitOfWork,
  conversationId: string,
  code: string,
): Promise<Outcome> {
  const ticket = await lockReported(work, conversationId, code)
  if (
    ticket === undefined ||
    !ticket.anonymous ||
    ticket.reopenedCount < reopeningsBeforeLevelAbove
  )
    return refused('notYours')
  const outcome = await applyEvent(work, ticket, {
    type: 'appealed',
    by: 'resident',
    also: { anonymous: false },
  })
  if (!outcome.ok) return outcome
  await queueMessage(work, conversationId, {
    notice: 'appeal',
    code,
    dueAt: ticket.resolutionDueAt.getTime(),
  })
  return ok
}
