import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'

/**
 * The path of a file or folder that stands beside `src`, such as `locales` or `prisma/migrations`.
 * The sources run from `src` in a clone and from `dist/src` after a build, so this looks for the
 * nearest folder above that holds `package.json`.
 *
 * @throws when no folder above holds it.
 */
export function installed(path: string): string {
  let folder = import.meta.dirname
  while (!existsSync(join(folder, 'package.json'))) {
    if (folder === dirname(folder))
      throw new Error('package.json is missing from this installation')
    folder = dirname(folder)
  }
  return join(folder, path)
}
