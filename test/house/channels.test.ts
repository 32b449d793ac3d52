import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { channelModules } from '../../src/channels/index.ts'

const run = promisify(execFile)

/** Words that people write: names of apps in which they can be reached elsewhere. */
const wordLists = ['src/tickets/contact.ts', 'src/language/convert.ts']

it('no chat app is named outside its folder but in the list of them', async () => {
  const { stdout } = await run('git', ['ls-files', 'src'])
  const paths = stdout
    .split('\n')
    .filter((path) => /(?<!\.test)\.(?:tsx?|mjs)$/.test(path) && !wordLists.includes(path))
  expect(paths.length).toBeGreaterThan(200)
  const names = new RegExp(
    channelModules.flatMap(({ name, title }) => [name, title.replace(' ', '.?')]).join('|'),
    'i',
  )
  const found: string[] = []
  for (const path of paths) {
    const own = channelModules.some(({ name }) => path.startsWith(`src/channels/${name}/`))
    if (!own && names.test(await readFile(path, 'utf8'))) found.push(path)
  }
  expect(found).toEqual(['src/channels/index.ts'])
})
