import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { afterEach, describe, expect, it } from 'vitest'
import { loadOrganisation } from '../../src/organisation/organisation.store.ts'
import { makeOrganisation } from '../../src/simulation/organisation.ts'
import { webChatPerson } from '../residents/webchat-person.ts'
import { type FreshDatabase, freshDatabase, queueBackends } from '../servers/database.ts'
import { type Program, runProgram } from '../servers/program.ts'
import { emptyRedis } from '../servers/service.ts'
import { until } from '../until.ts'

describe.each(queueBackends())('the core promises, queued on $name', ({ redisUrl }) => {
  const cleanUp: (() => Promise<unknown>)[] = []
  afterEach(async () => {
    for (const each of cleanUp.splice(0).reverse()) await each()
  })

  async function cluster(workers: number): Promise<{
    database: FreshDatabase
    url: string
    worker: () => Promise<Program>
    workers: Program[]
    emptyQueue: () => Promise<void>
  }> {
    const database = await freshDatabase()
    cleanUp.push(database.drop)
    await loadOrganisation(database.db, makeOrganisation({ teams: 2, members: 6, counties: 1 }, 5))
    if (redisUrl !== undefined) await emptyRedis(redisUrl)
    const dataDir = await mkdtemp(join(tmpdir(), 'jawab-fault-'))
    cleanUp.push(() => rm(dataDir, { recursive: true, force: true }))
    const environment = {
      DATABASE_URL: database.url,
      DATA_DIR: dataDir,
      ...(redisUrl !== undefined ? { REDIS_URL: redisUrl } : {}),
    }
    const start = async (roles: string) => {
      const program = runProgram({ ...environment, ROLES: roles })
      cleanUp.push(() => program.kill('SIGKILL'))
      return { program, url: await program.ready() }
    }
    const web = await start('web')
    const worker = async () => (await start('worker')).program
    const emptyQueue = async () => {
      if (redisUrl !== undefined) {
        const client = new Redis(redisUrl)
        await client.flushdb()
        client.disconnect()
      } else await database.db.prisma.$executeRawUnsafe('delete from bullmq.job')
    }
    return {
      database,
      url: web.url,
      worker,
      workers: await Promise.all(Array.from({ length: workers }, worker)),
      emptyQueue,
    }
  }

  it('fires a timer once that fell due while nothing ran, also when the queue is emptied and a worker killed', async () => {
    const { database, url, worker, workers, emptyQueue } = await cluster(1)
    const resident = webChatPerson(() => url)
    await resident.says('/start v_YL010101')
    await resident.presses('language:zh-Hans')
    await resident.presses('notice:seen')
    await resident.says('家里停电了')
    await resident.presses('category:electricity')
    await resident.presses('send')
    await resident.hears('谢谢您')
    for (const each of workers) await each.kill('SIGKILL')
    await emptyQueue()
    const past = new Date(Date.now() - 26 * 3_600_000)
    await database.db.prisma.ticket.updateMany({
      data: {
        clockFrom: past,
        resolutionDueAt: new Date(past.getTime() + 86_400_000),
        offerDueAt: new Date(Date.now() + 3_600_000),
        timerAt: past,
      },
    })
    const overdue = () => database.db.prisma.ticketEvent.count({ where: { type: 'overdue' } })
    const first = await worker()
    await until('the deadline is noted', async () => (await overdue()) === 1)
    await first.kill('SIGKILL')
    await emptyQueue()
    await worker()
    await resident.says('/status')
    await resident.hears('没能按时')
    await resident.hears('办理时限')
    expect(await overdue()).toBe(1)
  })
})
