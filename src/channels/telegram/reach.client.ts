import { GrammyError } from 'grammy'

/**
 * Whether Telegram answers, how long to wait when it doesn't, and when a chat or the whole bot must
 * pause.
 */
export type Reach = {
  /** Telegram answered, whatever it said. */
  readonly answered: () => void
  /**
   * Telegram could not be reached: how long to wait before the next try, in milliseconds. Told to
   * the operator once, then hourly.
   */
  readonly failed: (error: unknown) => number
  /** How long nothing may be sent to this chat any more, in milliseconds; 0 when it may. */
  readonly pausedMs: (chat: string) => number
  /**
   * Telegram asked to wait before anything more goes to a chat; without one, before anything at
   * all.
   */
  readonly askedToWait: (chat: string | undefined, ms: number) => void
  /** Whether Telegram has answered lately: what fails then fails by itself. */
  readonly isWell: () => boolean
}

const firstWaitMs = 1_000
const longestWaitMs = 60_000
const saidAgainMs = 3_600_000
const wellMs = 60_000

/**
 * Keeps what this process knows of Telegram's state.
 *
 * @param onTrouble is told that Telegram can't be reached: when it begins, and hourly while it
 * lasts.
 */
export function watchReach(
  onTrouble: (error: unknown) => void,
  now: () => number = Date.now,
): Reach {
  const chats = new Map<string, number>()
  let botUntil = 0
  let failures = 0
  let growsAt = Number.NEGATIVE_INFINITY
  let saidAt = Number.NEGATIVE_INFINITY
  let answeredAt = Number.NEGATIVE_INFINITY
  const forget = () => {
    for (const [chat, until] of chats) if (until <= now()) chats.delete(chat)
  }
  return {
    answered: () => {
      failures = 0
      growsAt = Number.NEGATIVE_INFINITY
      saidAt = Number.NEGATIVE_INFINITY
      answeredAt = now()
    },
    failed: (error) => {
      // Many sendings fail at once: together they are one try.
      if (now() >= growsAt) {
        failures += 1
        growsAt = now() + waitMs(failures)
      }
      if (now() - saidAt >= saidAgainMs) {
        saidAt = now()
        onTrouble(error)
      }
      const retryAfter = error instanceof GrammyError ? error.parameters?.retry_after : undefined
      if (retryAfter !== undefined) return retryAfter * 1_000
      return waitMs(failures)
    },
    pausedMs: (chat) => Math.max(0, Math.max(botUntil, chats.get(chat) ?? 0) - now()),
    askedToWait: (chat, ms) => {
      forget()
      // A second chat that must wait at the same time: it is the bot that sends too much.
      const isOther = chat !== undefined && [...chats.keys()].some((each) => each !== chat)
      if (chat === undefined || isOther) botUntil = Math.max(botUntil, now() + ms)
      if (chat !== undefined) chats.set(chat, Math.max(chats.get(chat) ?? 0, now() + ms))
    },
    isWell: () => now() - answeredAt < wellMs,
  }
}

/** Twice as long each time, from a second to a minute. */
function waitMs(failures: number): number {
  return Math.min(longestWaitMs, firstWaitMs * 2 ** Math.min(failures - 1, 10))
}

/** Waits, or until `signal` aborts. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resume) => {
    const timer = setTimeout(resume, ms)
    signal.addEventListener(
      'abort',
      () => {
        clearTimeout(timer)
        resume()
      },
      { once: true },
    )
  })
}
