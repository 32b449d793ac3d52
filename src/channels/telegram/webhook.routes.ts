import { createHash, timingSafeEqual } from 'node:crypto'
import type { FastifyPluginAsync } from 'fastify'

/**
 * Telegram's webhook. `receive` returns only once the message is kept; then, and not before, it is
 * acknowledged.
 */
export type Options = {
  readonly secret: string
  readonly receive: (update: unknown) => Promise<void>
}

const mostBytes = 1024 * 1024

/**
 * `POST /channels/telegram`: refuses anyone who does not know the secret, before reading what they
 * say.
 */
export const telegramWebhook: FastifyPluginAsync<Options> = async (app, { secret, receive }) => {
  app.post(
    '/channels/telegram',
    {
      bodyLimit: mostBytes,
      config: { takesIn: true },
      onRequest: async (request) =>
        refuseStrangers(request.headers['x-telegram-bot-api-secret-token'], secret),
    },
    async (request, reply) => {
      await receive(request.body)
      return reply.code(200).send({ ok: true })
    },
  )
}

async function refuseStrangers(
  given: string | string[] | undefined,
  secret: string,
): Promise<void> {
  if (!knows(given, secret))
    throw Object.assign(new Error('wrong secret token'), { statusCode: 403 })
}

/** In constant time: both are hashed first, so that the length tells nothing either. */
function knows(given: string | string[] | undefined, secret: string): boolean {
  const hash = (text: string) => createHash('sha256').update(text).digest()
  return typeof given === 'string' && timingSafeEqual(hash(given), hash(secret))
}
