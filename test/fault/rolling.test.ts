import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { loadOrganisation } from '../../src/organisation/organisation.store.ts'
import { makeOrganisation } from '../../src/simulation/organisation.ts'
import { telegramPerson } from '../residents/telegram-person.ts'
import { webChatPerson } from '../residents/webchat-person.ts'
import { startBalancer } from '../servers/balancer.ts'
import { startBotApi } from '../servers/bot-api.ts'
import { type FreshDatabase, freshDatabase, ownRedis } from '../servers/database.ts'
import { type Program, runProgram } from '../servers/program.ts'
import { emptyRedis } from '../servers/service.ts'
import { freePort, until } from '../until.ts'
import { pause } from './stores.ts'

describe('copies that are restarted', () => {
  const cleanUp: (() => Promise<unknown>)[] = []
  afterEach(async () => {
    for (const each of cleanUp.splice(0).reverse()) await each()
  })
  async function stores(): Promise<{
    database: FreshDatabase
    environment: Record<string, string>
  }> {
    const database = await freshDatabase()
    cleanUp.push(database.drop)
    await loadOrganisation(database.db, makeOrganisation({ teams: 2, members: 6, counties: 1 }, 5))
    const dataDir = await mkdtemp(join(tmpdir(), 'jawab-rolling-'))
    cleanUp.push(() => rm(dataDir, { recursive: true, force: true }))
    const redisUrl = ownRedis()
    if (redisUrl !== undefined) await emptyRedis(redisUrl)
    return {
      database,
      environment: {
        DATABASE_URL: database.url,
        DATA_DIR: dataDir,
        ...(redisUrl === undefined ? {} : { REDIS_URL: redisUrl }),
      },
    }
  }
  async function start(environment: Record<string, string>): Promise<Program> {
    const program = runProgram(environment)
    cleanUp.push(() => program.kill('SIGKILL'))
    await program.ready()
    return program
  }

  it('one after another, under load, fail no request and lose nothing', async () => {
    const { database, environment } = await stores()
    const ports = [await freePort(), await freePort()]
    const places = [
      ...ports.map((port) => ({ ROLES: 'web', PORT: String(port), DRAIN_SECONDS: '1' })),
      { ROLES: 'worker' },
    ]
    const programs = await Promise.all(places.map((place) => start({ ...environment, ...place })))
    const balancer = await startBalancer(ports)
    cleanUp.push(balancer.stop)

    const load = { isOn: true, answers: new Map<string, number>() }
    const residents = Array.from({ length: 6 }, () => webChatPerson(() => balancer.url))
    const count = (what: string) => load.answers.set(what, (load.answers.get(what) ?? 0) + 1)
    const talks = residents.map(async (resident, nth) => {
      const said: string[] = []
      while (load.isOn) {
        await pause(50)
        said.push(`/help ${nth}-${said.length + 1}`)
        count(`said ${(await resident.says(said.at(-1) ?? '')).status}`)
        const looked = await fetch(`${balancer.url}/status`)
        count(`looked ${looked.status} ${looked.ok ? '' : await looked.text()}`)
      }
      return said
    })
    for (const [index, place] of places.entries()) {
      // It must end by itself: when that takes too long, the program gives up with another code
      // (`main.ts`).
      expect(await programs[index]?.kill('SIGTERM')).toBe(0)
      programs[index] = await start({ ...environment, ...place })
      if ('PORT' in place)
        await until('it is shared out to again', () => balancer.isReady(Number(place.PORT)))
    }
    load.isOn = false
    const said = await Promise.all(talks)
    expect([...load.answers.keys()].sort()).toEqual(['looked 200 ', 'said 202'])
    await until(
      'all is answered',
      async () => (await database.db.prisma.inbound.count({ where: { doneAt: null } })) === 0,
    )
    await until(
      'all is shown',
      async () => (await database.db.prisma.outbound.count({ where: { status: 'queued' } })) === 0,
    )
    expect(await database.db.prisma.inbound.count()).toBe(said.flat().length)
    expect(await database.db.prisma.outbound.count({ where: { status: 'sent' } })).toBe(
      said.flat().length,
    )
  })

  it('end in time though the chat app is silent, and what was on its way is sent by the next copy', async () => {
    const api = await startBotApi()
    cleanUp.push(api.close)
    const environment = {
      ...(await stores()).environment,
      TELEGRAM_BOT_TOKEN: api.token,
      TELEGRAM_API_ROOT: api.root,
    }
    const first = await start(environment)
    api.trouble((method) => (method === 'sendMessage' ? { silentMs: 60_000 } : undefined))
    const resident = telegramPerson(api, 55_001)
    await resident.says('村口的路灯坏了')
    await until('it is being sent', () => api.calls.some(({ method }) => method === 'sendMessage'))
    expect(await first.kill('SIGTERM')).toBe(0)
    api.trouble(() => undefined)
    await start(environment)
    await resident.hears('开始之前')
  })
})
