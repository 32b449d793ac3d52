import type { Office } from '../organisation/office.ts'
import { type UnitOfWork, unitOfWork } from '../organisation/unit-of-work.store.ts'
import type { RunAfterCommit } from '../platform/after-commit.ts'
import type { Instant } from '../platform/instant.ts'
import type { Db } from '../platform/postgres/database.ts'

type Options = {
  readonly db: Db
  readonly office: () => Promise<Office>
  readonly now: () => Instant
  readonly runAfterCommit: RunAfterCommit
}

/**
 * Does something to a ticket in a transaction of its own, such as giving it to who fits now, or
 * what the clock asks.
 */
export function ticketHandler(
  { db, office, now, runAfterCommit }: Options,
  work: (unit: UnitOfWork, ticketId: string) => Promise<unknown>,
): (payload: { readonly id: string }) => Promise<void> {
  return async ({ id }) => {
    const { after } = await unitOfWork(db, await office(), now(), (each) => work(each, id))
    await runAfterCommit(after)
  }
}
