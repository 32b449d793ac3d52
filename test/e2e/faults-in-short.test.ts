import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterEach, expect, it } from 'vitest'
import { type Running, startJawab } from '../../src/app.ts'
import { readConfig } from '../../src/config.ts'
import { openFiles } from '../../src/platform/files/attachments.ts'
import { backUp, restore } from '../../src/platform/postgres/backup.ts'
import { connect } from '../../src/platform/postgres/database.ts'
import { openKeyRing } from '../../src/platform/sealing/key-ring.ts'
import { given, report, residentOf } from '../residents/report.ts'
import { webChatPerson } from '../residents/webchat-person.ts'
import { freshDatabase } from '../servers/database.ts'
import { type Service, startService } from '../servers/service.ts'
import { until } from '../until.ts'

/**
 * What `test/fault` plays at length with killed processes, in short and in one process. Each long
 * test has a short form here.
 */
const cleanUp: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const each of cleanUp.splice(0).reverse()) await each()
})

async function service(): Promise<Service> {
  const started = await startService()
  cleanUp.push(started.stopAll)
  return started
}

/** Another copy of a service, on the same stores. */
async function another(
  of: Service,
  roles = 'web,worker',
): Promise<Running & { readonly url: string }> {
  const copy = await startJawab(
    // Long enough for what is on its way when a copy is stopped.
    { ...of.config, roles: readConfig({ ROLES: roles }).roles, drainMs: 500 },
    pino({ level: 'silent' }),
  )
  return { ...copy, url: copy.url ?? '' }
}

it('copies that are replaced one by one fail no request and lose nothing', async () => {
  const first = await service()
  const second = await another(first)
  const person = webChatPerson(() => second.url)
  expect((await person.says('/start v_YL010101')).status).toBe(202)
  await person.presses('language:zh-Hans')
  await person.presses('notice:seen')
  const third = await another(first)
  cleanUp.push(third.stop)
  // The one that stops answers what is on its way.
  const [answered] = await Promise.all([person.says('村口的桥断了'), second.stop()])
  expect(answered.ok).toBe(true)
  const moved = webChatPerson(() => third.url)
  expect((await moved.says('你好')).status).toBe(202)
  await until('the words are in the draft', async () =>
    (await first.db.prisma.inbound.count({ where: { doneAt: null } })) === 0 ? true : undefined,
  )
  expect(await first.db.prisma.inbound.count({ where: { setAsideAt: { not: null } } })).toBe(0)
})

it('a timer that fell due while no worker ran fires once, also with several workers', async () => {
  const web = await service()
  const { code } = await report(web, await residentOf(web, 'YL010101'), '村口的桥断了', 'road')
  await given(web, code)
  const workers = await Promise.all([another(web, 'worker'), another(web, 'worker')])
  cleanUp.push(...workers.map((worker) => worker.stop))
  const offered = await web.db.prisma.ticket.findUniqueOrThrow({ where: { code } })
  await web.db.prisma.ticket.update({
    where: { code },
    data: { offerDueAt: new Date(Date.now() - 1_000), timerAt: new Date(Date.now() - 1_000) },
  })
  await until('the offer ran out', () =>
    web.db.prisma.ticketEvent.findFirst({
      where: { ticketId: offered.id, type: 'offerRanOut' },
    }),
  )
  const events = await web.db.prisma.ticketEvent.findMany({
    where: { ticketId: offered.id },
    orderBy: { seq: 'asc' },
  })
  expect(events.filter(({ type }) => type === 'offerRanOut')).toHaveLength(1)
  expect(events.map(({ seq }) => seq)).toEqual(events.map((_, nth) => nth + 1))
})

it('a backup brings back every row', async () => {
  const from = await service()
  const { code } = await report(from, await residentOf(from, 'YL010101'), '村口的桥断了', 'road')
  await given(from, code)
  const folder = await mkdtemp(join(tmpdir(), 'jawab-backup-'))
  cleanUp.push(() => rm(folder, { recursive: true, force: true }))
  const keys = await openKeyRing(from.config)
  const taken = await backUp(from.database.url, from.config, keys, join(folder, 'backup'))
  const empty = await freshDatabase()
  cleanUp.push(empty.drop)
  await empty.db.prisma.$executeRawUnsafe('drop schema public cascade')
  await empty.db.prisma.$executeRawUnsafe('create schema public')
  const dataDir = join(folder, 'data')
  const brought = await restore(empty.url, { dataDir }, keys, join(folder, 'backup'))
  expect(brought).toEqual(taken)
  const restored = connect(empty.url, 1, keys)
  cleanUp.push(restored.close)
  const ticket = await restored.prisma.ticket.findUniqueOrThrow({
    where: { code },
    include: { messages: true },
  })
  const [message] = await restored.words.open('TicketMessage', ticket.messages)
  expect(message?.text).toBe('村口的桥断了')
  await (await openFiles({ dataDir }, keys)).close()
})
