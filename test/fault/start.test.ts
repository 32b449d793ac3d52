import { execFile, execFileSync, spawnSync } from 'node:child_process'
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { webChatPerson } from '../residents/webchat-person.ts'
import { startPostgresAsSuperuser } from '../servers/postgres.ts'
import { type Program, runProgram } from '../servers/program.ts'
import { freePort, until } from '../until.ts'

const hasStopped = (pid: number) =>
  until('the database has stopped', () => {
    try {
      return !process.kill(pid, 0)
    } catch {
      return true
    }
  })

describe('the program with everything embedded', () => {
  let dataDir: string
  const running: Program[] = []
  const start = (environment: Record<string, string> = {}) => {
    const program = runProgram({ DATA_DIR: dataDir, ...environment })
    running.push(program)
    return program
  }
  const postmaster = async () =>
    Number((await readFile(join(dataDir, 'postgres/data/postmaster.pid'), 'utf8')).split('\n')[0])
  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'jawab-start-'))
  })
  afterAll(async () => {
    for (const program of running)
      if (program.process.exitCode === null && program.process.signalCode === null)
        await program.kill('SIGKILL')
    // Whatever was left by a failed test is stopped by one more clean start.
    await start().ready()
    await running.at(-1)?.kill('SIGTERM')
    await rm(dataDir, { recursive: true, force: true })
  })

  it.skipIf(process.getuid?.() !== 0)(
    'as root: the password and the data are nobody else’s to read',
    async () => {
      const program = start()
      await program.ready()
      const nobody = Number(execFileSync('id', ['-u', 'nobody'], { encoding: 'utf8' }))
      const [password, data] = [
        await stat(join(dataDir, 'postgres/password')),
        await stat(join(dataDir, 'postgres/data')),
      ]
      expect([password.uid, password.mode & 0o777]).toEqual([0, 0o600])
      expect([data.uid === 0 || data.uid === nobody, data.mode & 0o077]).toEqual([false, 0])
      const read = spawnSync('cat', [join(dataDir, 'postgres/password')], {
        uid: nobody,
        gid: nobody,
      })
      expect([read.status === 0, read.stdout.length]).toEqual([false, 0])
      await program.kill('SIGTERM')
    },
  )

  it('P44 its database has an owner and an account of the service, neither a superuser, also where an earlier version made it', async () => {
    const home = await mkdtemp(join(tmpdir(), 'jawab-accounts-'))
    const environment = { DATA_DIR: home }
    try {
      const first = start(environment)
      await first.ready()
      expect(await first.kill('SIGTERM')).toBe(0)
      const server = await startPostgresAsSuperuser(home)
      const ask = async <T extends pg.QueryResultRow>(sql: string) => {
        const client = new pg.Client({ connectionString: server.url })
        await client.connect()
        try {
          return (await client.query<T>(sql)).rows
        } finally {
          await client.end()
        }
      }
      const owners = () =>
        ask<{ owner: string }>(
          `select distinct pg_get_userbyid(relowner) as owner from pg_class c join pg_namespace n on n.oid = relnamespace where nspname = 'public' and relkind in ('r', 'm', 'S') order by 1`,
        )
      expect(await owners()).toEqual([{ owner: 'jawab_owner' }])
      expect(
        await ask(`select rolname from pg_roles where rolsuper and rolname like 'jawab_%'`),
      ).toEqual([])
      // As an earlier version left it: everything is the superuser's.
      await ask('alter database jawab owner to jawab')
      for (const { name } of await ask<{ name: string }>(
        `select c.oid::regclass::text as name from pg_class c join pg_namespace n on n.oid = relnamespace where nspname = 'public' and relkind = 'r'`,
      ))
        await ask(`alter table ${name} owner to jawab`)
      await ask('alter materialized view "PlaceKey" owner to jawab')
      await ask('alter function "refuseChange"() owner to jawab')
      await ask('alter type "TicketStatus" owner to jawab')
      await server.release()
      const second = start(environment)
      const resident = webChatPerson(() => url)
      const url = await second.ready()
      await resident.says('路灯坏了')
      await resident.hears('开始之前')
      expect(await owners()).toEqual([{ owner: 'jawab_owner' }])
      await second.kill('SIGTERM')
    } finally {
      await rm(home, { recursive: true, force: true })
    }
  })

  it('prints, last, where a newcomer can go, keeps what was written, and stops cleanly on SIGINT and SIGTERM', async () => {
    const first = start()
    const url = await first.ready()
    const lines = first.output().trim().split('\n')
    expect(lines.slice(-5).map((line) => line.split(':')[0])).toEqual([
      "Residents' chat",
      'Demo member signs in',
      'Demo supervisor signs in',
      'Demo administrator',
      'API documentation',
    ])
    const resident = webChatPerson(() => url)
    await resident.says('路灯坏了')
    await resident.hears('开始之前')
    const pid = await postmaster()
    expect(await first.kill('SIGINT')).toBe(0)
    await hasStopped(pid)

    const second = start({ PORT: new URL(url).port })
    expect(await second.ready()).toBe(url)
    expect((await resident.lines()).map(({ text }) => text)[0]).toBe('路灯坏了')
    // As under npm, which passes the signal on that the terminal has given to both.
    const again = await postmaster()
    const ended = second.kill('SIGTERM')
    await until('it has begun to stop', () =>
      fetch(`${url}/healthz`).then(
        () => false,
        () => true,
      ),
    )
    void second.kill('SIGINT')
    expect(await ended).toBe(0)
    await hasStopped(again)
  })

  it('prints no sign-in links of the demonstration where others may read them', async () => {
    for (const HOST of ['0.0.0.0', '::']) {
      const open = start({ HOST })
      await open.ready()
      expect([open.output().includes('/chat'), open.output().includes('token=')]).toEqual([
        true,
        false,
      ])
      await open.kill('SIGTERM')
    }
    const closed = start({ HOST: 'localhost' })
    await closed.ready()
    expect(closed.output().match(/token=/g)).toHaveLength(3)
    await closed.kill('SIGTERM')
  })

  it('comes up by itself after SIGKILL, with one server on the data, and goes on with what was in flight', async () => {
    const first = start({ ROLES: 'web' })
    const url = await first.ready()
    const resident = webChatPerson(() => url)
    expect((await resident.says('停电了，家里没电')).status).toBe(202)
    const pid = await postmaster()
    await first.kill('SIGKILL')
    expect(process.kill(pid, 0)).toBe(true)
    const second = start({ PORT: new URL(url).port })
    await second.ready()
    expect(await postmaster()).toBe(pid)
    await resident.hears('开始之前')
    expect(await second.kill('SIGTERM')).toBe(0)
    await hasStopped(pid)
  })

  it('runs web and worker apart on the same stores; the last one out stops the database', async () => {
    const web = start({ ROLES: 'web' })
    const probePort = String(await freePort())
    const worker = start({ ROLES: 'worker', PROBE_PORT: probePort })
    const [url] = await Promise.all([web.ready(), worker.ready()])
    const resident = webChatPerson(() => url)
    await resident.says('自来水停了')
    await resident.hears('开始之前')
    // A worker has no pages, and can be watched all the same.
    const probe = (path: string) => fetch(`http://127.0.0.1:${probePort}${path}`)
    expect([
      (await probe('/readyz')).status,
      (await probe('/healthz')).status,
      (await probe('/chat')).status,
    ]).toEqual([200, 200, 404])
    expect(await (await probe('/metrics')).text()).toContain(
      'jawab_nudge_seconds_count{stage="conversation",result="done"}',
    )
    const pid = await postmaster()
    expect(await web.kill('SIGTERM')).toBe(0)
    expect(process.kill(pid, 0)).toBe(true)
    expect(await worker.kill('SIGTERM')).toBe(0)
    await hasStopped(pid)
  })
})

describe('a wrong environment', () => {
  it('ends the start with one line for each variable', async () => {
    const program = runProgram({
      PORT: 'x',
      TELEGRAM_MODE: 'webhook',
      JAWAB_MODE: 'fast',
      PUBLIC_URL: 'jawab',
    })
    expect(await program.ended()).toBe(1)
    expect(
      program
        .errors()
        .trim()
        .split('\n')
        .map((line) => line.split(':')[0]),
    ).toEqual(['PORT', 'PUBLIC_URL', 'JAWAB_MODE', 'TELEGRAM_WEBHOOK_SECRET'])
  })
  it('says plainly which store cannot be reached, and never its password', async () => {
    const port = await freePort()
    const noDatabase = runProgram({
      DATABASE_URL: `postgresql://jawab:hush@127.0.0.1:${port}/jawab`,
      DATA_DIR: join(tmpdir(), 'jawab-none'),
    })
    expect(await noDatabase.ended()).toBe(1)
    expect(noDatabase.errors()).toContain(`PostgreSQL at 127.0.0.1:${port} does not answer`)
    const noRedis = runProgram({
      DATABASE_URL: inject('databaseUrl'),
      REDIS_URL: `redis://:hush@127.0.0.1:${port}`,
      DATA_DIR: join(tmpdir(), 'jawab-none'),
    })
    expect(await noRedis.ended()).toBe(1)
    expect(noRedis.errors()).toContain(`Redis at 127.0.0.1:${port} does not answer`)
    expect(noDatabase.errors() + noRedis.errors()).not.toContain('hush')
  })
})

describe('the command line', () => {
  it('tells what each command does', async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [
      'dist/src/cli/jawab.js',
      '--help',
    ])
    for (const command of ['start', 'migrate', 'staff', 'simulate'])
      expect(stdout).toContain(command)
  })
})
