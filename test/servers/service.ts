import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { pino } from 'pino'
import { type Running, startJawab } from '../../src/app.ts'
import { type Config, readConfig } from '../../src/config.ts'
import { loadOrganisation } from '../../src/organisation/organisation.store.ts'
import type { Organisation } from '../../src/organisation/organisation.ts'
import { type FreshDatabase, freshDatabase } from './database.ts'
import { roomyQuotas } from './roomy-quotas.ts'
import { usualOrganisation } from './stores.setup.ts'

/** The whole service in this process, over real stores, on a port of its own. */
export type Service = Running & {
  readonly url: string
  readonly database: FreshDatabase
  readonly organisation: Organisation
  readonly config: Config
  readonly stopAll: () => Promise<void>
  readonly logged: string[]
}

const metricsToken = 'token-of-the-tests'

/** What Prometheus reads of a service. */
export async function readMetrics({ url }: Pick<Service, 'url'>): Promise<string> {
  return (
    await fetch(`${url}/metrics`, { headers: { authorization: `Bearer ${metricsToken}` } })
  ).text()
}

export async function startService(
  environment: Record<string, string | undefined> = {},
  organisation = usualOrganisation,
): Promise<Service> {
  const isUsual = organisation === usualOrganisation
  const database = await freshDatabase(isUsual ? 'jawab_template_staffed' : 'jawab_template')
  if (!isUsual) await loadOrganisation(database.db, organisation)
  const dataDir = await mkdtemp(join(tmpdir(), 'jawab-service-'))
  const redisUrl = environment['REDIS_URL']
  if (redisUrl !== undefined) await emptyRedis(redisUrl)
  const config = readConfig({
    PORT: '0',
    DATA_DIR: dataDir,
    DATABASE_URL: database.url,
    QUOTAS: roomyQuotas,
    METRICS_TOKEN: metricsToken,
    ...environment,
  })
  const logged: string[] = []
  const running = await startJawab(
    config,
    pino({ level: 'debug' }, { write: (line: string) => void logged.push(line) }),
  )
  return {
    ...running,
    url: running.url ?? '',
    database,
    organisation,
    config,
    logged,
    stopAll: async () => {
      await running.stop()
      await database.drop()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}

/**
 * One Redis serves the whole run; tests that run at once have each a database of its own in it,
 * emptied before.
 */
export async function emptyRedis(url: string): Promise<void> {
  const client = new Redis(url)
  await client.flushdb()
  client.disconnect()
}

/** The routes that a service answers, such as `GET /chat`: it logs them as it starts. */
export function routesOf({ logged }: Pick<Service, 'logged'>): readonly string[] {
  const line = logged.find((each) => each.includes('answers these')) ?? '{}'
  return (JSON.parse(line) as { readonly routes: readonly string[] }).routes
}
