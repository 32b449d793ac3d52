import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import pg from 'pg'
import { startPostgresAsSuperuser } from '../servers/postgres.ts'
import { spawnRedis } from '../servers/redis.ts'
import { makeTemplate, withDatabase } from '../servers/stores.setup.ts'
import { freePort, until } from '../until.ts'

/** Real stores that can be struck down: each comes back where it was. */
export type Postgres = {
  /** A migrated database of its own, or a copy of another one. */
  readonly database: (name: string, like?: string) => Promise<string>
  /** Stops at once, as a power cut would, and starts again after a while. */
  readonly strike: (awayMs: number) => Promise<void>
  readonly stop: () => Promise<void>
}

export async function startPostgres(dataDir: string): Promise<Postgres> {
  let server = await startPostgresAsSuperuser(dataDir)
  const run = async (sql: string) => {
    const client = new pg.Client({ connectionString: server.url })
    await client.connect()
    await client.query(sql)
    await client.end()
  }
  await makeTemplate(server.url)
  return {
    database: async (name, like = 'jawab_template') => {
      await run(`drop database if exists ${name} with (force)`)
      await run(`create database ${name} template ${like} strategy file_copy`)
      return withDatabase(server.url, name)
    },
    strike: async (awayMs) => {
      const pid = Number(
        (await readFile(join(dataDir, 'postgres/data/postmaster.pid'), 'utf8')).split('\n')[0],
      )
      // An immediate shutdown. https://www.postgresql.org/docs/current/server-shutdown.html
      process.kill(pid, 'SIGQUIT')
      await until('PostgreSQL is down', () => !lives(pid))
      await pause(awayMs)
      server = await startPostgresAsSuperuser(dataDir)
    },
    stop: () => server.release(),
  }
}

function lives(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

export const pause = (ms: number) => new Promise<void>((resume) => setTimeout(resume, ms))

/** A queue's store. */
export type QueueStore = {
  readonly url: string
  readonly empty: () => Promise<void>
  readonly strike: (awayMs: number) => Promise<void>
  readonly stop: () => Promise<void>
}

/** One Redis that keeps nothing when it is struck down. */
export async function startRedis(dataDir: string): Promise<QueueStore> {
  const port = await freePort()
  const url = `redis://127.0.0.1:${port}`
  let server = await redisServer(port, dataDir)
  return {
    url,
    empty: async () => void (await ask(port, (client) => client.flushall())),
    strike: async (awayMs) => {
      await end(server)
      await pause(awayMs)
      server = await redisServer(port, dataDir)
    },
    stop: () => end(server),
  }
}

/** Three primaries with a replica each; struck, it loses one primary, whose replica takes over. */
export async function startRedisCluster(dataDir: string): Promise<QueueStore> {
  const ports: number[] = []
  while (ports.length < 6) {
    const port = await freePort()
    // The nodes speak to one another on a port that is 10,000 higher.
    if (port < 55_000 && !ports.includes(port)) ports.push(port)
  }
  const servers = new Map<number, ChildProcess>()
  const start = async (port: number) => {
    const dir = join(dataDir, `node-${port}`)
    await mkdir(dir, { recursive: true })
    servers.set(
      port,
      await redisServer(port, dir, [
        '--cluster-enabled',
        'yes',
        '--cluster-node-timeout',
        '2000',
        '--cluster-require-full-coverage',
        'no',
      ]),
    )
  }
  await Promise.all(ports.map(start))
  const nodes = ports.map((port) => `127.0.0.1:${port}`)
  const made = spawnSync(
    'redis-cli',
    ['--cluster', 'create', ...nodes, '--cluster-replicas', '1', '--cluster-yes'],
    { encoding: 'utf8' },
  )
  if (made.status !== 0) throw new Error(`no Cluster: ${made.stdout}${made.stderr}`)
  const isPrimary = (port: number) =>
    ask(port, async (client) => (await client.role())[0] === 'master')
  const works = () =>
    until('the Cluster works', async () => {
      const states = await Promise.all(
        ports.map((port) =>
          ask(port, async (client) => String(await client.call('CLUSTER', 'INFO'))),
        ),
      )
      return states.every(
        (state) => state.includes('cluster_state:ok') && state.includes('cluster_known_nodes:6'),
      )
    })
  await works()
  return {
    url: nodes.map((node) => `redis://${node}`).join(','),
    empty: async () => {
      for (const port of ports)
        if (await isPrimary(port).catch(() => false))
          await ask(port, (client) => client.flushall()).catch(() => undefined)
    },
    strike: async (awayMs) => {
      for (const port of ports) {
        if (!(await isPrimary(port).catch(() => false))) continue
        const server = servers.get(port)
        if (server === undefined) continue
        await end(server)
        // Longer than the nodes wait before a replica takes over.
        await pause(5_000 + awayMs)
        await start(port)
        await works()
        return
      }
    },
    stop: async () => void (await Promise.all([...servers.values()].map(end))),
  }
}

async function redisServer(
  port: number,
  dir: string,
  more: readonly string[] = [],
): Promise<ChildProcess> {
  const server = spawnRedis(port, dir, more)
  await until('Redis answers', () => ask(port, (client) => client.ping()))
  return server
}

async function ask<T>(port: number, question: (client: Redis) => Promise<T>): Promise<T> {
  const client = new Redis(port, '127.0.0.1', {
    lazyConnect: true,
    retryStrategy: () => null,
    maxRetriesPerRequest: 0,
  }).on('error', () => {})
  try {
    await client.connect()
    return await question(client)
  } finally {
    client.disconnect()
  }
}

async function end(server: ChildProcess): Promise<void> {
  server.kill('SIGKILL')
  await until('Redis has ended', () => server.exitCode !== null || server.signalCode !== null)
}

/**
 * A primary with two replicas, and three Sentinels that put one of them in its place when it is
 * gone. A strike ends the primary, and it comes back as a replica.
 */
export async function startRedisSentinels(dataDir: string): Promise<QueueStore> {
  const name = 'jawab-main'
  const ports: number[] = []
  while (ports.length < 6) {
    const port = await freePort()
    if (!ports.includes(port)) ports.push(port)
  }
  const [first = 0, ...others] = ports.slice(0, 3)
  const sentinels = ports.slice(3)
  const servers = new Map<number, ChildProcess>()
  const start = async (port: number, primary: number | undefined) => {
    const dir = join(dataDir, `node-${port}`)
    await mkdir(dir, { recursive: true })
    const more = primary === undefined ? [] : ['--replicaof', '127.0.0.1', String(primary)]
    servers.set(port, await redisServer(port, dir, more))
  }
  await start(first, undefined)
  for (const port of others) await start(port, first)
  for (const port of sentinels) {
    const dir = join(dataDir, `sentinel-${port}`)
    await mkdir(dir, { recursive: true })
    const file = join(dir, 'sentinel.conf')
    const lines = [
      `port ${port}`,
      'bind 127.0.0.1',
      `dir ${dir}`,
      `sentinel monitor ${name} 127.0.0.1 ${first} 2`,
      `sentinel down-after-milliseconds ${name} 1000`,
      `sentinel failover-timeout ${name} 5000`,
    ]
    await writeFile(file, `${lines.join('\n')}\n`)
    servers.set(port, spawn('redis-server', [file, '--sentinel'], { stdio: 'ignore' }))
  }
  const primary = async () =>
    ask(sentinels[0] ?? 0, async (client) => {
      const [, port] = (await client.call('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', name)) as string[]
      return Number(port)
    })
  const knows = (port: number) =>
    ask(port, async (client) => {
      const about = (await client.call('SENTINEL', 'MASTER', name)) as string[]
      const figure = (of: string) => Number(about[about.indexOf(of) + 1])
      return figure('num-slaves') >= 2 && figure('num-other-sentinels') === 2
    }).catch(() => false)
  await until('the Sentinels know one another', async () =>
    (await Promise.all(sentinels.map(knows))).every(Boolean),
  )
  return {
    url: `redis+sentinel://${sentinels.map((port) => `127.0.0.1:${port}`).join(',')}/${name}`,
    empty: async () => void (await ask(await primary(), (client) => client.flushall())),
    strike: async (awayMs) => {
      const gone = await primary()
      const server = servers.get(gone)
      if (server === undefined) throw new Error('no such primary')
      await end(server)
      await until('another one is the primary', async () => (await primary()) !== gone)
      await pause(awayMs)
      await start(gone, await primary())
    },
    stop: async () => void (await Promise.all([...servers.values()].map(end))),
  }
}
