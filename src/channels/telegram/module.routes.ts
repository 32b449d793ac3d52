import { Api, GrammyError } from 'grammy'
import type { Logger } from 'pino'
import { z } from 'zod'
import { url, type ValuesOf } from '../../platform/environment.ts'
import { once } from '../../platform/memo.ts'
import { leadWhenFree } from '../../platform/postgres/leader-lock.ts'
import { describe } from '../../platform/queue/worker.ts'
import type { Channel } from '../channel.ts'
import { type ChannelParts, channelModule, type OpenChannel } from '../module.routes.ts'
import { type Reach, watchReach } from '../reach.client.ts'
import { takingIn } from '../take-in.worker.ts'
import { examineBot } from './examine.client.ts'
import { greetGroup, moveGroup } from './groups.store.ts'
import { introductions } from './introductions.ts'
import { pollUpdates, type Receiving, receiveUpdate } from './receive.worker.ts'
import { registerBot, registerWhenReached } from './register.client.ts'
import { askedWaitMs, telegramChannel } from './send.client.ts'
import type { Options as WebhookOptions } from './webhook.routes.ts'
import { telegramWebhook } from './webhook.routes.ts'

/**
 * The number of the lock by which one copy alone fetches updates
 * (`platform/postgres/leader-lock.ts`).
 */
const pollingLock = 7_240_001

const variables = {
  TELEGRAM_BOT_TOKEN: {
    meaning: 'switches Telegram on',
    shown: 'off',
    expects: 'a bot token as BotFather gives it',
    example: '123456:ABC-DEF',
    schema: z
      .string()
      .regex(/^\d+:[\w-]+$/)
      .optional(),
  },
  TELEGRAM_API_ROOT: {
    meaning: 'another Bot API server',
    shown: "Telegram's",
    expects: 'an http or https address',
    example: 'http://127.0.0.1:8081',
    schema: url('http', 'https').optional(),
  },
  TELEGRAM_MODE: {
    meaning: '`webhook` or `polling`',
    shown: '`polling`',
    expects: 'webhook or polling',
    example: 'polling',
    schema: z.enum(['webhook', 'polling']).default('polling'),
  },
  TELEGRAM_WEBHOOK_SECRET: {
    meaning: 'checked in constant time',
    shown: 'required in webhook mode',
    expects: '1 to 256 of the characters A-Z a-z 0-9 _ -',
    example: 'the output of: openssl rand -hex 32',
    schema: z
      .string()
      .regex(/^[\w-]{1,256}$/)
      .optional(),
  },
} as const

/** What the bot needs, by the way its updates come in. */
type TelegramConfig = { readonly token: string; readonly apiRoot: string | undefined } & (
  | { readonly mode: 'polling' }
  | { readonly mode: 'webhook'; readonly secret: string }
)

/** Telegram, by a bot. */
export const telegram = channelModule({
  name: 'telegram',
  title: 'Telegram',
  variables,
  configure: (values, wrong) => {
    const config = configOf(values, wrong)
    if (config === undefined) return undefined
    const { token, apiRoot } = config
    const api = new Api(token, {
      timeoutSeconds: 40,
      ...(apiRoot === undefined ? {} : { apiRoot }),
    })
    const botName = once(async () =>
      api.getMe().then(
        ({ username }) => username,
        () => undefined,
      ),
    )
    return {
      open: (parts) => {
        const bot = openTelegram(config, api, parts.log)
        return { channel: bot.channel, serve: () => serve(bot, parts) }
      },
      examine: (root) => examineBot(api, config.mode === 'webhook' ? webhookAt(root) : undefined),
      startLink: async (_root, parameter) => {
        const name = await botName()
        return name === undefined ? undefined : `https://t.me/${name}?start=${parameter}`
      },
      invites: true,
    }
  },
})

const webhookAt = (root: string) => `${root}/channels/telegram`

function configOf(values: ValuesOf<typeof variables>, wrong: string[]): TelegramConfig | undefined {
  const {
    TELEGRAM_BOT_TOKEN: token,
    TELEGRAM_MODE: mode,
    TELEGRAM_WEBHOOK_SECRET: secret,
    TELEGRAM_API_ROOT: apiRoot,
  } = values
  const isSecretMissing =
    mode === 'webhook' &&
    secret === undefined &&
    !wrong.some((line) => line.startsWith('TELEGRAM_WEBHOOK_SECRET'))
  if (isSecretMissing)
    wrong.push(
      `TELEGRAM_WEBHOOK_SECRET: must be set when TELEGRAM_MODE=webhook; for example TELEGRAM_WEBHOOK_SECRET=${variables.TELEGRAM_WEBHOOK_SECRET.example}`,
    )
  if (token === undefined) return undefined
  return mode === 'webhook'
    ? { token, apiRoot, mode, secret: secret ?? '' }
    : { token, apiRoot, mode }
}

/** The web role's part: the webhook's route, or fetching, and the bot's own words. */
function serve(bot: Telegram, parts: ChannelParts): ReturnType<OpenChannel['serve']> {
  const receiving = receivingOf(bot, parts)
  const webhook = webhookOf(bot, receiving)
  return {
    ...(webhook === undefined
      ? {}
      : { routes: async (app) => void (await app.register(telegramWebhook, webhook)) }),
    start: (publicUrl) => startTelegram(bot, receiving, { ...parts, publicUrl }),
  }
}

/** The bot: how it is called, whether it can be reached, and the channel that sends by it. */
type Telegram = {
  readonly config: TelegramConfig
  readonly api: Api
  readonly reach: Reach
  readonly botId: string
  readonly channel: Channel
}

/** Opens the bot that the configuration names. Nothing is asked of Telegram yet. */
function openTelegram(config: TelegramConfig, api: Api, log: Logger): Telegram {
  const { token, apiRoot } = config
  const reach = watchReach(
    (error) =>
      log.warn(
        { connection: 'telegram', reason: describe(error) },
        'Telegram can not be reached; it is tried again, and said again hourly',
      ),
    (error) => (error instanceof GrammyError ? askedWaitMs(error) : undefined),
  )
  const botId = token.split(':')[0] ?? ''
  const fileRoot = `${apiRoot ?? 'https://api.telegram.org'}/file/bot${token}`
  return { config, api, reach, botId, channel: telegramChannel({ api, botId, fileRoot, reach }) }
}

/** What becomes of updates, by webhook or by polling. */
function receivingOf({ api, botId, reach }: Telegram, parts: ChannelParts): Receiving {
  const { db, keys, now, office, nudge, isFull } = parts
  return {
    ...takingIn('telegram', parts, async (handle, text) => {
      await api.sendMessage(handle, text).catch((error: unknown) => reach.failed(error))
    }),
    botId,
    isFull,
    moveGroup: (from, to) => moveGroup(db, keys, from, to),
    greetGroup: async (handle) =>
      nudge(
        'delivery',
        await greetGroup(db, keys, await office(), now(), handle, {
          say: { key: 'group.private' },
        }),
      ),
    onTrouble: (error) => void reach.failed(error),
  }
}

/** The route that Telegram calls; `undefined` where updates are fetched. */
function webhookOf({ api, config }: Telegram, receiving: Receiving): WebhookOptions | undefined {
  return config.mode === 'webhook'
    ? { secret: config.secret, receive: (update) => receiveUpdate(api, update, receiving) }
    : undefined
}

type StartOptions = Pick<
  ChannelParts,
  'databaseUrl' | 'voices' | 'speaker' | 'stopping' | 'onTrouble'
> & {
  readonly publicUrl: string
}

/**
 * Registers the bot and, where updates are fetched, fetches them, one copy at a time. Returns what
 * ends that.
 */
function startTelegram(
  { api, reach, config }: Telegram,
  receiving: Receiving,
  { publicUrl, databaseUrl, voices, speaker, stopping, onTrouble }: StartOptions,
): () => Promise<void> {
  const webhook =
    config.mode === 'webhook' ? { url: webhookAt(publicUrl), secret: config.secret } : undefined
  const words = introductions(voices, speaker.isThere)
  void registerWhenReached(reach, stopping, () => registerBot(api, words, webhook))
  if (webhook !== undefined) return async () => {}
  return leadWhenFree(
    databaseUrl,
    pollingLock,
    (signal) => pollUpdates(api, receiving, reach, signal),
    onTrouble,
  )
}
