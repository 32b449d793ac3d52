import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Running, startJawab } from '../../src/app.ts'
import { readConfig } from '../../src/config.ts'
import { demoEntrances } from '../../src/simulation/demo.store.ts'
import { signedInTo } from '../browsers/staff-browser.ts'
import { runProgram } from '../servers/program.ts'

describe('the demonstration of a first start', () => {
  let folder = ''
  let service: Running
  const start = () =>
    startJawab(
      readConfig({ DATA_DIR: folder, PORT: '0', LOG_LEVEL: 'silent' }),
      pino({ level: 'silent' }),
    )
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'jawab-demo-'))
    service = await start()
  })
  afterAll(async () => {
    await service.stop()
    await rm(folder, { recursive: true, force: true })
  })

  it('is alive: tickets in every language, answered, late, open and reopened', async () => {
    const { db } = service
    const tickets = await db.prisma.ticket.findMany()
    expect(tickets.length).toBeGreaterThanOrEqual(390)
    expect(new Set(tickets.map(({ language }) => language)).size).toBe(8)
    expect(new Set(tickets.map(({ status }) => status)).size).toBeGreaterThanOrEqual(4)
    expect(tickets.some(({ reopenedCount }) => reopenedCount > 0)).toBe(true)
    expect(tickets.every(({ openedAt }) => openedAt.getTime() <= Date.now())).toBe(true)
    // What is written is sealed there too.
    const { text } = await db.prisma.ticketMessage.findFirstOrThrow()
    expect(text).not.toMatch(/[\p{Script=Han}\p{Script=Arabic}\p{Script=Cyrillic}]/u)
  })
  it('says on its pages that it is one, and has something to show to each role', async () => {
    const entrances = await demoEntrances(service.db, new Date())
    expect(Object.values(entrances).every((each) => each !== '')).toBe(true)
    const member = await service.db.prisma.member.findFirstOrThrow({ where: { code: 'M00001' } })
    const page = await (await signedInTo(service.url ?? '', service.db, member.id)).get(
      '/console/tickets',
    )
    expect([
      page.status,
      page.html.includes('jawab demo clear'),
      page.html.includes('JW-'),
    ]).toEqual([200, true, true])
  })
  it('says so to residents too, in their language', async () => {
    const read = async (path: string) => (await fetch(`${service.url}${path}`)).text()
    expect(await read('/chat')).toContain('<p id="demo">بۇ كۆرسەتمە')
    expect(await read('/t?language=zh-Hans')).toContain('这是演示')
    expect(await read('/status?language=kk-Cyrl')).toContain('көрсетілім')
  })
  it('is cleared by a command, once the service stands still, and does not come again', async () => {
    const clear = async () => {
      const program = runProgram({ DATA_DIR: folder }, ['dist/src/cli/jawab.js', 'demo', 'clear'])
      return [await program.ended(), program.errors()]
    }
    expect(await clear()).toEqual([1, expect.stringContaining('stop it first')])
    await service.stop()
    expect(await clear()).toEqual([0, ''])
    service = await start()
    expect([
      await service.db.prisma.member.count(),
      await service.db.prisma.ticket.count(),
      service.isDemo,
    ]).toEqual([0, 0, false])
  })
})
