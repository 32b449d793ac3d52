import TinyQueue from 'tinyqueue'
import type { Clock, Instant } from '../platform/instant.ts'

type Event = {
  readonly at: Instant
  readonly nth: number
  readonly happens: () => void | Promise<void>
}

/** Simulated time: it stands still, and goes on to whatever is to happen next. */
export type Events = {
  readonly clock: Clock
  /** Has something happen at a moment; at once, where that has passed. */
  readonly at: (when: Instant, happens: Event['happens']) => void
  /**
   * Plays what is to happen until a moment, in order. Before time goes on, `mayGoOn` is waited for.
   */
  readonly play: (until: Instant, mayGoOn: (to: Instant) => Promise<void>) => Promise<void>
}

/**
 * What the service does every two seconds it does every ten minutes of a simulated month: there are
 * 1.3 million times two seconds in it. So what the clock asks of tickets comes up to ten minutes
 * late.
 */
const coarser = 300

/** Opens time that goes on from event to event. */
export function simulateTime(start: Instant): Events {
  const queue = new TinyQueue<Event>([], (a, b) => a.at - b.at || a.nth - b.nth)
  const state = { now: start, count: 0 }
  const at: Events['at'] = (when, happens) =>
    queue.push({ at: Math.max(Math.round(when), state.now), nth: state.count++, happens })
  const every: Clock['every'] = (ms, work, onTrouble) => {
    const periodic = { isOn: true }
    const again = () =>
      at(state.now + ms * coarser, async () => {
        if (!periodic.isOn) return
        await work().catch(onTrouble)
        again()
      })
    again()
    return async () => {
      periodic.isOn = false
    }
  }
  return {
    clock: { now: () => state.now, every },
    at,
    play: async (until, mayGoOn) => {
      for (;;) {
        await mayGoOn(Math.min(queue.peek()?.at ?? until, until))
        // While it was waited for, something sooner may have come up.
        const next = queue.peek()
        if (next === undefined || next.at > until) break
        queue.pop()
        state.now = Math.max(state.now, next.at)
        await next.happens()
      }
      state.now = until
    },
  }
}
