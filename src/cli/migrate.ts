import { readConfig } from '../config.ts'
import { openDatabase } from '../database.ts'
import { migrate } from '../store/migrate.ts'

/** `jawab migrate`: brings the database to this version's schema. */
export async function migrateDatabase(): Promise<void> {
  const database = await openDatabase(readConfig(process.env))
  try {
    const applied = await migrate(database.url)
    console.log(applied.length === 0 ? 'The database is up to date.' : `Applied: ${applied.join(', ')}`)
  } finally {
    await database.release()
  }
}
