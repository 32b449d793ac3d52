import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { categories } from '../../categories/category.ts'
import type { Arrival } from '../../mailbox/message.ts'
import type { Turn } from '../../platform/fair-queue.ts'
import type { Judging } from '../../platform/http/api-client.ts'
import type { Instant } from '../../platform/instant.ts'
import { limit } from '../../platform/quotas/hook.ts'
import { formatOf, GeoReportError } from './format.routes.ts'
import type { Format } from './format.ts'
import type { RequestsAsked } from './geo-report.store.ts'
import type { GeoReportRequest } from './geo-report.ts'
import { givenIn, oneOfEach } from './given.ts'
import type { Words } from './words.ts'

/** What the routes of GeoReport are given. */
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
export const services = categories.filter((category) => category !== 'complaint_staff')

/** A text of at most so many characters. */
export const text = (most: number) => z.string().trim().max(most)

/** What a form or an address gives, one text of each. Refuses what can't be given twice. */
export function given(
  fields: unknown,
  lists: readonly string[] = [],
): Readonly<Record<string, string>> {
  const read = oneOfEach(givenIn(fields), lists)
  if (read.repeated[0] !== undefined)
    throw new GeoReportError(400, `${read.repeated[0]}: must be given once`)
  return read.fields
}

/** Refuses a jurisdiction that there is not. */
export async function refuseUnknownJurisdiction(
  options: Options,
  code: string | undefined,
): Promise<void> {
  if (code !== undefined && !(await options.isJurisdiction(code)))
    throw new GeoReportError(404, 'jurisdiction_id: there is no such jurisdiction')
}

/** The words in the first language that the request asks for. */
export const wordsOf = (options: Options, request: FastifyRequest): Words =>
  options.words(request.accepts().languages())

/** A route that reads, in both formats. Without a key, its address answers for how often. */
export function readingRoute(
  app: FastifyInstance,
  { quotas }: Options,
  path: string,
  answer: (
    request: FastifyRequest,
    reply: FastifyReply,
    format: Format,
  ) => Promise<FastifyReply> | FastifyReply,
): void {
  app.get(
    `/open311/v2/${path}.:format(json|xml)`,
    {
      schema: hidden,
      onRequest: limit(quotas, ({ client, address }) =>
        client === undefined ? [{ quota: 'addressLookupsAMinute', of: address }] : [],
      ),
    },
    async (request, reply) => answer(request, reply, formatOf(request)),
  )
}

/** GeoReport describes itself, so it is not in the description of the API. */
export const hidden = { hide: true } as object
