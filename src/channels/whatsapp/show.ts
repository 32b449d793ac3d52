import type { ShownButton } from '../../mailbox/shown.ts'
import { beginning } from '../fit.ts'

/** Most characters of WhatsApp's parts of a message, and how many of them there may be. */
export const limits = {
  text: 4_096,
  /** Of a message with buttons; with a list it is as long as a text. */
  bodyWithButtons: 1_024,
  buttons: 3,
  buttonTitle: 20,
  rows: 10,
  rowTitle: 24,
  rowDescription: 72,
  caption: 1_024,
} as const

type Body = Readonly<Record<string, unknown>>

/**
 * A text with its buttons, as WhatsApp shows it: few short ones as buttons, else as a list that is
 * opened by one. What does not fit into a row's title goes on below it.
 *
 * https://developers.facebook.com/documentation/business-messaging/whatsapp/messages/interactive-reply-buttons-messages
 * https://developers.facebook.com/documentation/business-messaging/whatsapp/messages/interactive-list-messages
 *
 * @param choose what opens the list says, in the reader's language.
 */
export function bodyOf(text: string, buttons: readonly ShownButton[], choose: string): Body {
  if (buttons.length === 0) return { type: 'text', text: { preview_url: false, body: text } }
  const titles = buttons.map(({ label }) => plain(label))
  const fitButtons =
    buttons.length <= limits.buttons &&
    text.length <= limits.bodyWithButtons &&
    titles.every((title) => title.length <= limits.buttonTitle) &&
    new Set(titles).size === titles.length
  const action = fitButtons
    ? {
        buttons: buttons.map(({ data }, at) => ({
          type: 'reply',
          reply: { id: data, title: titles[at] },
        })),
      }
    : {
        button: cut(choose, limits.buttonTitle),
        sections: [{ rows: buttons.map(({ data }, at) => rowOf(data, titles[at] ?? '')) }],
      }
  return {
    type: 'interactive',
    interactive: { type: fitButtons ? 'button' : 'list', body: { text }, action },
  }
}

/** Marks of direction around a name count as characters, and WhatsApp finds the direction itself. */
function plain(label: string): string {
  return label.replaceAll(/[\u2066-\u2069\u200e\u200f]/g, '').trim() || '…'
}

function rowOf(id: string, title: string): Body {
  if (title.length <= limits.rowTitle) return { id, title }
  const head = cut(title, limits.rowTitle)
  const rest = title.slice(head.replace(/…$/, '').length).trim()
  return {
    id,
    title: head,
    ...(rest === '' ? {} : { description: cut(rest, limits.rowDescription) }),
  }
}

/** A text of at most so many characters: between two words where there are some, else anywhere. */
function cut(text: string, most: number): string {
  if (text.length <= most) return text
  const kept = beginning(text, most - 1)
  const space = kept.lastIndexOf(' ')
  return `${space > most / 2 ? kept.slice(0, space) : kept}…`
}
