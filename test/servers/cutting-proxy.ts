import { type AddressInfo, createServer, connect as dial, type Socket } from 'node:net'

/** Where a transaction is cut: before its commit arrives, or after it was carried out. */
export type Cut = 'beforeCommit' | 'beforeItsAnswer'

/** A way to PostgreSQL that can be cut in the middle of a transaction. */
export type CuttingProxy = {
  readonly url: string
  /** Cuts the next transaction that sends this text in one of its statements, once. */
  readonly arm: (cut: Cut, text: string) => void
  readonly hasCut: () => boolean
  readonly close: () => Promise<void>
}

/** The message that commits, as pg sends it: a simple query. */
const commit = Buffer.from('commit\0')
/** Before its text stand a letter and four bytes of length. */
const headBytes = 5
/** What PostgreSQL answers. https://www.postgresql.org/docs/current/protocol-message-formats.html */
const committed = Buffer.from('COMMIT\0')

export async function startCuttingProxy(databaseUrl: string): Promise<CuttingProxy> {
  const target = new URL(databaseUrl)
  const sockets = new Set<Socket>()
  let armed: { readonly cut: Cut; readonly text: string } | undefined
  let cuts = 0
  const server = createServer((client) => {
    const upstream = dial(Number(target.port), target.hostname)
    let isMeant = false
    let isLosing = false
    const end = () => {
      client.destroy()
      upstream.destroy()
    }
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.setNoDelay(true)
      socket.on('error', end).on('close', () => {
        sockets.delete(socket)
        end()
      })
    }
    client.on('data', (chunk: Buffer) => {
      if (armed !== undefined && chunk.includes(armed.text)) isMeant = true
      const at = chunk.indexOf(commit)
      if (armed === undefined || !isMeant || at === -1) return void upstream.write(chunk)
      const { cut } = armed
      armed = undefined
      if (cut === 'beforeItsAnswer') {
        isLosing = true
        return void upstream.write(chunk)
      }
      cuts++
      upstream.end(chunk.subarray(0, at - headBytes))
      client.destroy()
      return undefined
    })
    upstream.on('data', (chunk: Buffer) => {
      if (!isLosing || !chunk.includes(committed)) return void client.write(chunk)
      cuts++
      end()
      return undefined
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const url = new URL(databaseUrl)
  url.hostname = '127.0.0.1'
  url.port = String(port)
  return {
    url: url.href,
    arm: (cut, text) => {
      armed = { cut, text }
    },
    hasCut: () => cuts > 0,
    close: async () => {
      for (const socket of sockets) socket.destroy()
      await new Promise<void>((closed) => server.close(() => closed()))
    },
  }
}
