import type { Db } from '../src/platform/postgres/database.ts'

/** Whether every message that came in is handled, and every one that goes out is sent. */
export async function isAllSent({ prisma }: Pick<Db, 'prisma'>): Promise<boolean> {
  const waits = await prisma.inbound.count({ where: { doneAt: null } })
  const queued = await prisma.outbound.count({ where: { status: 'queued' } })
  return waits + queued === 0
}
