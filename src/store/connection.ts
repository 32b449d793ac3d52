import { PrismaPg } from '@prisma/adapter-pg'
import type { Instant } from '../domain/instant.ts'
import type { Office } from '../domain/office.ts'
import { PrismaClient } from './generated/client.ts'

export type Db = PrismaClient
export type Transaction = Parameters<Parameters<Db['$transaction']>[0]>[0]

/** Opens PostgreSQL. `connections` bounds the pool of this process. */
export function connect(databaseUrl: string, connections = 20): Db {
  return new PrismaClient({ adapter: new PrismaPg({ connectionString: databaseUrl, max: connections, connectionTimeoutMillis: 8_000 }) })
}

/** One transaction, the moment it happens at, the office's times, the conversations that it has something to tell, the webhooks that it calls, and whose open pages it changes (`member:` or `team:` and an id). */
export type Change = {
  readonly tx: Transaction
  readonly at: Instant
  readonly office: Office
  readonly told: Set<string>
  readonly hooked: Set<string>
  readonly seen: Set<string>
}

/** What a change has to say once it is committed: `told` are conversations and `hooked` webhook subscriptions, to be nudged by the caller; of `seen` it tells the pages that are open. */
export type Word = { readonly told: readonly string[]; readonly hooked: readonly string[]; readonly seen: readonly string[] }

/** Runs `work` in one transaction. */
export async function change<T>(db: Db, office: Office, at: Instant, work: (change: Change) => Promise<T>): Promise<{ readonly result: T } & Word> {
  const [told, hooked, seen] = [new Set<string>(), new Set<string>(), new Set<string>()]
  const result = await db.$transaction((tx) => work({ tx, at, office, told, hooked, seen }), { maxWait: 15_000, timeout: 30_000 })
  return { result, told: [...told], hooked: [...hooked], seen: [...seen] }
}
