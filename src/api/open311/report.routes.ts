import { randomBytes } from 'node:crypto'
import type { FastifyError, FastifyPluginAsync, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { mostBytes } from '../../platform/files/attachments.ts'
import { clientOf } from '../../platform/http/api-client.ts'
import { leavingOf, refuseOver } from '../../platform/quotas/hook.ts'
import { megabytes } from '../../platform/quotas/quotas.ts'
import { describeIssues, formatOf, GeoReportError, sendGeoReport } from './format.routes.ts'
import { type Given, givenIn } from './given.ts'
import {
  type Address,
  given,
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
/** How many pictures a report may have: as many as a chat's album. */
const mostPictures = 10
const Report = z.object({
  jurisdiction_id: text(60).optional(),
  service_code: text(60).min(1),
  lat: number.pipe(z.number().min(-90).max(90)).optional(),
  long: number.pipe(z.number().min(-180).max(180)).optional(),
  address_string: text(200).optional(),
  address_id: text(60).optional(),
  description: text(4000).default(''),
  media_url: z
    .array(z.url({ protocol: /^https?$/ }).max(2000))
    .max(mostPictures, `must be at most ${mostPictures} pictures`)
    .default([]),
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
      const form = await readForm(request).catch((error: FastifyError) => {
        throw new GeoReportError(
          400,
          error.statusCode === 413
            ? 'media: must not be larger than 20 MB'
            : 'the form is not as its content type says, or ends too soon',
        )
      })
      const { fields, photos } = form
      if (photos.length > 0)
        await quotas.take({
          quota: 'addressFileMegabytesADay',
          of: request.address,
          amount: photos.reduce((sum, { length }) => sum + megabytes(length), 0),
        })
      const client =
        request.client ?? (await clientOf(options, fields['api_key']?.[0], request, reply))
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
      const { media_url, ...others } = fields
      const parsed = Report.safeParse({ ...given(others), media_url })
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
      const files: string[] = []
      const keep = async (content: Buffer | undefined, refusal: string) => {
        const file =
          content === undefined
            ? undefined
            : await options.keepPhoto(content, { of: client.id, signal: leavingOf(reply) })
        if (file === undefined) throw new GeoReportError(400, refusal)
        files.push(file)
      }
      for (const photo of photos) await keep(photo, 'media: must be a picture (JPEG, PNG, WebP)')
      // One after another: each may be large.
      for (const url of report.media_url)
        await keep(
          await options.fetchMedia(url).catch((error: Error) => {
            request.log.info({ reason: error.name }, 'a picture could not be fetched')
            return undefined
          }),
          'media_url: must lead to a picture (JPEG, PNG, WebP) of up to 20 MB at a public address',
        )
      if (report.description === '' && files.length === 0)
        throw new GeoReportError(400, 'description: must not be empty when there is no picture')
      const token = randomBytes(24).toString('hex')
      const message = {
        kind: 'reported' as const,
        text: report.description,
        files,
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

/** A form's fields, and the pictures that came with it; every encoding of a form is read. */
async function readForm(
  request: FastifyRequest,
): Promise<{ readonly fields: Given; readonly photos: readonly Buffer[] }> {
  if (!request.isMultipart()) return { fields: givenIn(request.body), photos: [] }
  const fields: Record<string, unknown[]> = {}
  const photos: Buffer[] = []
  let bytes = 0
  for await (const part of request.parts()) {
    if (part.type === 'field')
      fields[part.fieldname] = [...(fields[part.fieldname] ?? []), part.value]
    else if (/^media(?:\[\])?$/.test(part.fieldname)) {
      const photo = await part.toBuffer()
      // A form sends a file's field also where none was chosen.
      if (photo.length > 0) photos.push(photo)
      bytes += photo.length
      if (bytes > mostBytes) throw Object.assign(new Error('too large'), { statusCode: 413 })
    } else part.file.resume()
  }
  return { fields: givenIn(fields), photos }
}

function addressOf({
  lat,
  long,
  address_id,
  address_string,
}: z.output<typeof Report>): Address | undefined {
  if (address_id !== undefined) return { addressId: address_id }
  if (lat !== undefined && long !== undefined)
    return { location: { latitude: lat, longitude: long } }
  return address_string === undefined ? undefined : { text: address_string }
}
