import { XMLBuilder } from 'fast-xml-parser'
import type { FastifyReply } from 'fastify'

import type { Format, Value } from './format.ts'

const builder = new XMLBuilder({ suppressEmptyNode: true, format: false })

/**
 * Answers in the format of the address: JSON as it is; XML under a root element, the members of a
 * list each under `item`.
 */
export function sendGeoReport(
  reply: FastifyReply,
  format: Format,
  root: string,
  item: string | undefined,
  value: Value,
): FastifyReply {
  if (format === 'json')
    return reply
      .type('application/json; charset=utf-8')
      .serializer(String)
      .send(JSON.stringify(value))
  const body = builder.build({
    [root]: item === undefined ? forXml(value) : { [item]: forXml(value) },
  })
  return reply
    .type('text/xml; charset=utf-8')
    .serializer(String)
    .send(`<?xml version="1.0" encoding="utf-8"?>\n${body}`)
}

/** An error as GeoReport v2 has it: a list of codes and descriptions. */
export function sendGeoReportError(
  reply: FastifyReply,
  format: Format,
  status: 400 | 403 | 404 | 429 | 500,
  description: string,
): FastifyReply {
  return sendGeoReport(reply.code(status), format, 'errors', 'error', [
    { code: status, description },
  ])
}

/** An empty list is an element without children, and nothing is an empty element. */
function forXml(value: Value): unknown {
  if (value === null) return ''
  if (Array.isArray(value)) return value.map(forXml)
  return typeof value === 'object'
    ? Object.fromEntries(Object.entries(value).map(([name, each]) => [name, forXml(each)]))
    : value
}
