import type { FastifyInstance } from 'fastify'
import { sendProblem } from './problem.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /**
     * The route takes work in: it is refused, before anything of it is kept, while too much waits.
     */
    readonly takesIn?: true
  }
}

/** How long anyone who is refused is asked to wait, in seconds. */
const retryAfterSeconds = 15

/**
 * While too much waits, routes that take work in answer 503 with `Retry-After` before they read a
 * body.
 */
export function refuseWhenFull(app: FastifyInstance, isFull: () => Promise<boolean>): void {
  app.addHook('onRequest', async (request, reply) => {
    if (request.routeOptions.config.takesIn !== true || !(await isFull())) return
    await sendProblem(
      reply.header('retry-after', retryAfterSeconds),
      'unavailable',
      'too many messages wait to be handled; send this one again later',
    )
  })
}
