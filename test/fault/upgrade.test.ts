import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadOrganisation } from '../../src/organisation/organisation.store.ts'
import type { Db } from '../../src/platform/postgres/database.ts'
import { makeOrganisation } from '../../src/simulation/organisation.ts'
import { report, residentOf } from '../residents/report.ts'
import { type FreshDatabase, freshDatabase, ownRedis } from '../servers/database.ts'
import { type Program, runProgram } from '../servers/program.ts'
import { emptyRedis } from '../servers/service.ts'
import { git, knownQuotas, makeEarlier } from './earlier.ts'

/**
 * The commit before the one that last changed the schema; `undefined` where there is no history to
 * take it from.
 */
function commitBeforeLastMigration(): string | undefined {
  try {
    return git('rev-parse', `${git('log', '-1', '--format=%H', '--', 'prisma/migrations')}^`)
  } catch {
    return undefined
  }
}

const before = commitBeforeLastMigration()
if (before === undefined && process.env['CI'] !== undefined)
  throw new Error('CI needs the history: an upgrade starts from an earlier commit')

describe.runIf(before !== undefined)('an upgrade', () => {
  let folder: string
  let database: FreshDatabase
  const programs: Program[] = []
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'jawab-upgrade-'))
    database = await freshDatabase()
    await loadOrganisation(database.db, makeOrganisation({ teams: 2, members: 6, counties: 1 }, 5))
  })
  afterAll(async () => {
    await Promise.all(programs.map((program) => program.kill('SIGKILL')))
    await database?.drop()
    await rm(folder, { recursive: true, force: true })
  })

  it('is safe while the version before the last migration still runs on the new schema, and both work side by side', async () => {
    const earlier = await makeEarlier(before ?? '', join(folder, 'earlier'))
    const redisUrl = ownRedis()
    if (redisUrl !== undefined) await emptyRedis(redisUrl)
    const environment = {
      DATABASE_URL: database.url,
      DATA_DIR: join(folder, 'data'),
      QUOTAS: knownQuotas,
      ...(redisUrl === undefined ? {} : { REDIS_URL: redisUrl }),
    }
    const start = async (program: Program) => {
      programs.push(program)
      return program.ready()
    }
    // The database already has every migration of this commit: as when the first new copy has
    // started.
    const oldUrl = await start(runProgram(environment, [earlier, 'start']))
    const first = await hasReported(
      { db: database.db, url: oldUrl },
      '村口的路灯坏了',
      'street_light',
    )
    const newUrl = await start(runProgram(environment))
    const second = await hasReported(
      { db: database.db, url: newUrl },
      '自来水停了三天',
      'drinking_water',
    )
    // A chat that began with one version goes on with the other.
    first.at.url = newUrl
    await first.resident.says('/status')
    await first.resident.hears(first.code)
    second.at.url = oldUrl
    await second.resident.says('/status')
    await second.resident.hears(second.code)
    expect(await database.db.prisma.ticket.count({ where: { status: 'assigned' } })).toBe(2)
    expect(
      await database.db.prisma.inbound.count({
        where: { OR: [{ doneAt: null }, { setAsideAt: { not: null } }] },
      }),
    ).toBe(0)
  }, 240_000)
})

/**
 * Migrations only go forward, and an earlier version still runs while they do: nothing that it uses
 * is taken away or renamed.
 */
describe('every migration', () => {
  it('takes nothing away', async () => {
    const files = git('ls-files', 'prisma/migrations/*.sql').split('\n')
    expect(files.length).toBeGreaterThan(10)
    for (const file of files)
      expect([
        file,
        /\bdrop\s+(table|column)\b|\brename\s+(to|column)\b|\bset\s+not\s+null\b/i.exec(
          await readFile(file, 'utf8'),
        )?.[0],
      ]).toEqual([file, undefined])
  })
})

/** `at` is the copy that the resident's chat is with, which can change. */
async function hasReported(at: { readonly db: Db; url: string }, text: string, category: string) {
  return { at, ...(await report(at, await residentOf(at, 'YL010101'), text, category)) }
}
