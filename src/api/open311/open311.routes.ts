import formbody from '@fastify/formbody'
import multipart from '@fastify/multipart'
import type { FastifyError, FastifyPluginAsync, FastifyRequest } from 'fastify'
import { mostBytes } from '../../platform/files/attachments.ts'
import { bearerOf, judgeKey } from '../../platform/http/api-client.ts'
import { isUnstorable } from '../../platform/http/problem.ts'
import { formatOf, GeoReportError, sendGeoReport, sendGeoReportError } from './format.routes.ts'
import type { Value } from './format.ts'
import {
  given,
  type Options,
  readingRoute,
  refuseUnknownJurisdiction,
  services,
  wordsOf,
} from './options.routes.ts'
import { reportRoute } from './report.routes.ts'
import { requestRoutes } from './requests.routes.ts'

/**
 * Open311 GeoReport v2 (wiki.open311.org/GeoReport_v2), reading and writing, JSON and XML. A report
 * goes the way of one from a chat: it is a message until a worker has made a ticket of it, so it is
 * answered by a token. What tells who reports (name, e-mail, telephone, device, account) is dropped
 * before anything is kept, and no text is given out.
 */
export const open311: FastifyPluginAsync<Options> = async (app, options) => {
  app.addHook(
    'onRequest',
    judgeKey(options, (request) => bearerOf(request) ?? queryKeyOf(request)),
  )
  await app.register(formbody, { bodyLimit: 64 * 1024 })
  await app.register(multipart, {
    limits: { fileSize: mostBytes, files: 10, fields: 60, fieldSize: 20_000, parts: 70 },
  })
  app.setErrorHandler((error: FastifyError, request, reply) => {
    const say = (status: 400 | 403 | 404 | 429 | 500, description: string) =>
      sendGeoReportError(reply, formatOf(request), status, description)
    if (error instanceof GeoReportError) return say(error.statusCode, error.message)
    if (isUnstorable(error)) return say(400, 'a text: must have no character U+0000')
    const status = error.statusCode ?? 500
    if (status < 500) return say(status === 429 ? 429 : 400, error.message)
    request.log.error({ reason: error.name }, 'an Open311 request failed')
    return say(500, 'Something went wrong on our side.')
  })
  await app.register(reportRoute, options)
  await app.register(requestRoutes, options)

  readingRoute(app, options, 'discovery', (_, reply, format) => {
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

  readingRoute(app, options, 'services', async (request, reply, format) => {
    await refuseUnknownJurisdiction(options, jurisdictionOf(request))
    const say = wordsOf(options, request)
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

  readingRoute(app, options, 'services/:code', async (request, reply, format) => {
    const category = services.find((each) => each === (request.params as { code: string }).code)
    if (category === undefined)
      throw new GeoReportError(404, 'service_code: there is no such service')
    await refuseUnknownJurisdiction(options, jurisdictionOf(request))
    const say = wordsOf(options, request)
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
}

function jurisdictionOf({ query }: FastifyRequest): string | undefined {
  return given(query)['jurisdiction_id']
}

/** The key that GeoReport has in the address of a question. */
function queryKeyOf({ query }: FastifyRequest): string | undefined {
  const key = (query as { readonly api_key?: unknown } | undefined)?.api_key
  return typeof key === 'string' && key !== '' ? key : undefined
}
