import { execFile, execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'

/** A command of git in this repository. */
export const git = (...args: string[]) =>
  execFileSync('git', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()

/** Quotas that every version knows, and that no test comes near. */
export const knownQuotas =
  'addressPagesAMinute=100000,addressSessionsAMinute=100000,chatMessagesAMinute=10000,chatMessagesADay=100000'

/**
 * An earlier version of the service, from this repository's history, made ready in `folder` by its
 * own start program, with its own packages.
 *
 * @returns the path of its command.
 */
export async function makeEarlier(commit: string, folder: string): Promise<string> {
  git('clone', '--quiet', '--no-checkout', '.', folder)
  execFileSync('git', ['checkout', '--quiet', commit], { cwd: folder })
  const start = ['src/cli/start.mjs', 'src/start.mjs'].find((path) =>
    existsSync(join(folder, path)),
  )
  if (start === undefined) throw new Error(`${commit} has no program to start it`)
  await promisify(execFile)(process.execPath, [start, 'prepare'], { cwd: folder })
  return join(folder, 'dist/src/cli/jawab.js')
}
