import type { FastifyReply } from 'fastify'
import type { Line } from './transcript.store.ts'

type EventStream = ReturnType<FastifyReply['streamEvents']>
type Shown = Line & { by: 'service' }

/** What live replies need of the rest. */
export type Options = {
  readonly shownAfter: (
    conversationId: string,
    after: bigint,
  ) => Promise<readonly { readonly row: bigint; readonly line: Shown }[]>
  readonly listen: (conversationId: string, hear: () => void) => () => void
  /** Whether a conversation is still there: it may have been erased while its page was open. */
  readonly isThere: (conversationId: string) => Promise<boolean>
  /** How many pages of one talk are told at once (`platform/quotas/figures.ts`). */
  readonly mostStreams: number
}

/** A page that listens, and how far it has been told. */
type Listener = { readonly stream: EventStream; after: bigint }
type Talk = {
  readonly listeners: Set<Listener>
  reading: Promise<void>
  readonly leave: () => void
}

const heartbeatMs = 20_000
/** When a page asks again whose place another one has got, in milliseconds. */
const displacedMs = 60_000

/**
 * Live replies of the web chat: what was missed and then what comes, each once and in order. All
 * pages of one talk share one read of the store, however many they are. Where there are too many,
 * the newest gets the place of the oldest: a phone that has changed its network leaves a line
 * behind that only looks open.
 *
 * @returns a function that tells a page from a line on.
 */
export function openStreams({
  shownAfter,
  listen,
  isThere,
  mostStreams,
}: Options): (stream: EventStream, conversationId: string, from: bigint) => void {
  const talks = new Map<string, Talk>()

  const tell = async (conversationId: string, { listeners }: Talk) => {
    if (listeners.size === 0) return
    const from = [...listeners].reduce(
      (least, { after }) => (after < least ? after : least),
      [...listeners][0]?.after ?? 0n,
    )
    const rows = await shownAfter(conversationId, from)
    // The page asks again, and learns that the talk is no more.
    if (rows.length === 0 && !(await isThere(conversationId)))
      for (const { stream } of listeners) stream.end()
    for (const listener of listeners)
      for (const { row, line } of rows) {
        if (row <= listener.after) continue
        listener.after = row
        listener.stream.write(`id: ${line.id}\ndata: ${JSON.stringify(line)}\n\n`)
      }
  }
  const hear = (conversationId: string) => {
    const talk = talks.get(conversationId)
    if (talk === undefined) return
    talk.reading = talk.reading
      .then(() => tell(conversationId, talk))
      .catch(() => {
        for (const { stream } of talk.listeners) stream.end()
      })
  }
  const begin = (conversationId: string): Talk => {
    const leave = listen(conversationId, () => hear(conversationId))
    // A comment keeps the line open. Then we look for news whose notification was lost.
    const heartbeat = setInterval(() => {
      for (const { stream } of talk.listeners) stream.write(':\n\n')
      hear(conversationId)
    }, heartbeatMs)
    const end = () => {
      clearInterval(heartbeat)
      leave()
      talks.delete(conversationId)
    }
    const talk: Talk = { listeners: new Set(), reading: Promise.resolve(), leave: end }
    talks.set(conversationId, talk)
    return talk
  }
  return (stream, conversationId, from) => {
    const talk = talks.get(conversationId) ?? begin(conversationId)
    for (const oldest of [...talk.listeners].slice(
      0,
      Math.max(0, talk.listeners.size + 1 - mostStreams),
    )) {
      talk.listeners.delete(oldest)
      oldest.stream.write(`retry: ${displacedMs}\n\n`)
      oldest.stream.end()
    }
    const listener: Listener = { stream, after: from }
    talk.listeners.add(listener)
    stream.onClosed(() => {
      talk.listeners.delete(listener)
      if (talk.listeners.size === 0) talk.leave()
    })
    hear(conversationId)
  }
}
