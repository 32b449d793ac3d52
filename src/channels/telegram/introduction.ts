/**
 * A bot's words about itself in one language. `languageCode` is ISO 639-1, as Telegram wants it;
 * none for everybody else.
 */
export type Introduction = {
  readonly languageCode: string | undefined
  readonly description: string
  readonly short: string
  readonly commands: readonly { readonly command: string; readonly description: string }[]
}
