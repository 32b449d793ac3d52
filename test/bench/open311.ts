import { spawnSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { makeApiKey } from '../../src/platform/http/api-keys.ts'
import { startPostgres, startRedis } from '../fault/stores.ts'
import { runProgram } from '../servers/program.ts'
import { until } from '../until.ts'
import { postgresCpuMs, processCpuMs } from './cpu.ts'
import { prefecture, prepare, round, together } from './pipeline.ts'

/** How many programs post at once, and how many reports are posted before it is measured. */
const [atOnce, warm] = [20, 500] as const

/**
 * What a report of another program costs, from `POST /open311/v2/requests` until its ticket's card
 * is with a member: `npm run bench -- open311 [reports] [postgres|redis]`.
 */
export async function benchOpen311(args: readonly string[]): Promise<Record<string, unknown>> {
  const reports = Number(args.find((each) => /^\d+$/.test(each)) ?? 2_000)
  const hasRedis =
    !args.includes('postgres') && spawnSync('redis-server', ['--version']).status === 0
  const folder = await mkdtemp(join(tmpdir(), 'jawab-open311-'))
  const stops: (() => Promise<unknown>)[] = [() => rm(folder, { recursive: true, force: true })]
  try {
    const postgres = await startPostgres(folder)
    stops.push(postgres.stop)
    const queue = hasRedis ? await startRedis(folder) : undefined
    if (queue !== undefined) stops.push(queue.stop)
    const bench = await prepare(postgres, queue, folder, 'jawab')
    stops.push(bench.end)
    const createdById = prefecture.members.find(({ role }) => role === 'administrator')?.id ?? ''
    const key = await makeApiKey(
      bench.db,
      { label: 'bench', rights: ['reports', 'tickets'], areaCode: 'YL', createdById },
      new Date(),
    )
    await bench.db.prisma.apiKey.updateMany({ data: { reportsAMinute: 10_000_000 } })
    const program = runProgram(bench.environment)
    stops.push(() => program.kill('SIGKILL'))
    const url = await program.ready()
    const villages = prefecture.places.filter(({ teamId }) => teamId !== null)

    const post = async (nth: number) => {
      const response = await fetch(`${url}/open311/v2/requests.json`, {
        method: 'POST',
        body: new URLSearchParams({
          api_key: key,
          jurisdiction_id: 'YL',
          service_code: 'road',
          address_id: villages[nth % villages.length]?.code ?? '',
          description: `第 ${nth} 号报告：村口的路上有个大坑，车过不去`,
        }),
      })
      const body = await response.text()
      if (!response.ok) throw new Error(`the report was refused: ${response.status} ${body}`)
    }
    const shown = (count: number) =>
      until(`${count} cards`, () => bench.api.messages.length >= count, 300_000)
    await together(atOnce, warm, post)
    await shown(warm)
    const before = {
      cpu: await processCpuMs(program.process.pid),
      postgres: await postgresCpuMs(folder),
      at: performance.now(),
    }
    await together(atOnce, reports, (nth) => post(warm + nth))
    const posted = (performance.now() - before.at) / 1_000
    await shown(warm + reports)
    const done = (performance.now() - before.at) / 1_000
    const result = {
      queue: hasRedis ? 'redis' : 'postgres',
      reports,
      postedPerSecond: round(reports / posted, 1),
      deliveredPerSecond: round(reports / done, 1),
      cpuMsPerReport: round(((await processCpuMs(program.process.pid)) - before.cpu) / reports, 2),
      postgresCpuMsPerReport: round(((await postgresCpuMs(folder)) - before.postgres) / reports, 2),
    }
    console.log(
      `${result.queue}: ${result.postedPerSecond} reports a second are taken, ${result.deliveredPerSecond} reach a member; ${result.cpuMsPerReport} ms of Jawab's CPU each, ${result.postgresCpuMsPerReport} of PostgreSQL's`,
    )
    return result
  } finally {
    for (const stop of stops.reverse()) await stop()
  }
}
