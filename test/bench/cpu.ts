import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

/**
 * The kernel counts CPU in hundredths of a second.
 * https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
 */
const tickMs = 10

/** Milliseconds of CPU that a process has used. */
export async function processCpuMs(pid: number | undefined): Promise<number> {
  const [, user = 0, system = 0] = await statOf(String(pid))
  return (user + system) * tickMs
}

/**
 * Milliseconds of CPU that the PostgreSQL under a folder has used, its processes that have ended
 * too.
 */
export async function postgresCpuMs(folder: string): Promise<number> {
  const postmaster =
    (await readFile(join(folder, 'postgres/data/postmaster.pid'), 'utf8')).split('\n')[0] ?? ''
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const all = await Promise.all(
    pids.map(async (pid) => ({ pid, stat: await statOf(pid).catch(() => [0]) })),
  )
  return all
    .filter(({ pid, stat: [parent] }) => pid === postmaster || String(parent) === postmaster)
    .reduce((sum, { stat: [, ...used] }) => sum + used.reduce((a, b) => a + b, 0) * tickMs, 0)
}

/**
 * The parent of a process, and its ticks: of itself as a user and in the kernel, and the same of
 * children that it has waited for.
 */
async function statOf(pid: string): Promise<readonly number[]> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8')
  const fields = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number)
  return [fields[1] ?? 0, ...fields.slice(11, 15)]
}
