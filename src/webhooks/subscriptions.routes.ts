import type { FastifyRequest } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import {
  type Judging,
  judgeKey,
  knownClient,
  needRight,
  security,
} from '../platform/http/api-client.ts'
import { isWithinArea } from '../platform/http/api-keys.ts'
import { Problem, ProblemError } from '../platform/http/problem.ts'
import type { Instant } from '../platform/instant.ts'
import type { Db } from '../platform/postgres/database.ts'
import type { Nudge } from '../platform/queue/catalogue.ts'
import type { KeyRing } from '../platform/sealing/key-ring.ts'
import { listDeliveries, queueTest, replay } from './deliveries.store.ts'
import { webhookEvents } from './events.ts'
import {
  enable,
  findSubscription,
  listSubscriptions,
  rotateSecret,
  type Subscription,
  subscribe,
  unsubscribe,
} from './webhooks.store.ts'

export type Options = Judging & {
  readonly db: Db
  readonly keys: KeyRing
  readonly now: () => Instant
  readonly nudge: Nudge
  /** Throws when the address may not be called. */
  readonly checkAddress: (url: string) => Promise<void>
}

const NewSubscription = z
  .strictObject({
    url: z
      .url({ protocol: /^https?$/ })
      .max(2000)
      .describe('Where to be told. An address in a private network is refused.'),
    events: z.array(z.enum(webhookEvents)).min(1).max(webhookEvents.length),
    area: z
      .string()
      .max(60)
      .optional()
      .describe("The code of a place: tickets of this area only. Without it, the key's own area."),
  })
  .meta({
    id: 'NewSubscription',
    example: { url: 'https://example.org/hooks', events: ['ticket.resolved', 'ticket.closed'] },
  })

const ShownSubscription = z
  .object({
    id: z.uuid(),
    url: z.string(),
    events: z.array(z.enum(webhookEvents)),
    area: z.string(),
    createdAt: z.iso.datetime(),
    disabledAt: z.iso.datetime().nullable(),
    disabledFor: z
      .enum(['gone', 'failing'])
      .nullable()
      .describe('`gone`: the receiver answered 410. `failing`: five days of failure.'),
  })
  .meta({ id: 'Subscription' })

const Secret = z
  .string()
  .describe(
    'Shown this once: `whsec_` and a key in base64, as the Standard Webhooks specification has it.',
  )
const Delivery = z
  .object({
    id: z.string().describe('The `webhook-id` of the call.'),
    type: z.string(),
    status: z.enum(['waiting', 'delivered', 'given up']),
    attempts: z.int(),
    createdAt: z.iso.datetime(),
    answeredAt: z.iso.datetime().nullable(),
    answer: z.string().nullable().describe('The last status code, or why there was none.'),
  })
  .meta({ id: 'Delivery' })

const ById = z.object({ id: z.uuid() })
const tags = ['webhooks']
const errors = { 400: Problem, 401: Problem, 403: Problem, 404: Problem, 429: Problem }

/**
 * `/v1/webhooks`: programs that want to be told when a ticket changes. Calls are thin, a code, a
 * status and a time: anyone who wants more asks the API.
 */
export const webhookSubscriptions: FastifyPluginAsyncZod<Options> = async (
  app,
  { db, keys, now, nudge, checkAddress, ...judging },
) => {
  app.addHook('onRequest', judgeKey(judging))
  app.addHook('onRequest', needRight('webhooks'))
  const at = () => new Date(now())

  /** The subscription of the address, where it is the key's own. @throws {ProblemError} else. */
  const needSubscription = async (
    request: FastifyRequest & { readonly params: z.output<typeof ById> },
  ) => {
    const found = await findSubscription(db, knownClient(request).id, request.params.id)
    if (found === undefined) throw new ProblemError('no-such-subscription')
    return found
  }

  app.post(
    '/v1/webhooks',
    {
      schema: {
        tags,
        security,
        operationId: 'subscribe',
        summary: 'Ask to be told of changes',
        body: NewSubscription,
        response: {
          201: ShownSubscription.extend({ secret: Secret }).meta({ id: 'NewlySubscribed' }),
          ...errors,
        },
      },
    },
    async (request, reply) => {
      const client = knownClient(request)
      const { url, events, area = client.areaCode } = request.body
      if (!(await isWithinArea(db, client.areaCode, area)))
        throw new ProblemError('no-such-place', 'area: must be a place within the area of the key')
      try {
        await checkAddress(url)
      } catch {
        throw new ProblemError(
          'address-refused',
          'url: must be an address that resolves to public ones only',
        )
      }
      const { subscription, secret } = await subscribe(
        db,
        keys,
        { keyId: client.id, url, events: [...new Set(events)], areaCode: area },
        at(),
      )
      return reply.code(201).send({ ...toShown(subscription), secret })
    },
  )

  app.get(
    '/v1/webhooks',
    {
      schema: {
        tags,
        security,
        operationId: 'listSubscriptions',
        summary: 'What this key has subscribed to',
        response: { 200: z.array(ShownSubscription), ...errors },
      },
    },
    async (request) => (await listSubscriptions(db, knownClient(request).id)).map(toShown),
  )

  app.delete(
    '/v1/webhooks/:id',
    {
      schema: {
        tags,
        security,
        operationId: 'unsubscribe',
        summary: 'Be told no more',
        params: ById,
        response: { 204: z.null(), ...errors },
      },
    },
    async (request, reply) => {
      const client = knownClient(request)
      if (!(await unsubscribe(db, client.id, request.params.id)))
        throw new ProblemError('no-such-subscription')
      return reply.code(204).send(null)
    },
  )

  app.post(
    '/v1/webhooks/:id/test',
    {
      schema: {
        tags,
        security,
        operationId: 'testSubscription',
        summary: 'Have `ticket.test` sent now',
        params: ById,
        response: { 202: z.object({ id: z.string() }), ...errors },
      },
    },
    async (request, reply) => {
      const found = await needSubscription(request)
      const id = await queueTest(db, found.id, at())
      await nudge('webhook', [found.id])
      return reply.code(202).send({ id })
    },
  )

  app.post(
    '/v1/webhooks/:id/secret',
    {
      schema: {
        tags,
        security,
        operationId: 'rotateSecret',
        summary: 'Replace the secret; the old one signs beside it for a day',
        params: ById,
        response: { 200: z.object({ secret: Secret }), ...errors },
      },
    },
    async (request) => {
      const client = knownClient(request)
      const secret = await rotateSecret(db, keys, client.id, request.params.id, at())
      if (secret === undefined) throw new ProblemError('no-such-subscription')
      return { secret }
    },
  )

  app.post(
    '/v1/webhooks/:id/enable',
    {
      schema: {
        tags,
        security,
        operationId: 'enableSubscription',
        summary: 'Call an address again that had been given up',
        params: ById,
        response: { 200: ShownSubscription, ...errors },
      },
    },
    async (request) => {
      const client = knownClient(request)
      await enable(db, client.id, request.params.id)
      const found = await findSubscription(db, client.id, request.params.id)
      if (found === undefined) throw new ProblemError('no-such-subscription')
      await nudge('webhook', [found.id])
      return toShown(found)
    },
  )

  app.get(
    '/v1/webhooks/:id/deliveries',
    {
      schema: {
        tags,
        security,
        operationId: 'listDeliveries',
        summary: 'The last hundred calls',
        params: ById,
        response: { 200: z.array(Delivery), ...errors },
      },
    },
    async (request) => {
      const found = await needSubscription(request)
      return (await listDeliveries(db, found.id)).map(
        ({ status, createdAt, answeredAt, ...rest }) => ({
          ...rest,
          status: ({ queued: 'waiting', sent: 'delivered', undeliverable: 'given up' } as const)[
            status
          ],
          createdAt: createdAt.toISOString(),
          answeredAt: answeredAt?.toISOString() ?? null,
        }),
      )
    },
  )

  app.post(
    '/v1/webhooks/:id/deliveries/:delivery/replay',
    {
      schema: {
        tags,
        security,
        operationId: 'replayDelivery',
        summary: 'Make a call again, under its own id',
        params: ById.extend({ delivery: z.string().max(60) }),
        response: { 202: z.object({ id: z.string() }), ...errors },
      },
    },
    async (request, reply) => {
      const found = await needSubscription(request)
      if (!(await replay(db, found.id, request.params.delivery, at())))
        throw new ProblemError('no-such-delivery')
      await nudge('webhook', [found.id])
      return reply.code(202).send({ id: request.params.delivery })
    },
  )
}

function toShown({
  areaCode,
  createdAt,
  disabledAt,
  disabledFor,
  events,
  ...rest
}: Subscription): z.input<typeof ShownSubscription> {
  return {
    ...rest,
    events: [...events],
    area: areaCode,
    createdAt: createdAt.toISOString(),
    disabledAt: disabledAt?.toISOString() ?? null,
    disabledFor: disabledFor === 'gone' || disabledFor === 'failing' ? disabledFor : null,
  }
}
