import { randomBytes } from 'node:crypto'
import formbody from '@fastify/formbody'
import multipart from '@fastify/multipart'
import type { FastifyError, FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { categories } from '../../categories/category.ts'
import type { Arrival } from '../../mailbox/message.ts'
import type { Turn } from '../../platform/files/decoder.ts'
import { bearerOf, clientOf, type Judging, judgeKey } from '../../platform/http/api-client.ts'
import { isUnstorable } from '../../platform/http/problem.ts'
import type { Instant } from '../../platform/instant.ts'
import { day } from '../../platform/instant.ts'
import { leavingOf, limit, refuseOver } from '../../platform/quotas/hook.ts'
import { megabytes } from '../../platform/quotas/quotas.ts'
import { parseTicketCode } from '../../tickets/code.ts'
import { sendGeoReport, sendGeoReportError } from './format.routes.ts'
import { type Format, formats, type Value } from './format.ts'
import type { RequestsAsked } from './geo-report.store.ts'
import type { GeoReportRequest } from './geo-report.ts'
import { toPublicRequest, toRequest } from './request.ts'
import type { Words } from './words.ts'
export type Options = Judging & {
  readonly publicUrl: string
  readonly now: () => Instant
  /** In the first of these languages that there is. */
  readonly words: (liked: readonly string[]) => Words
  readonly keep: (arrival: Arrival) => Promise<void>
  readonly keepPhoto: (content: Buffer, turn: Turn) => Promise<string | undefined>
  /**
   * Fetches a picture that a report names; throws when it can't be had or lies where it must not.
   */
  readonly fetchMedia: (url: string) => Promise<Buffer>
  /** The village that an address means: its code, where it lies, or its name. */
  readonly findPlace: (
    address: Address,
  ) => Promise<{ readonly code: string; readonly takesReports: boolean } | undefined>
  readonly isWithinArea: (areaCode: string, placeCode: string) => Promise<boolean>
  readonly isJurisdiction: (code: string) => Promise<boolean>
  readonly listRequests: (asked: RequestsAsked) => Promise<readonly GeoReportRequest[]>
  readonly findByToken: (
    token: string,
  ) => Promise<{ readonly code: string | undefined } | undefined>
}

export type Address = {
  readonly addressId?: string
  readonly location?: { readonly latitude: number; readonly longitude: number }
  readonly text?: string
}

/** What is offered: all but complaints about staff, which need the chat's protected way. */
const services = categories.filter((category) => category !== 'complaint_staff')

const text = (most: number) => z.string().trim().max(most)
const number = z
  .string()
  .trim()
  .regex(/^-?\d{1,3}(?:\.\d+)?$/, 'must be a number such as 43.25')
  .transform(Number)
const Report = z.object({
  jurisdiction_id: text(60).optional(),
  service_code: text(60).min(1),
  lat: number.pipe(z.number().min(-90).max(90)).optional(),
  long: number.pipe(z.number().min(-180).max(180)).optional(),
  address_string: text(200).optional(),
  address_id: text(60).optional(),
  description: text(4000).default(''),
  media_url: z
    .url({ protocol: /^https?$/ })
    .max(2000)
    .optional(),
  'attribute[danger]': z.enum(['yes', 'no']).default('no'),
})
/** The most codes that one request may ask for: more would be a way to try codes out. */
const mostCodes = 10
const list = z
  .string()
  .max(2000)
  .transform((joined) => joined.split(',').map((part) => part.trim()))
const RequestsQuery = z.object({
  jurisdiction_id: text(60).optional(),
  api_key: text(200).optional(),
  service_request_id: list
    .pipe(z.array(z.string()).max(mostCodes, `must be at most ${mostCodes} codes`))
    .optional(),
  service_code: list.optional(),
  start_date: z.iso.datetime({ offset: true }).optional(),
  end_date: z.iso.datetime({ offset: true }).optional(),
  status: list.pipe(z.array(z.enum(['open', 'closed']))).optional(),
  page: z.coerce.number().int().min(1).max(1000).default(1),
  page_size: z.coerce.number().int().min(1).max(1000).default(1000),
})
const mostPhotoBytes = 10 * 1024 * 1024

/**
 * Open311 GeoReport v2 (wiki.open311.org/GeoReport_v2), reading and writing, JSON and XML. A report
 * goes the way of one from a chat: it is a message until a worker has made a ticket of it, so it is
 * answered by a token. What tells who reports (name, e-mail, telephone, device, account) is dropped
 * before anything is kept, and no text is given out.
 */
export const open311: FastifyPluginAsync<Options> = async (app, options) => {
  const { now, words, quotas, isWithinArea } = options
  app.addHook(
    'onRequest',
    judgeKey(options, (request) => bearerOf(request) ?? queryKeyOf(request)),
  )
  await app.register(formbody, { bodyLimit: 64 * 1024 })
  await app.register(multipart, {
    limits: { fileSize: mostPhotoBytes, files: 1, fields: 40, fieldSize: 20_000, parts: 41 },
  })
  app.setErrorHandler((error: FastifyError, request, reply) => {
    if (isUnstorable(error))
      return sendGeoReportError(
        reply,
        formatOf(request),
        400,
        'a text: must have no character U+0000',
      )
    const status = error.statusCode ?? 500
    if (status >= 500) request.log.error({ reason: error.name }, 'an Open311 request failed')
    return sendGeoReportError(
      reply,
      formatOf(request),
      status >= 500 ? 500 : status === 429 ? 429 : 400,
      status >= 500 ? 'Something went wrong on our side.' : error.message,
    )
  })
  const schema = { hide: true } as object
  const guesses = ({ address }: FastifyRequest) =>
    ({ quota: 'addressUnknownCodesADay', of: address }) as const
  const get = (
    path: string,
    answer: (
      request: FastifyRequest,
      reply: FastifyReply,
      format: Format,
    ) => Promise<FastifyReply> | FastifyReply,
  ) =>
    app.get(
      `/open311/v2/${path}.:format(json|xml)`,
      {
        schema,
        onRequest: limit(quotas, ({ client, address }) =>
          client === undefined ? [{ quota: 'addressLookupsAMinute', of: address }] : [],
        ),
      },
      async (request, reply) => answer(request, reply, formatOf(request)),
    )
  const wordsOf = (request: FastifyRequest) => words(request.accepts().languages())

  get('discovery', (_, reply, format) => {
    const url = `${options.publicUrl}/open311/v2`
    const endpoint = {
      specification: 'http://wiki.open311.org/GeoReport_v2',
      url,
      changeset: '2026-11-24 00:00',
      type: 'production',
    }
    const about = {
      changeset: '2026-11-24 00:00',
      contact: options.publicUrl,
      key_service: `${options.publicUrl}/docs`,
    }
    return format === 'json'
      ? sendGeoReport(reply, format, '', undefined, {
          ...about,
          endpoints: [{ ...endpoint, formats: ['text/xml', 'application/json'] }],
        })
      : sendGeoReport(reply, format, 'discovery', undefined, {
          ...about,
          endpoints: {
            endpoint: [{ ...endpoint, formats: { format: ['text/xml', 'application/json'] } }],
          },
        })
  })

  get('services', async (request, reply, format) => {
    if (!(await isKnownJurisdiction(request)))
      return sendGeoReportError(
        reply,
        format,
        404,
        'jurisdiction_id: there is no such jurisdiction',
      )
    const say = wordsOf(request)
    const offered = services.map((category) => ({
      service_code: category,
      service_name: say.category(category),
      description: say.category(category),
      metadata: true,
      type: 'batch',
      keywords: category.replaceAll('_', ','),
      group: say.group,
    }))
    return sendGeoReport(reply, format, 'services', 'service', offered)
  })

  get('services/:code', async (request, reply, format) => {
    const category = services.find((each) => each === (request.params as { code: string }).code)
    if (category === undefined)
      return sendGeoReportError(reply, format, 404, 'service_code: there is no such service')
    if (!(await isKnownJurisdiction(request)))
      return sendGeoReportError(
        reply,
        format,
        404,
        'jurisdiction_id: there is no such jurisdiction',
      )
    const say = wordsOf(request)
    const attribute = {
      variable: true,
      code: 'danger',
      datatype: 'singlevaluelist',
      required: false,
      datatype_description: null,
      order: 1,
      description: say.danger,
    }
    const values = [
      { key: 'yes', name: say.yes },
      { key: 'no', name: say.no },
    ]
    const definition: Value =
      format === 'json'
        ? { service_code: category, attributes: [{ ...attribute, values }] }
        : {
            service_code: category,
            attributes: { attribute: [{ ...attribute, values: { value: values } }] },
          }
    return sendGeoReport(reply, format, 'service_definition', undefined, definition)
  })

  app.post(
    '/open311/v2/requests.:format(json|xml)',
    {
      schema,
      config: { takesIn: true },
      bodyLimit: 12 * 1024 * 1024,
      // GeoReport has the key in the form. Until it has proved good, the address answers for what
      // is read.
      onRequest: async (request, reply) => {
        const { client, address } = request
        if (client === undefined)
          refuseOver(
            reply,
            (await quotas.take({ quota: 'addressLookupsAMinute', of: address })) ||
              (await quotas.look(
                { quota: 'addressWrongKeysAMinute', of: address },
                { quota: 'addressFileMegabytesADay', of: address, amount: 0 },
              )),
          )
        else if (!client.rights.includes('reports'))
          return sendGeoReportError(reply, formatOf(request), 403, noRight)
        return undefined
      },
    },
    async (request, reply) => {
      const format = formatOf(request)
      const form = await readForm(request).catch((error: FastifyError) =>
        error.statusCode === 413 ? ('tooLarge' as const) : ('broken' as const),
      )
      if (form === 'tooLarge')
        return sendGeoReportError(reply, format, 400, 'media: must not be larger than 20 MB')
      if (form === 'broken')
        return sendGeoReportError(
          reply,
          format,
          400,
          'the form is not as its content type says, or ends too soon',
        )
      const { fields, photo } = form
      if (photo !== undefined)
        await quotas.take({
          quota: 'addressFileMegabytesADay',
          of: request.address,
          amount: megabytes(photo.length),
        })
      const client = request.client ?? (await clientOf(options, fields['api_key'], request, reply))
      if (client === undefined || !client.rights.includes('reports'))
        return sendGeoReportError(reply, format, 403, noRight)
      refuseOver(reply, await quotas.take({ quota: 'programReportsAMinute', of: client.id }))
      const parsed = Report.safeParse(fields)
      if (!parsed.success) return sendGeoReportError(reply, format, 400, describe(parsed.error))
      const report = parsed.data
      if (
        report.jurisdiction_id !== undefined &&
        !(await options.isJurisdiction(report.jurisdiction_id))
      )
        return sendGeoReportError(
          reply,
          format,
          404,
          'jurisdiction_id: there is no such jurisdiction',
        )
      const category = services.find((each) => each === report.service_code)
      if (category === undefined)
        return sendGeoReportError(reply, format, 404, 'service_code: there is no such service')
      const address = addressOf(report)
      if (address === undefined)
        return sendGeoReportError(
          reply,
          format,
          400,
          'lat and long, address_string or address_id: one of them must be given',
        )
      const place = await options.findPlace(address)
      if (
        place === undefined ||
        !place.takesReports ||
        !(await isWithinArea(client.areaCode, place.code))
      )
        return sendGeoReportError(
          reply,
          format,
          400,
          'lat and long, address_string or address_id: no village of the area of this key is meant',
        )
      const content =
        photo ??
        (report.media_url === undefined
          ? undefined
          : await options.fetchMedia(report.media_url).catch(() => null))
      const file =
        content === undefined || content === null
          ? undefined
          : await options.keepPhoto(content, { of: client.id, signal: leavingOf(reply) })
      if (content !== undefined && file === undefined)
        return sendGeoReportError(
          reply,
          format,
          400,
          'media_url: must lead to a picture (JPEG, PNG, WebP) of up to 20 MB at a public address',
        )
      if (report.description === '' && file === undefined)
        return sendGeoReportError(
          reply,
          format,
          400,
          'description: must not be empty when there is no picture',
        )
      const token = randomBytes(24).toString('hex')
      const message = {
        kind: 'reported' as const,
        text: report.description,
        files: file === undefined ? [] : [file],
        placeCode: place.code,
        category,
        isUrgent: report['attribute[danger]'] === 'yes',
      }
      await options.keep({ channel: 'open311', handle: token, externalId: token, message })
      return sendGeoReport(reply, format, 'service_requests', 'request', [
        { token, service_notice: wordsOf(request).notice, account_id: null },
      ])
    },
  )

  get('tokens/:token', async (request, reply, format) => {
    const { token } = request.params as { token: string }
    const found = /^[0-9a-f]{48}$/.test(token) ? await options.findByToken(token) : undefined
    if (found === undefined)
      return sendGeoReportError(reply, format, 404, 'token: there is no such token')
    return sendGeoReport(reply, format, 'service_requests', 'request', [
      { service_request_id: found.code ?? null, token },
    ])
  })

  get('requests', async (request, reply, format) => {
    const parsed = RequestsQuery.safeParse(request.query)
    if (!parsed.success) return sendGeoReportError(reply, format, 400, describe(parsed.error))
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
    if (jurisdiction_id !== undefined && !(await options.isJurisdiction(jurisdiction_id)))
      return sendGeoReportError(
        reply,
        format,
        404,
        'jurisdiction_id: there is no such jurisdiction',
      )
    const until = end_date === undefined ? new Date(now()) : new Date(end_date)
    const common = { words: wordsOf(request), limit: page_size, skip: (page - 1) * page_size }
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
      return sendGeoReportError(
        reply,
        format,
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

  get('requests/:id', async (request, reply, format) => {
    const code = ticketCodeOf((request.params as { id: string }).id)
    if (request.client === undefined) refuseOver(reply, await quotas.look(guesses(request)))
    const rows = code === undefined ? [] : await findByCodes(request, [code])
    if (rows.length === 0)
      return sendGeoReportError(reply, format, 404, 'service_request_id: there is no such request')
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
    const say = wordsOf(request)
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

  async function isKnownJurisdiction(request: FastifyRequest): Promise<boolean> {
    const asked = z.object({ jurisdiction_id: text(60).optional() }).safeParse(request.query)
      .data?.jurisdiction_id
    return asked === undefined || options.isJurisdiction(asked)
  }
}

const noRight = 'api_key: missing, unknown, or without the right "reports"'

function ticketCodeOf(typed: string): string | undefined {
  const parsed = parseTicketCode(typed)
  return parsed.ok ? parsed.code : undefined
}

/** The key that GeoReport has in the address of a question. */
function queryKeyOf({ query }: FastifyRequest): string | undefined {
  const key = (query as { readonly api_key?: unknown } | undefined)?.api_key
  return typeof key === 'string' && key !== '' ? key : undefined
}

function formatOf(request: FastifyRequest): Format {
  const asked = (request.params as { format?: string } | undefined)?.format
  return formats.find((format) => format === asked) ?? 'json'
}

/** A form's fields, and the picture that came with it; both encodings of a form are read. */
async function readForm(request: FastifyRequest): Promise<{
  readonly fields: Readonly<Record<string, string>>
  readonly photo: Buffer | undefined
}> {
  const read: { fields: Record<string, string>; photo: Buffer | undefined } = {
    fields: {},
    photo: undefined,
  }
  if (request.isMultipart()) {
    for await (const part of request.parts()) {
      if (part.type === 'field' && typeof part.value === 'string')
        read.fields[part.fieldname] = part.value
      else if (part.type === 'file' && part.fieldname === 'media')
        read.photo = await part.toBuffer()
      else if (part.type === 'file') part.file.resume()
    }
  } else
    for (const [name, value] of Object.entries((request.body ?? {}) as Record<string, unknown>))
      if (typeof value === 'string') read.fields[name] = value
  return read
}

function addressOf({
  lat,
  long,
  address_id,
  address_string,
}: z.output<typeof Report>): Address | undefined {
  if (address_id !== undefined && address_id !== '') return { addressId: address_id }
  if (lat !== undefined && long !== undefined)
    return { location: { latitude: lat, longitude: long } }
  return address_string === undefined || address_string === ''
    ? undefined
    : { text: address_string }
}

function describe(error: z.ZodError): string {
  return error.issues
    .map(({ path, message }) => `${path.join('.') || 'request'}: ${message}`)
    .join('; ')
}
