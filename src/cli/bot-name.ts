import { Api } from 'grammy'
import type { Config } from '../config.ts'

/** The bot's API; `undefined` where Telegram is off. */
export function botApi({ telegram }: Config): Api | undefined {
  return telegram === undefined
    ? undefined
    : new Api(telegram.token, telegram.apiRoot === undefined ? {} : { apiRoot: telegram.apiRoot })
}

/** What the bot is called; `undefined` where Telegram is off. */
export async function botName(config: Config): Promise<string | undefined> {
  return (await botApi(config)?.getMe())?.username
}
