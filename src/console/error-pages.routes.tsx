import type { FastifyError, FastifyInstance } from 'fastify'
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod'
import type { MessageKey } from '../language/catalogue.ts'
import { isUnstorable, logFault, ProblemError, problems } from '../platform/http/problem.ts'
import { type ConsoleOptions, contextOf, sendPage, staffOf } from './session.routes.tsx'

/**
 * Answers an error with a page in the reader's language, if the request asks for HTML. A program
 * that asks for JSON gets a problem document, as on every other route.
 */
export function answerWithPages(app: FastifyInstance, options: ConsoleOptions): void {
  app.setErrorHandler(async (error: FastifyError | ProblemError, request, reply) => {
    // What wants no page is answered by the handler outside.
    if (!/\btext\/html\b/.test(request.headers.accept ?? '')) throw error
    const status = statusOf(error)
    if (status >= 500) logFault(request, error)
    const staff = await staffOf(options, request).catch(() => undefined)
    const context = await contextOf(options, request, reply, staff)
    const { say } = context.voice
    const fields = hasZodFastifySchemaValidationErrors(error)
      ? error.validation.map(({ instancePath }) => instancePath.slice(1)).filter(Boolean)
      : []
    return sendPage(
      reply.code(status),
      context,
      String(status),
      <div class="sheet refused" role="alert">
        <p>{say(sentenceOf(status))}</p>
        {fields.length > 0 && (
          <p class="quiet">
            <bdi dir="ltr">{fields.join(', ')}</bdi>
          </p>
        )}
        <p>
          <a href="/console">{say('failed.back')}</a>
        </p>
      </div>,
    )
  })
}

function statusOf(error: FastifyError | ProblemError): number {
  if (error instanceof ProblemError) return problems[error.problem].status
  if (hasZodFastifySchemaValidationErrors(error) || isUnstorable(error)) return 400
  return error.statusCode ?? 500
}

function sentenceOf(status: number): MessageKey {
  if (status === 403) return 'failed.stale'
  if (status === 404) return 'console.notFound'
  if (status === 413) return 'failed.tooLarge'
  if (status === 429 || status === 503) return 'failed.busy'
  return status < 500 ? 'failed.input' : 'failed.ours'
}
