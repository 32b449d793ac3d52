import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readdir, readFile, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

/** What is built of a clone, wherever and whenever it is built. */
describe('a build', () => {
  let folder: string
  let one: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'jawab-build-'))
    one = await clone('one')
    build(one)
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))

  const clone = async (name: string): Promise<string> => {
    const copy = join(folder, name)
    await mkdir(copy, { recursive: true })
    execFileSync('git', ['clone', '--quiet', '--no-tags', '.', copy])
    await symlink(resolve('node_modules'), join(copy, 'node_modules'))
    return copy
  }
  const build = (copy: string, environment: Record<string, string> = {}) =>
    execFileSync(process.execPath, ['src/cli/start.mjs', 'prepare'], {
      cwd: copy,
      env: { ...process.env, ...environment },
      stdio: 'ignore',
    })
  const jawab = (copy: string) =>
    execFileSync(process.execPath, ['dist/src/cli/jawab.js', '--version'], { cwd: copy })
      .toString()
      .trim()
  /** Each file that was made, with what is in it. */
  const made = async (copy: string) => {
    const found = await Promise.all(
      ['dist', 'src/platform/postgres/generated'].map((part) =>
        readdir(join(copy, part), { recursive: true, withFileTypes: true }),
      ),
    )
    const files = found
      .flat()
      .filter((each) => each.isFile())
      .map(({ parentPath, name }) => join(parentPath, name))
      .sort()
    const digest = async (path: string) =>
      `${relative(copy, path)} ${createHash('sha256')
        .update(await readFile(path))
        .digest('hex')}`
    return Promise.all(files.map(digest))
  }

  it('is the same, byte for byte, in another folder at another time', async () => {
    const other = await clone('some/where/else')
    build(other, { TZ: 'Asia/Urumqi', LANG: 'kk_KZ.UTF-8' })
    const files = await made(one)
    expect(files.length).toBeGreaterThan(400)
    expect(await made(other)).toEqual(files)
  }, 240_000)

  it('has the version of its tag', async () => {
    const { version } = JSON.parse(await readFile('package.json', 'utf8')) as { version: string }
    expect(jawab(one)).toBe(version)
    const git = (...args: string[]) =>
      execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@t.example', ...args], {
        cwd: one,
      })
    git('tag', 'v1.4.0')
    build(one)
    expect(jawab(one)).toBe('1.4.0')
    git('commit', '--quiet', '--allow-empty', '--message', 'something')
    build(one)
    expect(jawab(one)).toMatch(/^1\.4\.0\+1\.g[0-9a-f]{7,}$/)
    // An image has no history.
    build(one, { JAWAB_VERSION: 'v1.5.0-rc.1' })
    expect(jawab(one)).toBe('1.5.0-rc.1')
  }, 240_000)
})
