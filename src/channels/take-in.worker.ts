import type { CatalogueLanguage } from '../language/catalogue.ts'
import type { Voice } from '../language/render.ts'
import { findConversationWith, shareOf } from '../mailbox/conversations.store.ts'
import type { Arrival } from '../mailbox/message.ts'
import { queueMessage } from '../mailbox/outbound.store.ts'
import type { Office } from '../organisation/office.ts'
import { unitOfWork } from '../organisation/unit-of-work.store.ts'
import type { RunAfterCommit } from '../platform/after-commit.ts'
import type { Db } from '../platform/postgres/database.ts'
import type { Share } from '../platform/quotas/figures.ts'
import { ofService, type Quotas } from '../platform/quotas/quotas.ts'
import type { KeyRing } from '../platform/sealing/key-ring.ts'
import { busyWords } from './busy-words.ts'

/** What taking a chat app's message in needs of the rest. */
export type TakingIn = {
  readonly keep: (arrival: Arrival) => Promise<void>
  readonly quotas: Quotas
  /** Whose part of the service's quota a chat uses. */
  readonly shareOf: (handle: string) => Promise<Share>
  /**
   * Tells a chat that it sends too much, or that too many do, and how long to wait, in
   * milliseconds.
   */
  readonly warn: (handle: string, why: 'tooMany' | 'busy', waitMs: number) => Promise<void>
  readonly now: () => number
}

/** What a channel has of the service for it. */
type Parts = Pick<TakingIn, 'keep' | 'quotas' | 'now'> & {
  readonly db: Db
  readonly keys: KeyRing
  readonly office: () => Promise<Office>
  readonly runAfterCommit: RunAfterCommit
  readonly voices: (language: CatalogueLanguage) => Voice
}

/**
 * Takes messages in for a channel.
 *
 * @param sayDirectly says something to somebody who has no chat here yet: nothing is kept of them.
 */
export function takingIn(
  channel: string,
  { db, keys, quotas, now, office, runAfterCommit, keep, voices }: Parts,
  sayDirectly: (handle: string, text: string) => Promise<void>,
): TakingIn {
  const busy = busyWords(voices)
  return {
    keep,
    quotas,
    now,
    shareOf: (handle) => shareOf(db, keys, channel, handle),
    warn: async (handle, why, waitMs) => {
      const until = now() + waitMs
      const conversation = await findConversationWith(db, keys, channel, handle)
      if (conversation === undefined) return sayDirectly(handle, busy(until))
      const { after } = await unitOfWork(db, await office(), now(), (work) =>
        queueMessage(work, conversation, { notice: why, until }),
      )
      await runAfterCommit(after)
    },
  }
}

/**
 * Keeps a message; when it returns, it may be acknowledged. A chat that sends too much, or that
 * comes while the service is full, is told so, once a minute, and that what it sends meanwhile is
 * not taken.
 *
 * @param sentAt when the chat app got the message, in milliseconds UTC.
 * @returns whether it was kept.
 */
export async function takeIn(
  arrival: Arrival,
  sentAt: number | undefined,
  taking: TakingIn,
): Promise<boolean> {
  const { handle } = arrival
  const refused = await countMessage(handle, sentAt, taking)
  if (refused === undefined) {
    await taking.keep(arrival)
    return true
  }
  if ((await taking.quotas.take({ quota: 'chatWarningsAMinute', of: handle })) === 0)
    await taking.warn(handle, refused.why, refused.waitMs)
  return false
}

/**
 * What waited with the chat app for longer than this was not sent in a flood, though it comes all at
 * once. In milliseconds.
 */
const lateMs = 60_000

/**
 * Counts a message for its chat and for the service. Where that is too much, says of whom, and for
 * how long to wait, in milliseconds.
 */
async function countMessage(
  handle: string,
  sentAt: number | undefined,
  { quotas, now, shareOf }: TakingIn,
): Promise<{ readonly why: 'tooMany' | 'busy'; readonly waitMs: number } | undefined> {
  const aDay = { quota: 'chatMessagesADay', of: handle } as const
  const isLate = sentAt !== undefined && now() - sentAt > lateMs
  const own = await (isLate
    ? quotas.take(aDay)
    : quotas.take({ quota: 'chatMessagesAMinute', of: handle }, aDay))
  if (own > 0) return { why: 'tooMany', waitMs: own }
  if (isLate) return undefined
  // Whose chat it is matters only where there is not enough for all.
  const share =
    (await quotas.look(ofService('newSession'))) === 0 ? 'knownChat' : await shareOf(handle)
  const waitMs = await quotas.take(ofService(share))
  return waitMs > 0 ? { why: 'busy', waitMs } : undefined
}
