import { Agent, createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { until } from '../until.ts'

/**
 * Shares requests out among copies that say that they are ready, as a balancer does: it asks each
 * now and then, and never tries a request twice.
 */
export type Balancer = {
  readonly url: string
  readonly isReady: (port: number) => boolean
  readonly stop: () => Promise<void>
}

const askEveryMs = 100

export async function startBalancer(ports: readonly number[]): Promise<Balancer> {
  const agent = new Agent({ keepAlive: true })
  const ready = new Set<number>()
  const turn = { next: 0 }
  const look = async (port: number) => {
    const answer = await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => undefined)
    if (answer?.ok === true) ready.add(port)
    else ready.delete(port)
  }
  const timer = setInterval(() => void ports.map(look), askEveryMs)
  const server = createServer((asked, answered) => {
    const open = [...ready]
    const port = open[turn.next++ % open.length]
    if (port === undefined) return void answered.writeHead(502).end('no copy is ready')
    const { method, headers } = asked
    const passed = request(
      { port, host: '127.0.0.1', path: asked.url, method, headers, agent },
      (answer) => {
        answered.writeHead(answer.statusCode ?? 502, answer.headers)
        answer.pipe(answered)
      },
    )
    passed.once(
      'error',
      (error) => answered.headersSent || answered.writeHead(502).end(String(error)),
    )
    asked.pipe(passed)
  })
  // As balancers do. Node's own five seconds close a connection that a client is about to use again.
  server.keepAliveTimeout = 75_000
  server.listen(0, '127.0.0.1')
  await until('the balancer has copies', () => server.listening && ready.size === ports.length)
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    isReady: (port) => ready.has(port),
    stop: async () => {
      clearInterval(timer)
      agent.destroy()
      server.closeAllConnections()
      await new Promise((done) => server.close(done))
    },
  }
}
