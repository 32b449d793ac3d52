import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { z } from 'zod'

const run = promisify(execFile)

const { default: config, folders } = z
  .object({
    default: z.object({ forbidden: z.array(z.object({ name: z.string() })) }),
    folders: z.array(z.array(z.string())),
  })
  .parse(await import(pathToFileURL(resolve('.dependency-cruiser.mjs')).href))

/** What the check of imports says about `src` in a folder. */
async function cruise(cwd: string): Promise<string> {
  const program = resolve('node_modules/dependency-cruiser/bin/dependency-cruise.mjs')
  return run(process.execPath, [program, 'src', '--config', resolve('.dependency-cruiser.mjs')], {
    cwd,
    maxBuffer: 10_000_000,
  }).then(
    ({ stdout }) => stdout,
    (error: { stdout: string }) => error.stdout,
  )
}

it('every import goes the allowed way, and every module was looked at', async () => {
  const said = await cruise('.')
  expect(said).toContain('no dependency violations found')
  const { stdout } = await run('git', ['ls-files', 'src'])
  const sources = stdout.split('\n').filter((path) => /\.tsx?$/.test(path)).length
  expect(Number(/\((\d+) modules/.exec(said)?.[1])).toBeGreaterThanOrEqual(sources)
})

/**
 * For each rule: a file that breaks it, and what it imports. A type import is enough for a rule of
 * folders.
 */
const planted: Readonly<Record<string, { readonly at: string; readonly imports: string }>> = {
  ...Object.fromEntries(
    folders.flatMap((line, at) =>
      line.map((folder) => [
        `folder-${folder}`,
        {
          at: `src/${folder}/planted.store.ts`,
          imports:
            folders[at + 1]?.[0] === undefined
              ? 'src/stray.ts'
              : `src/${folders[at + 1]?.[0]}/x.ts`,
        },
      ]),
    ),
  ),
  'pure-touches-nothing': { at: 'src/tickets/rule.ts', imports: 'node:fs' },
  'store-touches-postgres': { at: 'src/tickets/a.store.ts', imports: 'src/tickets/b.routes.ts' },
  'client-touches-its-service': { at: 'src/api/a.client.ts', imports: 'src/tickets/a.store.ts' },
  'worker-touches-stores-and-clients': {
    at: 'src/tickets/a.worker.ts',
    imports: 'src/tickets/b.routes.ts',
  },
  'routes-touch-no-command': { at: 'src/tickets/c.routes.ts', imports: 'src/tickets/a.command.ts' },
  'browser-touches-nothing': { at: 'src/console/a.browser.js', imports: 'src/tickets/a.store.ts' },
  'library-bullmq': { at: 'src/tickets/d.worker.ts', imports: 'bullmq' },
  'library-redis': { at: 'src/tickets/e.worker.ts', imports: 'ioredis' },
  'library-postgres': { at: 'src/tickets/f.worker.ts', imports: 'pg' },
  'library-prisma-client': {
    at: 'src/tickets/g.worker.ts',
    imports: 'src/platform/postgres/generated/client.ts',
  },
  'library-fastify': { at: 'src/tickets/h.worker.ts', imports: 'fastify' },
  'library-grammy': { at: 'src/tickets/i.worker.ts', imports: 'grammy' },
  'root-is-three-files': { at: 'src/stray.ts', imports: 'src/tickets/rule.ts' },
  'no-code-from-tests': { at: 'src/tickets/j.store.ts', imports: 'src/tickets/a.test.ts' },
  'no-circles': { at: 'src/tickets/circle-back.ts', imports: 'src/tickets/circle.ts' },
}

let folder: string
let said: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'jawab-imports-'))
  await symlink(resolve('node_modules'), join(folder, 'node_modules'))
  await symlink(resolve('tsconfig.json'), join(folder, 'tsconfig.json'))
  const write = async (path: string, text: string) => {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), text)
  }
  const files = new Map<string, string[]>([
    ['src/tickets/circle.ts', ["import type * as planted from './circle-back.ts'"]],
  ])
  for (const { at, imports } of Object.values(planted)) {
    const up = '../'.repeat(at.split('/').length - 1)
    const from = imports.startsWith('src/') ? `${up}${imports}` : imports
    files.set(at, [...(files.get(at) ?? []), `import type * as planted from '${from}'`])
    if (imports.startsWith('src/')) files.set(imports, files.get(imports) ?? ['export {}'])
  }
  for (const [path, lines] of files) await write(path, `${lines.join('\n')}\n`)
  said = await cruise(folder)
})
afterAll(() => rm(folder, { recursive: true }))

it.each(config.forbidden.map(({ name }) => name))('a file that breaks %s is found', (name) => {
  const breach = planted[name]
  expect(breach, 'a planted violation for this rule').toBeDefined()
  expect(said).toMatch(new RegExp(`error ${name}: ${breach?.at.replaceAll('.', '\\.')}`))
})
