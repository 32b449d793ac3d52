import type { Db } from '../platform/postgres/database.ts'
import { statement } from '../platform/postgres/query.ts'

/** Where rows wait: to be handled, to be sent, for somebody to have them; or set aside. */
type Stage = 'inbound' | 'outbound' | 'unassigned' | 'set_aside'

/**
 * What an operator watches: how many rows wait, for how long the oldest has, and how many first
 * answers are late.
 */
export type WaitingCounts = {
  readonly counts: Readonly<Record<Stage, number>>
  readonly oldestSeconds: Readonly<Record<Stage, number>>
  readonly lateFirstResponses: number
}

/** How much waits to be handled and to be sent, for the metrics. */
export async function countWaiting(db: Db): Promise<WaitingCounts> {
  const rows = await db.read(statement<{ stage: Stage; count: number; seconds: number }>`
    select "stage", count(*)::int as "count", coalesce(extract(epoch from now() - min("since")),
      0)::float8 as "seconds" from (
      select 'inbound' as "stage", "receivedAt" as "since" from "Inbound" where "doneAt" is null
        and "setAsideAt" is null
      union all select 'outbound', greatest("createdAt", "notBefore") from "Outbound"
        where "status" = 'queued' and coalesce("notBefore", now()) <= now()
      union all select 'unassigned', "openedAt" from "Ticket" where "status" = 'open'
      union all select 'set_aside', "setAsideAt" from "Inbound" where "doneAt" is null
        and "setAsideAt" is not null
      union all select 'set_aside', "setAsideAt" from "Outbound" where "setAsideAt" is not null
    ) w group by "stage"`)
  const [late] = await db.read(statement<{ count: number }>`
    select count(*)::int as "count" from "Ticket"
    where "firstResponseAt" is null and "status" in ('open', 'assigned', 'accepted')
      and "firstResponseDueAt" < now()`)
  const of = (what: 'count' | 'seconds', stage: Stage) =>
    rows.find((row) => row.stage === stage)?.[what] ?? 0
  const all = (what: 'count' | 'seconds') => ({
    inbound: of(what, 'inbound'),
    outbound: of(what, 'outbound'),
    unassigned: of(what, 'unassigned'),
    set_aside: of(what, 'set_aside'),
  })
  return {
    counts: all('count'),
    oldestSeconds: all('seconds'),
    lateFirstResponses: late?.count ?? 0,
  }
}

/** Whether no message waits to be handled or to be shown. */
export async function isNothingWaiting(db: Db): Promise<boolean> {
  const [row] = await db.read(statement<{ waits: boolean }>`
    select exists (select 1 from "Inbound" where "doneAt" is null and "setAsideAt" is null)
      or exists (select 1 from "Outbound" where "status" = 'queued') as "waits"`)
  return row?.waits !== true
}
