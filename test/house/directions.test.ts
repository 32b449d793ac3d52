import { execFile } from 'node:child_process'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'

const run = promisify(execFile)
const cruise = () =>
  run(process.execPath, [
    'node_modules/dependency-cruiser/bin/dependency-cruise.mjs',
    'dist/src',
    '--config',
    '.dependency-cruiser.json',
  ]).then(
    ({ stdout }) => stdout,
    (error: { stdout: string }) => error.stdout,
  )

it('the direction of imports is kept, and the check looks at something', async () => {
  const said = await cruise()
  expect(said).toContain('no dependency violations found')
  expect(Number(/\((\d+) modules/.exec(said)?.[1])).toBeGreaterThan(60)
})

it('a wrong import would be found', async () => {
  const canary = 'dist/src/domain/canary'
  await mkdir(canary, { recursive: true })
  try {
    await writeFile(`${canary}/canary.js`, "import '../../store/connection.js'\n")
    expect(await cruise()).toContain('domain-knows-only-itself')
  } finally {
    await rm(canary, { recursive: true })
  }
})
