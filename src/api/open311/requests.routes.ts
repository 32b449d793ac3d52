import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { day } from '../../platform/instant.ts'
import { refuseOver } from '../../platform/quotas/hook.ts'
import { parseTicketCode } from '../../tickets/code.ts'
import { describeIssues, GeoReportError, sendGeoReport } from './format.routes.ts'
import type { Format, Value } from './format.ts'
import { evenMoment } from './given.ts'
import {
  given,
  type Options,
  readingRoute,
  refuseUnknownJurisdiction,
  services,
  text,
  wordsOf,
} from './options.routes.ts'
import { toPublicRequest, toRequest } from './request.ts'

/** The most codes that one request may ask for: more would be a way to try codes out. */
const mostCodes = 10
const list = z
  .string()
  .max(2000)
  .transform((joined) => joined.split(',').map((part) => part.trim()))
const lists = ['service_request_id', 'service_code', 'status']
const moment = z
  .string()
  .transform(evenMoment)
  .pipe(z.iso.datetime({ offset: true }))
const RequestsQuery = z.object({
  jurisdiction_id: text(60).optional(),
  api_key: text(200).optional(),
  service_request_id: list
    .pipe(z.array(z.string()).max(mostCodes, `must be at most ${mostCodes} codes`))
    .optional(),
  service_code: list.optional(),
  start_date: moment.optional(),
  end_date: moment.optional(),
  status: list.pipe(z.array(z.enum(['open', 'closed']))).optional(),
  page: z.coerce.number().int().min(1).max(1000).default(1),
  page_size: z.coerce.number().int().min(1).max(1000).default(1000),
})

/** `GET tokens` and `GET requests`: what has become of a report. */
export const requestRoutes: FastifyPluginAsync<Options> = async (app, options) => {
  const { now, quotas, isWithinArea } = options
  const guesses = ({ address }: FastifyRequest) =>
    ({ quota: 'addressUnknownCodesADay', of: address }) as const

  readingRoute(app, options, 'tokens/:token', async (request, reply, format) => {
    const { token } = request.params as { token: string }
    const found = /^[0-9a-f]{48}$/.test(token) ? await options.findByToken(token) : undefined
    if (found === undefined) throw new GeoReportError(404, 'token: there is no such token')
    return sendGeoReport(reply, format, 'service_requests', 'request', [
      { service_request_id: found.code ?? null, token },
    ])
  })

  readingRoute(app, options, 'requests', async (request, reply, format) => {
    const parsed = RequestsQuery.safeParse(given(request.query, lists))
    if (!parsed.success) throw new GeoReportError(400, describeIssues(parsed.error))
    const {
      jurisdiction_id,
      service_request_id,
      service_code,
      start_date,
      end_date,
      status,
      page,
      page_size,
    } = parsed.data
    await refuseUnknownJurisdiction(options, jurisdiction_id)
    const until = end_date === undefined ? new Date(now()) : new Date(end_date)
    const common = {
      words: wordsOf(options, request),
      limit: page_size,
      skip: (page - 1) * page_size,
    }
    if (service_request_id !== undefined) {
      const codes = service_request_id.flatMap((typed) => ticketCodeOf(typed) ?? [])
      if (request.client === undefined)
        refuseOver(
          reply,
          (await quotas.look(guesses(request))) ||
            (await quotas.take({
              quota: 'addressLookupsAMinute',
              of: request.address,
              amount: service_request_id.length - 1,
            })),
        )
      const rows = await findByCodes(request, codes)
      return sendRows(reply, format, rows.slice(common.skip, common.skip + common.limit))
    }
    const { client } = request
    // Anyone who knows a code may ask for it; a list of all would tell who lives where has written.
    if (client === undefined || !client.rights.includes('tickets'))
      throw new GeoReportError(
        403,
        'api_key: needed to list requests; without one, give service_request_id',
      )
    const isClosed =
      status === undefined || (status.includes('open') && status.includes('closed'))
        ? undefined
        : status.includes('closed')
    const listed = await options.listRequests({
      limit: common.limit,
      skip: common.skip,
      areaCode: client.areaCode,
      categories: service_code ?? services,
      from: start_date === undefined ? new Date(until.getTime() - 90 * day) : new Date(start_date),
      until,
      isClosed,
    })
    return sendRows(
      reply,
      format,
      listed.map((row) => toRequest(row, common.words)),
    )
  })

  readingRoute(app, options, 'requests/:id', async (request, reply, format) => {
    const code = ticketCodeOf((request.params as { id: string }).id)
    if (request.client === undefined) refuseOver(reply, await quotas.look(guesses(request)))
    const rows = code === undefined ? [] : await findByCodes(request, [code])
    if (rows.length === 0)
      throw new GeoReportError(404, 'service_request_id: there is no such request')
    return sendRows(reply, format, rows)
  })

  /**
   * Requests by their codes, each with what the one who asks may know; codes that do not exist are
   * counted.
   */
  async function findByCodes(
    request: FastifyRequest,
    codes: readonly string[],
  ): Promise<readonly Value[]> {
    const { client } = request
    const rows = await options.listRequests({ codes, limit: mostCodes, skip: 0 })
    const unknown = new Set(codes).size - rows.length
    if (client === undefined && unknown > 0)
      await quotas.take({ ...guesses(request), amount: unknown })
    const say = wordsOf(options, request)
    return Promise.all(
      rows.map(async (row) => {
        const mayKnowAll =
          !row.confidential &&
          client?.rights.includes('tickets') === true &&
          (await isWithinArea(client.areaCode, row.placeCode))
        return mayKnowAll ? toRequest(row, say) : toPublicRequest(row, say)
      }),
    )
  }

  function sendRows(reply: FastifyReply, format: Format, rows: readonly Value[]): FastifyReply {
    return sendGeoReport(reply, format, 'service_requests', 'request', [...rows])
  }
}

function ticketCodeOf(typed: string): string | undefined {
  const parsed = parseTicketCode(typed)
  return parsed.ok ? parsed.code : undefined
}
