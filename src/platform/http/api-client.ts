import type { FastifyReply, FastifyRequest } from 'fastify'
import { refuseOver } from '../quotas/hook.ts'
import type { Quotas } from '../quotas/quotas.ts'
import type { ApiClient, Right } from './api-keys.ts'
import { sendProblem } from './problem.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** The program that has shown a good key. */
    client?: ApiClient
  }
}

/** Finds who shows a key. */
type FindClient = (key: string) => Promise<ApiClient | undefined>
/** What judging a key needs. */
export type Judging = { readonly findClient: FindClient; readonly quotas: Quotas }

/** The key of `Authorization: Bearer …`. */
export function bearerOf({ headers }: FastifyRequest): string | undefined {
  return /^Bearer ([\w-]{1,200})$/.exec(headers.authorization ?? '')?.[1]
}

/**
 * A hook that looks at a request's key before its body is read, and counts: a program by its key,
 * so that a busy neighbour at the same address costs nobody an answer; and by the address whatever
 * has not proved good, as any header can be made up.
 */
export function judgeKey(
  judging: Judging,
  keyOf: (request: FastifyRequest) => string | undefined = bearerOf,
) {
  return async (request: FastifyRequest, reply: FastifyReply) => {
    const client = await clientOf(judging, keyOf(request), request, reply)
    if (client !== undefined) request.client = client
  }
}

/** Who shows this key, counted as `judgeKey` says. */
export async function clientOf(
  { findClient, quotas }: Judging,
  key: string | undefined,
  request: FastifyRequest,
  reply: FastifyReply,
) {
  if (key === undefined) return undefined
  const wrongKey = { quota: 'addressWrongKeysAMinute', of: request.address } as const
  refuseOver(reply, await quotas.look(wrongKey))
  const client = key.length > 200 ? undefined : await findClient(key)
  if (client === undefined) await quotas.take(wrongKey)
  // Reports have a figure of their own.
  else if (request.routeOptions.config.takesIn !== true)
    refuseOver(reply, await quotas.take({ quota: 'programRequestsAMinute', of: client.id }))
  return client
}

/**
 * A hook after `judgeKey`: answers 401 where there is no good key, and 403 where the key may not do
 * this.
 */
export function needRight(right: Right) {
  return async ({ client }: FastifyRequest, reply: FastifyReply) => {
    if (client === undefined) {
      reply.header('www-authenticate', 'Bearer')
      return sendProblem(
        reply,
        'unauthorized',
        'Authorization: must be Bearer and a key that an administrator has made in the console',
      )
    }
    if (!client.rights.includes(right))
      return sendProblem(reply, 'forbidden', `Authorization: this key has not the right "${right}"`)
    return undefined
  }
}

/** The program of a request that passed `needRight`. */
export function knownClient({ client }: FastifyRequest): ApiClient {
  if (client === undefined) throw new Error('a route needs a key and does not ask for it')
  return client
}

/** How the documentation names the keys. */
export const security = [{ key: [] }]
