import type { Channel, Message, Sent } from '../channel.ts'
import type { Reach } from '../reach.client.ts'
import { waitsMs } from './errors.ts'
import { AwayError, type Graph, GraphError } from './graph.client.ts'
import { bodyOf, limits } from './show.ts'

/** What WhatsApp shows (`show.ts`): a row of a list has a title and a line below it. */
const can = {
  charactersAMessage: limits.text,
  charactersACaption: limits.caption,
  buttonsAMessage: limits.rows,
  charactersAButton: limits.rowTitle + limits.rowDescription,
  bytesOfData: 200,
  bytesOfDocument: 16_000_000,
  edits: false,
  files: { sends: true, takes: true },
} as const

/** A template that WhatsApp has approved: it says that there is news, and nothing of it. */
export type Template = { readonly name: string; readonly language: string }

/** What the channel stands on. */
type Options = {
  readonly graph: Graph
  readonly reach: Reach
  readonly phoneNumberId: string
  readonly template: Template | undefined
  /** What opens a list of choices says, in a language. */
  readonly choose: (language: string) => string
}

/**
 * WhatsApp as a channel. Who has not written for 24 hours can't be written to: their messages wait,
 * and a template, where there is one, says that there is news. Nothing that was sent can be changed
 * or taken back.
 */
export function whatsAppChannel(options: Options): Channel {
  const { graph, reach, phoneNumberId } = options
  return {
    name: 'whatsapp',
    can,
    handleIsSecret: false,
    showsRows: false,
    send: async ({ handle }, message) => {
      const pausedMs = reach.pausedMs(handle)
      if (pausedMs > 0) return { outcome: 'later', afterMs: pausedMs }
      try {
        const id = await sendAll(options, handle, message)
        return { outcome: 'sent', externalId: `${phoneNumberId}:${id}` }
      } catch (error) {
        return outcomeOf(options, handle, error)
      }
    },
    takeBack: async () => false,
    removeButtons: async () => {},
    afterSent: async () => {},
    fetchFile: (reference) => graph.download(reference),
  }
}

/** Says by the template that there is news. Where that fails, the message waits all the same. */
export async function sayThatThereIsNews(
  { graph, template }: Pick<Options, 'graph' | 'template'>,
  handle: string,
): Promise<void> {
  if (template === undefined) return
  const { name, language } = template
  await graph
    .send(handle, { type: 'template', template: { name, language: { code: language } } })
    .catch((error: unknown) => {
      if (!(error instanceof GraphError) && !(error instanceof AwayError)) throw error
    })
}

/** Sends the files of a message, then its text with its buttons. Returns the id of the last one. */
async function sendAll(
  { graph, choose }: Options,
  handle: string,
  message: Message,
): Promise<string> {
  const { content, documents = [], more, text, language } = message
  const buttons = message.buttons.flat()
  for (const { name, pieces } of documents) {
    const id = await graph.upload(await wholeOf(pieces()), typeOf(name), name)
    await graph.send(handle, { type: 'document', document: { id, filename: name } })
  }
  for await (const { name, content: bytes } of more?.() ?? []) {
    const id = await graph.upload(bytes, typeOf(name), name)
    await graph.send(handle, { type: 'document', document: { id, filename: name } })
  }
  if (content === undefined) return graph.send(handle, bodyOf(text, buttons, choose(language)))
  const isPhoto = content.kind === 'photo'
  const id = await graph.upload(
    content.bytes,
    content.contentType,
    isPhoto ? 'photo.jpg' : 'voice.ogg',
  )
  // A sound has no words under it, and only a text has buttons.
  const hasCaption = isPhoto && text !== '' && buttons.length === 0
  const sent = await graph.send(
    handle,
    isPhoto
      ? { type: 'image', image: { id, ...(hasCaption ? { caption: text } : {}) } }
      : { type: 'audio', audio: { id } },
  )
  return hasCaption || (text === '' && buttons.length === 0)
    ? sent
    : graph.send(handle, bodyOf(text === '' ? '…' : text, buttons, choose(language)))
}

async function wholeOf(pieces: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = []
  for await (const piece of pieces) parts.push(piece)
  return Buffer.concat(parts)
}

/** WhatsApp takes pages and data as plain text alone. */
function typeOf(name: string): string {
  return name.endsWith('.pdf') ? 'application/pdf' : 'text/plain'
}

/** What a failed sending means; throws what is a fault of the message itself. */
async function outcomeOf(options: Options, handle: string, error: unknown): Promise<Sent> {
  const { reach } = options
  if (error instanceof AwayError)
    return { outcome: 'later', afterMs: reach.failed(error), mayBeShown: true }
  if (!(error instanceof GraphError)) throw error
  switch (error.meaning) {
    case 'windowIsClosed':
      await sayThatThereIsNews(options, handle)
      return { outcome: 'waits' }
    case 'unreachable':
      return { outcome: 'unreachable' }
    case 'waitForPerson':
    case 'waitForAll':
      return { outcome: 'later', afterMs: waitsMs[error.meaning] }
    case 'trouble':
      return { outcome: 'later', afterMs: reach.failed(error), mayBeShown: true }
    case 'refused':
      return { outcome: 'refused', code: error.code ?? error.status }
  }
}
