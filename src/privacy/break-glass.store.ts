import { randomUUID } from 'node:crypto'
import { tellMember } from '../mailbox/outbound.store.ts'
import { may, rolesThatMay } from '../organisation/role.ts'
import type { UnitOfWork } from '../organisation/unit-of-work.store.ts'
import type { Viewer } from '../organisation/visibility.ts'
import type { Db } from '../platform/postgres/database.ts'
import { query, statement } from '../platform/postgres/query.ts'
import type { AccessRecord } from '../platform/sealing/access-log.ts'
import { nearestSupervisors } from '../tickets/assignment.store.ts'
import { lockTicket } from '../tickets/tickets.store.ts'
import type { Opened } from './break-glass.ts'

/** How long a text that was opened out of turn can be read, in milliseconds. */
export const openForMs = 3_600_000

/** The shortest reason that is taken, in characters: a sentence and not a word, also in Chinese. */
export const shortestReason = 10

/**
 * An administrator opens a ticket's text out of turn (protection P14): noted with the reason for
 * good, and told at once to the level above: the supervisors nearest to the place and the other
 * administrators. Of a complaint about staff, its handler hears instead of the supervisors, and
 * nobody whom it is about hears, or could open it.
 *
 * @returns whether there is such a ticket for this administrator.
 */
export async function breakGlass(
  work: UnitOfWork,
  record: AccessRecord,
  memberId: string,
  code: string,
  reason: string,
): Promise<boolean> {
  const { tx, at } = work
  const ticket = await lockTicket(work, code)
  const [member] = await tx.read(
    query.selectFrom('Member').select(['name', 'role']).where('id', '=', memberId),
  )
  if (
    ticket === undefined ||
    member === undefined ||
    !may(member, 'administer') ||
    ticket.concernedIds.includes(memberId)
  )
    return false
  const opening = {
    ticketId: ticket.id,
    memberId,
    reason,
    at: new Date(at),
    until: new Date(at + openForMs),
  }
  tx.write(query.insertInto('BreakGlass').values({ id: randomUUID(), ...opening }))
  await record.noteOpening(tx, opening)
  const administrators = await tx.read(
    query
      .selectFrom('Member')
      .select('id')
      .where('role', 'in', [...rolesThatMay('administer')])
      .where('leftAt', 'is', null),
  )
  const above = ticket.confidential
    ? ticket.assigneeId === null
      ? []
      : [ticket.assigneeId]
    : await nearestSupervisors(work, ticket)
  const told = new Set(
    [...above, ...administrators.map(({ id }) => id)].filter(
      (id) => id !== memberId && !ticket.concernedIds.includes(id),
    ),
  )
  for (const id of told)
    await tellMember(work, id, { notice: 'brokenGlass', code, name: member.name, text: reason })
  return true
}

/**
 * Until when an administrator may read a ticket that they have opened out of turn; `undefined` when
 * they have not, or no more.
 */
export async function openedUntil(
  db: Db,
  viewer: Pick<Viewer, 'id' | 'role'>,
  ticketId: string,
  now: Date,
): Promise<Date | undefined> {
  if (!may(viewer, 'administer')) return undefined
  const row = await db.prisma.breakGlass.findFirst({
    where: { memberId: viewer.id, ticketId, until: { gt: now } },
    orderBy: { until: 'desc' },
    select: { until: true },
  })
  return row?.until
}

const mostListed = 100

/** For an administrator: all that was opened, less what is about them. */
export async function listOpened(db: Db, viewerId: string): Promise<readonly Opened[]> {
  return db.read(statement<Opened>`
    select t."code", m."name", b."at", b."reason" from "BreakGlass" b
      join "Ticket" t on t."id" = b."ticketId" join "Member" m on m."id" = b."memberId"
    where not ${viewerId}::uuid = any (t."concernedIds") order by b."at" desc limit ${mostListed}`)
}

/**
 * For a supervisor of an area: what was opened there since a moment; no complaint about staff is
 * among it (protection P07).
 */
export async function listOpenedIn(
  db: Db,
  areaCode: string,
  since: Date,
): Promise<readonly Opened[]> {
  return db.read(statement<Opened>`
    select t."code", m."name", b."at", b."reason" from "BreakGlass" b
      join "Ticket" t on t."id" = b."ticketId" join "Member" m on m."id" = b."memberId"
    join "Place" p on p."code" = t."placeCode"
    where b."at" >= ${since} and not t."confidential" and (p."ancestors" @> array[${areaCode}]
      or p."code" = ${areaCode})
    order by b."at" desc limit ${mostListed}`)
}
