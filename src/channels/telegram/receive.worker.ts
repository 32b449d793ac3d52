import { type Api, GrammyError } from 'grammy'
import type { Reach } from '../reach.client.ts'
import { pause } from '../reach.client.ts'
import { type TakingIn, takeIn } from '../take-in.worker.ts'
import { allowedUpdates, parseUpdate } from './parse.ts'

/** What receiving an update needs of the rest. */
export type Receiving = TakingIn & {
  /** The bot's own number: ids of messages are its own, another bot has the same ones. */
  readonly botId: string
  /** Says the one polite line in a group that has not had it. */
  readonly greetGroup: (handle: string) => Promise<void>
  /** A group got another id. */
  readonly moveGroup: (from: string, to: string) => Promise<void>
  /** Whether too much waits: then nothing more is fetched, and Telegram keeps it. */
  readonly isFull: () => Promise<boolean>
  readonly onTrouble: (error: unknown) => void
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
  const { botId, greetGroup, moveGroup, onTrouble } = receiving
  const parsed = parseUpdate(update, botId)
  if (parsed.kind === 'group') return greetGroup(parsed.handle)
  if (parsed.kind === 'groupMoved') return moveGroup(parsed.from, parsed.to)
  if (parsed.kind === 'ignored') return
  await takeIn(parsed.arrival, parsed.sentAt, receiving)
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
