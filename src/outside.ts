import { lookup } from 'node:dns'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import type { LookupFunction } from 'node:net'
import ipaddr from 'ipaddr.js'

/** A request to an address that somebody else has named. `headers` are of the answer; a body over `mostBytes` is a failure. */
export type Call = (to: {
  readonly url: string
  readonly method: 'GET' | 'POST'
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  readonly timeoutMs: number
  readonly mostBytes: number
}) => Promise<{ readonly status: number; readonly headers: IncomingMessage['headers']; readonly body: Buffer }>

/** The address lies in a private, loopback, link-local or otherwise special range. */
class ForbiddenAddressError extends Error {
  override readonly name = 'ForbiddenAddressError'
}

/**
 * Calls to the outside that never reach the inside (server-side request forgery): each address is judged when the
 * connection is made, so that a name which resolves differently the second time (DNS rebinding) helps nobody. Redirects
 * are not followed.
 *
 * @param allowed hosts, as they stand in an address, that may be reached wherever they are.
 */
export function openOutside(allowed: readonly string[]): { readonly call: Call; readonly check: (url: string) => Promise<void> } {
  const mayBe = (host: string) => allowed.includes(bare(host))
  const guarded: (host: string) => LookupFunction = (host) => (name, options, callback) => {
    lookup(name, { ...options, all: true }, (error, addresses) => {
      if (error !== null) return callback(error, [])
      if (!mayBe(host) && !addresses.every(({ address }) => isPublic(address)))
        return callback(new ForbiddenAddressError('the address is not a public one'), [])
      const [first] = addresses
      return options.all === true ? callback(null, addresses) : callback(null, first?.address ?? '', first?.family)
    })
  }
  // A literal address is not looked up, so it is judged before.
  const judge = ({ hostname }: URL) => {
    if (!mayBe(hostname) && ipaddr.isValid(bare(hostname)) && !isPublic(bare(hostname))) throw new ForbiddenAddressError('the address is not a public one')
  }
  return {
    call: async ({ url, method, headers = {}, body, timeoutMs, mostBytes }) => {
      const to = new URL(url)
      judge(to)
      const signal = AbortSignal.timeout(timeoutMs)
      return new Promise((resolve, reject) => {
        const send = to.protocol === 'https:' ? httpsRequest : httpRequest
        const request = send(to, { method, headers, agent: false, signal, lookup: guarded(to.hostname) }, (response) => {
          const parts: Buffer[] = []
          const state = { bytes: 0 }
          response.on('data', (part: Buffer) => {
            state.bytes += part.length
            if (state.bytes > mostBytes) response.destroy(new Error('the answer is too large'))
            else parts.push(part)
          })
          response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(parts) }))
          response.on('error', reject)
        })
        request.on('error', reject)
        request.end(body)
      })
    },
    check: async (url) => {
      const to = new URL(url)
      judge(to)
      if (ipaddr.isValid(bare(to.hostname))) return
      await new Promise<void>((resolve, reject) => guarded(to.hostname)(to.hostname, { all: true }, (error) => (error === null ? resolve() : reject(error))))
    },
  }
}

/** IPv6 stands in brackets in an address. */
function bare(host: string): string {
  return host.replace(/^\[(.*)\]$/, '$1')
}

/** Addresses that hold an IPv4 one in an old way, which no range of its own names. RFC 4291, 2.5.5.1. */
const ipv4Compatible = ipaddr.IPv6.parseCIDR('::/96')

/** An address that anybody on the internet could reach, also when written as IPv4 within IPv6. */
function isPublic(address: string): boolean {
  const parsed = ipaddr.process(address)
  return parsed.range() === 'unicast' && !(parsed instanceof ipaddr.IPv6 && parsed.match(ipv4Compatible))
}
