import { createHash } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { ApiClient, Right } from '../store/api-keys.ts'
import { sendProblem } from './problem.ts'

export type FindClient = (key: string) => Promise<ApiClient | undefined>

/** The program that shows its key as `Authorization: Bearer …`; else answers 401, or 403 where the key may not do this. */
export async function needClient(find: FindClient, right: Right, request: FastifyRequest, reply: FastifyReply): Promise<ApiClient | undefined> {
  const key = /^Bearer ([\w-]{1,200})$/.exec(request.headers.authorization ?? '')?.[1]
  const client = key === undefined ? undefined : await find(key)
  if (client === undefined) {
    reply.header('www-authenticate', 'Bearer')
    sendProblem(reply, 'unauthorized', 'Authorization: must be Bearer and a key that an administrator has made in the console')
    return undefined
  }
  if (!client.rights.includes(right)) {
    sendProblem(reply, 'forbidden', `Authorization: this key has not the right "${right}"`)
    return undefined
  }
  return client
}

/** How the documentation names the keys. */
export const security = [{ key: [] }]

/** Who asks is counted by their address: a guesser must not get a new count by making up a header. As a hash, since it stands in Redis. */
export function countedByAddress(request: FastifyRequest): string {
  return hashOf(request.ip)
}

/** Programs are counted by their key: a busy neighbour at the same address costs nobody else an answer. */
export function countedByKey(request: FastifyRequest): string {
  return hashOf(request.headers.authorization ?? request.ip)
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('base64url')
}
