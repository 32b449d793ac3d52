import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { startEmbeddedPostgres } from '../../src/platform/postgres/embedded.ts'
import { withClient } from '../../src/platform/postgres/with-client.ts'

/**
 * An embedded server by the account that may do everything, as tests make databases of their own in
 * it.
 */
export async function startPostgresAsSuperuser(
  dataDir: string,
): Promise<{ readonly url: string; readonly release: () => Promise<void> }> {
  const { url, release } = await startEmbeddedPostgres(dataDir)
  const password = (await readFile(join(dataDir, 'postgres/password'), 'utf8')).trim()
  const own = url.replace(/\/\/[^@]+@/, `//jawab:${password}@`)
  // Nobody needs these databases after a loss of power: a commit does not wait for the disk.
  await withClient(own, async (client) => {
    for (const setting of ['fsync', 'synchronous_commit', 'full_page_writes'])
      await client.query(`alter system set ${setting} = off`)
    await client.query('select pg_reload_conf()')
    // Each service opens some twenty connections: proving the password costs each 4,096 hashes.
    await client.query('set scram_iterations = 1')
    await client.query(`alter role jawab password ${client.escapeLiteral(password)}`)
  })
  return { url: own, release }
}
