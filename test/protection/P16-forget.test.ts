import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openKeyRing } from '../../src/platform/sealing/key-ring.ts'
import { eraseForgotten } from '../../src/privacy/erase-resident.store.ts'
import { listErasures } from '../../src/privacy/erasures-file.client.ts'
import { chatOfMember, given, report, residentOf } from '../residents/report.ts'
import type { WebChatPerson } from '../residents/webchat-person.ts'
import { everyRow } from '../servers/database.ts'
import { runProgram } from '../servers/program.ts'
import { type Service, startService } from '../servers/service.ts'
import { until } from '../until.ts'

describe('P16 everything is erased', () => {
  let service: Service
  beforeAll(async () => {
    service = await startService()
  })
  afterAll(() => service?.stopAll())

  const begin = () => residentOf(service, 'YL010101')
  const reported = async (resident: WebChatPerson, text: string, category = 'road') => {
    const { code } = await report(service, resident, text, category)
    return given(service, code)
  }
  const forget = async (resident: WebChatPerson) => {
    await resident.says('/forget')
    await resident.hears('会马上删除')
    await resident.presses('forget')
    await resident.hears('您的全部内容已删除')
  }
  const dump = async () => (await everyRow(service.db)).map(({ row }) => row).join('\n')

  it('at once, also while a ticket is open: words, files and chat; whoever had the ticket learns only that it was withdrawn', async () => {
    const resident = await begin()
    await resident.sendsFile(
      'photo',
      await sharp({ create: { width: 40, height: 30, channels: 3, background: 'green' } })
        .jpeg()
        .toBuffer(),
      'image/jpeg',
    )
    const ticket = await reported(resident, 'MARKED桥断了')
    const chat = await chatOfMember(service, ticket.assigneeId ?? '')
    await chat.says('/mine')
    await chat.hears('MARKED')
    const files = await service.db.prisma.attachment.count()
    expect(files).toBeGreaterThan(0)
    await forget(resident)
    await until('they are told', async () =>
      (await chat.lines()).some(({ text }) => text.includes(ticket.code)),
    )
    await until(
      'the files are gone',
      async () => (await service.db.prisma.attachment.count()) === 0,
    )
    expect(
      await service.db.prisma.ticket.findUniqueOrThrow({ where: { id: ticket.id } }),
    ).toMatchObject({
      status: 'withdrawn',
      conversationId: null,
      category: 'road',
    })
    expect((await dump()).split('\n').filter((row) => row.includes('MARKED'))).toEqual([])
    expect((await chat.lines()).some(({ text }) => text.includes('MARKED'))).toBe(false)
  })

  it('with the handle, once the last word had its minute; the list outside the database names nobody', async () => {
    const resident = await begin()
    await reported(resident, '路灯不亮', 'street_light')
    await forget(resident)
    const { id, handleHash } = await service.db.prisma.conversation.findFirstOrThrow({
      where: { forgottenAt: { not: null } },
      orderBy: { forgottenAt: 'desc' },
    })
    await eraseForgotten(service.db, await openKeyRing(service.config), new Date())
    expect(await service.db.prisma.conversation.count({ where: { id } })).toBe(1)
    const gone = await eraseForgotten(
      service.db,
      await openKeyRing(service.config),
      new Date(Date.now() + 61_000),
    )
    expect(gone.length).toBeGreaterThan(0)
    expect(await service.db.prisma.conversation.count({ where: { id } })).toBe(0)
    const folder = await mkdtemp(join(tmpdir(), 'jawab-erasures-'))
    await listErasures({ dataDir: folder }, gone)
    await listErasures({ dataDir: folder }, gone)
    const list = await readFile(join(folder, 'erasures'), 'utf8')
    // Each once; the day alone; and not by the hash that a chat is found by.
    expect(list.split('\n').filter((line) => line !== '').length).toBe(gone.length)
    expect(list).toMatch(/^\d{4}-\d\d-\d\d [0-9a-f]{66}$/m)
    expect(list).not.toContain(Buffer.from(handleHash).toString('hex'))
    await rm(folder, { recursive: true })
  })

  it('and whoever writes again before that has begun anew, and loses nothing', async () => {
    const resident = await begin()
    await reported(resident, '水管漏水', 'drinking_water')
    await forget(resident)
    await resident.says('/start v_YL010101')
    await resident.presses('language:zh-Hans')
    await resident.presses('notice:seen')
    const ticket = await reported(resident, '井盖丢了', 'other')
    await eraseForgotten(
      service.db,
      await openKeyRing(service.config),
      new Date(Date.now() + 61_000),
    )
    expect(
      await service.db.prisma.ticket.findUniqueOrThrow({
        where: { id: ticket.id },
        include: { messages: true },
      }),
    ).toMatchObject({
      messages: [{ text: '井盖丢了' }],
    })
    await resident.says('/status')
    await resident.hears(ticket.code)
  })

  it('but a ticket that others have joined stays theirs, without these words', async () => {
    const [first, second] = [await begin(), await begin()]
    const ticket = await reported(first, 'MARKED1 垃圾三周没人清运了', 'waste')
    await second.says('垃圾三周没人清运了')
    await second.presses('category:waste')
    await second.presses('send')
    await second.pressesLike('same:')
    await until(
      'they have joined',
      async () =>
        (await service.db.prisma.follower.count({ where: { ticketId: ticket.id } })) === 1,
    )
    await forget(first)
    const after = await service.db.prisma.ticket.findUniqueOrThrow({
      where: { id: ticket.id },
      include: { messages: true },
    })
    expect([
      after.status === 'withdrawn',
      after.conversationId === null,
      after.messages.some(({ text }) => text.includes('MARKED1')),
    ]).toEqual([false, false, false])
    await second.says('/status')
    await second.hears(ticket.code)
  })

  it('again after a backup was restored, by jawab erase --replay', async () => {
    const resident = await begin()
    const ticket = await reported(resident, 'MARKED2 学校没暖气', 'school')
    const before = await service.db.prisma.conversation.findUniqueOrThrow({
      where: { id: ticket.conversationId ?? '' },
    })
    const words = await service.db.prisma.ticketMessage.findMany({ where: { ticketId: ticket.id } })
    await forget(resident)
    const gone = await eraseForgotten(
      service.db,
      await openKeyRing(service.config),
      new Date(Date.now() + 61_000),
    )
    const folder = await mkdtemp(join(tmpdir(), 'jawab-erasures-'))
    await listErasures({ dataDir: folder }, gone)
    // As a backup from before would bring it back, with the list in the database lost.
    await service.db.prisma.erasure.deleteMany()
    await service.db.prisma.conversation.create({ data: { ...before, state: {} } })
    await service.db.prisma.ticket.update({
      where: { id: ticket.id },
      data: { status: 'accepted', assigneeId: ticket.assigneeId, conversationId: before.id },
    })
    await service.db.prisma.ticketMessage.createMany({ data: words })
    const program = runProgram(
      { DATABASE_URL: service.database.url, DATA_DIR: service.config.dataDir },
      ['dist/src/cli/jawab.js', 'erase', '--replay', join(folder, 'erasures')],
    )
    expect([await program.ended(), program.output()]).toEqual([
      0,
      expect.stringContaining('1 chats had come back'),
    ])
    expect([
      (await dump()).includes('MARKED2'),
      await service.db.prisma.conversation.count({ where: { id: before.id } }),
    ]).toEqual([false, 0])
    await writeFile(join(folder, 'wrong'), 'nonsense\n')
    const wrong = runProgram(
      { DATABASE_URL: service.database.url, DATA_DIR: service.config.dataDir },
      ['dist/src/cli/jawab.js', 'erase', '--replay', join(folder, 'wrong')],
    )
    expect([await wrong.ended(), wrong.errors()]).toEqual([
      1,
      expect.stringContaining('no list of erasures'),
    ])
    await rm(folder, { recursive: true })
  })
})
