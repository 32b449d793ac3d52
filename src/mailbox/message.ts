import { z } from 'zod'
import { categories } from '../categories/category.ts'
import { losses } from './loss.ts'

/** What a message says, as it is kept. */
const text = z.string().max(20_000)

const files = z.array(z.uuid()).max(10)

/** A keyed hash of a message of the chat app. */
const reference = z.string().max(60)

/** What a message of any kind may have beside its content. */
const context = {
  /** Which message of the chat app it is: an edit of it, or a reply to it, names it so. */
  source: reference.exactOptional(),
  /** The message that it replies to, or whose button was pressed. */
  on: reference.exactOptional(),
  /** The album that it is a part of. */
  album: reference.exactOptional(),
  lost: z.enum(losses).exactOptional(),
}

/** A file as the chat app names it. */
const FileToFetch = z.strictObject({
  fileKind: z.enum(['photo', 'voice']),
  reference: z.string().max(500),
})

export type FileToFetch = z.infer<typeof FileToFetch>

/**
 * A message as a channel's adapter keeps it: what was said or pressed, and nothing about who or
 * with which device (P29).
 */
export const InboundMessage = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('said'),
    text,
    files,
    ...context,
    isCommand: z.literal(true).exactOptional(),
  }),
  z.strictObject({
    kind: z.literal('pressed'),
    data: z.string().max(200),
    on: reference.exactOptional(),
  }),
  /**
   * A file that is still with the chat app: fetched by the worker before the message is handled.
   */
  z.strictObject({ kind: z.literal('fileToFetch'), text, ...FileToFetch.shape, ...context }),
  /**
   * New words for the message `source`, and its picture or sound as it is now: `toFetch` while that
   * is still with the chat app.
   */
  z.strictObject({
    kind: z.literal('edited'),
    text,
    source: reference,
    files: files.exactOptional(),
    lost: z.enum(losses).exactOptional(),
    toFetch: FileToFetch.exactOptional(),
  }),
  /**
   * A shared location, already coarsened. `text` is the name and the address of a place that was
   * chosen from a map.
   */
  z.strictObject({
    kind: z.literal('located'),
    latitude: z.number().min(-90).max(90),
    longitude: z.number().min(-180).max(180),
    text: text.exactOptional(),
    on: reference.exactOptional(),
  }),
  /** A whole report from another program: nothing needs to be asked. */
  z.strictObject({
    kind: z.literal('reported'),
    text,
    files,
    placeCode: z.string().max(60),
    category: z.enum(categories),
    isUrgent: z.boolean(),
  }),
  /** Kept by earlier versions: what is now `said` with what was lost. */
  z.strictObject({ kind: z.literal('unsupported') }),
  z.strictObject({ kind: z.literal('fileRefused') }),
])

export type InboundMessage = z.infer<typeof InboundMessage>

/**
 * What a channel hands over. `externalId` makes a repeated delivery harmless: it names the message
 * among all that the channel's account ever gets in this chat. Ids are the chat app's own here;
 * `keepArrival` keeps keyed hashes of them only.
 */
export type Arrival = {
  readonly channel: string
  readonly handle: string
  readonly externalId: string
  readonly message: InboundMessage
}

/** A message that is not handled yet. */
export type Waiting = {
  readonly id: bigint
  readonly payload: unknown
  readonly attempts: number
  readonly receivedAt: Date
}

/** What was handled last in a conversation; a command is none of its words. */
export type Handled = { readonly kind: string; readonly receivedAt: Date }
