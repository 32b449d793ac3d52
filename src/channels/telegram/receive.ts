import type { Api } from 'grammy'
import type { Arrival } from '../../store/inbound.ts'
import { parseUpdate } from './parse.ts'

/** What receiving an update needs of the rest. */
export type Receiving = {
  readonly keep: (arrival: Arrival) => Promise<void>
  /** Says the one polite line in a group that has not had it. */
  readonly greetGroup: (handle: string) => Promise<void>
  /** Whether too much waits: then nothing more is fetched, and Telegram keeps it. */
  readonly isFull: () => Promise<boolean>
  readonly onTrouble: (error: unknown) => void
}

/** Keeps one update's message; when it returns, the update may be acknowledged. */
export async function receiveUpdate(api: Api, update: unknown, { keep, greetGroup, onTrouble }: Receiving): Promise<void> {
  const parsed = parseUpdate(update)
  if (parsed.kind === 'group') return greetGroup(parsed.handle)
  if (parsed.kind === 'ignored') return
  await keep(parsed.arrival)
  // Only stops the button from turning; the answer comes as a message.
  if (parsed.answers !== undefined) api.answerCallbackQuery(parsed.answers).catch(onTrouble)
}

/** How soon it is looked again whether more can be taken in, in milliseconds. */
const fullPauseMs = 1_000

/**
 * Fetches updates by long polling until `signal` aborts. The offset moves on only after an update's row is committed, so
 * what was not kept comes again.
 */
export async function pollUpdates(api: Api, receiving: Receiving, signal: AbortSignal): Promise<void> {
  let offset = 0
  while (!signal.aborted) {
    try {
      if (await receiving.isFull()) {
        await new Promise((resume) => setTimeout(resume, fullPauseMs))
        continue
      }
      const updates = await api.getUpdates({ offset, timeout: 25, allowed_updates: ['message', 'callback_query', 'my_chat_member'] }, signal as never)
      for (const update of updates) {
        await receiveUpdate(api, update, receiving)
        offset = update.update_id + 1
      }
    } catch (error) {
      if (signal.aborted) return
      receiving.onTrouble(error)
      await new Promise((resume) => setTimeout(resume, 1_000))
    }
  }
}
