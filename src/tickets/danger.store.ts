import { queueMessage } from '../mailbox/outbound.store.ts'
import { deadlines, targetOf } from '../organisation/deadline.ts'
import type { UnitOfWork } from '../organisation/unit-of-work.store.ts'
import { tellAssignee } from './tell.store.ts'
import {
  applyEvent,
  type Locked,
  lockReported,
  type Outcome,
  ok,
  refused,
} from './tickets.store.ts'

/**
 * The resident says that somebody is in danger now, or takes that back, as it was pressed by
 * mistake.
 */
export async function setDanger(
  work: UnitOfWork,
  conversationId: string,
  code: string,
  isDanger: boolean,
): Promise<Outcome> {
  const ticket = await lockReported(work, conversationId, code)
  if (ticket === undefined) return refused('notYours')
  if (isDanger) {
    if (ticket.priority === 'danger') return ok
    const outcome = await makeUrgent(work, ticket)
    // A card that changes makes no sound: who has the ticket is told.
    if (outcome.ok) await tellAssignee(work, ticket, 'danger')
    return outcome
  }
  if (ticket.priority === 'danger') {
    const due = deadlines(
      targetOf(ticket.category, 'ordinary', work.office.targets),
      ticket.clockFrom.getTime(),
      work.office.calendar,
    )
    const outcome = await applyEvent(work, ticket, {
      type: 'madeOrdinary',
      by: 'resident',
      data: {
        priority: 'ordinary',
        resolutionDueAt: Math.max(due.resolutionDueAt, ticket.resolutionDueAt.getTime()),
      },
    })
    if (!outcome.ok) return outcome
    await tellAssignee(work, ticket, 'calmed')
  }
  await queueMessage(work, conversationId, { notice: 'calmed', code })
  return ok
}

/**
 * Danger gives a ticket priority, and shorter deadlines where they are sooner. Only the resident
 * can take it back.
 */
export async function makeUrgent(work: UnitOfWork, ticket: Locked): Promise<Outcome> {
  if (ticket.priority === 'danger') return ok
  const due = deadlines(
    targetOf(ticket.category, 'danger', work.office.targets),
    work.at,
    work.office.calendar,
  )
  return applyEvent(work, ticket, {
    type: 'madeUrgent',
    by: 'service',
    data: {
      priority: 'danger',
      resolutionDueAt: Math.min(due.resolutionDueAt, ticket.resolutionDueAt.getTime()),
    },
  })
}
