/** What a person did in a chat, whatever the channel. `files` are the ids of stored attachments. */
export type Input =
  | { readonly kind: 'said'; readonly text: string; readonly files: readonly string[] }
  | { readonly kind: 'pressed'; readonly data: string }
  | { readonly kind: 'command'; readonly name: string; readonly argument: string }
  /** A shared location, to about 100 m. */
  | { readonly kind: 'located'; readonly latitude: number; readonly longitude: number }
  /** A sticker, a contact, a poll: something that can't be part of a report. */
  | { readonly kind: 'unsupported' }
  /** A photo or voice note that could not be fetched or read. */
  | { readonly kind: 'fileRefused' }

/** A message's text as an input: `/status` and its like are commands, also with a bot's name behind. */
export function toInput(text: string, files: readonly string[]): Input {
  const command = /^\/([a-z]+)(?:@\w+)?(?:\s+(.*))?$/is.exec(text.trim())
  if (command === null || files.length > 0) return { kind: 'said', text, files }
  return { kind: 'command', name: (command[1] ?? '').toLowerCase(), argument: (command[2] ?? '').trim() }
}

/** A button's data, `verb:argument` or `verb:argument:argument`. */
export function readButton(data: string): { readonly verb: string; readonly argument: string; readonly second: string } {
  const [verb = '', argument = '', second = ''] = data.split(':')
  return { verb, argument, second }
}
