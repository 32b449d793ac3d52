import type { Config } from './config.ts'
import { reachDatabase } from './reach.ts'
import { startEmbeddedPostgres } from './store/embedded-postgres.ts'

export type Database = { readonly url: string; readonly isEmbedded: boolean; readonly release: () => Promise<void> }

/** The PostgreSQL that the configuration names, or the embedded one. */
export async function openDatabase(config: Config): Promise<Database> {
  if (config.databaseUrl === undefined) return { ...(await startEmbeddedPostgres(config.dataDir)), isEmbedded: true }
  await reachDatabase(config.databaseUrl)
  return { url: config.databaseUrl, isEmbedded: false, release: async () => {} }
}
