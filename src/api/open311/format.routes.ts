import { XMLBuilder } from 'fast-xml-parser'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { z } from 'zod'
import { type Format, formats, type Value } from './format.ts'

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

/** Thrown by a handler, and answered as GeoReport v2 has errors. */
export class GeoReportError extends Error {
  override readonly name = 'GeoReportError'
  readonly statusCode: 400 | 403 | 404

  constructor(statusCode: 400 | 403 | 404, description: string) {
    super(description)
    this.statusCode = statusCode
  }
}

/** What is wrong with what was sent, each part with the name of its field. */
export function describeIssues(error: z.ZodError): string {
  return error.issues
    .map(({ path, message }) => `${path.join('.') || 'request'}: ${message}`)
    .join('; ')
}

/** The format that an address ends with. */
export function formatOf(request: FastifyRequest): Format {
  const asked = (request.params as { format?: string } | undefined)?.format
  return formats.find((format) => format === asked) ?? 'json'
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
