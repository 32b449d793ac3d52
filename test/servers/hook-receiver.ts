import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What came, as it came. */
export type Received = { readonly headers: IncomingHttpHeaders; readonly body: string }
export type HookReceiver = {
  readonly url: string
  readonly received: Received[]
  /** How the next calls are answered; 204 when nothing is said. */
  answer: () => { readonly status: number; readonly headers?: Record<string, string> } | 'nothing'
  readonly close: () => Promise<void>
}

/** A program that is told by webhooks, on loopback. */
export async function startHookReceiver(): Promise<HookReceiver> {
  const received: Received[] = []
  const server = createServer((request, response) => {
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', () => {
      received.push({ headers: request.headers, body: Buffer.concat(parts).toString() })
      const answer = receiver.answer()
      if (answer !== 'nothing') response.writeHead(answer.status, answer.headers).end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const receiver: HookReceiver = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hooks`,
    received,
    answer: () => ({ status: 204 }),
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  return receiver
}
