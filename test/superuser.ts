import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { startEmbeddedPostgres } from '../src/platform/postgres/embedded.ts'

/**
 * An embedded server by the account that may do everything, as tests make databases of their own in
 * it.
 */
export async function startPostgresAsSuperuser(
  dataDir: string,
): Promise<{ readonly url: string; readonly release: () => Promise<void> }> {
  const { url, release } = await startEmbeddedPostgres(dataDir)
  const password = (await readFile(join(dataDir, 'postgres/password'), 'utf8')).trim()
  return { url: url.replace(/\/\/[^@]+@/, `//jawab:${password}@`), release }
}
