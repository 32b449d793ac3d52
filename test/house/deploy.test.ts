import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { environmentTable, readConfig } from '../../src/config.ts'
import { v8Flags } from '../servers/program.ts'

type Probe = { httpGet: { path: string; port: string } }
type Container = {
  env: { name: string; value: string }[]
  ports: { name: string; containerPort: number }[]
  startupProbe: Probe
  readinessProbe: Probe
  livenessProbe: Probe
}
type Manifest = {
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

it('the container tells V8 what `npm start` does', async () => {
  const [, command = ''] = /^CMD (\[.*\])$/m.exec(await readFile('Dockerfile', 'utf8')) ?? []
  expect(v8Flags.length).toBeGreaterThan(0)
  expect((JSON.parse(command) as string[]).filter((each) => each.startsWith('--'))).toEqual(v8Flags)
})
