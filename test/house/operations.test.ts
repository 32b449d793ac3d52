import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { readMetrics, type Service, startService } from '../servers/service.ts'

let service: Service
beforeAll(async () => {
  service = await startService()
})
afterAll(() => service?.stopAll())

const alerts = () => readFile('deploy/alerts.yaml', 'utf8')
/** The metrics that a text asks for. */
const asked = (text: string) => [...new Set([...text.matchAll(/jawab_\w+/g)].map(([name]) => name))]

it('what the dashboard and the alerts ask for is what the service measures', async () => {
  const metrics = await readMetrics(service)
  const measured = new Set(
    [...metrics.matchAll(/^# TYPE (\S+) (\S+)/gm)].flatMap(([, name = '', type]) =>
      type === 'histogram' ? [`${name}_bucket`, `${name}_count`, `${name}_sum`] : [name],
    ),
  )
  const names = [
    ...asked(await alerts()),
    ...asked(await readFile('deploy/grafana-dashboard.json', 'utf8')),
  ]
  expect(names.length).toBeGreaterThan(12)
  for (const name of names) expect([name, measured.has(name)]).toEqual([name, true])
})

it('each alert has its page of what it means and what to do', async () => {
  const document = await readFile('docs/operations.md', 'utf8')
  const names = [...(await alerts()).matchAll(/alert: (\w+)/g)].map(([, name = '']) => name)
  expect(names.length).toBeGreaterThan(5)
  for (const name of names) expect([name, document.includes(`### ${name}`)]).toEqual([name, true])
})

it('the oldest that waits is told in seconds, by stage', async () => {
  await service.db.prisma.place.count()
  const { id } = await service.db.prisma.conversation.create({
    data: {
      id: crypto.randomUUID(),
      channel: 'elsewhere',
      handleHash: new Uint8Array(1),
      handleSealed: new Uint8Array(1),
      state: {},
    },
  })
  const since = new Date(Date.now() - 3_600_000)
  await service.db.prisma.inbound.create({
    data: {
      channel: 'elsewhere',
      externalId: '1',
      conversationId: id,
      payload: {},
      setAsideAt: since,
      receivedAt: since,
    },
  })
  const metrics = await readMetrics(service)
  expect(
    Number(/jawab_oldest_waiting_seconds\{stage="set_aside"\} (\S+)/.exec(metrics)?.[1]),
  ).toBeGreaterThan(3_590)
  expect(metrics).toContain('jawab_waiting_rows{stage="set_aside"} 1')
})

it('a command lists what the service is made of, with the versions', async () => {
  const { stdout } = await promisify(execFile)('npm', ['run', '-s', 'sbom'], {
    maxBuffer: 20_000_000,
  })
  const { bomFormat, components } = JSON.parse(stdout) as {
    bomFormat: string
    components: readonly { name: string; version: string; purl: string }[]
  }
  const { dependencies } = JSON.parse(await readFile('package.json', 'utf8')) as {
    dependencies: Record<string, string>
  }
  const versions = new Map(components.map(({ purl, version }) => [purl, version]))
  expect(bomFormat).toBe('CycloneDX')
  for (const [name, version] of Object.entries(dependencies))
    if (!version.startsWith('npm:'))
      expect(versions.get(`pkg:npm/${name.replace('@', '%40')}@${version}`)).toBe(version)
})
