import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { connect } from '../../src/platform/postgres/database.ts'
import { createKeyRing } from '../../src/platform/sealing/key-ring.ts'
import { countPlain } from '../../src/platform/sealing/seal-rows.ts'
import { isAllSent } from '../at-rest.ts'
import { webChatPerson } from '../residents/webchat-person.ts'
import { startBalancer } from '../servers/balancer.ts'
import { emptyDatabase, everyRow, ownRedis } from '../servers/database.ts'
import { type Program, runProgram } from '../servers/program.ts'
import { emptyRedis } from '../servers/service.ts'
import { freePort, until } from '../until.ts'
import { knownQuotas, makeEarlier } from './earlier.ts'
import { pause } from './stores.ts'

const run = promisify(execFile)

/**
 * The steps of `docs/operations.md` with a month in the database, while people write: each copy is
 * replaced by this version, then older words are sealed.
 */
describe('an upgrade by the documented steps, in use', () => {
  // Both at once: most of their time they wait for people.
  it.concurrent.for([
    { version: 'the last version before words were sealed', commit: '3b6b553', queue: 'Redis' },
    {
      version: 'the last version before each subject had a folder',
      commit: '34fe9f2',
      queue: 'PostgreSQL',
    },
  ])(
    'from $version, queued on $queue',
    // Two earlier versions are built and play a month each: minutes, where two slow cores do more.
    { timeout: 900_000 },
    async ({ commit, queue }, { onTestFinished }) => {
      const cleanUp: (() => Promise<unknown>)[] = []
      onTestFinished(async () => {
        for (const each of cleanUp.splice(0).reverse()) await each()
      })
      const folder = await mkdtemp(join(tmpdir(), 'jawab-upgrade-'))
      cleanUp.push(() => rm(folder, { recursive: true, force: true }))
      const earlier = await makeEarlier(commit, join(folder, 'earlier'))
      const url = await emptyDatabase((drop) => cleanUp.push(drop))
      const redisUrl = queue === 'Redis' ? ownRedis() : undefined
      if (redisUrl !== undefined) await emptyRedis(redisUrl)
      const dataKey = Buffer.alloc(32, 3)
      const environment = {
        DATABASE_URL: url,
        DATA_DIR: join(folder, 'data'),
        DATA_KEY: dataKey.toString('base64'),
        QUOTAS: knownQuotas,
        ...(redisUrl === undefined ? {} : { REDIS_URL: redisUrl }),
      }
      const command = (program: string, ...args: readonly string[]) =>
        run(process.execPath, [program, ...args], {
          env: { PATH: process.env['PATH'], LOG_LEVEL: 'warn', ...environment },
          cwd: folder,
        })
      const month = ['--teams', '4', '--members', '16', '--messages', '12', '--storms', '0']
      await command(earlier, 'simulate', 'month', ...month)

      const all: Program[] = []
      cleanUp.push(() => Promise.all(all.map((each) => each.kill('SIGKILL'))))
      const start = async (place: Record<string, string>, program?: string) => {
        const started: Program = runProgram(
          { ...environment, ...place },
          ...(program === undefined ? [] : [[program, 'start'] as const]),
        )
        all.push(started)
        // The first new copy waits for the locks of all migrations, one after another.
        await started.ready(180_000)
        return started
      }
      const ports = [await freePort(), await freePort()]
      const places = [
        ...ports.map((port) => ({ ROLES: 'web', PORT: String(port), DRAIN_SECONDS: '1' })),
        { ROLES: 'worker' },
      ]
      const programs = await Promise.all(places.map((place) => start(place, earlier)))
      const db = connect(url, 2, createKeyRing([dataKey]))
      cleanUp.push(() => db.close())
      const before = await db.prisma.ticket.count()
      expect(before).toBeGreaterThan(15)

      const balancer = await startBalancer(ports)
      cleanUp.push(balancer.stop)
      const talks = residentsAt(balancer.url, 6)
      cleanUp.push(talks.end)
      for (const [index, place] of places.entries()) {
        expect(await programs[index]?.kill('SIGTERM')).toBe(0)
        programs[index] = await start(place)
        if ('PORT' in place)
          await until('it is shared out to again', () => balancer.isReady(Number(place.PORT)))
      }
      const jawab = join(process.cwd(), 'dist/src/cli/jawab.js')
      await command(jawab, 'seal')
      const { said, answers } = await talks.end()

      const wrong = all.map((each) => each.errors() + each.output()).join('\n')
      expect([...answers].sort(), wrong).toEqual(['looked 200', 'said 202'])
      await until('all is handled and shown', () => isAllSent(db), 180_000)
      // What was said before, meanwhile and after is there, and nothing of it can be read.
      expect(await db.prisma.inbound.count({ where: { setAsideAt: { not: null } } })).toBe(0)
      const kept = await db.words.open('Inbound', await db.prisma.inbound.findMany())
      const texts = kept.map(({ payload }) => (payload as { text?: string }).text)
      for (const text of said) expect(texts).toContain(text)
      expect(await db.prisma.ticket.count()).toBeGreaterThanOrEqual(before)
      await until('everything is sealed', async () => (await countPlain(db)) === 0)
      for (const program of programs) expect(await program.kill('SIGTERM')).toBe(0)
      await command(jawab, 'seal', '--rewrite')
      const rows = (await everyRow(db)).map(({ row }) => row).join('\n')
      expect(rows).not.toContain('水渠塌了')
      const { stdout } = await command(jawab, 'doctor').catch(
        (error: { readonly stdout: string }) => error,
      )
      expect(stdout).toMatch(/schema: as this version needs it/)
    },
  )
})

/** People who write and look at the figures all the time, until it is enough. */
function residentsAt(url: string, count: number) {
  const answers = new Set<string>()
  const said: string[] = []
  let isOn = true
  const talks = Array.from({ length: count }, async (_, nth) => {
    const resident = webChatPerson(() => url)
    await resident.presses('language:zh-Hans')
    await resident.presses('notice:seen')
    for (let time = 1; isOn; time++) {
      const text = `第${nth}位说第${time}次：水渠塌了`
      const { status } = await resident.says(text)
      answers.add(`said ${status}`)
      if (status === 202) said.push(text)
      const looked = await fetch(`${url}/status`)
      answers.add(`looked ${looked.status}${looked.ok ? '' : await looked.text()}`)
      await pause(300)
    }
  })
  const ended = Promise.all(talks)
  // A talk that fails is told by `end`, which comes later.
  ended.catch(() => {})
  return {
    end: async () => {
      isOn = false
      await ended
      return { said, answers }
    },
  }
}
