import type { Office } from '../organisation/office.ts'
import type { FollowUp } from '../platform/after-commit.ts'
import type { Instant } from '../platform/instant.ts'
import { type Change, change, type Db } from '../platform/postgres/database.ts'

type Options = {
  readonly db: Db
  readonly office: () => Promise<Office>
  readonly now: () => Instant
  readonly followUp: FollowUp
}

/**
 * Does something to a ticket in a transaction of its own, such as giving it to who fits now, or
 * what the clock asks.
 */
export function ticketHandler(
  { db, office, now, followUp }: Options,
  work: (change: Change, ticketId: string) => Promise<unknown>,
): (payload: { readonly id: string }) => Promise<void> {
  return async ({ id }) =>
    followUp(await change(db, await office(), now(), (each) => work(each, id)))
}
