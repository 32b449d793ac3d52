import type { FileToFetch, Handled, InboundMessage, Waiting } from '../mailbox/message.ts'
import type { Instant } from '../platform/instant.ts'
import { unreachable } from '../platform/unreachable.ts'

/**
 * An album is complete when no picture has come for so long, in milliseconds: chat apps send one
 * message a picture.
 */
export const albumMs = 1_000

/** Words that follow within so many milliseconds belong to the same thought. */
export const burstMs = 10_000

/** A waiting message whose shape is known. */
export type Read = Waiting & { readonly message: InboundMessage }

/** What one step of a conversation takes: a message, or all messages of an album. */
export type Unit = {
  readonly ids: readonly bigint[]
  readonly message: Exclude<InboundMessage, { kind: 'fileToFetch' | 'unsupported' | 'fileRefused' }>
  /** It follows the words before it within seconds, with nothing else in between. */
  readonly isBurst: boolean
}

/** What to do with what waits in a conversation. */
export type Batch =
  | { readonly do: 'nothing' }
  /** An album is not complete yet. */
  | { readonly do: 'wait'; readonly ms: number }
  /** The first message names a file that is still with the chat app. */
  | { readonly do: 'fetch'; readonly row: Read }
  /** `isAll`: nothing else waits. */
  | { readonly do: 'handle'; readonly units: readonly Unit[]; readonly isAll: boolean }

/**
 * What one turn takes of the messages that wait, oldest first: all of them, up to an album that is
 * not complete or a file that must be fetched first. A message that has failed before is taken
 * alone, so that it holds up no other one.
 */
export function nextBatch(
  waiting: readonly Read[],
  before: Handled | undefined,
  now: Instant,
): Batch {
  const units: Unit[] = []
  const taken = new Set<bigint>()
  let last =
    before === undefined ? undefined : { kind: before.kind, at: before.receivedAt.getTime() }
  for (const row of waiting) {
    if (taken.has(row.id)) continue
    if (row.attempts > 0 && units.length > 0) break
    const rows = partsOf(row, waiting)
    const newest = Math.max(...rows.map(({ receivedAt }) => receivedAt.getTime()))
    if (rows.length > 0 && albumOf(row) !== undefined && newest + albumMs > now) {
      if (units.length === 0) return { do: 'wait', ms: Math.max(1, newest + albumMs - now) }
      break
    }
    const toFetch = rows.find(({ message }) => fileToFetch(message) !== undefined)
    if (toFetch !== undefined) {
      if (units.length === 0) return { do: 'fetch', row: toFetch }
      break
    }
    const message = merged(rows.map((each) => each.message))
    const at = row.receivedAt.getTime()
    units.push({
      ids: rows.map(({ id }) => id),
      message,
      isBurst:
        last !== undefined &&
        isSpoken(kindOf(message)) &&
        isSpoken(last.kind) &&
        at - last.at <= burstMs,
    })
    for (const { id } of rows) taken.add(id)
    last = { kind: kindOf(message), at: newest }
    if (row.attempts > 0) break
  }
  return units.length === 0
    ? { do: 'nothing' }
    : { do: 'handle', units, isAll: taken.size === waiting.length }
}

/** The file of a message that is still with the chat app. */
export function fileToFetch(message: InboundMessage): FileToFetch | undefined {
  if (message.kind === 'fileToFetch') return message
  return message.kind === 'edited' ? message.toFetch : undefined
}

/** A command is no part of a thought. */
function kindOf(message: Unit['message']): string {
  return message.kind === 'said' && message.text.startsWith('/') ? 'command' : message.kind
}

const isSpoken = (kind: string) => kind === 'said' || kind === 'located'

function albumOf({ message }: Read): string | undefined {
  return message.kind === 'said' || message.kind === 'fileToFetch' ? message.album : undefined
}

function partsOf(row: Read, waiting: readonly Read[]): readonly Read[] {
  const album = albumOf(row)
  return album === undefined ? [row] : waiting.filter((each) => albumOf(each) === album)
}

/** The parts of an album as one message: its words are those of the part that has some. */
function merged(messages: readonly InboundMessage[]): Unit['message'] {
  const [first, ...others] = messages.map(asNow)
  if (first === undefined) throw new Error('a unit without a message')
  const parts = [first, ...others].filter((part) => part.kind === 'said')
  if (first.kind !== 'said' || parts.length === 1) return first
  // An edit of the words names the part that has them.
  const source = (parts.find(({ text }) => text !== '') ?? first).source
  const lost = parts.find((part) => part.lost !== undefined)?.lost
  return {
    ...first,
    text: parts
      .map(({ text }) => text)
      .filter((text) => text !== '')
      .join('\n'),
    files: parts.flatMap(({ files }) => files),
    ...(source === undefined ? {} : { source }),
    ...(lost === undefined ? {} : { lost }),
  }
}

/** A message as this version keeps it. */
function asNow(message: InboundMessage): Unit['message'] {
  switch (message.kind) {
    case 'unsupported':
      return { kind: 'said', text: '', files: [], lost: 'kind' }
    case 'fileRefused':
      return { kind: 'said', text: '', files: [], lost: 'damaged' }
    case 'fileToFetch':
      throw new Error('a file was not fetched before its message was handled')
    case 'said':
    case 'pressed':
    case 'edited':
    case 'located':
    case 'reported':
      return message
    default:
      return unreachable(message)
  }
}
