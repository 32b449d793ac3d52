import { tellMember } from '../mailbox/outbound.store.ts'
import type { UnitOfWork } from '../organisation/unit-of-work.store.ts'
import { query } from '../platform/postgres/query.ts'
import { applyEvent, lockHeld } from './tickets.store.ts'

/**
 * Sets whether new tickets come to a member. Going off, what they have not accepted moves on, and
 * what they have is asked about. Returns open tickets that may now fit somebody.
 */
export async function setDuty(
  work: UnitOfWork,
  memberId: string,
  onDuty: boolean,
): Promise<readonly string[]> {
  const [member] = await work.tx.read(
    query.updateTable('Member').set({ onDuty }).where('id', '=', memberId).returning('teamId'),
  )
  if (!onDuty) return leaveWork(work, memberId)
  if (member?.teamId == null) return []
  const open = await work.tx.read(
    query
      .selectFrom('Ticket')
      .select('id')
      .where('teamId', '=', member.teamId)
      .where('status', '=', 'open')
      .orderBy('openedAt'),
  )
  return open.map(({ id }) => id)
}

/** Days off, from today on for `days` days. Returns open tickets that may now fit somebody. */
export async function takeLeave(
  work: UnitOfWork,
  memberId: string,
  days: number,
): Promise<readonly string[]> {
  const { day } = work.office.localMoment(work.at)
  const first = new Date(`${day}T00:00:00Z`)
  const last = new Date(first.getTime() + (days - 1) * 86_400_000)
  work.tx.write(
    query
      .insertInto('Leave')
      .values({ memberId, firstDay: first, lastDay: last })
      .onConflict((conflict) =>
        conflict.columns(['memberId', 'firstDay']).doUpdateSet({ lastDay: last }),
      ),
  )
  return leaveWork(work, memberId)
}

async function leaveWork(work: UnitOfWork, memberId: string): Promise<readonly string[]> {
  const mine = await work.tx.read(
    query
      .selectFrom('Ticket')
      .select(['code', 'status'])
      .where('assigneeId', '=', memberId)
      .where('status', 'in', ['assigned', 'accepted'])
      // As everywhere, tickets are locked by their ids.
      .orderBy('id'),
  )
  const moved: string[] = []
  for (const { code, status } of mine) {
    if (status === 'accepted') await tellMember(work, memberId, { notice: 'keepOrHandOn', code })
    else {
      const ticket = await lockHeld(work, memberId, code)
      if (ticket === undefined) continue
      const outcome = await applyEvent(work, ticket, { type: 'movedOn', by: 'service', memberId })
      if (outcome.ok) moved.push(ticket.id)
    }
  }
  return moved
}
