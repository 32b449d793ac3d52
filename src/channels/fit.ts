import type { ShownButton } from '../mailbox/shown.ts'
import type { Capabilities, Message } from './channel.ts'

/**
 * Fits a message to what a chat app can show: one message or several, to be sent in this order. No
 * word is left out: a long text goes on in the next message. Files come with the first, buttons
 * with the last; where there are more buttons than a message takes, more messages follow.
 *
 * @throws {RangeError} when a button's data has more bytes than the app takes: a fault of ours.
 */
export function fitTo(message: Message, can: Capabilities): readonly [Message, ...Message[]] {
  const rows = message.buttons.map((row) => row.map((button) => fitButton(button, can)))
  const { content, documents, more, buttons: _, text, links, ...kept } = message
  const withFiles = {
    ...(content === undefined ? {} : { content }),
    ...(documents === undefined ? {} : { documents }),
    ...(more === undefined ? {} : { more }),
  }
  const first = content === undefined ? can.charactersAMessage : can.charactersACaption
  const texts =
    content !== undefined && text.length > first
      ? ['', ...cut(text, can.charactersAMessage)]
      : cut(text, can.charactersAMessage)
  const keyboards = inGroups(rows, can.buttonsAMessage)
  const count = texts.length + Math.max(0, keyboards.length - 1)
  const messages = Array.from({ length: count }, (_each, index): Message => {
    const keyboard = keyboards[index - (texts.length - 1)]
    return {
      ...kept,
      ...(index === 0 ? withFiles : {}),
      ...(index === texts.length - 1 && links !== undefined ? { links } : {}),
      text: texts[index] ?? '…',
      buttons: keyboard ?? [],
    }
  })
  const [head, ...tail] = messages
  return head === undefined ? [message] : [head, ...tail]
}

function fitButton(button: ShownButton, can: Capabilities): ShownButton {
  if (new TextEncoder().encode(button.data).length > can.bytesOfData)
    throw new RangeError(`the data of a button has more than ${can.bytesOfData} bytes`)
  return { ...button, label: shortened(button.label, can.charactersAButton) }
}

const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' })

/** A label of at most so many characters, cut between two of them. */
function shortened(label: string, most: number): string {
  return label.length <= most ? label : `${beginning(label, most - 1)}…`
}

/** The beginning of a text, of at most so many characters: none of them is cut in two. */
export function beginning(text: string, most: number): string {
  let kept = ''
  for (const { segment } of segmenter.segment(text)) {
    if (kept.length + segment.length > most) break
    kept += segment
  }
  return kept
}

/** Rows of buttons in groups that a message takes. A row that is too long is broken. */
function inGroups(
  rows: readonly (readonly ShownButton[])[],
  most: number,
): readonly (readonly (readonly ShownButton[])[])[] {
  const groups: ShownButton[][][] = []
  let room = 0
  for (const row of rows)
    for (let at = 0; at < row.length; at += most) {
      const part = row.slice(at, at + most)
      if (part.length > room) {
        groups.push([])
        room = most
      }
      groups.at(-1)?.push(part)
      room -= part.length
    }
  return groups
}

/** A text in parts of at most so many characters: cut at the end of a line where there is one. */
function cut(text: string, most: number): readonly string[] {
  const parts: string[] = []
  let rest = text
  while (rest.length > most) {
    const lineEnd = rest.lastIndexOf('\n', most)
    const end = lineEnd > most / 2 ? lineEnd : safeEnd(rest, most)
    parts.push(rest.slice(0, end))
    rest = rest.slice(end)
  }
  return [...parts, rest]
}

/** A cut that does not part the two halves of a character. */
function safeEnd(text: string, at: number): number {
  const before = text.charCodeAt(at - 1)
  return before >= 0xd800 && before < 0xdc00 ? at - 1 : at
}
