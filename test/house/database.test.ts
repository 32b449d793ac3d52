import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'

const run = promisify(execFile)

/** The sources, with what is generated left out. */
async function sources(): Promise<readonly (readonly [path: string, text: string])[]> {
  const { stdout } = await run('git', ['ls-files', 'src'])
  const paths = stdout.split('\n').filter((path) => /(?<!\.test)\.tsx?$/.test(path))
  return Promise.all(paths.map(async (path) => [path, await readFile(path, 'utf8')] as const))
}

it('Prisma begins no transaction: neither by name nor by a nested write', async () => {
  const all = await sources()
  expect(all.length).toBeGreaterThan(200)
  const nested =
    /\.(?:create|update|upsert)\w*\(\{[^;]*?(?:data|create|update): \{[^;]*?: \{\s*(?:create|connect|connectOrCreate|createMany|disconnect|delete|deleteMany|update|updateMany|upsert|set):? ?[[{]/
  const found = all.filter(
    ([, text]) =>
      /prisma\s*\.\$transaction|\$transaction\(/.test(text) ||
      text
        .split('prisma.')
        .slice(1)
        .some((call) => nested.test(`.${call.split('\n\n')[0]}`)),
  )
  expect(found.map(([path]) => path)).toEqual([])
  // The rule would find one.
  expect(nested.test(`.ticket.create({ data: { code, messages: { create: [{ text }] } } })`)).toBe(
    true,
  )
})

it('the tables that Kysely knows are those of the schema', async () => {
  const before = await readFile('src/platform/postgres/tables.ts', 'utf8')
  await run('npm', ['run', '-s', 'tables'])
  expect(await readFile('src/platform/postgres/tables.ts', 'utf8')).toBe(before)
})
