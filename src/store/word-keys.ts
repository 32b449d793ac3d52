import type { Db, Transaction } from './connection.ts'
import type { Prisma } from './generated/client.ts'

/**
 * Destroys the keys of messages that are erased in the same transaction: each key is of one writer in one ticket, all of whose
 * words go (protection P37).
 */
export async function destroyWords(tx: Pick<Transaction, 'ticketMessage' | 'words' | '$executeRaw'>, where: Prisma.TicketMessageWhereInput): Promise<void> {
  const rows = await tx.ticketMessage.findMany({ where, select: { text: true } })
  await destroyKeys(tx, await tx.words.keysOf(rows))
}

/** Destroys keys: what is sealed with them can be read nowhere any more, also in backups that are made from now on. */
export async function destroyKeys(tx: Pick<Transaction, '$executeRaw'>, ids: readonly string[]): Promise<void> {
  if (ids.length > 0) await tx.$executeRaw`delete from "WordKey" where "id" = any(${[...ids]}::uuid[])`
}

/** Takes destroyed keys out of the pages of their table, where PostgreSQL would only do it later. */
export async function vacuumKeys(db: Db): Promise<void> {
  const [row] = await db.$queryRaw<{ dead: bigint }[]>`select pg_stat_get_dead_tuples('"WordKey"'::regclass) as "dead"`
  // An account that may not vacuum gets a warning, and no failure.
  if ((row?.dead ?? 0n) > 0n) await db.$executeRawUnsafe('vacuum "WordKey"')
}
