import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { playChaos } from './chaos.ts'
import { startPostgres, startRedis, startRedisCluster } from './stores.ts'

/**
 * `npm run faults -- [--runs 50] [--seed 1] [--messages 400] [--queue postgres|redis|cluster]`:
 * seeded runs of the whole program under faults, one queue store after another. A run that fails is
 * named by its seed. Last, one line of JSON.
 */
const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '50' },
    seed: { type: 'string', default: '1' },
    messages: { type: 'string', default: '400' },
    queue: { type: 'string' },
  },
})
const folder = await mkdtemp(join(tmpdir(), 'jawab-faults-'))
const stops: (() => Promise<void>)[] = [() => rm(folder, { recursive: true, force: true })]
const size = { residents: 16, messages: Number(values.messages), strikes: 8, webs: 2, workers: 3 }
const sums = {
  runs: 0,
  messages: 0,
  tickets: 0,
  lost: 0,
  twice: 0,
  repeated: 0,
  unexplained: 0,
  misordered: 0,
  unassigned: 0,
  misfired: 0,
  failed: [] as number[],
}
try {
  const postgres = await startPostgres(folder)
  stops.push(postgres.stop)
  const queues = {
    postgres: undefined,
    redis: await startRedis(folder),
    cluster: await startRedisCluster(folder),
  }
  stops.push(queues.redis.stop, queues.cluster.stop)
  const names = ['postgres', 'redis', 'cluster'] as const
  for (let index = 0; index < Number(values.runs); index++) {
    const seed = Number(values.seed) + index
    const name =
      names.find((each) => each === values.queue) ?? names[seed % names.length] ?? 'postgres'
    const run = await playChaos({ postgres, queue: queues[name], folder }, seed, size)
    const {
      lost,
      twice,
      misordered,
      repeated,
      unexplained,
      unassigned,
      misfired,
      rested,
      findings,
    } = run
    const isGood = rested && lost + twice + misordered + unexplained + unassigned + misfired === 0
    if (!isGood) sums.failed.push(seed)
    sums.runs++
    for (const key of [
      'messages',
      'tickets',
      'lost',
      'twice',
      'repeated',
      'unexplained',
      'misordered',
      'unassigned',
      'misfired',
    ] as const)
      sums[key] += run[key]
    console.log(
      `seed ${seed} (${name}): ${isGood ? 'good' : 'FAILED'}; ${run.messages} messages, ${run.tickets} tickets; struck: ${run.strikes.map(({ what }) => what).join(', ')}; ` +
        `lost ${lost}, twice ${twice}, misordered ${misordered}, repeated ${repeated} (${unexplained} unexplained), unassigned ${unassigned}, misfired ${misfired}; ${run.seconds.toFixed(0)} s`,
    )
    for (const finding of findings) console.log(`  ${finding}`)
    if (!rested) console.log('  it did not come to rest')
  }
} finally {
  for (const stop of stops.reverse()) await stop()
}
if (sums.failed.length > 0) process.exitCode = 1
console.log(JSON.stringify(sums))
