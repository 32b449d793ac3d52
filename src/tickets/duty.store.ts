import { tellMember } from '../mailbox/outbound.store.ts'
import type { UnitOfWork } from '../organisation/unit-of-work.store.ts'
import { day } from '../platform/instant.ts'
import type { Db } from '../platform/postgres/database.ts'
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

/**
 * Days off, from a day on, today where none is named. Of a leave that begins today, what is not
 * accepted moves on at once. Returns open tickets that may now fit somebody.
 */
export async function takeLeave(
  work: UnitOfWork,
  memberId: string,
  days: number,
  from: string = today(work),
): Promise<readonly string[]> {
  const first = new Date(`${from}T00:00:00Z`)
  const last = new Date(first.getTime() + (days - 1) * day)
  work.tx.write(
    query
      .insertInto('Leave')
      .values({ memberId, firstDay: first, lastDay: last })
      .onConflict((conflict) =>
        conflict.columns(['memberId', 'firstDay']).doUpdateSet({ lastDay: last }),
      ),
  )
  return from <= today(work) ? leaveWork(work, memberId) : []
}

/** Ends a leave: one that has not begun is taken back, another one ends with yesterday. */
export function endLeave(work: UnitOfWork, memberId: string, firstDay: string): void {
  const first = new Date(`${firstDay}T00:00:00Z`)
  const of = { memberId, firstDay: first }
  if (firstDay >= today(work))
    work.tx.write(
      query
        .deleteFrom('Leave')
        .where('memberId', '=', of.memberId)
        .where('firstDay', '=', of.firstDay),
    )
  else
    work.tx.write(
      query
        .updateTable('Leave')
        .set({ lastDay: new Date(Date.parse(`${today(work)}T00:00:00Z`) - day) })
        .where('memberId', '=', of.memberId)
        .where('firstDay', '=', of.firstDay),
    )
}

/** A member's leaves that are not over, the next one first, and what they have in hand. */
export async function leavesOf(
  db: Db,
  memberId: string,
  onDay: string,
): Promise<{
  readonly leaves: readonly { readonly firstDay: string; readonly lastDay: string }[]
  readonly toMove: number
  readonly toKeep: number
}> {
  const [leaves, toMove, toKeep] = await Promise.all([
    db.prisma.leave.findMany({
      where: { memberId, lastDay: { gte: new Date(`${onDay}T00:00:00Z`) } },
      orderBy: { firstDay: 'asc' },
    }),
    db.prisma.ticket.count({ where: { assigneeId: memberId, status: 'assigned' } }),
    db.prisma.ticket.count({ where: { assigneeId: memberId, status: 'accepted' } }),
  ])
  const dayOf = (date: Date) => date.toISOString().slice(0, 10)
  return {
    leaves: leaves.map(({ firstDay, lastDay }) => ({
      firstDay: dayOf(firstDay),
      lastDay: dayOf(lastDay),
    })),
    toMove,
    toKeep,
  }
}

/** The office's day. */
function today({ office, at }: UnitOfWork): string {
  return office.localMoment(at).day
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
