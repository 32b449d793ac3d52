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

/** One transaction, the moment it happens at, the office's times, and the conversations that it has something to tell. */
export type Change = { readonly tx: Transaction; readonly at: Instant; readonly office: Office; readonly told: Set<string> }

/** Runs `work` in one transaction. After the commit the caller nudges the delivery of each conversation in `told`. */
export async function change<T>(
  db: Db,
  office: Office,
  at: Instant,
  work: (change: Change) => Promise<T>,
): Promise<{ readonly result: T; readonly told: readonly string[] }> {
  const told = new Set<string>()
  const result = await db.$transaction((tx) => work({ tx, at, office, told }), { maxWait: 15_000, timeout: 30_000 })
  return { result, told: [...told] }
}
