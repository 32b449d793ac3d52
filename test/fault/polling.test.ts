import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { loadOrganisation } from '../../src/organisation/organisation.store.ts'
import { makeOrganisation } from '../../src/simulation/organisation.ts'
import { telegramPerson } from '../residents/telegram-person.ts'
import { startBotApi } from '../servers/bot-api.ts'
import { freshDatabase } from '../servers/database.ts'
import { runProgram } from '../servers/program.ts'
import { until } from '../until.ts'

describe('Telegram by polling, in several copies', () => {
  it('is polled by one only, and by another within 10 seconds when it dies', async () => {
    const api = await startBotApi()
    const database = await freshDatabase()
    await loadOrganisation(database.db, makeOrganisation({ teams: 2, members: 6, counties: 1 }, 5))
    const dataDir = await mkdtemp(join(tmpdir(), 'jawab-poll-'))
    const start = () =>
      runProgram({
        DATABASE_URL: database.url,
        DATA_DIR: dataDir,
        TELEGRAM_BOT_TOKEN: api.token,
        TELEGRAM_API_ROOT: api.root,
      })
    const copies = [start(), start()]
    try {
      await Promise.all(copies.map((copy) => copy.ready()))
      await until('somebody polls', () => api.calls.some(({ method }) => method === 'getUpdates'))
      const resident = telegramPerson(api, 401)
      await resident.says('你好')
      await resident.hears('开始之前')
      const leader = await database.db.prisma.$queryRaw<
        { n: number }[]
      >`select count(*)::int as n from pg_locks where locktype = 'advisory' and granted and objid = 7240001 and database = (select oid from pg_database where datname = current_database())`
      expect(leader[0]?.n).toBe(1)
      // Whichever leads: both are killed in turn, and one must always take over.
      await copies[0]?.kill('SIGKILL')
      await resident.says('/help')
      await resident.hears('用自己的话写')
      copies.push(start())
      await copies[2]?.ready()
      await copies[1]?.kill('SIGKILL')
      await resident.says('/privacy')
      await resident.hears('180 天')
    } finally {
      for (const copy of copies)
        if (copy.process.exitCode === null && copy.process.signalCode === null)
          await copy.kill('SIGKILL')
      await database.drop()
      await api.close()
      await rm(dataDir, { recursive: true, force: true })
    }
  })
})
