import type { Clock } from './instant.ts'

/**
 * How long a stop waits for what is under way, in milliseconds: after that it is left, and its rows
 * are taken up again.
 */
export const lastBeatMs = 8_000

/** Time as it passes. */
export const realClock: Clock = {
  now: () => Date.now(),
  every: (ms, work, onTrouble) => {
    let running: Promise<void> | undefined
    const timer = setInterval(() => {
      // A beat is skipped while the last one runs: they must not pile up behind a slow one.
      running ??= work()
        .catch(onTrouble)
        .finally(() => {
          running = undefined
        })
    }, ms)
    return async () => {
      clearInterval(timer)
      let late: NodeJS.Timeout | undefined
      await Promise.race([
        running,
        new Promise((resume) => {
          late = setTimeout(resume, lastBeatMs)
        }),
      ])
      clearTimeout(late)
    }
  },
}
