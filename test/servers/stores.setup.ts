import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import type { TestProject } from 'vitest/node'
import { loadOrganisation } from '../../src/organisation/organisation.store.ts'
import { connect } from '../../src/platform/postgres/database.ts'
import { migrate } from '../../src/platform/postgres/migrate.ts'
import { withClient } from '../../src/platform/postgres/with-client.ts'
import { postgresBackend } from '../../src/platform/queue/backend.ts'
import { openNudging } from '../../src/platform/queue/nudge.ts'
import { makeOrganisation } from '../../src/simulation/organisation.ts'
import { freePort, until } from '../until.ts'
import { startQuickPostgres } from './postgres.ts'
import { spawnRedis } from './redis.ts'

declare module 'vitest' {
  interface ProvidedContext {
    databaseUrl: string
    redisUrl: string | undefined
    /** Chromium without its windows: the quickest that shows pages. */
    chromium: string | undefined
    /** The whole browser, for what it leaves on a disk. */
    wholeChromium: string | undefined
  }
}

/**
 * Real stores for the whole run: PostgreSQL (the embedded one, unless `DATABASE_URL` names another)
 * and, where there is one, Redis. In CI a missing Redis or Chromium is a failure.
 */
export default async function startStores(project: TestProject): Promise<() => Promise<void>> {
  const stops: (() => Promise<void>)[] = []
  const dataDir = await mkdtemp(join(tmpdir(), 'jawab-test-'))
  stops.push(() => rm(dataDir, { recursive: true, force: true }))
  const given = process.env['DATABASE_URL']
  const postgres =
    given === undefined
      ? await startQuickPostgres(dataDir)
      : { url: given, release: async () => {} }
  stops.push(postgres.release)
  await makeTemplate(postgres.url)
  const redis = process.env['REDIS_URL'] ?? (await startRedis(dataDir, stops))
  const wholeChromium = [
    '/usr/bin/chromium',
    '/usr/bin/chromium-browser',
    '/usr/bin/google-chrome',
  ].find(existsSync)
  const shell = '/usr/bin/chromium-headless-shell'
  const chromium = existsSync(shell) ? shell : wholeChromium
  if (process.env['CI'] !== undefined && (redis === undefined || wholeChromium === undefined))
    throw new Error(`CI needs ${redis === undefined ? 'redis-server' : 'chromium'}`)
  console.log(
    `Stores: PostgreSQL (${given === undefined ? 'embedded' : 'DATABASE_URL'}); queue backends: PostgreSQL${redis === undefined ? ' only, as there is no redis-server' : ' and Redis'}; browser: ${chromium ?? 'none'}`,
  )
  project.provide('databaseUrl', postgres.url)
  project.provide('redisUrl', redis)
  project.provide('chromium', chromium)
  project.provide('wholeChromium', wholeChromium)
  return async () => {
    for (const stop of stops.reverse()) await stop()
  }
}

/** The organisation that most tests work with. */
export const usualOrganisation = makeOrganisation({ teams: 4, members: 12, counties: 2 }, 7)

/** Each test clones one of these databases instead of migrating its own. */
export async function makeTemplate(url: string): Promise<void> {
  const run = (sql: string) => withClient(url, (client) => client.query(sql))
  await run('drop database if exists jawab_template_staffed')
  await run('drop database if exists jawab_template')
  await run('create database jawab_template')
  const template = withDatabase(url, 'jawab_template')
  await migrate(template)
  // BullMQ's own tables too, which each service would make otherwise.
  const backend = postgresBackend(template)
  const nudging = await openNudging(backend, (error) => {
    throw error
  })
  await nudging.close()
  await backend.close()
  await run('create database jawab_template_staffed template jawab_template')
  const staffed = connect(withDatabase(url, 'jawab_template_staffed'), 1)
  await loadOrganisation(staffed, usualOrganisation)
  await staffed.close()
}

async function startRedis(
  dataDir: string,
  stops: (() => Promise<void>)[],
): Promise<string | undefined> {
  if (spawnSync('redis-server', ['--version']).status !== 0) return undefined
  const port = await freePort()
  const server = spawnRedis(port, dataDir)
  stops.push(async () => {
    server.kill('SIGTERM')
    await until('redis ends', () => server.exitCode !== null || server.signalCode !== null)
  })
  const url = `redis://127.0.0.1:${port}`
  const client = new Redis(url, { lazyConnect: true, maxRetriesPerRequest: null }).on(
    'error',
    () => {},
  )
  await client.ping()
  client.disconnect()
  return url
}

export function withDatabase(url: string, name: string): string {
  const changed = new URL(url)
  changed.pathname = `/${name}`
  return changed.href
}
