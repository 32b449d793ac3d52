/**
 * What may import what: by folder, by the ending of a file's name, and by library. The map is in
 * docs/ARCHITECTURE.md. Type imports count too.
 */

/** From the lowest to the highest: a folder imports from those before its own line only. */
export const folders = [
  ['platform'],
  ['language'],
  ['categories'],
  ['organisation'],
  ['mailbox'],
  ['webhooks'],
  ['tickets'],
  ['figures'],
  ['privacy'],
  ['channels'],
  ['conversation'],
  ['api', 'console'],
  ['simulation'],
  ['assembly'],
  ['cli'],
]
const folderRules = folders.flatMap((line, at) =>
  line.map((folder) => ({
    name: `folder-${folder}`,
    severity: 'error',
    from: { path: `^src/${folder}/`, pathNot: '\\.test\\.tsx?$' },
    to: {
      path: '^src/',
      pathNot: `^src/(${[folder, ...folders.slice(0, at).flat()].join('|')}|${at >= folders.length - 2 ? 'main|app|' : ''}${at >= folders.length - 3 ? 'config' : 'platform'})(/|\\.ts$)`,
    },
  })),
)

const subjects = folders
  .flat()
  .filter((folder) => !['platform', 'assembly', 'cli'].includes(folder))
  .join('|')
const inSubjects = `^src/(${subjects})/`
/**
 * A name without a second ending: a rule. So are the few files of `platform/` that touch nothing.
 */
const pure = [
  `${inSubjects}[^.]+\\.tsx?$`,
  '\\.page\\.tsx$',
  '\\.json$',
  '^src/platform/(instant|unreachable|memo|digest|files/file-kind|sealing/access)\\.ts$',
]
const pureLibraries =
  '^node_modules/(temporal-polyfill|zod|i18next|opencc-js|pinyin-pro|preact|preact-render-to-string|d3-scale|d3-shape|tinyqueue|chinese-days|qrcode|fast-xml-parser|@types)(/|$)'
const ending = (...names) => names.map((name) => `\\.${name}\\.(tsx?|js|mjs)$`)
const platform = '^src/platform/'
const node_modules = '^node_modules/'
const builtIn = '^(node:|[a-z_/]+$)'

const may = (name, from, ...to) => ({
  name,
  severity: 'error',
  from: { path: from, pathNot: '\\.test\\.tsx?$' },
  to: { pathNot: [...to] },
})
const endingRules = [
  // The list of chat apps names their modules.
  {
    ...may('pure-touches-nothing', [pure[0], pure[1]], ...pure, pureLibraries),
    from: { path: [pure[0], pure[1]], pathNot: '\\.test\\.tsx?$|^src/channels/index\\.ts$' },
  },
  may(
    'store-touches-postgres',
    ending('store'),
    ...pure,
    ...ending('store'),
    platform,
    node_modules,
    builtIn,
  ),
  may(
    'client-touches-its-service',
    ending('client'),
    ...pure,
    ...ending('client'),
    platform,
    node_modules,
    builtIn,
  ),
  may(
    'worker-touches-stores-and-clients',
    ending('worker'),
    ...pure,
    ...ending('store', 'client', 'worker'),
    platform,
    node_modules,
    builtIn,
  ),
  may(
    'routes-touch-no-command',
    ending('routes'),
    ...pure,
    ...ending('store', 'client', 'worker', 'routes', 'page'),
    platform,
    node_modules,
    builtIn,
  ),
  may('browser-touches-nothing', ending('browser'), ...pure, ...ending('browser')),
]

/** A library has one home, so that it can be replaced there. */
const home = (name, library, ...homes) => ({
  name: `library-${name}`,
  severity: 'error',
  from: {
    path: '^src/',
    pathNot: [...homes, '\\.test\\.tsx?$', '^src/platform/postgres/generated'],
  },
  to: { path: `(^|node_modules/)(${library})(/|$)` },
})
const libraryRules = [
  home('bullmq', 'bullmq|bullmq-otel|@bull-board', '^src/platform/queue/'),
  home('redis', 'ioredis', '^src/platform/(queue|check-stores)'),
  home('postgres', 'pg|pg-copy-streams|kysely|@prisma', '^src/platform/', ...ending('store')),
  home('prisma-client', 'src/platform/postgres/generated', '^src/platform/', ...ending('store')),
  home(
    'fastify',
    'fastify|@fastify|fastify-plugin',
    '^src/platform/(http|quotas|queue)/',
    '^src/assembly/',
    ...ending('routes'),
  ),
  home('grammy', 'grammy', '^src/channels/telegram/'),
]

export default {
  forbidden: [
    ...folderRules,
    ...endingRules,
    ...libraryRules,
    {
      name: 'root-is-three-files',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/([^/]+/|(main|app|config)(\\.test)?\\.ts$)' },
      to: {},
    },
    {
      name: 'no-code-from-tests',
      severity: 'error',
      from: { path: '^src/', pathNot: '\\.test\\.tsx?$' },
      to: { path: '^test/|\\.test\\.tsx?$' },
    },
    {
      name: 'no-circles',
      severity: 'error',
      from: { pathNot: '^src/platform/postgres/generated' },
      to: { circular: true },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    exclude: { path: '^dist/' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      extensions: ['.ts', '.tsx', '.js', '.mjs', '.json'],
    },
    doNotFollow: { path: 'node_modules|src/platform/postgres/generated' },
  },
}
