import type { Loss } from '../mailbox/loss.ts'

/** What was said, whatever else the message is. `files` are the ids of stored attachments. */
type Said = {
  readonly text: string
  readonly files: readonly string[]
  /** The chat message that it is, so that an edit finds it. */
  readonly source?: string
  /** The message that it replies to. */
  readonly on?: string
  readonly lost?: Loss
  /** It follows the words before it within seconds: one thought in several messages. */
  readonly isBurst: boolean
}

/** What a person did in a chat, whatever the channel. */
export type Input =
  | ({ readonly kind: 'said' } & Said)
  | {
      readonly kind: 'pressed'
      readonly data: string
      readonly on?: string
      /** It was chosen by its number. */
      readonly isByNumber?: true
    }
  /** A command, with the words after it: they are what was said. */
  | ({ readonly kind: 'command'; readonly name: string } & Said)
  /**
   * New words for a message that was said before, and a picture or sound that took the place of its
   * own.
   */
  | {
      readonly kind: 'edited'
      readonly source: string
      readonly text: string
      readonly files: readonly string[]
      readonly lost?: Loss
    }
  /**
   * A shared location, to about 100 m, with the name of the place where one was chosen from a map.
   */
  | {
      readonly kind: 'located'
      readonly latitude: number
      readonly longitude: number
      readonly text: string
      readonly on?: string
      readonly isBurst: boolean
    }

/**
 * A message's text as an input: `/status` and its like are commands, also with a bot's name behind,
 * and words or files with them.
 */
export function toInput(said: Said): Input {
  const command = /^\/([a-z]+)(?:@\w+)?(?:\s+([\s\S]*))?$/i.exec(said.text.trim())
  if (command === null) return { ...said, kind: 'said' }
  return {
    ...said,
    kind: 'command',
    name: (command[1] ?? '').toLowerCase(),
    text: (command[2] ?? '').trim(),
  }
}

/**
 * What a start link carries: what the strictest chat app allows in one.
 */
export function startParameter(input: Input): string | undefined {
  return input.kind === 'command' && input.name === 'start' && /^[\w-]{1,64}$/.test(input.text)
    ? input.text
    : undefined
}

/** A button's data, `verb:argument` or `verb:argument:argument`. */
export function readButton(data: string): {
  readonly verb: string
  readonly argument: string
  readonly second: string
} {
  const [verb = '', argument = '', second = ''] = data.split(':')
  return { verb, argument, second }
}
