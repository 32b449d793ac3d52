import { Api } from 'grammy'
import type { Config } from '../config.ts'

/** What the bot is called; `undefined` where Telegram is off. */
export async function botName({ telegram }: Config): Promise<string | undefined> {
  if (telegram === undefined) return undefined
  return (await new Api(telegram.token, telegram.apiRoot === undefined ? {} : { apiRoot: telegram.apiRoot }).getMe()).username
}
