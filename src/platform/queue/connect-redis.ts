import { Cluster, Redis, type RedisOptions } from 'ioredis'
import type { RedisAddress } from './redis-address.ts'

/** How a connection behaves; nodes of a Cluster heed the first alone. */
type Options = { readonly maxRetriesPerRequest: number | null } & Pick<
  RedisOptions,
  | 'enableAutoPipelining'
  | 'lazyConnect'
  | 'connectTimeout'
  | 'retryStrategy'
  | 'sentinelRetryStrategy'
>

/**
 * Connects to Redis. Sentinels are asked anew whenever the primary is gone, so that a connection
 * follows it.
 */
export function connectRedis(address: RedisAddress, options: Options): Redis | Cluster {
  switch (address.kind) {
    case 'server':
      return new Redis(address.url, options)
    case 'cluster':
      return new Cluster([...address.urls], {
        redisOptions: { maxRetriesPerRequest: options.maxRetriesPerRequest },
      })
    case 'sentinel': {
      const { sentinels, name, username, password, sentinelPassword } = address
      return new Redis({
        ...options,
        sentinels: [...sentinels],
        name,
        ...(username === undefined ? {} : { username }),
        ...(password === undefined ? {} : { password }),
        ...(sentinelPassword === undefined ? {} : { sentinelPassword }),
        // A primary that was put back to a replica refuses to write: the next one is asked for.
        reconnectOnError: (error) => (error.message.startsWith('READONLY') ? 2 : false),
      })
    }
  }
}
