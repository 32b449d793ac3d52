import { spawnSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { makeOrganisation } from '../../src/simulation/organisation.ts'
import { foldFigures } from '../../src/store/figures.ts'
import { startPostgres, startRedis } from '../fault/stores.ts'
import { makeTickets } from '../made-tickets.ts'
import { prepare, round, throughput } from './pipeline.ts'

const messages = 1_000

type Cost = Pick<Awaited<ReturnType<typeof throughput>>, 'perSecond' | 'cpuMs' | 'rssMb'>

/**
 * What a message costs as the service grows: with more tickets stored, with more teams, with more worker processes. Each
 * is measured beside the smallest of its kind in the same run.
 *
 * `npm run bench -- growth [tickets] [teams] [workers]`; without a word, all three.
 */
export async function benchGrowth(args: readonly string[]): Promise<Record<string, unknown>> {
  const isAsked = (what: string) => args.length === 0 || args.includes(what)
  const folder = await mkdtemp(join(tmpdir(), 'jawab-growth-'))
  const postgres = await startPostgres(folder)
  const queue = spawnSync('redis-server', ['--version']).status === 0 ? await startRedis(folder) : undefined
  const measure = async (what: string, { teams = 977, tickets = 0, workers = 0 }: { teams?: number; tickets?: number; workers?: number }) => {
    const organisation = makeOrganisation(teams === 977 ? { teams, members: 5821, counties: 8 } : { teams, members: 6 * teams, counties: 1 })
    const bench = await prepare(postgres, queue, folder, 'jawab', { organisation, workers })
    if (tickets > 0) await makeTickets(bench.db, tickets, 365)
    // What a year's tickets have changed of the figures was added in that year.
    await foldFigures(bench.db, 'Asia/Urumqi')
    await bench.db.$executeRaw`vacuum analyze`
    const cost = await throughput(bench, messages)
    console.log(`${what}: ${round(cost.perSecond, 1)} messages/s, ${round(cost.cpuMs, 1)} ms of CPU each, at most ${round(cost.rssMb)} MB a process`)
    return cost
  }
  try {
    const beside = (all: ReadonlyMap<number, Cost>) => {
      const [first] = all.values()
      return Object.fromEntries([...all].map(([size, { perSecond }]) => [size, round((first?.perSecond ?? 0) / perSecond, 2)]))
    }
    const over = async (what: string, sizes: readonly number[], say: string, sized: (size: number) => Parameters<typeof measure>[1]) => {
      const costs = new Map<number, Cost>()
      if (isAsked(what)) for (const size of sizes) costs.set(size, await measure(`${size} ${say}`, sized(size)))
      return costs
    }
    const tickets = await over('tickets', [1_000, 100_000, 1_000_000], 'tickets stored', (size) => ({ tickets: size }))
    const teams = await over('teams', [12, 977], 'teams', (size) => ({ teams: size }))
    const workers = await over('workers', [1, 2, 4], 'worker processes beside one that answers', (size) => ({ workers: size }))
    const most = Math.max(...[tickets, teams, workers].flatMap((costs) => [...costs.values()].map(({ rssMb }) => rssMb)))
    return {
      queue: queue === undefined ? 'postgres' : 'redis',
      costByTickets: beside(tickets),
      costByTeams: beside(teams),
      costByWorkers: beside(workers),
      rssMb: round(most),
    }
  } finally {
    await queue?.stop()
    await postgres.stop()
    await rm(folder, { recursive: true, force: true })
  }
}
