import { Redis } from 'ioredis'
import pg from 'pg'

/** What this process has sent to its stores. */
export type Sent = { flights: number; statements: number; commands: number }

/**
 * Counts what this process sends to PostgreSQL and to Redis, where each statement and command
 * passes. A flight begins when a connection waits for nothing, and takes all that is sent on it
 * until it has its answers.
 *
 * @returns the counters, when the last statement was sent (ms), and how to count no more.
 */
export function countSent(): {
  readonly sent: Sent
  readonly lastAt: () => number
  readonly stop: () => void
} {
  const sent: Sent = { flights: 0, statements: 0, commands: 0 }
  let lastAt = performance.now()
  const waiting = new WeakMap<object, number>()
  const restore = [
    countCalls(pg.Client.prototype, 'query', (client, answer) => {
      lastAt = performance.now()
      sent.statements++
      const before = waiting.get(client) ?? 0
      if (before === 0) sent.flights++
      if (!(answer instanceof Promise)) return
      waiting.set(client, before + 1)
      const ended = () => {
        lastAt = performance.now()
        waiting.set(client, (waiting.get(client) ?? 1) - 1)
      }
      answer.then(ended, ended)
    }),
    countCalls(Redis.prototype, 'sendCommand', () => sent.commands++),
  ]
  return {
    sent,
    lastAt: () => lastAt,
    stop: () => {
      for (const each of restore) each()
    },
  }
}

function countCalls<Name extends string>(
  prototype: { [Key in Name]: (...args: never[]) => unknown },
  name: Name,
  count: (on: object, answer: unknown) => void,
): () => void {
  const original = prototype[name]
  prototype[name] = function (this: object, ...args: never[]) {
    const answer = Reflect.apply(original, this, args)
    count(this, answer)
    return answer
  }
  return () => {
    prototype[name] = original
  }
}
