import { recorded } from '../mailbox/erasure-record.store.ts'
import { backUp, type Counts, restore } from '../platform/postgres/backup.ts'
import type { Db } from '../platform/postgres/database.ts'
import { bringForward } from '../platform/postgres/open-database.ts'
import { statement } from '../platform/postgres/query.ts'
import { openKeyRing } from '../platform/sealing/key-ring.ts'
import { listErasures } from '../privacy/erasures-file.client.ts'
import { withDatabase } from './database.ts'
import { eraseAgain, erasuresIn, ownErasures } from './erase.command.ts'

/** `jawab backup FOLDER`: everything as of now, sealed, also while the service runs. */
export async function makeBackup(folder: string): Promise<void> {
  await withDatabase({ migrates: false }, async (db, config, { url }) => {
    const counts = await backUp(url, config, await openKeyRing(config), folder)
    await noteBackup(db)
    console.log(`Backed up into ${folder}: ${told(counts)}.`)
    const where =
      config.dataKeys === undefined ? `the file keys/data-key under DATA_DIR` : 'DATA_KEY'
    console.log(
      `The key ring (${where}) is not in it, and without it the backup opens for nobody. Keep a copy of the ring apart from the backups,`,
    )
    console.log(
      'such as on paper in a safe: together they open everything, apart neither does. Then run: npx jawab keys confirm FILE',
    )
  })
}

/**
 * `jawab restore FOLDER [--erasures FILE]`: into an empty database and folder. Anyone who had
 * everything erased since the backup was made is erased again before the service starts.
 */
export async function restoreBackup(
  folder: string,
  { erasures }: { readonly erasures?: string },
): Promise<void> {
  await withDatabase({ migrates: false, needsKeys: true }, async (db, config, database) => {
    const own = await ownErasures(config)
    const given = erasures === undefined ? [] : await erasuresIn(erasures)
    const counts = await restore(database.ownerUrl, config, await openKeyRing(config), folder)
    const keys = await openKeyRing(config)
    await listErasures(
      config,
      given.map((each) => recorded(keys, each)),
    )
    await bringForward(database)
    console.log(`Restored: ${told(counts)}.`)
    console.log(await eraseAgain(db, config, [...own, ...given]))
    console.log('Now: npx jawab doctor, then start the service.')
  })
}

/** Notes when it was made; a database of an earlier version has no place for it. */
async function noteBackup(db: Db): Promise<void> {
  const [row] = await db.read(
    statement<{ has: boolean }>`select to_regclass('"BackupMade"') is not null as "has"`,
  )
  if (row?.has === true) await db.prisma.backupMade.create({ data: { at: new Date() } })
}

function told({ tables, rows, files }: Counts): string {
  return `${tables} tables, ${rows} rows, ${files} files`
}
