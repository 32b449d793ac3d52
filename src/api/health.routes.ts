import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'

/** What readiness depends on: each check throws when its part does not answer. */
export type Options = { readonly checks: Readonly<Record<string, () => Promise<void>>> }

const Ready = z.object({
  ready: z.boolean(),
  dependencies: z.record(z.string(), z.enum(['ready', 'not ready'])),
})

/** `GET /healthz`: the process lives. `GET /readyz`: it can work, or which part it waits for. */
export const health: FastifyPluginAsyncZod<Options> = async (app, { checks }) => {
  app.get(
    '/healthz',
    {
      schema: {
        tags: ['operation'],
        operationId: 'isLive',
        summary: 'Whether the process lives',
        response: { 200: z.object({ live: z.literal(true) }) },
      },
    },
    async () => ({ live: true as const }),
  )
  app.get(
    '/readyz',
    {
      schema: {
        tags: ['operation'],
        operationId: 'isReady',
        summary: 'Whether the process can work',
        response: { 200: Ready, 503: Ready },
      },
    },
    async (_, reply) => {
      const results = await Promise.all(
        Object.entries(checks).map(
          async ([name, check]) =>
            [
              name,
              await within(check(), 1_000).then(
                () => 'ready' as const,
                () => 'not ready' as const,
              ),
            ] as const,
        ),
      )
      const ready = results.every(([, result]) => result === 'ready')
      return reply
        .code(ready ? 200 : 503)
        .send({ ready, dependencies: Object.fromEntries(results) })
    },
  )
}

function within(work: Promise<void>, ms: number): Promise<void> {
  return Promise.race([
    work,
    new Promise<never>((_, late) =>
      setTimeout(() => late(new Error('no answer in time')), ms).unref(),
    ),
  ])
}
