import { tell, tellMember } from '../mailbox/outbound.store.ts'
import { deadlines, targetOf } from '../organisation/deadline.ts'
import type { UnitOfWork } from '../organisation/unit-of-work.store.ts'
import { done, happen, type Locked, lockTicket, type Outcome, refused } from './tickets.store.ts'

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
export async function makeUrgent(change: UnitOfWork, ticket: Locked): Promise<Outcome> {
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
