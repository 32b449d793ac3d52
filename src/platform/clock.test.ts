import { describe, expect, it, vi } from 'vitest'
import { lastBeatMs, realClock } from './clock.ts'

describe('what is done every so often', () => {
  it('skips a beat while the last one runs, and a stop waits for it', async () => {
    vi.useFakeTimers()
    try {
      let running = 0
      let most = 0
      let done = 0
      const stop = realClock.every(
        100,
        async () => {
          running += 1
          most = Math.max(most, running)
          await new Promise((resume) => setTimeout(resume, 250))
          running -= 1
          done += 1
        },
        () => {},
      )
      await vi.advanceTimersByTimeAsync(1_000)
      expect([most, done]).toEqual([1, 3])
      const stopped = stop()
      await vi.advanceTimersByTimeAsync(300)
      await stopped
      expect(running).toBe(0)
    } finally {
      vi.useRealTimers()
    }
  })
  it('ends within ten seconds also when it is stuck', async () => {
    vi.useFakeTimers()
    try {
      const stop = realClock.every(
        100,
        () => new Promise(() => {}),
        () => {},
      )
      await vi.advanceTimersByTimeAsync(200)
      let isStopped = false
      const stopped = stop().then(() => {
        isStopped = true
      })
      await vi.advanceTimersByTimeAsync(lastBeatMs)
      await stopped
      expect(isStopped).toBe(true)
      expect(lastBeatMs).toBeLessThan(10_000)
    } finally {
      vi.useRealTimers()
    }
  })
  it('tells of a failure and goes on', async () => {
    vi.useFakeTimers()
    try {
      const troubles: unknown[] = []
      const stop = realClock.every(
        100,
        () => Promise.reject(new Error('away')),
        (error) => troubles.push(error),
      )
      await vi.advanceTimersByTimeAsync(350)
      await stop()
      expect(troubles).toHaveLength(3)
    } finally {
      vi.useRealTimers()
    }
  })
})
