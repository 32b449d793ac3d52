import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Ask, Quotas } from './quotas.ts'
import { addressOf } from './quotas.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Whom the sender's address counts for. */
    readonly address: string
  }
}

/** Gives each request the address that it counts for. */
export function knowAddresses(app: FastifyInstance): void {
  app.decorateRequest('address', {
    getter(this: FastifyRequest) {
      return addressOf(this.ip)
    },
  })
}

/**
 * A hook that refuses a request where one of its quotas is used up. Put where it stands, it runs
 * before a body is read.
 */
export function limit(
  quotas: Quotas,
  asks: (request: FastifyRequest) => readonly Ask[] | Promise<readonly Ask[]>,
) {
  return async (request: FastifyRequest, reply: FastifyReply) =>
    refuseOver(reply, await quotas.take(...(await asks(request))))
}

/**
 * Refuses a request whose quota is used up.
 *
 * @throws an error with status 429, whose answer has `Retry-After` in seconds.
 */
export function refuseOver(reply: FastifyReply, waitMs: number): void {
  if (waitMs === 0) return
  const seconds = Math.ceil(waitMs / 1_000)
  reply.header('retry-after', seconds)
  throw Object.assign(new Error(`too many requests; try again in ${seconds} seconds`), {
    statusCode: 429,
  })
}

/**
 * Aborts when the sender of a request goes before its answer. After the answer it means nothing.
 */
export function leavingOf({ raw }: FastifyReply): AbortSignal {
  const leaving = new AbortController()
  raw.once('close', () => leaving.abort())
  return leaving.signal
}
