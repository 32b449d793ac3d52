import { readdir, readFile } from 'node:fs/promises'
import { expect, it } from 'vitest'

const requirements = Array.from(
  { length: 35 },
  (_, index) => `P${String(index + 1).padStart(2, '0')}`,
)

/**
 * The requirements' numbers in the names of a file's tests; those of a `describe` hold for what is
 * in it.
 */
async function numbersIn(path: string): Promise<readonly string[]> {
  const text = await readFile(path, 'utf8')
  const names = [
    ...text.matchAll(/\b(?:it|describe)(?:\.each\([\s\S]*?\))?\(\s*['"`]((?:P\d\d )+)/g),
  ].map(([, numbers = '']) => numbers)
  return names.flatMap((numbers) => numbers.trim().split(' '))
}

it('every requirement of protection has its row in the document, and the files named there exist and hold its tests', async () => {
  const document = await readFile('docs/protection.md', 'utf8')
  for (const requirement of requirements) {
    const row = document.split('\n').find((line) => line.startsWith(`| ${requirement} |`)) ?? ''
    const [, , how = '', where = '', proved = ''] = row.split('|').map((cell) => cell.trim())
    expect([requirement, how.length > 20]).toEqual([requirement, true])
    const paths = (cell: string) => [...cell.matchAll(/`([^`]+)`/g)].map(([, path = '']) => path)
    for (const path of [...paths(where), ...paths(proved)])
      await expect(
        readFile(path).catch(() => readdir(path)),
        `${requirement}: ${path}`,
      ).resolves.toBeDefined()
    const tests = await Promise.all(
      paths(proved)
        .filter((path) => path.endsWith('.ts'))
        .map(numbersIn),
    )
    expect([requirement, tests.flat().includes(requirement)]).toEqual([requirement, true])
  }
})

it('a lock file that could bring in something else is refused: every package has its hash, and none runs a script here', async () => {
  const { packages } = JSON.parse(await readFile('package-lock.json', 'utf8')) as {
    packages: Record<
      string,
      {
        integrity?: string
        link?: boolean
        resolved?: string
        dev?: boolean
        optional?: boolean
        hasInstallScript?: boolean
      }
    >
  }
  const all = Object.entries(packages).filter(([path]) => path !== '')
  expect(all.length).toBeGreaterThan(300)
  for (const [path, { integrity, resolved }] of all)
    expect([path, integrity?.startsWith('sha512-'), resolved]).toEqual([path, true, undefined])
  const { allowScripts } = JSON.parse(await readFile('package.json', 'utf8')) as {
    allowScripts: object
  }
  expect(allowScripts).toEqual({})
  const [starter, dockerfile] = await Promise.all(
    ['src/cli/start.mjs', 'Dockerfile'].map((path) => readFile(path, 'utf8')),
  )
  expect(starter?.match(/'npm',\s+\[\s+'install',[^\]]*'--ignore-scripts'/)).not.toBe(null)
  const installs = dockerfile?.split('\n').filter((line) => /npm (?:install|ci)\b/.test(line)) ?? []
  expect([installs.length, installs.every((line) => line.includes('--ignore-scripts'))]).toEqual([
    1,
    true,
  ])
})
