import etag from '@fastify/etag'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { categories } from '../domain/category.ts'
import type { Instant } from '../domain/instant.ts'
import { eventTypes, statuses } from '../domain/status.ts'
import { parseTicketCode } from '../domain/ticket-code.ts'
import type { Asked, TicketProgress, TicketStatusRow } from '../store/read-models/ticket-status.ts'
import { countedByKey, type FindClient, needClient, security } from './client.ts'
import { Problem, sendProblem } from './problem.ts'

/** What this plugin needs, named by its user. */
export type Options = {
  readonly find: (code: string) => Promise<TicketStatusRow | undefined>
  readonly list: (asked: Asked) => Promise<readonly TicketProgress[]>
  readonly findClient: FindClient
  readonly isWithinArea: (areaCode: string, placeCode: string) => Promise<boolean>
  readonly now: () => Instant
}

const moment = z.iso.datetime({ offset: true }).nullable()

const Progress = z.object({
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
})
const TicketStatus = Progress.extend({ events: z.array(z.object({ type: z.enum(eventTypes), at: z.iso.datetime() })) }).meta({ id: 'TicketStatus' })

const Code = z.string().max(40).describe('A ticket code, such as JW-4K7Q2M9XH4; lower case and spaces are forgiven.').meta({ example: 'JW-4K7Q2M9XH4' })
const Cursor = z
  .string()
  .max(200)
  .transform((text, context) => {
    const [openedAt = '', code = ''] = Buffer.from(text, 'base64url').toString().split(' ')
    if (z.iso.datetime().safeParse(openedAt).success && /^JW-[\w]{10}$/.test(code)) return { openedAt: new Date(openedAt), code }
    context.addIssue('must be the `next` of the page before')
    return z.NEVER
  })
const ListQuery = z.object({
  area: z.string().max(60).optional().describe("The code of a place. Without it, the key's own area."),
  from: z.iso.datetime({ offset: true }).optional().describe('Opened at this moment or later. Without it, 30 days ago.'),
  until: z.iso.datetime({ offset: true }).optional().describe('Opened before this moment. Without it, now.'),
  status: z.enum(statuses).optional(),
  category: z.enum(categories).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: Cursor.optional().describe('The `next` of the page before.'),
})
const dayMs = 86_400_000

/** `GET /v1/tickets/{code}`: where a ticket stands. Public, so it tells progress and nothing else. The list is for keys. */
export const ticketStatus: FastifyPluginAsyncZod<Options> = async (app, { find, list, findClient, isWithinArea, now }) => {
  await app.register(etag, { algorithm: 'sha256' })

  app.get(
    '/v1/tickets/:code',
    {
      config: { rateLimit: { max: 60, timeWindow: '1 minute' } },
      schema: {
        operationId: 'getTicket',
        summary: 'Where a ticket stands',
        description: 'Answers with an `ETag`; with `If-None-Match` a ticket that has not changed is answered by 304.',
        tags: ['tickets'],
        params: z.object({ code: Code }),
        response: { 200: TicketStatus, 304: z.null().describe('Not changed.'), 400: Problem, 404: Problem, 429: Problem },
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
      if (row === undefined) return sendProblem(reply, 'no-such-ticket') as never
      // Kept by a browser or a proxy, but asked for every time: the ETag answers most of these in a few bytes.
      reply.header('cache-control', 'public, no-cache')
      const events = row.events.map(({ type, at }) => ({ type: type as (typeof eventTypes)[number], at: at.toISOString() }))
      return { ...toProgress(row, now()), events }
    },
  )

  app.get(
    '/v1/tickets',
    {
      config: { rateLimit: { max: 120, timeWindow: '1 minute', keyGenerator: countedByKey } },
      schema: {
        operationId: 'listTickets',
        summary: 'Tickets of an area and a period, without texts',
        description:
          'For keys with the right `tickets`. Ordered by when they were opened; `next` leads to the page after. Complaints about staff are left out.',
        tags: ['tickets'],
        security,
        querystring: ListQuery,
        response: {
          200: z.object({ tickets: z.array(Progress), next: z.string().nullable() }).meta({ id: 'TicketList' }),
          400: Problem,
          401: Problem,
          403: Problem,
          429: Problem,
        },
      },
    },
    async (request, reply) => {
      const client = await needClient(findClient, 'tickets', request, reply)
      if (client === undefined) return reply
      const { area = client.areaCode, from, until, status, category, limit, cursor } = request.query
      if (!(await isWithinArea(client.areaCode, area))) return sendProblem(reply, 'no-such-place', 'area: must be a place within the area of the key') as never
      const asked = {
        areaCode: area,
        from: from === undefined ? new Date(now() - 30 * dayMs) : new Date(from),
        until: until === undefined ? new Date(now()) : new Date(until),
      }
      const rows = await list({ ...asked, status, category, limit, after: cursor })
      const last = rows.length === limit ? rows.at(-1) : undefined
      reply.header('cache-control', 'private, no-cache')
      return {
        tickets: rows.map((row) => toProgress(row, now())),
        next: last === undefined ? null : Buffer.from(`${last.openedAt.toISOString()} ${last.code}`).toString('base64url'),
      }
    },
  )
}

function toProgress(row: TicketProgress, now: Instant): z.input<typeof Progress> {
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
  }
}
