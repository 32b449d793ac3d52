import type { Db, Transaction } from '../postgres/database.ts'
import { anyOf, query, statement } from '../postgres/query.ts'

/** Where keys are destroyed: in a transaction, and noted for what follows its commit. */
type Destroying = {
  readonly tx: Pick<Transaction, 'write'>
  readonly after?: { readonly destroyedKeys: Set<string> }
}

/**
 * Destroys the keys of messages that are erased in the same transaction: each key is of one writer
 * in one ticket, all of whose words go (protection P37).
 */
export async function destroyWords(
  work: Destroying & { readonly tx: Transaction },
  messageIds: readonly bigint[],
): Promise<void> {
  destroyKeys(work, await keysOfWords(work.tx, messageIds))
}

/** The keys of messages and of their files. */
export async function keysOfWords(
  tx: Pick<Transaction, 'read' | 'words'>,
  messageIds: readonly bigint[],
): Promise<readonly string[]> {
  if (messageIds.length === 0) return []
  const [words, files] = await Promise.all([
    tx.read(
      query
        .selectFrom('TicketMessage')
        .select(['text', 'sealedAs'])
        .where('id', '=', anyOf(messageIds, 'bigint')),
    ),
    tx.read(
      query
        .selectFrom('Attachment')
        .select(['id', 'fileKey'])
        .where('messageId', '=', anyOf(messageIds, 'bigint')),
    ),
  ])
  return [
    ...(await tx.words.keysOf('TicketMessage', words)),
    ...(await tx.words.keysOf('Attachment', files)),
  ]
}

/**
 * Destroys keys: what is sealed with them can be read nowhere any more, also in backups that are
 * made from now on.
 */
export function destroyKeys({ tx, after }: Destroying, ids: readonly string[]): void {
  if (ids.length === 0) return
  tx.write(statement`delete from "WordKey" where "id" = any(${[...ids]}::uuid[])`)
  for (const id of ids) after?.destroyedKeys.add(id)
}

/**
 * Takes destroyed keys out of the pages of their table. An account that may not vacuum gets a
 * warning, and no failure.
 */
export async function vacuumKeys(db: Db): Promise<void> {
  await db.affect(statement`vacuum "WordKey"`)
}

/**
 * The same where it is not known whether there are any: a transaction that was open then may have
 * kept them.
 */
export async function vacuumOlderKeys(db: Db): Promise<void> {
  const [row] = await db.read(
    statement<{ dead: bigint }>`select pg_stat_get_dead_tuples('"WordKey"'::regclass) as "dead"`,
  )
  if ((row?.dead ?? 0n) > 0n) await vacuumKeys(db)
}
