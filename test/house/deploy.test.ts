import { execFileSync } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { DCLinter } from 'dclint'
import { expect, it, onTestFinished } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { z } from 'zod'
import { environmentTable, readConfig } from '../../src/config.ts'
import { memoryVariables, v8Flags } from '../servers/program.ts'

type Probe = { httpGet: { path: string; port: string } }
type Container = {
  env: { name: string; value: string }[]
  ports: { name: string; containerPort: number }[]
  startupProbe: Probe
  readinessProbe: Probe
  livenessProbe: Probe
}
type Manifest = {
  apiVersion: string
  kind: string
  metadata: { name: string }
  resources?: string[]
  configMapGenerator?: { literals: string[] }[]
  spec: {
    minAvailable?: number
    maxReplicas?: number
    selector?: { matchLabels: Record<string, string> }
    scaleTargetRef?: { name: string }
    metrics?: {
      external?: { metric: { name: string; selector: { matchLabels: { stage: string } } } }
    }[]
    template: {
      metadata: { labels: Record<string, string>; annotations?: Record<string, string> }
      spec: { terminationGracePeriodSeconds: number; containers: Container[] }
    }
  }
}

const folder = 'deploy/kubernetes'
const files = (await readdir(folder)).filter((name) => name.endsWith('.yaml'))
const manifests = (
  await Promise.all(
    files.map(async (name) =>
      parseAllDocuments(await readFile(join(folder, name), 'utf8')).map(
        (document) => document.toJS() as Manifest,
      ),
    ),
  )
).flat()
const of = (kind: string) => manifests.filter((each) => each.kind === kind)
const [kustomization] = of('Kustomization')
const shared = Object.fromEntries(
  (kustomization?.configMapGenerator?.[0]?.literals ?? []).map(
    (each) => [each.slice(0, each.indexOf('=')), each.slice(each.indexOf('=') + 1)] as const,
  ),
)
const secret = async () =>
  [
    ...(await readFile(join(folder, 'secret.example'), 'utf8')).matchAll(/--from-literal=(\w+)=/g),
  ].map(([, name = '']) => name)

it('kustomize takes in every manifest', () => {
  expect([...(kustomization?.resources ?? []), 'kustomization.yaml'].sort()).toEqual(files.sort())
})

it.each(of('Deployment'))(
  '$metadata.name starts with an environment that the service takes, and is asked where it answers',
  async ({ metadata, spec }) => {
    const [container] = spec.template.spec.containers
    if (container === undefined) throw new Error('no container')
    const own = Object.fromEntries(container.env.map(({ name, value }) => [name, value]))
    // The client of S3 reads its own.
    const secrets = (await secret()).filter((name) => !name.startsWith('AWS_'))
    for (const name of [...Object.keys(own), ...Object.keys(shared), ...secrets])
      expect(environmentTable()).toContain(`\`${name}\``)
    const config = readConfig({ ...shared, ...own, TELEGRAM_WEBHOOK_SECRET: 'x' })
    expect(config.roles).toEqual([metadata.name])
    expect(config.bucket?.endpoint).toBe('https://s3.example')
    expect(container.ports[0]?.containerPort).toBe(
      metadata.name === 'web' ? config.port : config.probePort,
    )
    expect(
      [container.startupProbe, container.readinessProbe, container.livenessProbe].map(
        ({ httpGet }) => `${httpGet.port} ${httpGet.path}`,
      ),
    ).toEqual(
      ['/readyz', '/readyz', '/healthz'].map((path) => `${container.ports[0]?.name} ${path}`),
    )
    // What Prometheus reads is on the port for probes, where no service leads.
    expect([
      spec.template.metadata.annotations?.['prometheus.io/port'],
      config.metricsToken,
    ]).toEqual([String(config.probePort), undefined])
    // The stop takes ten seconds at most, after the copy has answered for a while
    // (docs/operations.md).
    expect(spec.template.spec.terminationGracePeriodSeconds).toBeGreaterThan(
      config.drainMs / 1000 + 10,
    )
    const budget = of('PodDisruptionBudget').find((each) => each.metadata.name === metadata.name)
    expect([budget?.spec.minAvailable, budget?.spec.selector?.matchLabels]).toEqual([
      1,
      spec.template.metadata.labels,
    ])
  },
)

it('workers scale on the age of what waits, by a metric that there is', async () => {
  const scaler = of('HorizontalPodAutoscaler').find(
    ({ spec }) => spec.scaleTargetRef?.name === 'worker',
  )
  const metric = scaler?.spec.metrics?.[0]?.external?.metric
  const source = await Promise.all([
    readFile('src/api/metrics.routes.ts', 'utf8'),
    readFile('src/mailbox/waiting.store.ts', 'utf8'),
  ])
  expect(source[0]).toContain(`'${metric?.name}'`)
  expect(source[1]).toContain(`'${metric?.selector.matchLabels.stage}'`)
})

it('the container says about memory what `npm start` does', async () => {
  const dockerfile = await readFile('Dockerfile', 'utf8')
  const [, command = ''] = /^CMD (\[.*\])$/m.exec(dockerfile) ?? []
  expect(v8Flags.length).toBeGreaterThan(0)
  expect((JSON.parse(command) as string[]).filter((each) => each.startsWith('--'))).toEqual(v8Flags)
  expect(Object.entries(memoryVariables).length).toBeGreaterThan(0)
  for (const [name, value] of Object.entries(memoryVariables))
    expect(dockerfile).toMatch(new RegExp(`^ENV .*\\b${name}=${value}\\b`, 'm'))
})

const Linted = z.array(
  z.object({ messages: z.array(z.object({ rule: z.string(), message: z.string() })) }),
)

/** What the schema of Compose has against a file, as `docker compose` itself would say. */
const composeMistakes = (path: string) =>
  Linted.parse(
    new DCLinter({ rules: {}, quiet: false, debug: false, exclude: [] }).lintFiles([path], false),
  )
    .flatMap(({ messages }) => messages)
    .filter(({ rule }) => rule === 'invalid-schema')
    .map(({ message }) => message)

it('the files for docker compose fit the schema of Compose, which refuses a slip', async () => {
  for (const path of ['compose.yaml', 'deploy/compose.copies.yaml'])
    expect([path, composeMistakes(path)]).toEqual([path, []])
  const folder = await temporary()
  const slip = (await readFile('compose.yaml', 'utf8')).replace('healthcheck:', 'healthchek:')
  await writeFile(join(folder, 'compose.yaml'), slip)
  expect(composeMistakes(join(folder, 'compose.yaml'))).toHaveLength(1)
})

/** Kustomize's own file, of which no schema is published in a package: read strictly. */
const Kustomization = z.strictObject({
  apiVersion: z.literal('kustomize.config.k8s.io/v1beta1'),
  kind: z.literal('Kustomization'),
  namespace: z.string(),
  resources: z.array(z.string()),
  configMapGenerator: z.array(z.strictObject({ name: z.string(), literals: z.array(z.string()) })),
  images: z
    .array(z.strictObject({ name: z.string(), newName: z.string(), newTag: z.string() }))
    .optional(),
})

/**
 * What the compiler has against manifests as values of Kubernetes' own types: a field that is not
 * known, one that is missing, a value of another kind.
 */
async function manifestMistakes(given: readonly object[]): Promise<string> {
  const folder = await temporary()
  const lines = given.map((each, at) => {
    const { apiVersion, kind } = each as Manifest
    const group = apiVersion === 'v1' ? 'core/v1' : apiVersion
    const types = resolve('node_modules/kubernetes-types', `${group}.d.ts`)
    return `export const m${at}: import(${JSON.stringify(types)}).${kind} = ${JSON.stringify(each)}`
  })
  await writeFile(join(folder, 'manifests.ts'), lines.join('\n'))
  const compiler = resolve('node_modules/typescript-native/bin/tsc')
  try {
    const options = ['--noEmit', '--strict', '--skipLibCheck', '--types', '']
    execFileSync(process.execPath, [compiler, ...options, 'manifests.ts'], { cwd: folder })
    return ''
  } catch (error) {
    return String((error as { readonly stdout?: Buffer }).stdout)
  }
}

it('the manifests are what Kubernetes knows, and a slip in one is refused', async () => {
  const own = manifests.filter(({ kind }) => kind !== 'Kustomization')
  expect(own.length).toBeGreaterThan(6)
  expect(Kustomization.safeParse(kustomization).error).toBeUndefined()
  expect(await manifestMistakes(own)).toBe('')
  const [deployment] = of('Deployment')
  const slip = JSON.parse(
    JSON.stringify(deployment).replace('"readinessProbe"', '"readynessProbe"'),
  ) as Manifest
  expect(await manifestMistakes([slip])).toContain('readynessProbe')
  const wrong = JSON.parse(
    JSON.stringify(deployment).replace(/"containerPort":\d+/, '"containerPort":"x"'),
  )
  expect(await manifestMistakes([wrong as Manifest])).toContain('not assignable')
})

async function temporary(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'jawab-deploy-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}
