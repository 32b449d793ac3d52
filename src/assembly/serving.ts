import { statement } from '../platform/postgres/query.ts'
import type { Parts } from './parts.ts'

/** What probes and the web share: whether this copy is well, and whether it is about to stop. */
export function servingOf({ log, db, queue, metrics, config }: Parts, stopping: AbortSignal) {
  const checks = {
    database: async () => void (await db.read(statement`select 1`)),
    queue: queue.ping,
    // Fails first when the copy stops, so that a balancer sends people to another copy.
    process: async () => stopping.throwIfAborted(),
  }
  return {
    log,
    isStopping: () => stopping.aborted,
    health: { checks },
    metrics: { registry: metrics.registry, token: config.metricsToken },
  }
}
