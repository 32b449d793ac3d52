import { createHash } from 'node:crypto'
import { Redis } from 'ioredis'
import { expect, it } from 'vitest'
import { toTicketCode } from '../../src/tickets/code.ts'
import { webChatPerson } from '../residents/webchat-person.ts'
import { ownRedis } from '../servers/database.ts'
import { startService } from '../servers/service.ts'

/** What an attacker finds who has all of Redis: its keys and values, whatever they are. */
async function contentOf(url: string): Promise<string> {
  const client = new Redis(url)
  try {
    const keys = await client.keys('*')
    const dumps = await Promise.all(keys.map((key) => client.dumpBuffer(key)))
    return [...keys, ...dumps.map((dump) => dump?.toString('latin1') ?? '')].join('\n')
  } finally {
    client.disconnect()
  }
}

// Before: Redis held `jawab-rate:` and the SHA-256 of the address, and trying all of IPv4 takes
// hours.
it.skipIf(ownRedis() === undefined)(
  'P40 neither Redis nor PostgreSQL holds an address or a hash of one',
  async () => {
    const redisUrl = ownRedis() ?? ''
    const address = '203.0.113.77'
    const service = await startService({
      REDIS_URL: redisUrl,
      TRUSTED_PROXIES: '127.0.0.1',
      QUOTAS: '',
    })
    try {
      const headers = { 'x-forwarded-for': address }
      for (let time = 0; time < 65; time++)
        await fetch(`${service.url}/v1/tickets/${toTicketCode([3, 3, 3, 3, 3, 3, 3, 3, 3])}`, {
          headers,
        })
      const resident = webChatPerson(() => service.url)
      await resident.says('路灯坏了')
      await resident.hears('开始之前')
      const hashes = ['sha256', 'sha1', 'md5', 'sha512'].flatMap((algorithm) =>
        (['base64url', 'base64', 'hex', 'latin1'] as const).map((encoding) =>
          createHash(algorithm).update(address).digest().toString(encoding),
        ),
      )
      const redis = await contentOf(redisUrl)
      expect(redis).not.toContain('rate')
      const tables = await service.db.prisma.$queryRaw<
        { name: string }[]
      >`select quote_ident(table_name) as "name" from information_schema.tables where table_schema = 'public'`
      const rows = await Promise.all(
        tables.map(({ name }) =>
          service.db.prisma.$queryRawUnsafe<{ text: string | null }[]>(
            `select string_agg(t::text, ' ') as "text" from ${name} t`,
          ),
        ),
      )
      const postgres = JSON.stringify(rows)
      const log = service.logged.join('\n')
      for (const trace of [address, ...hashes])
        for (const [where, content] of Object.entries({ redis, postgres, log }))
          expect([where, trace, content.includes(trace)]).toEqual([where, trace, false])
    } finally {
      await service.stopAll()
    }
  },
)
