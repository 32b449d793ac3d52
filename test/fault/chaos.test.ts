import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { playChaos } from './chaos.ts'
import { type Postgres, startPostgres, startRedisCluster, startRedisSentinels } from './stores.ts'

const kept = {
  rested: true,
  lost: 0,
  twice: 0,
  misordered: 0,
  unexplained: 0,
  unassigned: 0,
  misfired: 0,
  findings: [],
}

/** The short form of `npm run faults`. */
describe('when everything around it fails', () => {
  let postgres: Postgres
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'jawab-chaos-'))
    postgres = await startPostgres(folder)
  })
  afterAll(async () => {
    await postgres?.stop()
    await rm(folder, { recursive: true, force: true })
  })

  it('2 web and 3 worker processes lose nothing and do nothing twice, queued on PostgreSQL', async () => {
    const size = { residents: 8, messages: 96, strikes: 4, webs: 2, workers: 3 }
    expect(await playChaos({ postgres, queue: undefined, folder }, 3, size)).toMatchObject({
      ...kept,
      messages: 96,
    })
  }, 240_000)

  it.runIf(inject('redisUrl') !== undefined)(
    'nor do 4 web and 4 worker processes on a Redis Cluster of 6 nodes that loses a primary',
    async () => {
      const queue = await startRedisCluster(folder)
      const size = { residents: 8, messages: 96, strikes: 5, webs: 4, workers: 4 }
      try {
        expect(await playChaos({ postgres, queue, folder }, 5, size)).toMatchObject({
          ...kept,
          messages: 96,
        })
      } finally {
        await queue.stop()
      }
    },
    240_000,
  )

  it.runIf(inject('redisUrl') !== undefined)(
    'nor do 2 web and 2 worker processes on a Redis whose primary three Sentinels replace',
    async () => {
      const queue = await startRedisSentinels(folder)
      const size = { residents: 6, messages: 60, strikes: 4, webs: 2, workers: 2 }
      try {
        expect(await playChaos({ postgres, queue, folder }, 7, size)).toMatchObject({
          ...kept,
          messages: 60,
        })
      } finally {
        await queue.stop()
      }
    },
    240_000,
  )
})
