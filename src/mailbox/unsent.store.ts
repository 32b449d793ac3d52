import type { Db } from '../platform/postgres/database.ts'
import { statement } from '../platform/postgres/query.ts'

/**
 * A message that could not be sent: when it was written and what is wrong, and nothing of whom or
 * what it is.
 */
export type UnsentMessage = {
  readonly id: bigint
  readonly channel: string
  readonly createdAt: Date
  readonly attempts: number
  readonly error: string | null
}

const mostListed = 200

/** How many messages were set aside, on their way in and on their way out. */
export async function countSetAside({ prisma }: Db): Promise<number> {
  const where = { setAsideAt: { not: null } }
  const [received, unsent] = await Promise.all([
    prisma.inbound.count({ where }),
    prisma.outbound.count({ where }),
  ])
  return received + unsent
}

/** The messages that were set aside, the oldest first. */
export async function listUnsent(db: Db): Promise<readonly UnsentMessage[]> {
  const rows = await db.prisma.outbound.findMany({
    where: { setAsideAt: { not: null } },
    orderBy: { id: 'asc' },
    take: mostListed,
    select: {
      id: true,
      createdAt: true,
      attempts: true,
      error: true,
      conversation: { select: { channel: true } },
    },
  })
  return rows.map(({ id, conversation, ...row }) => ({ ...row, id, channel: conversation.channel }))
}

/**
 * Sends a message again that was set aside. Returns its conversation, to be nudged; `undefined`
 * when there is none.
 */
export async function sendAgain(db: Db, id: bigint): Promise<string | undefined> {
  const [row] = await db.prisma.outbound.updateManyAndReturn({
    where: { id, setAsideAt: { not: null } },
    data: { status: 'queued', setAsideAt: null, attempts: 0, notBefore: null },
    select: { conversationId: true },
  })
  return row?.conversationId
}

/** Recipients with a message that has waited since before `before` and may be sent now. */
export async function recipientsWaitingSince(
  db: Db,
  before: Date,
  now: Date,
  limit: number,
): Promise<readonly string[]> {
  const rows = await db.read(statement<{ conversationId: string }>`
    select distinct "conversationId" from "Outbound"
    where "status" = 'queued' and "createdAt" < ${before} and ("notBefore" is null
      or "notBefore" <= ${now}) limit ${limit}`)
  return rows.map((row) => row.conversationId)
}
