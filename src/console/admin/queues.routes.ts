import type { FastifyPluginAsync, FastifyPluginCallback } from 'fastify'
import { type ConsoleOptions, onlyWho } from '../session.routes.tsx'

/** Where the board of the queues is served. */
export const queuesPath = '/console/admin/queues'

export type QueuesOptions = {
  /** What draws the pages, below {@link queuesPath}. */
  readonly board: FastifyPluginCallback
}

/**
 * As everywhere, nothing from elsewhere; but these pages name their own address and write styles
 * into their elements.
 */
const policy =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; connect-src 'self'; " +
  "form-action 'self'; base-uri 'self'; frame-ancestors 'none'"

/**
 * For an administrator: what stands in the queues, to look at only. Jobs hold ids and no word of
 * anybody's.
 */
export const queuesPage: FastifyPluginAsync<ConsoleOptions & QueuesOptions> = async (
  app,
  { board, ...options },
) => {
  app.addHook('onRequest', onlyWho(options, 'administer'))
  app.addHook('onRequest', async (request, reply) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') return reply.code(405).send()
    reply.header('content-security-policy', policy)
    return undefined
  })
  await app.register(board, { prefix: queuesPath })
}
