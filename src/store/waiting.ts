import type { Db } from './connection.ts'

/** How many rows wait to be handled, by stage, and how many were set aside: what an operator watches. */
export async function countWaiting(db: Db): Promise<Readonly<Record<'inbound' | 'outbound' | 'unassigned' | 'set_aside', number>>> {
  const [row] = await db.$queryRaw<Record<'inbound' | 'outbound' | 'unassigned' | 'set_aside', number>[]>`
    select (select count(*)::int from "Inbound" where "doneAt" is null and "setAsideAt" is null) as "inbound",
      (select count(*)::int from "Outbound" where "status" = 'queued') as "outbound",
      (select count(*)::int from "Ticket" where "status" = 'open') as "unassigned",
      (select count(*)::int from "Inbound" where "doneAt" is null and "setAsideAt" is not null) as "set_aside"`
  return row ?? { inbound: 0, outbound: 0, unassigned: 0, set_aside: 0 }
}
