import { Api } from 'grammy'
import type { Logger } from 'pino'
import type { TelegramConfig } from '../../config.ts'
import { findConversationWith, shareOf } from '../../mailbox/conversations.store.ts'
import type { Arrival } from '../../mailbox/message.ts'
import { tell } from '../../mailbox/outbound.store.ts'
import type { Office } from '../../organisation/office.ts'
import { unitOfWork } from '../../organisation/unit-of-work.store.ts'
import type { AfterCommit } from '../../platform/after-commit.ts'
import { once } from '../../platform/memo.ts'
import type { Db } from '../../platform/postgres/database.ts'
import { duties, leadWhenFree } from '../../platform/postgres/leader-lock.ts'
import type { Nudge } from '../../platform/queue/catalogue.ts'
import { describe } from '../../platform/queue/worker.ts'
import type { Quotas } from '../../platform/quotas/quotas.ts'
import type { KeyRing } from '../../platform/sealing/key-ring.ts'
import type { Channel } from '../channel.ts'
import { greetGroup, moveGroup } from './groups.store.ts'
import { type Reach, watchReach } from './reach.client.ts'
import { pollUpdates, type Receiving, receiveUpdate } from './receive.worker.ts'
import { type Introduction, registerBot, registerWhenReached } from './register.client.ts'
import { telegramChannel } from './send.client.ts'
import type { Options as WebhookOptions } from './webhook.routes.ts'

/** The bot: how it is called, whether it can be reached, and the channel that sends by it. */
export type Telegram = {
  readonly config: TelegramConfig
  readonly api: Api
  readonly reach: Reach
  readonly botId: string
  readonly channel: Channel
  /** The bot's name, asked once; `undefined` without an answer. */
  readonly botName: () => Promise<string | undefined>
}

/** Opens the bot that the configuration names. Nothing is asked of Telegram yet. */
export function openTelegram(config: TelegramConfig, log: Logger): Telegram {
  const { token, apiRoot } = config
  const api = new Api(token, { timeoutSeconds: 40, ...(apiRoot === undefined ? {} : { apiRoot }) })
  const reach = watchReach((error) =>
    log.warn(
      { connection: 'telegram', reason: describe(error) },
      'Telegram can not be reached; it is tried again, and said again hourly',
    ),
  )
  const botId = token.split(':')[0] ?? ''
  const fileRoot = `${apiRoot ?? 'https://api.telegram.org'}/file/bot${token}`
  const botName = once(async () =>
    api.getMe().then(
      ({ username }) => username,
      () => undefined,
    ),
  )
  return {
    config,
    api,
    reach,
    botId,
    channel: telegramChannel({ api, botId, fileRoot, reach }),
    botName,
  }
}

type ReceivingParts = {
  readonly db: Db
  readonly keys: KeyRing
  readonly quotas: Quotas
  readonly now: () => number
  readonly office: () => Promise<Office>
  readonly nudge: Nudge
  readonly runAfterCommit: (word: AfterCommit) => Promise<void>
  readonly keep: (arrival: Arrival) => Promise<void>
  readonly isFull: () => Promise<boolean>
  /** What somebody is told who has no chat here yet, while the service is full. */
  readonly busyWords: (until: number) => string
}

/** What becomes of updates, by webhook or by polling. */
export function receivingOf({ api, botId, reach }: Telegram, parts: ReceivingParts): Receiving {
  const { db, keys, quotas, now, office, nudge, runAfterCommit, keep, isFull, busyWords } = parts
  return {
    botId,
    keep,
    quotas,
    now,
    isFull,
    moveGroup: (from, to) => moveGroup(db, keys, from, to),
    shareOf: (handle) => shareOf(db, keys, 'telegram', handle),
    warn: async (handle, why, waitMs) => {
      const until = now() + waitMs
      const conversation = await findConversationWith(db, keys, 'telegram', handle)
      // Nothing is kept of who has no chat yet.
      if (conversation === undefined)
        return void (await api
          .sendMessage(handle, busyWords(until))
          .catch((error: unknown) => reach.failed(error)))
      const { after } = await unitOfWork(db, await office(), now(), (each) =>
        tell(each, conversation, { notice: why, until }),
      )
      await runAfterCommit(after)
    },
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
export function webhookOf(
  { api, config }: Telegram,
  receiving: Receiving,
): WebhookOptions | undefined {
  return config.mode === 'webhook'
    ? { secret: config.secret, receive: (update) => receiveUpdate(api, update, receiving) }
    : undefined
}

type StartOptions = {
  readonly publicUrl: string
  readonly databaseUrl: string
  readonly introductions: readonly Introduction[]
  readonly stopping: AbortSignal
  readonly onTrouble: (error: unknown) => void
}

/**
 * Registers the bot and, where updates are fetched, fetches them, one copy at a time. Returns what
 * ends that.
 */
export function startTelegram(
  { api, reach, config }: Telegram,
  receiving: Receiving,
  { publicUrl, databaseUrl, introductions, stopping, onTrouble }: StartOptions,
): () => Promise<void> {
  const webhook =
    config.mode === 'webhook'
      ? { url: `${publicUrl}/channels/telegram`, secret: config.secret }
      : undefined
  void registerWhenReached(reach, stopping, () => registerBot(api, introductions, webhook))
  if (webhook !== undefined) return async () => {}
  return leadWhenFree(
    databaseUrl,
    duties.telegramPolling,
    (signal) => pollUpdates(api, receiving, reach, signal),
    onTrouble,
  )
}
