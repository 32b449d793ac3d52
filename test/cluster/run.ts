import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { connect } from '../../src/platform/postgres/database.ts'
import { createKeyRing } from '../../src/platform/sealing/key-ring.ts'
import { beginSealing } from '../../src/platform/sealing/seal-rows.ts'
import { makeOrganisation } from '../../src/simulation/organisation.ts'
import { isAllSent } from '../at-rest.ts'
import { addStaff } from '../bench/pipeline.ts'
import { startPostgres, startRedis } from '../fault/stores.ts'
import { startBalancer } from '../servers/balancer.ts'
import { startBotApi } from '../servers/bot-api.ts'
import { type Program, runProgram } from '../servers/program.ts'
import { roomyQuotas } from '../servers/roomy-quotas.ts'
import { startS3 } from '../servers/s3.ts'
import { freePort, until } from '../until.ts'
import { type Answered, startLoad } from './load.ts'
import { drawCluster, type Happened } from './picture.tsx'

/**
 * `npm run cluster -- [--seconds 200] [--rate 24] [--out docs/cluster.svg]`: PostgreSQL, Redis, an
 * S3 store, and three copies of each role behind a balancer, all on loopback. A month of a small
 * township is played into them within minutes, while copies are killed and added; throughput and
 * latency are drawn. Last, one line of JSON.
 */
const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '200' },
    rate: { type: 'string', default: '24' },
    out: { type: 'string', default: 'docs/cluster.svg' },
  },
})
const [seconds, rate] = [Number(values.seconds), Number(values.rate)]
const secret = 'cluster-secret'
const dataKey = Buffer.alloc(32, 11)

const folder = await mkdtemp(join(tmpdir(), 'jawab-cluster-'))
const stops: (() => Promise<unknown>)[] = [() => rm(folder, { recursive: true, force: true })]
try {
  const postgres = await startPostgres(folder)
  stops.push(postgres.stop)
  const redis = await startRedis(folder)
  stops.push(redis.stop)
  const s3 = await startS3()
  stops.push(s3.close)
  const api = await startBotApi()
  stops.push(api.close)
  const databaseUrl = await postgres.database('jawab_cluster')
  await beginSealing(databaseUrl)
  const db = connect(databaseUrl, 4, createKeyRing([dataKey]))
  stops.push(() => db.close())
  const organisation = makeOrganisation({ teams: 12, members: 72, counties: 2 })
  await addStaff(db, organisation)

  const environment = {
    DATABASE_URL: databaseUrl,
    DATA_DIR: join(folder, 'data'),
    DATA_KEY: dataKey.toString('base64'),
    REDIS_URL: redis.url,
    FILES_URL: s3.url,
    ...s3.environment,
    LOG_LEVEL: 'error',
    QUOTAS: roomyQuotas,
    TELEGRAM_BOT_TOKEN: api.token,
    TELEGRAM_API_ROOT: api.root,
    TELEGRAM_MODE: 'webhook',
    TELEGRAM_WEBHOOK_SECRET: secret,
  }
  type Copy = {
    readonly role: 'web' | 'worker'
    readonly port: number
    program: Program | undefined
  }
  const copies: Copy[] = []
  const start = async (copy: Copy) => {
    const { role, port } = copy
    const started = runProgram({ ...environment, ROLES: role, PORT: String(port) })
    await started.ready()
    copy.program = started
  }
  const add = async (role: Copy['role']) => {
    const copy: Copy = { role, port: await freePort(), program: undefined }
    copies.push(copy)
    await start(copy)
    return copy
  }
  stops.push(() => Promise.all(copies.map(async ({ program }) => program?.kill('SIGKILL'))))
  await Promise.all((['web', 'web', 'web', 'worker', 'worker', 'worker'] as const).map(add))
  const ports = copies.filter(({ role }) => role === 'web').map(({ port }) => port)
  const balancer = await startBalancer(ports)
  stops.push(balancer.stop)

  const began = Date.now()
  const happened: Happened[] = []
  const running = () => ({
    webs: copies.filter(({ role, program }) => role === 'web' && program !== undefined).length,
    workers: copies.filter(({ role, program }) => role === 'worker' && program !== undefined)
      .length,
  })
  const note = (what: string) => {
    happened.push({ at: (Date.now() - began) / 1_000, what, ...running() })
    console.log(`${((Date.now() - began) / 1_000).toFixed(0)} s: ${what}`)
  }
  const kill = async (role: Copy['role']) => {
    const victim = copies.find((each) => each.role === role && each.program !== undefined)
    const program = victim?.program
    if (victim === undefined || program === undefined) return
    victim.program = undefined
    await program.kill('SIGKILL')
    note(`a ${role} is killed`)
  }
  const bringBack = async () => {
    for (const copy of copies.filter(({ program }) => program === undefined)) await start(copy)
    note('all are back')
  }
  const oneMore = async () => {
    const [web] = await Promise.all([add('web'), add('worker')])
    ports.push(web.port)
    note('one more of each')
  }

  note('three of each')
  const load = startLoad({ api, url: balancer.url, secret, organisation, rate })
  for (const [share, act] of [
    [0.15, () => kill('web')],
    [0.3, () => kill('worker')],
    [0.4, () => kill('worker')],
    [0.5, bringBack],
    [0.7, oneMore],
    [0.85, () => kill('web')],
    [1, async () => {}],
  ] as const) {
    const inMs = began + share * seconds * 1_000 - Date.now()
    await new Promise((resume) => setTimeout(resume, Math.max(0, inMs)))
    await act()
  }
  const { answered, sent, repeated, unanswered } = await load.end()
  await until('everything is handled and shown', () => isAllSent(db), 60_000)
  const told = {
    messages: sent,
    answered: answered.length,
    unanswered,
    setAside: await db.prisma.inbound.count({ where: { setAsideAt: { not: null } } }),
    repeated,
    tickets: await db.prisma.ticket.count(),
    filesInBucket: s3.objects.size,
    refusedByBucket: s3.refused(),
    perSecond: Math.round((10 * sent) / seconds) / 10,
    p50Ms: middleOf(answered, 0.5),
    p99Ms: middleOf(answered, 0.99),
  }
  await mkdir(dirname(values.out), { recursive: true })
  await writeFile(values.out, drawCluster({ ...told, answered, happened, seconds }))
  console.log(`The picture is in ${values.out}.`)
  console.log(JSON.stringify({ cluster: 'loopback', ...told }))
  if (unanswered > 0 || told.setAside > 0) process.exitCode = 1
} finally {
  for (const stop of stops.reverse()) await stop()
}

function middleOf(answered: readonly Answered[], share: number): number {
  const sorted = answered.map(({ ms }) => ms).sort((a, b) => a - b)
  return Math.round(sorted[Math.floor(sorted.length * share)] ?? 0)
}
