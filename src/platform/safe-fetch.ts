import { lookup } from 'node:dns'
import type { IncomingHttpHeaders } from 'node:http'
import type { LookupFunction } from 'node:net'
import ipaddr from 'ipaddr.js'

/**
 * A request to an address that somebody else has named. `headers` are of the answer; a body over
 * `mostBytes` is a failure.
 */
export type Call = (to: {
  readonly url: string
  readonly method: 'GET' | 'POST'
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  readonly timeoutMs: number
  readonly mostBytes: number
}) => Promise<{
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}>

/** The address lies in a private, loopback, link-local or otherwise special range. */
class ForbiddenAddressError extends Error {
  override readonly name = 'ForbiddenAddressError'
}

/**
 * Calls to the outside that never reach the inside (server-side request forgery): each address is
 * judged when the connection is made, so that a name which resolves differently the second time
 * (DNS rebinding) helps nobody. Redirects are not followed.
 *
 * @param allowed hosts, as they stand in an address, that may be reached wherever they are.
 */
export function openOutside(allowed: readonly string[]): {
  readonly call: Call
  readonly check: (url: string) => Promise<void>
} {
  const mayBe = (host: string) => allowed.includes(bare(host))
  const guarded: (host: string) => LookupFunction = (host) => (name, options, callback) => {
    lookup(name, { ...options, all: true }, (error, addresses) => {
      if (error !== null) return callback(error, [])
      if (!mayBe(host) && !addresses.every(({ address }) => isPublic(address)))
        return callback(new ForbiddenAddressError('the address is not a public one'), [])
      const [first] = addresses
      return options.all === true
        ? callback(null, addresses)
        : callback(null, first?.address ?? '', first?.family)
    })
  }
  // A literal address is not looked up, so it is judged before.
  const judge = ({ hostname }: URL) => {
    if (!mayBe(hostname) && ipaddr.isValid(bare(hostname)) && !isPublic(bare(hostname)))
      throw new ForbiddenAddressError('the address is not a public one')
  }
  return {
    call: async ({ url, method, headers = {}, body, timeoutMs, mostBytes }) => {
      const to = new URL(url)
      judge(to)
      const { Agent, request } = await import('undici')
      // One agent for a call: no connection is kept that was judged for another.
      const dispatcher = new Agent({
        connect: { lookup: guarded(to.hostname) },
        connections: 1,
        pipelining: 0,
      })
      try {
        const answer = await request(to, {
          method,
          headers,
          body: body ?? null,
          dispatcher,
          signal: AbortSignal.timeout(timeoutMs),
        })
        const parts: Buffer[] = []
        let bytes = 0
        for await (const part of answer.body as AsyncIterable<Buffer>) {
          bytes += part.length
          if (bytes > mostBytes) throw new Error('the answer is too large')
          parts.push(part)
        }
        return { status: answer.statusCode, headers: answer.headers, body: Buffer.concat(parts) }
      } finally {
        await dispatcher.destroy()
      }
    },
    check: async (url) => {
      const to = new URL(url)
      judge(to)
      if (ipaddr.isValid(bare(to.hostname))) return
      await new Promise<void>((resolve, reject) =>
        guarded(to.hostname)(to.hostname, { all: true }, (error) =>
          error === null ? resolve() : reject(error),
        ),
      )
    },
  }
}

/** IPv6 stands in brackets in an address. */
function bare(host: string): string {
  return host.replace(/^\[(.*)\]$/, '$1')
}

/**
 * Addresses that hold an IPv4 one in an old way, which no range of its own names. RFC 4291,
 * 2.5.5.1.
 */
const ipv4Compatible = ipaddr.IPv6.parseCIDR('::/96')

/** An address that anybody on the internet could reach, also when written as IPv4 within IPv6. */
function isPublic(address: string): boolean {
  const parsed = ipaddr.process(address)
  return (
    parsed.range() === 'unicast' && !(parsed instanceof ipaddr.IPv6 && parsed.match(ipv4Compatible))
  )
}
