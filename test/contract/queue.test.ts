import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeOffice } from '../../src/organisation/office.store.ts'
import { unitOfWork } from '../../src/organisation/unit-of-work.store.ts'
import { makeApiKey } from '../../src/platform/http/api-keys.ts'
import { postgresBackend, redisBackend } from '../../src/platform/queue/backend.ts'
import { nudgeNames } from '../../src/platform/queue/catalogue.ts'
import { type Nudging, openNudging } from '../../src/platform/queue/nudge.ts'
import { sweep, type Waits } from '../../src/platform/queue/sweep.ts'
import { accept } from '../../src/tickets/member-work.store.ts'
import { given, report, residentOf } from '../residents/report.ts'
import { type FreshDatabase, freshDatabase, queueBackends } from '../servers/database.ts'
import { type HookReceiver, startHookReceiver } from '../servers/hook-receiver.ts'
import { type Service, startService } from '../servers/service.ts'
import { until } from '../until.ts'

describe.each(queueBackends())('the sweeper on $name', ({ redisUrl }) => {
  const stops: (() => Promise<void>)[] = []
  let database: FreshDatabase
  let nudging: Nudging
  beforeAll(async () => {
    database = await freshDatabase()
    const onTrouble = (error: unknown) => {
      throw error
    }
    if (redisUrl !== undefined) {
      // Jobs of tests before, for whom nobody works any more.
      const redis = new Redis(redisUrl)
      await redis.flushdb()
      redis.disconnect()
    }
    const backend =
      redisUrl === undefined
        ? postgresBackend(database.url)
        : redisBackend({ kind: 'server', url: redisUrl }, onTrouble)
    nudging = await openNudging(backend, onTrouble)
    stops.push(nudging.close, backend.close)
  })
  afterAll(async () => {
    for (const stop of stops) await stop()
    await database.drop()
  })
  const waitsAskedFor = async () => {
    const asked: Record<string, number> = {}
    const waits = Object.fromEntries(
      nudgeNames.map((name) => [
        name,
        async (waitedMs: number) => {
          asked[name] = waitedMs
          return [crypto.randomUUID()]
        },
      ]),
    ) as unknown as Waits
    await sweep(waits, nudging.turnMs, async () => {})
    return asked
  }

  it('takes up after three seconds what nobody was told of, and lets rows wait their turn where the queue is long', async () => {
    const calm = Object.fromEntries(nudgeNames.map((name) => [name, 3_000]))
    expect(await waitsAskedFor()).toEqual(calm)
    // Two, as what is next is asked for and not what came last.
    const adding = Date.now()
    await nudging.nudge('conversation', [crypto.randomUUID()])
    const added = Date.now()
    await until('a second has passed', () => Date.now() > added + 1_000)
    await nudging.nudge('conversation', [crypto.randomUUID()])
    const before = Date.now()
    const asked = await waitsAskedFor()
    expect(asked).toEqual({ ...calm, conversation: expect.any(Number) })
    expect(asked['conversation']).toBeGreaterThanOrEqual(3_000 + before - added)
    expect(asked['conversation']).toBeLessThanOrEqual(3_000 + Date.now() - adding)
  })
})

describe.each(queueBackends())('a service queued on $name', ({ redisUrl }) => {
  let service: Service
  let receiver: HookReceiver
  beforeAll(async () => {
    service = await startService({ REDIS_URL: redisUrl, PRIVATE_HOSTS: '127.0.0.1' })
    receiver = await startHookReceiver()
  })
  afterAll(async () => {
    await receiver?.close()
    await service?.stopAll()
  })

  it('carries a report to somebody, its answer back, and a call to a program', async () => {
    const administrator = service.organisation.members.find(({ role }) => role === 'administrator')
    const key = await makeApiKey(
      service.db,
      {
        label: 'a program',
        rights: ['webhooks'],
        areaCode: 'YL',
        createdById: administrator?.id ?? '',
      },
      new Date(),
    )
    const subscribed = await fetch(`${service.url}/v1/webhooks`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
      body: JSON.stringify({ url: receiver.url, events: ['ticket.accepted'] }),
    })
    expect(subscribed.status).toBe(201)
    const resident = await residentOf(service, 'YL010101')
    const { code } = await report(service, resident, '村口的桥断了', 'road')
    const { assigneeId } = await given(service, code)
    const { after } = await unitOfWork(
      service.db,
      makeOffice('Asia/Urumqi', new Date()),
      Date.now(),
      (work) => accept(work, assigneeId ?? '', code),
    )
    expect([after.deliverTo.size > 0, after.callWebhooks.size]).toEqual([true, 1])
    await resident.hears('已有队员在办理')
    await until('the program was called', () => receiver.received.length > 0)
  })
})
