import type { Nudge } from '../queue/catalogue.ts'
import type { Files } from '../store/attachments.ts'
import type { Db, Word } from '../store/connection.ts'
import { announce } from '../store/live.ts'

/** Does what follows from a change, once it is committed. */
export type FollowUp = (word: Word) => Promise<void>

/** Nudges what waits, tells the pages that are open, and erases files that nobody may see any more. */
export function createFollowUp(db: Db, files: Files, nudge: Nudge): FollowUp {
  return async ({ told, hooked, seen, erased }) => {
    await nudge('delivery', told)
    await nudge('webhook', hooked)
    await announce(db, ...seen)
    await files.erase(db, erased)
  }
}
