import { type Api, GrammyError } from 'grammy'
import type { Arrival } from '../../mailbox/message.ts'
import type { Share } from '../../platform/quotas/figures.ts'
import { ofService, type Quotas } from '../../platform/quotas/quotas.ts'
import { allowedUpdates, parseUpdate } from './parse.ts'
import type { Reach } from './reach.client.ts'
import { pause } from './reach.client.ts'

/** What receiving an update needs of the rest. */
export type Receiving = {
  /** The bot's own number: ids of messages are its own, another bot has the same ones. */
  readonly botId: string
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
  /** Says the one polite line in a group that has not had it. */
  readonly greetGroup: (handle: string) => Promise<void>
  /** A group got another id. */
  readonly moveGroup: (from: string, to: string) => Promise<void>
  /** Whether too much waits: then nothing more is fetched, and Telegram keeps it. */
  readonly isFull: () => Promise<boolean>
  readonly onTrouble: (error: unknown) => void
}

/**
 * What waited with Telegram for longer than this was not sent in a flood, though it comes all at
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
  { quotas, now, shareOf }: Receiving,
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

/**
 * Keeps one update's message; when it returns, the update may be acknowledged. A chat that sends
 * too much, or that comes while the service is full, is told so, once a minute, and that what it
 * sends meanwhile is not taken.
 */
export async function receiveUpdate(
  api: Api,
  update: unknown,
  receiving: Receiving,
): Promise<void> {
  const { botId, keep, greetGroup, moveGroup, onTrouble } = receiving
  const parsed = parseUpdate(update, botId)
  if (parsed.kind === 'group') return greetGroup(parsed.handle)
  if (parsed.kind === 'groupMoved') return moveGroup(parsed.from, parsed.to)
  if (parsed.kind === 'ignored') return
  const { handle } = parsed.arrival
  const refused = await countMessage(handle, parsed.sentAt, receiving)
  if (refused === undefined) await keep(parsed.arrival)
  else if ((await receiving.quotas.take({ quota: 'chatWarningsAMinute', of: handle })) === 0)
    await receiving.warn(handle, refused.why, refused.waitMs)
  // Only stops the button from turning; the answer comes as a message. A query that is too old
  // can't be answered any more.
  if (parsed.answers !== undefined)
    api.answerCallbackQuery(parsed.answers).catch((error: unknown) => {
      if (!(error instanceof GrammyError)) onTrouble(error)
    })
}

/** How soon it is looked again whether more can be taken in, in milliseconds. */
const fullPauseMs = 1_000

/**
 * Fetches updates by long polling until `signal` aborts. The offset moves on only after an update's
 * row is committed, so what was not kept comes again. While Telegram can't be reached, the waits
 * grow to a minute.
 */
export async function pollUpdates(
  api: Api,
  receiving: Receiving,
  reach: Reach,
  signal: AbortSignal,
): Promise<void> {
  let offset = 0
  while (!signal.aborted) {
    try {
      if (await receiving.isFull()) {
        await pause(fullPauseMs, signal)
        continue
      }
      const updates = await api.getUpdates(
        { offset, timeout: 25, allowed_updates: [...allowedUpdates] },
        // grammY types it by a package from before Node had one.
        signal as Parameters<typeof api.getUpdates>[1],
      )
      reach.answered()
      for (const update of updates) {
        await receiveUpdate(api, update, receiving)
        offset = update.update_id + 1
      }
    } catch (error) {
      if (signal.aborted) return
      await pause(reach.failed(error), signal)
    }
  }
}
