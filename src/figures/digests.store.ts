import { tellMember } from '../mailbox/outbound.store.ts'
import { rolesThatMay } from '../organisation/role.ts'
import type { UnitOfWork } from '../organisation/unit-of-work.store.ts'
import type { Db } from '../platform/postgres/database.ts'
import { query } from '../platform/postgres/query.ts'
import type { Week } from './week.ts'

/** Supervisors with a chat who have not had the digest of a week yet. */
export async function supervisorsWithoutDigest(
  db: Db,
  week: Week,
  limit: number,
): Promise<readonly string[]> {
  const rows = await db.prisma.member.findMany({
    where: {
      role: { in: [...rolesThatMay('superviseArea')] },
      leftAt: null,
      areaCode: { not: null },
      conversations: { some: { unreachableAt: null } },
      digests: { none: { week: new Date(`${week}T00:00:00Z`) } },
    },
    take: limit,
    select: { id: true },
  })
  return rows.map(({ id }) => id)
}

/** Sends a supervisor the digest of a week, once however often it is asked for. */
export async function sendDigest(work: UnitOfWork, memberId: string, week: Week): Promise<void> {
  const written = await work.tx.affect(
    query
      .insertInto('Digest')
      .values({ memberId, week: new Date(`${week}T00:00:00Z`) })
      .onConflict((conflict) => conflict.doNothing()),
  )
  if (written === 1) await tellMember(work, memberId, { notice: 'digest', week })
}
