import type { FastifyPluginAsync } from 'fastify'
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'

/** What an operator would ask about, by Prometheus' naming. Labels hold no person, place or text. */
export type Metrics = {
  readonly registry: Registry
  readonly handled: (stage: string, ok: boolean, ms: number) => void
  readonly delivered: (channel: string, outcome: string) => void
  readonly received: (channel: string) => void
  readonly webhookCalled: (outcome: string) => void
  /** What had its time and was erased, by what it was. */
  readonly erased: (counts: Readonly<Record<string, number>>) => void
}

export function createMetrics(waiting: () => Promise<Readonly<Record<string, number>>>): Metrics {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry, prefix: 'jawab_' })
  const received = new Counter({ name: 'jawab_messages_received_total', help: 'Messages kept, by channel', labelNames: ['channel'], registers: [registry] })
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
  const webhooks = new Counter({ name: 'jawab_webhook_calls_total', help: 'Calls of webhooks, by outcome', labelNames: ['outcome'], registers: [registry] })
  const erased = new Counter({ name: 'jawab_erased_total', help: 'What had its time and was erased', labelNames: ['what'], registers: [registry] })
  new Gauge({
    name: 'jawab_waiting_rows',
    help: 'Rows that wait to be handled, by stage',
    labelNames: ['stage'],
    registers: [registry],
    async collect() {
      for (const [stage, count] of Object.entries(await waiting())) this.set({ stage }, count)
    },
  })
  return {
    registry,
    handled: (stage, ok, ms) => handled.observe({ stage, result: ok ? 'done' : 'failed' }, ms / 1000),
    delivered: (channel, outcome) => delivered.inc({ channel, outcome }),
    erased: (counts) => {
      for (const [what, count] of Object.entries(counts)) erased.inc({ what }, count)
    },
    webhookCalled: (outcome) => webhooks.inc({ outcome }),
    received: (channel) => received.inc({ channel }),
  }
}

/** `GET /metrics` for Prometheus. */
export const metricsRoute: FastifyPluginAsync<{ readonly registry: Registry }> = async (app, { registry }) => {
  app.get('/metrics', { schema: { hide: true } as object }, async (_, reply) =>
    reply.header('content-type', registry.contentType).send(await registry.metrics()),
  )
}
