import { execFile, spawn } from 'node:child_process'
import { chown, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

/** Runs a program and returns its output. */
const run = promisify(execFile)

/** PostgreSQL's own superuser: it makes the other two, and does nothing else (`roles.ts`). */
export const user = 'jawab'

export type Account = {
  readonly run: (program: string, args: string[]) => Promise<void>
  readonly owns: (path: string) => Promise<void>
}

/** The account that PostgreSQL has for itself where this program runs as root. */
const ownAccount = 'jawab-postgres'

/**
 * PostgreSQL refuses to run as root. As root it runs under an account of its own, which is made at
 * the first start: what it owns, its data and at first its password, no other service can read.
 * Where the account cannot reach the folders (a clone under `/root`, say) it keeps the one
 * capability that reading needs, `CAP_DAC_OVERRIDE`, by util-linux's `setpriv`.
 */
export async function accountFor(home: string, postgres: string): Promise<Account> {
  if (process.getuid?.() !== 0)
    return { run: (program, args) => execute(program, args), owns: async () => {} }
  const own = (await idsOf(ownAccount)) ?? (await makeAccount())
  const data = await stat(join(home, 'data')).catch(() => undefined)
  // An earlier version ran it as `nobody`. Its server is left as it is while it runs; its files
  // change hands before the next start.
  const isServed = data !== undefined && data.uid !== own.uid && isAlive(await postmasterOf(home))
  const ids = isServed ? { uid: data.uid, gid: data.gid } : own
  const owns = (path: string) => chown(path, ids.uid, ids.gid)
  await owns(home)
  if (data !== undefined && data.uid !== ids.uid) {
    await run('chown', ['-R', `${ids.uid}:${ids.gid}`, home])
    await chown(join(home, 'password'), 0, 0)
  }
  const reaches = await run(
    '/bin/sh',
    ['-c', `test -x '${postgres}' && test -w '${home}'`],
    ids,
  ).then(
    () => true,
    () => false,
  )
  if (reaches) return { run: (program, args) => execute(program, args, ids), owns }
  const capability = [
    '--inh-caps=+dac_override',
    '--ambient-caps=+dac_override',
    '--securebits=+no_setuid_fixup',
  ]
  return {
    run: (program, args) =>
      execute('setpriv', [
        `--reuid=${ids.uid}`,
        `--regid=${ids.gid}`,
        '--clear-groups',
        ...capability,
        '--',
        program,
        ...args,
      ]),
    owns,
  }
}

/** The process that serves a folder, as its own file says; 0 where there is none. */
async function postmasterOf(home: string): Promise<number> {
  return Number(
    (await readFile(join(home, 'data', 'postmaster.pid'), 'utf8').catch(() => '0')).split('\n')[0],
  )
}

type Ids = { readonly uid: number; readonly gid: number }

async function idsOf(account: string): Promise<Ids | undefined> {
  try {
    return {
      uid: Number((await run('id', ['-u', account])).stdout),
      gid: Number((await run('id', ['-g', account])).stdout),
    }
  } catch {
    return undefined
  }
}

/** Makes the account: by `useradd`, or by BusyBox's `adduser`. */
async function makeAccount(): Promise<Ids> {
  const failures: unknown[] = []
  for (const [program, ...args] of [
    [
      'useradd',
      '--system',
      '--user-group',
      '--no-create-home',
      '--shell',
      '/usr/sbin/nologin',
      ownAccount,
    ],
    ['adduser', '-S', '-D', '-H', ownAccount],
  ] as const) {
    await run(program, [...args]).catch((error: unknown) => failures.push(error))
    const ids = await idsOf(ownAccount)
    if (ids !== undefined) return ids
  }
  throw new AggregateError(
    failures,
    `the account ${ownAccount} for the embedded PostgreSQL could not be made: start as an ordinary user, or set DATABASE_URL`,
  )
}

function execute(
  program: string,
  args: string[],
  ids: { uid?: number; gid?: number } = {},
): Promise<void> {
  return new Promise((done, failed) => {
    // No pipe to the daemon's standard output: it would keep this process waiting for ever.
    const child = spawn(program, args, { ...ids, stdio: 'ignore', cwd: '/' })
    child.once('error', failed)
    child.once('exit', (code) =>
      code === 0
        ? done()
        : failed(new Error(`${program.split('/').at(-1)} ${args[0]} ended with code ${code}`)),
    )
  })
}

/** Whether a process with this id runs. */
export function isAlive(pid: number): boolean {
  if (pid <= 0) return false
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
