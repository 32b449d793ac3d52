import { randomBytes } from 'node:crypto'
import type { FastifyError, FastifyPluginAsync, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { mostBytes } from '../../platform/files/attachments.ts'
import { clientOf } from '../../platform/http/api-client.ts'
import { leavingOf, refuseOver } from '../../platform/quotas/hook.ts'
import { megabytes } from '../../platform/quotas/quotas.ts'
import { describeIssues, formatOf, GeoReportError, sendGeoReport } from './format.routes.ts'
import {
  type Address,
  hidden,
  type Options,
  refuseUnknownJurisdiction,
  services,
  text,
  wordsOf,
} from './options.routes.ts'

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

/** `POST requests`: takes a report in, as a message that a worker makes a ticket of. */
export const reportRoute: FastifyPluginAsync<Options> = async (app, options) => {
  const { quotas, isWithinArea } = options
  app.post(
    '/open311/v2/requests.:format(json|xml)',
    {
      schema: hidden,
      config: { takesIn: true },
      bodyLimit: mostBytes + 1024 * 1024,
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
        else if (!client.rights.includes('reports')) throw new GeoReportError(403, noRight)
        return undefined
      },
    },
    async (request, reply) => {
      const format = formatOf(request)
      const form = await readForm(request).catch((error: FastifyError) =>
        error.statusCode === 413 ? ('tooLarge' as const) : ('broken' as const),
      )
      if (form === 'tooLarge') throw new GeoReportError(400, 'media: must not be larger than 20 MB')
      if (form === 'broken')
        throw new GeoReportError(400, 'the form is not as its content type says, or ends too soon')
      const { fields, photo } = form
      if (photo !== undefined)
        await quotas.take({
          quota: 'addressFileMegabytesADay',
          of: request.address,
          amount: megabytes(photo.length),
        })
      const client = request.client ?? (await clientOf(options, fields['api_key'], request, reply))
      if (client === undefined || !client.rights.includes('reports'))
        throw new GeoReportError(403, noRight)
      refuseOver(
        reply,
        await quotas.take({
          quota: 'programReportsAMinute',
          of: client.id,
          most: client.reportsAMinute,
        }),
      )
      const parsed = Report.safeParse(fields)
      if (!parsed.success) throw new GeoReportError(400, describeIssues(parsed.error))
      const report = parsed.data
      await refuseUnknownJurisdiction(options, report.jurisdiction_id)
      const category = services.find((each) => each === report.service_code)
      if (category === undefined)
        throw new GeoReportError(404, 'service_code: there is no such service')
      const address = addressOf(report)
      if (address === undefined)
        throw new GeoReportError(
          400,
          'lat and long, address_string or address_id: one of them must be given',
        )
      const place = await options.findPlace(address)
      if (
        place === undefined ||
        !place.takesReports ||
        !(await isWithinArea(client.areaCode, place.code))
      )
        throw new GeoReportError(
          400,
          'lat and long, address_string or address_id: no village of the area of this key is meant',
        )
      const content =
        photo ??
        (report.media_url === undefined
          ? undefined
          : await options.fetchMedia(report.media_url).catch((error: Error) => {
              request.log.info({ reason: error.name }, 'a picture could not be fetched')
              return null
            }))
      const file =
        content === undefined || content === null
          ? undefined
          : await options.keepPhoto(content, { of: client.id, signal: leavingOf(reply) })
      if (content !== undefined && file === undefined)
        throw new GeoReportError(
          400,
          photo === undefined
            ? 'media_url: must lead to a picture (JPEG, PNG, WebP) of up to 20 MB at a public address'
            : 'media: must be a picture (JPEG, PNG, WebP)',
        )
      if (report.description === '' && file === undefined)
        throw new GeoReportError(400, 'description: must not be empty when there is no picture')
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
        { token, service_notice: wordsOf(options, request).notice, account_id: null },
      ])
    },
  )
}

const noRight = 'api_key: missing, unknown, or without the right "reports"'

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
