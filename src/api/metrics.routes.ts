import { createHash, timingSafeEqual } from 'node:crypto'
import type { FastifyPluginAsync } from 'fastify'
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import { bearerOf } from '../platform/http/api-client.ts'
import { sendProblem } from '../platform/http/problem.ts'
import type { PoolUse } from '../platform/postgres/database.ts'

/**
 * What an operator would ask about, by Prometheus' naming. Labels hold no person, place or text.
 */
export type Metrics = {
  readonly registry: Registry
  readonly handled: (stage: string, ok: boolean, ms: number) => void
  readonly delivered: (channel: string, outcome: string) => void
  readonly received: (channel: string) => void
  readonly webhookCalled: (outcome: string) => void
  /** Somebody met a quota; of whom is not known. */
  readonly quotaMet: (quota: string) => void
  /** A file's decoder was ended: it took too long or too much memory, or failed. */
  readonly decoderEnded: (reason: string) => void
  /** Data past its retention period and was erased, by what it was. */
  readonly erased: (counts: Readonly<Record<string, number>>) => void
}

/** What waits, as it is when the metrics are asked for. */
type ReadWaiting = () => Promise<{
  readonly counts: Readonly<Record<string, number>>
  readonly oldestSeconds: Readonly<Record<string, number>>
  readonly lateFirstResponses: number
}>

/** Opens the counters that `/metrics` serves (Prometheus). */
export function createMetrics(readWaiting: ReadWaiting, readPool: () => PoolUse): Metrics {
  const registry = new Registry()
  // Looked at ten times a second: a hundred times, as is the custom, takes half of what an idle
  // service does.
  collectDefaultMetrics({ register: registry, prefix: 'jawab_', eventLoopMonitoringPrecision: 100 })
  const received = new Counter({
    name: 'jawab_messages_received_total',
    help: 'Messages kept, by channel',
    labelNames: ['channel'],
    registers: [registry],
  })
  const handled = new Histogram({
    name: 'jawab_nudge_seconds',
    help: 'Time to handle a nudge, by stage and result',
    labelNames: ['stage', 'result'],
    registers: [registry],
  })
  const delivered = new Counter({
    name: 'jawab_deliveries_total',
    help: 'Messages sent to people, by channel and outcome',
    labelNames: ['channel', 'outcome'],
    registers: [registry],
  })
  const webhooks = new Counter({
    name: 'jawab_webhook_calls_total',
    help: 'Calls of webhooks, by outcome',
    labelNames: ['outcome'],
    registers: [registry],
  })
  const quotas = new Counter({
    name: 'jawab_quota_refusals_total',
    help: 'Requests over a quota, by quota',
    labelNames: ['quota'],
    registers: [registry],
  })
  const decoders = new Counter({
    name: 'jawab_decoders_ended_total',
    help: 'Decoders of files that were ended, by reason',
    labelNames: ['reason'],
    registers: [registry],
  })
  const erased = new Counter({
    name: 'jawab_erased_total',
    help: 'Data past its retention period that was deleted',
    labelNames: ['what'],
    registers: [registry],
  })
  const look = readOnceAScrape(readWaiting)
  const gauge = (
    name: string,
    help: string,
    labelNames: string[],
    set: (gauge: Gauge, read: Awaited<ReturnType<ReadWaiting>>) => void,
  ) =>
    new Gauge({
      name,
      help,
      labelNames,
      registers: [registry],
      async collect() {
        set(this, await look())
      },
    })
  const byStage = (each: Gauge, values: Readonly<Record<string, number>>) => {
    for (const [stage, value] of Object.entries(values)) each.set({ stage }, value)
  }
  gauge('jawab_waiting_rows', 'Rows that wait, by stage', ['stage'], (each, { counts }) =>
    byStage(each, counts),
  )
  gauge(
    'jawab_oldest_waiting_seconds',
    'Age of the oldest row that waits, by stage',
    ['stage'],
    (each, { oldestSeconds }) => byStage(each, oldestSeconds),
  )
  gauge(
    'jawab_late_first_responses',
    'Tickets whose first answer is late',
    [],
    (each, { lateFirstResponses }) => each.set(lateFirstResponses),
  )
  new Gauge({
    name: 'jawab_database_connections',
    help: 'Connections to PostgreSQL, by what they do; and who waits for one',
    labelNames: ['state'],
    registers: [registry],
    collect() {
      for (const [state, count] of Object.entries(readPool())) this.set({ state }, count)
    },
  })
  return {
    registry,
    handled: (stage, ok, ms) =>
      handled.observe({ stage, result: ok ? 'done' : 'failed' }, ms / 1000),
    delivered: (channel, outcome) => delivered.inc({ channel, outcome }),
    erased: (counts) => {
      for (const [what, count] of Object.entries(counts)) erased.inc({ what }, count)
    },
    webhookCalled: (outcome) => webhooks.inc({ outcome }),
    decoderEnded: (reason) => decoders.inc({ reason }),
    quotaMet: (quota) => quotas.inc({ quota }),
    received: (channel) => received.inc({ channel }),
  }
}

/** Gauges are collected all at once: they share one look at the store. */
function readOnceAScrape(read: ReadWaiting): ReadWaiting {
  const shared: { answer?: ReturnType<ReadWaiting> | undefined } = {}
  return () => {
    shared.answer ??= read().finally(() => {
      shared.answer = undefined
    })
    return shared.answer
  }
}

/**
 * What `/metrics` needs. Without a token it asks for none: then it is served on the port for probes
 * alone.
 */
export type Options = { readonly registry: Registry; readonly token: string | undefined }

/**
 * `GET /metrics` for Prometheus. Its counts of waiting rows and of answers are not for the public
 * (protection P42).
 */
export const metricsRoute: FastifyPluginAsync<Options> = async (app, { registry, token }) => {
  app.get('/metrics', { schema: { hide: true } as object }, async (request, reply) => {
    if (token !== undefined && !isSame(bearerOf(request), token)) {
      reply.header('www-authenticate', 'Bearer')
      return sendProblem(reply, 'unauthorized', 'Authorization: must be Bearer and METRICS_TOKEN')
    }
    return reply
      .header('content-type', registry.contentType)
      .header('cache-control', 'no-store')
      .send(await registry.metrics())
  })
}

/** In constant time: both are hashed first, so that the length tells nothing either. */
function isSame(given: string | undefined, token: string): boolean {
  const hash = (text: string) => createHash('sha256').update(text).digest()
  return given !== undefined && timingSafeEqual(hash(given), hash(token))
}
