import type { Api } from 'grammy'

/** A bot's words about itself in one language. `languageCode` is ISO 639-1, as Telegram wants it; none for everybody else. */
export type Introduction = {
  readonly languageCode: string | undefined
  readonly description: string
  readonly short: string
  readonly commands: readonly { readonly command: string; readonly description: string }[]
}

/** Registers commands and descriptions in each language, and the webhook or its absence. */
export async function registerBot(
  api: Api,
  introductions: readonly Introduction[],
  webhook: { readonly url: string; readonly secret: string } | undefined,
): Promise<void> {
  if (webhook === undefined) await api.deleteWebhook()
  else
    await api.setWebhook(webhook.url, { secret_token: webhook.secret, allowed_updates: ['message', 'callback_query', 'my_chat_member'], max_connections: 40 })
  for (const { languageCode, description, short, commands } of introductions) {
    const language = languageCode === undefined ? {} : { language_code: languageCode as 'kk' }
    await api.setMyCommands([...commands], language)
    await api.setMyDescription(description, language)
    await api.setMyShortDescription(short, language)
  }
}
