import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { categories } from '../domain/category.ts'
import type { Instant } from '../domain/instant.ts'
import { eventTypes, statuses } from '../domain/status.ts'
import { parseTicketCode } from '../domain/ticket-code.ts'
import type { TicketStatusRow } from '../store/read-models/ticket-status.ts'
import { Problem, sendProblem } from './problem.ts'

/** What this plugin needs, named by its user. */
export type Options = { readonly find: (code: string) => Promise<TicketStatusRow | undefined>; readonly now: () => Instant }

const moment = z.iso.datetime({ offset: true }).nullable()

const TicketStatus = z
  .object({
    code: z.string(),
    status: z.enum(statuses),
    category: z.enum(categories),
    place: z.string().describe('The code of the place.'),
    openedAt: z.iso.datetime(),
    assignedAt: moment,
    acceptedAt: moment,
    resolvedAt: moment,
    closedAt: moment,
    firstResponseDueAt: z.iso.datetime(),
    resolutionDueAt: z.iso.datetime(),
    overdue: z.boolean().describe('Whether a deadline has passed without what it was for.'),
    reopenedCount: z.int(),
    events: z.array(z.object({ type: z.enum(eventTypes), at: z.iso.datetime() })),
  })
  .meta({ id: 'TicketStatus' })

/** `GET /v1/tickets/{code}`: where a ticket stands. Public, so it tells progress and nothing else. */
export const ticketStatus: FastifyPluginAsyncZod<Options> = async (app, { find, now }) => {
  app.get(
    '/v1/tickets/:code',
    {
      config: { rateLimit: { max: 60, timeWindow: '1 minute' } },
      schema: {
        summary: 'Where a ticket stands',
        tags: ['tickets'],
        params: z.object({ code: z.string().max(40).describe('A ticket code, such as JW-4K7Q2M9XH4; lower case and spaces are forgiven.') }),
        response: { 200: TicketStatus, 400: Problem, 404: Problem, 429: Problem },
      },
    },
    async ({ params }, reply) => {
      const parsed = parseTicketCode(params.code)
      if (!parsed.ok)
        return sendProblem(
          reply,
          parsed.reason === 'shape' ? 'invalid-ticket-code' : 'wrong-check-character',
          parsed.reason === 'shape'
            ? 'code: must be JW- and ten characters, such as JW-4K7Q2M9XH4'
            : 'code: one character does not fit the others; compare it with what you were given',
        ) as never
      const row = await find(parsed.code)
      return row === undefined ? (sendProblem(reply, 'no-such-ticket') as never) : toStatus(row, now())
    },
  )
}

function toStatus(row: TicketStatusRow, now: Instant): z.input<typeof TicketStatus> {
  const at = (date: Date | null) => date?.toISOString() ?? null
  const isOver = row.status === 'closed' || row.status === 'withdrawn'
  const overdue =
    !isOver && ((row.firstResponseAt === null && row.firstResponseDueAt.getTime() < now) || (row.resolvedAt === null && row.resolutionDueAt.getTime() < now))
  return {
    code: row.code,
    status: row.status,
    category: row.category,
    place: row.place,
    openedAt: row.openedAt.toISOString(),
    assignedAt: at(row.assignedAt),
    acceptedAt: at(row.acceptedAt),
    resolvedAt: at(row.resolvedAt),
    closedAt: at(row.closedAt),
    firstResponseDueAt: row.firstResponseDueAt.toISOString(),
    resolutionDueAt: row.resolutionDueAt.toISOString(),
    overdue,
    reopenedCount: row.reopenedCount,
    events: row.events.map(({ type, at: when }) => ({ type: type as (typeof eventTypes)[number], at: when.toISOString() })),
  }
}
