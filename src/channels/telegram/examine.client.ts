import { type Api, GrammyError } from 'grammy'
import type { Finding } from '../../platform/finding.ts'

const about = 'Telegram'

/**
 * Whether the bot answers and messages reach us: by the webhook at this address, or by fetching.
 */
export async function examineBot(api: Api, webhookUrl: string | undefined): Promise<Finding> {
  try {
    const { username } = await api.getMe()
    const { url, last_error_message: trouble } = await api.getWebhookInfo()
    if (webhookUrl === undefined && url !== '')
      return {
        about,
        wrong:
          'a webhook is registered, so nothing can be fetched; another program uses this token, or TELEGRAM_MODE should be webhook',
      }
    if (webhookUrl !== undefined && url !== webhookUrl)
      return {
        about,
        wrong: `the webhook registered is not ${webhookUrl}; start the service once, and check PUBLIC_URL`,
      }
    if (trouble !== undefined)
      return {
        about,
        wrong: `it could not deliver: ${trouble}; check that PUBLIC_URL can be reached from outside over https`,
      }
    return { about, fine: `answers as ${username}` }
  } catch (error) {
    const isUnknown =
      error instanceof GrammyError && (error.error_code === 401 || error.error_code === 404)
    return {
      about,
      wrong: isUnknown
        ? 'it does not know TELEGRAM_BOT_TOKEN; copy it anew from BotFather'
        : 'it does not answer; check the way out of this machine, and TELEGRAM_API_ROOT',
    }
  }
}
