import type { Files } from './files/attachments.ts'
import type { Db } from './postgres/database.ts'
import type { Nudge } from './queue/catalogue.ts'
import { vacuumKeys } from './sealing/word-keys.ts'

/** Side effects to run after the commit, by what they concern. Losing them only causes a delay. */
export type AfterCommit = {
  /** Conversations with something to deliver. */
  readonly deliverTo: Set<string>
  /** Webhook subscriptions with a call to make. */
  readonly callWebhooks: Set<string>
  /** Files that nobody may see any more. */
  readonly deleteFiles: Set<string>
  /** Keys of words that were destroyed: they are taken out of the pages of their table. */
  readonly destroyedKeys: Set<string>
}

/** An empty collection, to be filled during a transaction. */
export function collectAfterCommit(): AfterCommit {
  return {
    deliverTo: new Set(),
    callWebhooks: new Set(),
    deleteFiles: new Set(),
    destroyedKeys: new Set(),
  }
}

/** Runs the side effects of a committed transaction. Never throws: the transaction stands. */
export type RunAfterCommit = (after: AfterCommit) => Promise<void>

/**
 * Nudges the queues, deletes files and vacuums destroyed keys. What fails is
 * reported to `onTrouble` and made up for: the sweeper nudges again,
 * files without a row are deleted hourly, keys within seconds.
 */
export function createAfterCommit(
  db: Db,
  files: Files,
  nudge: Nudge,
  onTrouble: (error: unknown) => void,
): RunAfterCommit {
  return async ({ deliverTo, callWebhooks, deleteFiles, destroyedKeys }) => {
    const steps = [
      () => nudge('delivery', [...deliverTo]),
      () => nudge('webhook', [...callWebhooks]),
      () => files.erase(db, [...deleteFiles]),
      async () => (destroyedKeys.size > 0 ? vacuumKeys(db) : undefined),
    ]
    for (const step of steps)
      try {
        await step()
      } catch (error) {
        onTrouble(error)
      }
  }
}
