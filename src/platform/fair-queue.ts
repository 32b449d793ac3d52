/** Whose turn it is, and what ends it early: that the sender has gone. */
export type Turn = { readonly of: string; readonly signal?: AbortSignal | undefined }

/** How much may wait: pieces of one sender, and the size of all together. */
type Most = { readonly ofOne: number; readonly size: number }

/** Work that is done one piece after another. Senders take turns. */
export type FairQueue<Job, Result> = {
  /** The result; `undefined` where too much waits, or the sender has gone before their turn. */
  readonly add: (job: Job, turn: Turn) => Promise<Result | undefined>
  /** The size of what waits. */
  readonly waiting: () => number
}

/**
 * Does work one piece after another, of the sender whose last turn is longest ago: anyone who sends
 * much costs another no more than the piece that is being done.
 *
 * @param work does one piece; it must not throw.
 * @param onIdle is told when nothing waits any more.
 */
export function fairQueue<Job, Result>(
  work: (job: Job, turn: Turn) => Promise<Result>,
  sizeOf: (job: Job) => number,
  most: Most,
  onIdle: () => void = () => {},
): FairQueue<Job, Result> {
  type Waiting = {
    readonly job: Job
    readonly turn: Turn
    readonly done: (result: Result | undefined) => void
  }
  const queues = new Map<string, { readonly waiting: Waiting[]; lastTurn: number }>()
  let turns = 0
  let size = 0
  let isWorking = false

  /** The next piece of the sender whose last turn is longest ago; anyone who is new has had none. */
  const takeNext = (): Waiting | undefined => {
    // Whose last piece is done and who has sent no other one is new again.
    for (const [sender, { waiting }] of queues) if (waiting.length === 0) queues.delete(sender)
    const [first] = [...queues].sort(([, a], [, b]) => a.lastTurn - b.lastTurn)
    if (first === undefined) return undefined
    const [, queue] = first
    const next = queue.waiting.shift()
    queue.lastTurn = ++turns
    if (next !== undefined) size -= sizeOf(next.job)
    return next
  }
  const begin = async () => {
    if (isWorking) return
    isWorking = true
    for (let next = takeNext(); next !== undefined; next = takeNext())
      next.done(next.turn.signal?.aborted === true ? undefined : await work(next.job, next.turn))
    isWorking = false
    onIdle()
  }
  return {
    add: (job, turn) => {
      const queue = queues.get(turn.of) ?? { waiting: [], lastTurn: 0 }
      if (queue.waiting.length >= most.ofOne || size + sizeOf(job) > most.size)
        return Promise.resolve(undefined)
      const result = new Promise<Result | undefined>((done) => {
        queue.waiting.push({ job, turn, done })
      })
      queues.set(turn.of, queue)
      size += sizeOf(job)
      void begin()
      return result
    },
    waiting: () => size,
  }
}
