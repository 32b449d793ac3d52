import type { Channel } from '../channels/channel.ts'
import { leadWhenFree, upkeepLock } from '../platform/postgres/leader-lock.ts'
import { sweep } from '../platform/queue/sweep.ts'
import { startWorkers } from '../platform/queue/worker.ts'
import { listErasures } from '../privacy/erasures-file.client.ts'
import type { Parts, Stops } from './parts.ts'
import { openUpkeep } from './upkeep.ts'
import { handlersOf, waitsOf } from './workers.ts'

/** How often the sweeper looks, in milliseconds. */
const sweepMs = 2_000

/** How soon another copy takes the upkeep over from one that died, in milliseconds. */
const upkeepRetryMs = 10_000

/**
 * The worker's role: what the queue hands over, a sweeper in each process, and the upkeep in one of
 * them.
 */
export async function startWork(
  parts: Parts,
  channels: readonly Channel[],
  stopping: AbortSignal,
  stops: Stops,
): Promise<void> {
  const { config, log, clock, onTrouble, metrics, nudging } = parts
  const handlers = handlersOf(parts, channels, () => stopping.aborted)
  stops.push(await startWorkers(parts.queue, nudging, handlers, parts.follow, log, metrics.handled))
  const waits = waitsOf(parts)
  stops.push(clock.every(sweepMs, () => sweep(waits, nudging.turnMs, nudging.enqueue), onTrouble))
  const upkeep = openUpkeep(parts, (erasures) => listErasures(config, erasures))
  stops.push(leadWhenFree(parts.databaseUrl, upkeepLock, upkeep, onTrouble, upkeepRetryMs))
}
