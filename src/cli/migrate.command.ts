import { readConfig } from '../config.ts'
import { bringForward, openDatabase } from '../platform/postgres/open-database.ts'

/** `jawab migrate`: brings the database to this version's schema. */
export async function migrateDatabase(): Promise<void> {
  const database = await openDatabase(readConfig(process.env))
  try {
    const applied = await bringForward(database)
    console.log(
      applied.length === 0 ? 'The database is up to date.' : `Applied: ${applied.join(', ')}`,
    )
  } finally {
    await database.release()
  }
}
