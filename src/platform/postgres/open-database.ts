import { reachDatabase, reachFolder } from '../check-stores.ts'
import { beginSealing } from '../sealing/seal-rows.ts'
import { startEmbeddedPostgres } from './embedded.ts'
import { migrate } from './migrate.ts'
import { grantService } from './roles.ts'

/** What makes a new database. */
const firstMigration = '20261123190000_first'

/**
 * Where the database is: for the service, and for its owner, who migrates and restores. They are
 * one where there is one account.
 */
export type Database = {
  readonly url: string
  readonly ownerUrl: string
  readonly isEmbedded: boolean
  readonly release: () => Promise<void>
}

/** What the configuration says about the database; without `databaseUrl` it is the embedded one. */
type Where = {
  readonly databaseUrl?: string | undefined
  readonly migrationDatabaseUrl?: string | undefined
  readonly dataDir: string
}

/** The PostgreSQL that the configuration names, or the embedded one. */
export async function openDatabase(config: Where): Promise<Database> {
  await reachFolder(config.dataDir)
  if (config.databaseUrl === undefined)
    return { ...(await startEmbeddedPostgres(config.dataDir)), isEmbedded: true }
  await reachDatabase(config.databaseUrl)
  return {
    url: config.databaseUrl,
    ownerUrl: config.migrationDatabaseUrl ?? config.databaseUrl,
    isEmbedded: false,
    release: async () => {},
  }
}

/**
 * Brings the database to this version's schema, as its owner, and gives the service its rights. In
 * a new one, words are sealed from the first on: no copy of an older version writes in it. Returns
 * what was applied.
 */
export async function bringForward({
  url,
  ownerUrl,
}: Pick<Database, 'url' | 'ownerUrl'>): Promise<readonly string[]> {
  const applied = await migrate(ownerUrl)
  if (applied.includes(firstMigration)) await beginSealing(ownerUrl)
  if (url !== ownerUrl) await grantService(ownerUrl, url, applied.length > 0)
  return applied
}
