import type { Db, Transaction } from '../postgres/database.ts'
import type { Prisma } from '../postgres/generated/client.ts'

/** Where keys are destroyed: in a transaction, and noted for what follows from a change. */
type Destroying<Tables extends keyof Transaction = never> = {
  readonly tx: Pick<Transaction, '$executeRaw' | Tables>
  readonly destroyed?: Set<string>
}

/**
 * Destroys the keys of messages that are erased in the same transaction: each key is of one writer
 * in one ticket, all of whose words go (protection P37).
 */
export async function destroyWords(
  change: Destroying<'ticketMessage' | 'words'>,
  where: Prisma.TicketMessageWhereInput,
): Promise<void> {
  await destroyKeys(change, await keysOfWords(change.tx, where))
}

/** The keys of messages and of their files. */
export async function keysOfWords(
  tx: Pick<Transaction, 'ticketMessage' | 'words'>,
  where: Prisma.TicketMessageWhereInput,
): Promise<readonly string[]> {
  const rows = await tx.ticketMessage.findMany({
    where,
    select: { text: true, sealedAs: true, attachments: { select: { id: true, fileKey: true } } },
  })
  const files = rows.flatMap(({ attachments }) => attachments)
  const words = rows.map(({ attachments: _, ...row }) => row)
  return [
    ...(await tx.words.keysOf('TicketMessage', words)),
    ...(await tx.words.keysOf('Attachment', files)),
  ]
}

/**
 * Destroys keys: what is sealed with them can be read nowhere any more, also in backups that are
 * made from now on.
 */
export async function destroyKeys(
  { tx, destroyed }: Destroying,
  ids: readonly string[],
): Promise<void> {
  if (ids.length === 0) return
  await tx.$executeRaw`delete from "WordKey" where "id" = any(${[...ids]}::uuid[])`
  for (const id of ids) destroyed?.add(id)
}

/**
 * Takes destroyed keys out of the pages of their table. An account that may not vacuum gets a
 * warning, and no failure.
 */
export async function vacuumKeys(db: Db): Promise<void> {
  await db.$executeRawUnsafe('vacuum "WordKey"')
}

/**
 * The same where it is not known whether there are any: a transaction that was open then may have
 * kept them.
 */
export async function vacuumOlderKeys(db: Db): Promise<void> {
  const [row] = await db.$queryRaw<
    { dead: bigint }[]
  >`select pg_stat_get_dead_tuples('"WordKey"'::regclass) as "dead"`
  if ((row?.dead ?? 0n) > 0n) await vacuumKeys(db)
}
