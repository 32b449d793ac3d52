import etag from '@fastify/etag'
import type { FastifyRequest } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { categories } from '../categories/category.ts'
import {
  type Judging,
  judgeKey,
  knownClient,
  needRight,
  security,
} from '../platform/http/api-client.ts'
import type { ApiClient } from '../platform/http/api-keys.ts'
import { Problem, ProblemError } from '../platform/http/problem.ts'
import type { Instant } from '../platform/instant.ts'
import { day } from '../platform/instant.ts'
import { refuseOver } from '../platform/quotas/hook.ts'
import { parseTicketCode } from '../tickets/code.ts'
import { eventTypes, statuses } from '../tickets/lifecycle.ts'
import type { Asked, TicketProgress, TicketStatusRow } from './ticket-status.store.ts'

/** What this plugin needs, named by its user. */
export type Options = Judging & {
  readonly find: (code: string) => Promise<TicketStatusRow | undefined>
  readonly list: (asked: Asked) => Promise<readonly TicketProgress[]>
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
const forKeys = 'Only with a key whose area the ticket lies in; else null, for every ticket.'
const TicketStatus = Progress.extend({
  category: z.enum(categories).nullable().describe(forKeys),
  place: z.string().nullable().describe(`The code of the place. ${forKeys}`),
  firstResponseDueAt: moment.describe(forKeys),
  resolutionDueAt: moment.describe(forKeys),
  events: z.array(z.object({ type: z.enum(eventTypes), at: z.iso.datetime() })),
}).meta({ id: 'TicketStatus' })

const Code = z
  .string()
  .max(40)
  .describe('A ticket code, such as JW-4K7Q2M9XH4; lower case and spaces are forgiven.')
  .meta({ example: 'JW-4K7Q2M9XH4' })
const Cursor = z
  .string()
  .max(200)
  .transform((text, context) => {
    const [openedAt = '', code = ''] = Buffer.from(text, 'base64url').toString().split(' ')
    if (z.iso.datetime().safeParse(openedAt).success && /^JW-[\w]{10}$/.test(code))
      return { openedAt: new Date(openedAt), code }
    context.addIssue('must be the `next` of the page before')
    return z.NEVER
  })
const ListQuery = z.object({
  area: z
    .string()
    .max(60)
    .optional()
    .describe("The code of a place. Without it, the key's own area."),
  from: z.iso
    .datetime({ offset: true })
    .optional()
    .describe('Opened at this moment or later. Without it, 30 days ago.'),
  until: z.iso
    .datetime({ offset: true })
    .optional()
    .describe('Opened before this moment. Without it, now.'),
  status: z.enum(statuses).optional(),
  category: z.enum(categories).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: Cursor.optional().describe('The `next` of the page before.'),
})

/**
 * `GET /v1/tickets/{code}`: where a ticket stands. Anybody who knows a code may ask, so it tells
 * progress and nothing of what it is about: a complaint about staff looks like any other ticket
 * (protection P42). The list is for keys.
 */
export const ticketStatus: FastifyPluginAsyncZod<Options> = async (
  app,
  { find, list, isWithinArea, now, ...judging },
) => {
  const { quotas } = judging
  const guesses = ({ address }: FastifyRequest) =>
    ({ quota: 'addressUnknownCodesADay', of: address }) as const
  await app.register(etag, { algorithm: 'sha256' })

  app.get(
    '/v1/tickets/:code',
    {
      onRequest: [
        judgeKey(judging),
        async (request, reply) => {
          if (request.client !== undefined) return
          refuseOver(
            reply,
            await quotas.take({ quota: 'addressLookupsAMinute', of: request.address }),
          )
          refuseOver(reply, await quotas.look(guesses(request)))
        },
      ],
      schema: {
        operationId: 'getTicket',
        summary: 'Where a ticket stands',
        description:
          'Answers with an `ETag`; with `If-None-Match` a ticket that has not changed is answered by 304.',
        tags: ['tickets'],
        params: z.object({ code: Code }),
        response: {
          200: TicketStatus,
          304: z.null().describe('Not changed.'),
          400: Problem,
          404: Problem,
          429: Problem,
        },
      },
    },
    async (request, reply) => {
      const parsed = parseTicketCode(request.params.code)
      if (!parsed.ok)
        throw new ProblemError(
          parsed.reason === 'shape' ? 'invalid-ticket-code' : 'wrong-check-character',
          parsed.reason === 'shape'
            ? 'code: must be JW- and ten characters, such as JW-4K7Q2M9XH4'
            : 'code: one character does not fit the others; compare it with what you were given',
        )
      const row = await find(parsed.code)
      if (row === undefined) {
        if (request.client === undefined) await quotas.take(guesses(request))
        throw new ProblemError('no-such-ticket')
      }
      reply.header('cache-control', 'no-store')
      const events = row.events.map(({ type, at }) => ({
        type: type as (typeof eventTypes)[number],
        at: at.toISOString(),
      }))
      const progress = toProgress(row, now())
      if (await mayKnowAll(request.client, row)) return { ...progress, events }
      return {
        ...progress,
        category: null,
        place: null,
        firstResponseDueAt: null,
        resolutionDueAt: null,
        events,
      }
    },
  )

  app.get(
    '/v1/tickets',
    {
      onRequest: [judgeKey(judging), needRight('tickets')],
      schema: {
        operationId: 'listTickets',
        summary: 'Tickets of an area and a period, without texts',
        description:
          'For keys with the right `tickets`. Ordered by when they were opened; `next` leads to the page after. Complaints about staff are left out.',
        tags: ['tickets'],
        security,
        querystring: ListQuery,
        response: {
          200: z
            .object({ tickets: z.array(Progress), next: z.string().nullable() })
            .meta({ id: 'TicketList' }),
          400: Problem,
          401: Problem,
          403: Problem,
          429: Problem,
        },
      },
    },
    async (request, reply) => {
      const client = knownClient(request)
      const { area = client.areaCode, from, until, status, category, limit, cursor } = request.query
      if (!(await isWithinArea(client.areaCode, area)))
        throw new ProblemError('no-such-place', 'area: must be a place within the area of the key')
      const asked = {
        areaCode: area,
        from: from === undefined ? new Date(now() - 30 * day) : new Date(from),
        until: until === undefined ? new Date(now()) : new Date(until),
      }
      const rows = await list({ ...asked, status, category, limit, after: cursor })
      const last = rows.length === limit ? rows.at(-1) : undefined
      reply.header('cache-control', 'private, no-cache')
      return {
        tickets: rows.map((row) => toProgress(row, now())),
        next:
          last === undefined
            ? null
            : Buffer.from(`${last.openedAt.toISOString()} ${last.code}`).toString('base64url'),
      }
    },
  )

  async function mayKnowAll(
    client: ApiClient | undefined,
    { confidential, place }: TicketStatusRow,
  ): Promise<boolean> {
    return (
      !confidential &&
      client?.rights.includes('tickets') === true &&
      isWithinArea(client.areaCode, place)
    )
  }
}

function toProgress(row: TicketProgress, now: Instant): z.input<typeof Progress> {
  const at = (date: Date | null) => date?.toISOString() ?? null
  const isOver = row.status === 'closed' || row.status === 'withdrawn'
  const overdue =
    !isOver &&
    ((row.firstResponseAt === null && row.firstResponseDueAt.getTime() < now) ||
      (row.resolvedAt === null && row.resolutionDueAt.getTime() < now))
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
