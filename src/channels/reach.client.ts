/**
 * Whether a chat app answers, how long to wait when it doesn't, and when a chat or the whole account
 * must pause.
 */
export type Reach = {
  /** It answered, whatever it said. */
  readonly answered: () => void
  /**
   * It could not be reached: how long to wait before the next try, in milliseconds. Told to
   * the operator once, then hourly.
   */
  readonly failed: (error: unknown) => number
  /** How long nothing may be sent to this chat any more, in milliseconds; 0 when it may. */
  readonly pausedMs: (chat: string) => number
  /** It asked to wait before anything more goes to a chat; without one, before anything at all. */
  readonly askedToWait: (chat: string | undefined, ms: number) => void
  /** Whether it has answered lately: what fails then fails by itself. */
  readonly isWell: () => boolean
}

const firstWaitMs = 1_000
const longestWaitMs = 60_000
const saidAgainMs = 3_600_000
const wellMs = 60_000

/**
 * Keeps what this process knows of a chat app's state.
 *
 * @param onTrouble is told that it can't be reached: when it begins, and hourly while it lasts.
 * @param askedWaitMs how long an error of the app itself asks to wait, in milliseconds.
 */
export function watchReach(
  onTrouble: (error: unknown) => void,
  askedWaitMs: (error: unknown) => number | undefined,
  now: () => number = Date.now,
): Reach {
  const chats = new Map<string, number>()
  let allUntil = 0
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
      return askedWaitMs(error) ?? waitMs(failures)
    },
    pausedMs: (chat) => Math.max(0, Math.max(allUntil, chats.get(chat) ?? 0) - now()),
    askedToWait: (chat, ms) => {
      forget()
      // A second chat that must wait at the same time: the whole account sends too much.
      const isOther = chat !== undefined && [...chats.keys()].some((each) => each !== chat)
      if (chat === undefined || isOther) allUntil = Math.max(allUntil, now() + ms)
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
