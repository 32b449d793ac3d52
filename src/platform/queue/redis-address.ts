import { z } from 'zod'
import { url } from '../environment.ts'

/** Where Redis is: one server, the nodes of a Cluster, or Sentinels that know the primary. */
export type RedisAddress =
  | { readonly kind: 'server'; readonly url: string }
  | { readonly kind: 'cluster'; readonly urls: readonly string[] }
  | {
      readonly kind: 'sentinel'
      readonly sentinels: readonly { readonly host: string; readonly port: number }[]
      /** What the Sentinels call the primary. */
      readonly name: string
      /** How Redis itself is signed in to; Sentinels may ask for a password of their own. */
      readonly username: string | undefined
      readonly password: string | undefined
      readonly sentinelPassword: string | undefined
    }

const sentinelPort = 26_379
const scheme = 'redis+sentinel://'

/**
 * `redis+sentinel://[[USER]:PASSWORD@]HOST[:PORT],HOST[:PORT],…/NAME[?sentinelPassword=…]`. Percent
 * signs stand for characters as in every address.
 */
const Sentinels = z.string().transform((text, context): RedisAddress => {
  const [, user, hosts = '', name = '', query = ''] =
    /^redis\+sentinel:\/\/(?:([^@/]*)@)?([^/@?]+)\/([\w.:-]+)(?:\?(.*))?$/.exec(text) ?? []
  const sentinels = hosts.split(',').map((each) => {
    const [, host = '', port = String(sentinelPort)] =
      /^([\w.-]+|\[[\da-f:]+\])(?::(\d{1,5}))?$/i.exec(each.trim()) ?? []
    return { host: host.replaceAll(/[[\]]/g, ''), port: Number(port) }
  })
  if (name === '' || sentinels.some(({ host, port }) => host === '' || port < 1 || port > 65_535)) {
    context.addIssue({ code: 'custom', message: 'no address of Sentinels' })
    return z.NEVER
  }
  const [username = '', password = ''] = user?.split(/:(.*)/s) ?? []
  return {
    kind: 'sentinel',
    sentinels,
    name,
    username: orNone(username),
    password: orNone(password),
    sentinelPassword: new URLSearchParams(query).get('sentinelPassword') ?? undefined,
  }
})

const Nodes = z
  .string()
  .transform((text) => text.split(',').map((node) => node.trim()))
  .pipe(z.array(url('redis', 'rediss')).min(1))
  .transform(
    (urls): RedisAddress =>
      urls.length === 1 ? { kind: 'server', url: urls[0] ?? '' } : { kind: 'cluster', urls },
  )

/** Reads an address of Redis. */
export const RedisAddress = z.string().transform((text, context): RedisAddress => {
  const parsed = (text.startsWith(scheme) ? Sentinels : Nodes).safeParse(text)
  if (parsed.success) return parsed.data
  context.addIssue({ code: 'custom', message: 'no address of Redis' })
  return z.NEVER
})

function orNone(text: string): string | undefined {
  if (text === '') return undefined
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** Hosts and ports, as an error may name them: never a password. */
export function whereaboutsOf(address: RedisAddress): string {
  switch (address.kind) {
    case 'server':
      return hostOf(address.url)
    case 'cluster':
      return address.urls.map(hostOf).join(', ')
    case 'sentinel':
      return address.sentinels.map(({ host, port }) => `${host}:${port}`).join(', ')
  }
}

function hostOf(address: string): string {
  const { hostname, port } = new URL(address)
  return `${hostname}:${port === '' ? 6_379 : port}`
}
