import type { FastifyInstance, FastifyReply } from 'fastify'

/**
 * A line that stays open to a page, by which it is told what is new.
 * https://html.spec.whatwg.org/#server-sent-events
 */
type EventStream = {
  readonly write: (lines: string) => void
  readonly end: () => void
  readonly onClosed: (leave: () => void) => void
}

declare module 'fastify' {
  interface FastifyReply {
    /** Answers with a stream; the browser that loses it comes back after `retryMs`. */
    readonly streamEvents: (retryMs: number) => EventStream
  }
}

/**
 * Lets replies be streams, and ends those when the copy stops: their pages come back to another
 * one.
 */
export function serveEventStreams(app: FastifyInstance): void {
  const open = new Set<FastifyReply['raw']>()
  app.decorateReply('streamEvents', function (this: FastifyReply, retryMs) {
    this.hijack()
    const { raw } = this
    raw.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
      connection: 'close',
    })
    raw.write(`retry: ${retryMs}\n\n`)
    open.add(raw)
    raw.once('close', () => open.delete(raw))
    return {
      write: (lines) => void raw.write(lines),
      end: () => void raw.end(),
      onClosed: (leave) => void raw.once('close', leave),
    }
  })
  app.addHook('preClose', async () => {
    for (const each of open) each.end()
  })
}
