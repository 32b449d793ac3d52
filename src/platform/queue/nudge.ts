import type { FastifyPluginCallback } from 'fastify'
import { recordOf } from '../memo.ts'
import type { AtOnce } from './at-once.ts'
import type { Backend } from './backend.ts'
import { type Nudge, type NudgeName, nudgeNames, nudges } from './catalogue.ts'

/**
 * How often the sweeper can nudge one row again, in milliseconds: seldom while the queue has other
 * things to do.
 */
const againMs = { idle: 10_000, busy: 60_000 } as const

export type Nudging = {
  /**
   * Does the work in this process where it has room for it, and says it to the queue otherwise.
   */
  readonly nudge: Nudge
  /** Says to the queue that something waits, for any process. */
  readonly enqueue: Nudge
  /** From now on `nudge` offers such work to this process first. */
  readonly offerTo: (name: NudgeName, atOnce: AtOnce) => void
  /**
   * How long what is next in a queue has waited there, in milliseconds; `undefined` where nothing
   * waits.
   */
  readonly turnMs: (name: NudgeName) => Promise<number | undefined>
  /** Pages that show the queues: see `board.ts`. */
  readonly board: (path: string) => Promise<FastifyPluginCallback>
  readonly close: () => Promise<void>
}

/**
 * Opens the queues to nudge through. A nudge that can't be sent is reported and not thrown: the row
 * is committed, and the sweeper comes by.
 */
export async function openNudging(
  backend: Backend,
  onTrouble: (error: unknown) => void,
): Promise<Nudging> {
  const queues = recordOf(nudgeNames, (name) => backend.queue(name).on('error', onTrouble))
  await Promise.all(nudgeNames.map((name) => queues[name].waitUntilReady()))
  const enqueue: Nudge = async (name, ids, { delayMs = 0, again } = {}) => {
    if (ids.length === 0) return
    // A nudge whose worker died holds its place until it is noticed; the sweeper's have a new place
    // every few seconds.
    const suffix =
      again !== undefined
        ? `:again-${Math.floor(Date.now() / againMs[again])}`
        : delayMs > 0
          ? ':later'
          : ''
    try {
      await queues[name].addBulk(
        ids.map((id) => ({
          name,
          data: nudges[name].payload.parse({ id }),
          opts: { delay: delayMs, deduplication: { id: id + suffix, keepLastIfActive: true } },
        })),
      )
    } catch (error) {
      onTrouble(error)
    }
  }
  const offered = new Map<NudgeName, AtOnce>()
  return {
    nudge: async (name, ids, options = {}) => {
      const here = offered.get(name)
      const isNow = (options.delayMs ?? 0) === 0 && options.again === undefined
      const left = here !== undefined && isNow ? ids.filter((id) => !here.begin(id)) : ids
      await enqueue(name, left, options)
    },
    enqueue,
    offerTo: (name, atOnce) => void offered.set(name, atOnce),
    turnMs: async (name) => {
      const next = await backend.next(queues[name])
      return next === undefined ? undefined : Math.max(0, Date.now() - next.timestamp)
    },
    // Loaded by who shows them: a worker has no pages.
    board: async (path) => (await import('./board.ts')).boardOf(Object.values(queues), path),
    close: async () => void (await Promise.all(nudgeNames.map((name) => queues[name].close()))),
  }
}
