import { type AfterCommit, collectAfterCommit } from '../platform/after-commit.ts'
import type { Instant } from '../platform/instant.ts'
import type { Db, Transaction } from '../platform/postgres/database.ts'
import { announcement } from '../platform/postgres/live.ts'
import type { Office } from './office.ts'

/** One transaction: the moment that it happens at, the office's times, and what follows it. */
export type UnitOfWork = {
  readonly tx: Transaction
  readonly at: Instant
  readonly office: Office
  /**
   * Conversations whose inbound messages are not kept: nothing may tie them to what they were about
   * any more.
   */
  readonly untied: Set<string>
  /** The keys of words of the chats that this transaction has locked, by the chat's id. */
  readonly chatKeys: Map<string, string>
  /** Pages that are open and show something else now: `member:` or `team:` and an id. */
  readonly refreshPages: Set<string>
  /** What is to be done once it is committed. */
  readonly after: AfterCommit
}

/** Runs `work` in one transaction. The caller then runs what follows it (`runAfterCommit`). */
export async function unitOfWork<T>(
  db: Db,
  office: Office,
  at: Instant,
  work: (unit: UnitOfWork) => Promise<T>,
): Promise<{ readonly result: T; readonly after: AfterCommit }> {
  const after = collectAfterCommit()
  const refreshPages = new Set<string>()
  const result = await db.transaction(async (tx) => {
    const done = await work({
      tx,
      at,
      office,
      untied: new Set(),
      chatKeys: new Map(),
      refreshPages,
      after,
    })
    if (refreshPages.size > 0) tx.follow(announcement(...refreshPages))
    return done
  })
  return { result, after }
}
