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
  return { url: own, release }
}

/**
 * The same for databases that nobody needs after a loss of power, and that nobody kills: a commit
 * does not wait for the disk, and a password is proved with one hash instead of 4,096, as each
 * service opens some twenty connections.
 */
export async function startQuickPostgres(
  dataDir: string,
): Promise<{ readonly url: string; readonly release: () => Promise<void> }> {
  const started = await startPostgresAsSuperuser(dataDir)
  const { password } = new URL(started.url)
  await withClient(started.url, async (client) => {
    for (const setting of ['fsync', 'synchronous_commit', 'full_page_writes'])
      await client.query(`alter system set ${setting} = off`)
    await client.query('select pg_reload_conf()')
    await client.query('set scram_iterations = 1')
    await client.query(`alter role jawab password ${client.escapeLiteral(password)}`)
  })
  return started
}
