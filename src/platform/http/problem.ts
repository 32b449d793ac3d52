import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod'
import { z } from 'zod'

/** Every kind of problem that a program may meet, by its stable name (RFC 9457). */
export const problems = {
  'invalid-request': { status: 400, title: 'The request is not as it must be.' },
  'invalid-ticket-code': { status: 400, title: 'This is not a ticket code.' },
  'wrong-check-character': {
    status: 400,
    title: 'The check character of this ticket code does not fit: a character was mistyped.',
  },
  'address-refused': { status: 400, title: 'This address can not be called.' },
  'no-such-place': {
    status: 400,
    title: 'There is no such place, or it is not in the area of the key.',
  },
  unauthorized: { status: 401, title: 'A key is needed.' },
  forbidden: { status: 403, title: 'This is not allowed.' },
  'not-found': { status: 404, title: 'There is nothing here.' },
  'no-such-ticket': { status: 404, title: 'There is no ticket with this code.' },
  'no-such-subscription': { status: 404, title: 'This key has no such subscription.' },
  'no-such-delivery': { status: 404, title: 'This subscription has no such delivery.' },
  'too-large': { status: 413, title: 'The body is too large.' },
  'unsupported-media-type': { status: 415, title: 'This content type is not taken here.' },
  'too-many-requests': { status: 429, title: 'Too many requests.' },
  unavailable: { status: 503, title: 'The service can not answer at the moment.' },
  internal: { status: 500, title: 'Something went wrong on our side.' },
} as const satisfies Record<string, { status: number; title: string }>
export type ProblemName = keyof typeof problems

/** A problem document. */
export const Problem = z
  .object({ type: z.string(), title: z.string(), status: z.int(), detail: z.string().optional() })
  .meta({ id: 'Problem' })
export type Problem = z.infer<typeof Problem>

function problem(name: ProblemName, detail?: string): Problem {
  const { status, title } = problems[name]
  return { type: `/problems/${name}`, title, status, ...(detail === undefined ? {} : { detail }) }
}

/** Thrown by a handler, and answered as a problem document. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError'
  readonly problem: ProblemName
  readonly detail: string | undefined

  constructor(name: ProblemName, detail?: string) {
    super(name)
    this.problem = name
    this.detail = detail
  }
}

/** Answers a request with a problem document. */
export function sendProblem(reply: FastifyReply, name: ProblemName, detail?: string): FastifyReply {
  return reply
    .code(problems[name].status)
    .header('content-type', 'application/problem+json')
    .serializer(JSON.stringify)
    .send(problem(name, detail))
}

/** Turns whatever goes wrong into a problem document, never a stack trace. */
export function answerProblems(app: FastifyInstance): void {
  app.setNotFoundHandler((_, reply) => sendProblem(reply, 'not-found'))
  // What leads nowhere is not read.
  app.addHook('onRequest', async (request, reply) =>
    request.is404 ? sendProblem(reply, 'not-found') : undefined,
  )
  app.setErrorHandler((error: FastifyError | ProblemError, request, reply) => {
    if (error instanceof ProblemError) return sendProblem(reply, error.problem, error.detail)
    if (hasZodFastifySchemaValidationErrors(error))
      return sendProblem(
        reply,
        'invalid-request',
        error.validation
          .map(
            ({ instancePath, message }) =>
              `${instancePath.slice(1).replaceAll('/', '.') || error.validationContext}: ${message ?? 'is wrong'}`,
          )
          .join('; '),
      )
    if (isUnstorable(error))
      return sendProblem(reply, 'invalid-request', 'a text: must have no character U+0000')
    const status = error.statusCode ?? 500
    if (status >= 500) logFault(request, error)
    return sendProblem(
      reply,
      nameOf(status),
      status < 500 && status !== 404 ? error.message : undefined,
    )
  })
}

/** Logs a fault of ours by its name, code and place. A message may hold what somebody wrote. */
export function logFault(request: FastifyRequest, error: Error & { code?: string }): void {
  request.log.error(
    {
      reason: [error.name, error.code].filter(Boolean).join(' '),
      at: error.stack?.split('\n')[1]?.trim(),
    },
    'request failed',
  )
}

/**
 * Whether the database refused a text that it can't keep: U+0000 (SQLSTATE 22021, in JSON 22P05).
 */
export function isUnstorable(error: unknown): boolean {
  const { code, meta } = error as {
    code?: string
    meta?: { driverAdapterError?: { cause?: { originalCode?: string } } }
  }
  return ['22021', '22P05'].includes(meta?.driverAdapterError?.cause?.originalCode ?? code ?? '')
}

function nameOf(status: number): ProblemName {
  const [name] =
    (Object.entries(problems) as [ProblemName, { status: number }][])
      .filter(([, each]) => each.status === status)
      .at(0) ?? []
  return name ?? (status < 500 ? 'invalid-request' : 'internal')
}
