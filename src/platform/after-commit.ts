import type { Files } from './files/attachments.ts'
import type { Db, Word } from './postgres/database.ts'
import { announce } from './postgres/live.ts'
import type { Nudge } from './queue/catalogue.ts'
import { vacuumKeys } from './sealing/word-keys.ts'

/**
 * Does what follows from a change, once it is committed. Never throws: the change stands, and what
 * fails here only costs time.
 */
export type FollowUp = (word: Word) => Promise<void>

/**
 * Nudges what waits, tells the pages that are open, erases files that nobody may see any more, and
 * takes destroyed keys out of their pages. What fails is told to `onTrouble` and made up for: the
 * sweeper nudges again, pages look by themselves, files without a row are erased hourly, keys
 * within seconds.
 */
export function createFollowUp(
  db: Db,
  files: Files,
  nudge: Nudge,
  onTrouble: (error: unknown) => void,
): FollowUp {
  return async ({ told, hooked, seen, erased, destroyed }) => {
    const parts = [
      () => nudge('delivery', told),
      () => nudge('webhook', hooked),
      () => announce(db, ...seen),
      () => files.erase(db, erased),
      async () => (destroyed.length > 0 ? vacuumKeys(db) : undefined),
    ]
    for (const part of parts)
      try {
        await part()
      } catch (error) {
        onTrouble(error)
      }
  }
}
