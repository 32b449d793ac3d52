import type { Api } from 'grammy'
import type { Reach } from '../reach.client.ts'
import { pause } from '../reach.client.ts'
import type { Introduction } from './introduction.ts'
import { allowedUpdates } from './parse.ts'

/**
 * Registers the bot; where Telegram can't be reached, again and again until it is done or `signal`
 * aborts.
 */
export async function registerWhenReached(
  reach: Reach,
  signal: AbortSignal,
  register: () => Promise<void>,
): Promise<void> {
  while (!signal.aborted)
    try {
      await register()
      reach.answered()
      return
    } catch (error) {
      await pause(reach.failed(error), signal)
    }
}

/** Registers commands and descriptions in each language, and the webhook or its absence. */
export async function registerBot(
  api: Api,
  introductions: readonly Introduction[],
  webhook: { readonly url: string; readonly secret: string } | undefined,
): Promise<void> {
  if (webhook === undefined) await api.deleteWebhook()
  else
    await api.setWebhook(webhook.url, {
      secret_token: webhook.secret,
      allowed_updates: [...allowedUpdates],
      max_connections: 40,
    })
  for (const { languageCode, description, short, commands } of introductions) {
    const language = languageCode === undefined ? {} : { language_code: languageCode as 'kk' }
    await api.setMyCommands([...commands], language)
    await api.setMyDescription(description, language)
    await api.setMyShortDescription(short, language)
  }
}
