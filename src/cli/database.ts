import { type Config, readConfig } from '../config.ts'
import { connect, type Db } from '../platform/postgres/database.ts'
import { bringForward, type Database, openDatabase } from '../platform/postgres/open-database.ts'
import { openKeyRing } from '../platform/sealing/key-ring.ts'

/**
 * Opens the configured database for one command, brought to this version's schema where asked, and
 * closes it after. A command that reads or erases what people wrote needs the key ring.
 */
export async function withDatabase(
  { migrates, needsKeys = false }: { readonly migrates: boolean; readonly needsKeys?: boolean },
  work: (db: Db, config: Config, database: Database) => Promise<void>,
): Promise<void> {
  const config = readConfig(process.env)
  const database = await openDatabase(config)
  const db = connect(database.url, 4, needsKeys ? await openKeyRing(config) : undefined)
  try {
    if (migrates) await bringForward(database)
    await work(db, config, database)
  } finally {
    await db.close()
    await database.release()
  }
}

/**
 * The ids of members of this id, code or name: one, where it names somebody; two at the most, where
 * it does not say whom.
 */
export async function membersCalled(db: Db, member: string): Promise<readonly string[]> {
  const found = await db.prisma.member.findMany({
    where: /^[0-9a-f-]{36}$/.test(member)
      ? { id: member }
      : { OR: [{ code: member }, { name: member }] },
    select: { id: true },
    take: 2,
  })
  return found.map(({ id }) => id)
}
