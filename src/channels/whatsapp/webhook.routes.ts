import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import type { FastifyPluginAsync } from 'fastify'
import { z } from 'zod'

/**
 * WhatsApp's webhook. `receive` returns only once all is kept; then, and not before, it is
 * acknowledged.
 */
export type Options = {
  readonly appSecret: string
  readonly verifyToken: string
  readonly receive: (notification: unknown) => Promise<void>
}

/** As much as WhatsApp sends at most: 3 MB. */
const mostBytes = 3 * 1024 * 1024

const Verification = z.object({
  'hub.mode': z.literal('subscribe'),
  'hub.verify_token': z.string(),
  'hub.challenge': z.string().max(200),
})

/**
 * `GET /channels/whatsapp` proves to WhatsApp that the address is ours; `POST /channels/whatsapp`
 * takes notifications whose signature over the bytes as they came is right, and reads no other.
 * https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/create-webhook-endpoint
 */
export const whatsAppWebhook: FastifyPluginAsync<Options> = async (
  app,
  { appSecret, verifyToken, receive },
) => {
  app.get('/channels/whatsapp', async (request, reply) => {
    const asked = Verification.safeParse(request.query)
    if (!asked.success || !isSame(asked.data['hub.verify_token'], verifyToken)) throw refused()
    return reply.type('text/plain').send(asked.data['hub.challenge'])
  })

  // The signature is over the bytes: they are kept as they came until it was judged.
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: mostBytes }, (_, body, done) =>
    done(null, body),
  )
  app.post(
    '/channels/whatsapp',
    { bodyLimit: mostBytes, config: { takesIn: true } },
    async (request, reply) => {
      const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0)
      if (!isSigned(body, request.headers['x-hub-signature-256'], appSecret)) throw refused()
      await receive(parsed(body))
      return reply.code(200).send({ ok: true })
    },
  )
}

function refused(): Error {
  return Object.assign(new Error('wrong signature or token'), { statusCode: 403 })
}

/** A body that is signed and no JSON would come again and again: it is passed over. */
function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'))
  } catch {
    return undefined
  }
}

function isSigned(body: Buffer, given: string | string[] | undefined, secret: string): boolean {
  const own = `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`
  return typeof given === 'string' && isSame(given, own)
}

/** In constant time: both are hashed first, so that the length tells nothing either. */
function isSame(one: string, other: string): boolean {
  const hash = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(hash(one), hash(other))
}
