import { spawnSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { foldFigures } from '../../src/figures/counting.store.ts'
import type { Organisation } from '../../src/organisation/organisation.ts'
import { connect } from '../../src/platform/postgres/database.ts'
import { demoSize, makeOrganisation } from '../../src/simulation/organisation.ts'
import { startPostgres, startRedis } from '../fault/stores.ts'
import { makeTickets } from '../residents/made-tickets.ts'
import { addStaff, type Cost, median, prefecture, prepare, round, throughput } from './pipeline.ts'

const messages = 2_000
/**
 * Each size is measured so often, in turn, forth and back: the speed of a machine that is shared
 * changes by half from minute to minute.
 */
const rounds = 3

/**
 * What a message costs as the service grows: with more tickets stored, with more teams, with more
 * worker processes. Each is measured beside the smallest of its kind in the same round; the median
 * of what it took against that one is told.
 *
 * `npm run bench -- growth [tickets] [teams] [workers]`; without a word, all three.
 */
export async function benchGrowth(args: readonly string[]): Promise<Record<string, unknown>> {
  const isAsked = (what: string) => args.length === 0 || args.includes(what)
  const folder = await mkdtemp(join(tmpdir(), 'jawab-growth-'))
  const postgres = await startPostgres(folder)
  const queue =
    spawnSync('redis-server', ['--version']).status === 0 ? await startRedis(folder) : undefined
  type Size = {
    readonly organisation?: Organisation
    readonly tickets?: number
    readonly workers?: number
  }
  const fill = async (like: string, { organisation = prefecture, tickets = 0 }: Size) => {
    const db = connect(await postgres.database(like), 4)
    await addStaff(db, organisation)
    if (tickets > 0) await makeTickets(db, tickets, 365)
    // What a year's tickets have changed of the figures was added in that year.
    await foldFigures(db, 'Asia/Urumqi')
    await db.prisma.$executeRaw`vacuum analyze`
    await db.close()
  }
  const measure = async (
    what: string,
    like: string,
    { organisation = prefecture, workers = 0 }: Size,
  ) => {
    const cost = await throughput(
      await prepare(postgres, queue, folder, 'jawab', { organisation, workers, like }),
      messages,
    )
    console.log(
      `${what}: ${round(cost.perSecond, 1)} messages/s, ${round(cost.cpuMs, 1)} ms of CPU each, at most ${round(cost.rssMb)} MB a process`,
    )
    return cost
  }
  try {
    /** What a message costs at each size, against the first one. */
    const over = async (
      what: string,
      sizes: readonly number[],
      say: string,
      sized: (size: number) => Size,
    ) => {
      if (!isAsked(what)) return []
      for (const size of sizes) await fill(`growth_${size}`, sized(size))
      const costs: { readonly size: number; readonly cost: Cost }[] = []
      for (let nth = 0; nth < rounds; nth++)
        for (const size of nth % 2 === 0 ? sizes : sizes.toReversed())
          costs.push({ size, cost: await measure(`${size} ${say}`, `growth_${size}`, sized(size)) })
      return sizes.map((size) => ({
        size,
        costs: costs.filter((each) => each.size === size).map(({ cost }) => cost),
      }))
    }
    /**
     * Against the smallest size in the same round, which met with the machine at about the same
     * speed.
     */
    const beside = (all: Awaited<ReturnType<typeof over>>, costOf: (cost: Cost) => number) =>
      Object.fromEntries(
        all.map(({ size, costs }) => [
          size,
          round(
            median(costs.map((cost, nth) => costOf(cost) / costOf(all[0]?.costs[nth] ?? cost))),
            2,
          ),
        ]),
      )
    const tickets = await over(
      'tickets',
      [1_000, 100_000, 1_000_000],
      'tickets stored',
      (size) => ({ tickets: size }),
    )
    const teams = await over('teams', [12, 977], 'teams', (size) => ({
      organisation: size === 977 ? prefecture : makeOrganisation(demoSize),
    }))
    const workers = await over(
      'workers',
      [1, 2, 4],
      'worker processes beside one that answers',
      (size) => ({ workers: size }),
    )
    const ms = ({ perSecond }: Cost) => 1 / perSecond
    return {
      queue: queue === undefined ? 'postgres' : 'redis',
      costByTickets: beside(tickets, ms),
      cpuByTickets: beside(tickets, ({ cpuMs }) => cpuMs),
      costByTeams: beside(teams, ms),
      cpuByTeams: beside(teams, ({ cpuMs }) => cpuMs),
      costByWorkers: beside(workers, ms),
      cpuByWorkers: beside(workers, ({ cpuMs }) => cpuMs),
      rssMb: round(
        Math.max(
          ...[...tickets, ...teams, ...workers].flatMap(({ costs }) =>
            costs.map(({ rssMb }) => rssMb),
          ),
        ),
      ),
    }
  } finally {
    await queue?.stop()
    await postgres.stop()
    await rm(folder, { recursive: true, force: true })
  }
}
