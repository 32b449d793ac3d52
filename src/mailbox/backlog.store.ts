import type { Instant } from '../platform/instant.ts'
import type { Db } from '../platform/postgres/database.ts'
import { isBacklogOver } from './inbound.store.ts'

/**
 * How old an answer may be, in milliseconds: at 50 messages a second the limit is passed by few.
 */
const freshMs = 500

/**
 * Tells whether more messages wait than the limit allows; asked for every message, looked up twice
 * a second.
 */
export function watchBacklog(db: Db, limit: number, now: () => Instant): () => Promise<boolean> {
  const kept: { answer: Promise<boolean>; at: Instant } = {
    answer: Promise.resolve(false),
    at: Number.NEGATIVE_INFINITY,
  }
  return () => {
    if (now() - kept.at >= freshMs)
      Object.assign(kept, { answer: isBacklogOver(db, limit), at: now() })
    return kept.answer
  }
}
