import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { conversationWith, lockConversation } from '../../src/mailbox/conversations.store.ts'
import { keepArrival } from '../../src/mailbox/inbound.store.ts'
import { openOffice } from '../../src/organisation/office.store.ts'
import { issueToken } from '../../src/organisation/staff.store.ts'
import { unitOfWork } from '../../src/organisation/unit-of-work.store.ts'
import { attachmentsFolder } from '../../src/platform/files/file-store.ts'
import { openKeyRing } from '../../src/platform/sealing/key-ring.ts'
import { keyIdOf } from '../../src/platform/sealing/sealed-text.ts'
import { openWords } from '../../src/platform/sealing/words.ts'
import { forget } from '../../src/privacy/erase-resident.store.ts'
import { signedIn } from '../browsers/staff-browser.ts'
import { chatOfMember, given, join, report, residentOf } from '../residents/report.ts'
import { telegramPerson } from '../residents/telegram-person.ts'
import type { WebChatPerson } from '../residents/webchat-person.ts'
import { type BotApi, startBotApi } from '../servers/bot-api.ts'
import { everyRow } from '../servers/database.ts'
import { type Service, startService } from '../servers/service.ts'
import { until } from '../until.ts'

describe('P36 with sealing begun', () => {
  let api: BotApi
  let service: Service
  beforeAll(async () => {
    api = await startBotApi()
    service = await startService({ TELEGRAM_BOT_TOKEN: api.token, TELEGRAM_API_ROOT: api.root })
    await service.db.prisma.sealing.create({ data: { since: new Date(), form: 2 } })
  })
  afterAll(async () => {
    await service?.stopAll()
    await api?.close()
  })
  const dump = async () => (await everyRow(service.db)).map(({ table, row }) => `${table} ${row}`)
  const withWord = async (...words: readonly string[]) =>
    (await dump()).filter((row) => words.some((word) => row.includes(word)))
  const myData = async (resident: WebChatPerson) =>
    (
      await fetch(`${service.url}/channels/webchat/mydata.json`, {
        headers: { cookie: resident.cookie() },
      })
    ).text()

  it('everything works as before, and no word of anybody stands readable in the database', async () => {
    const first = await residentOf(service, 'YL010101')
    const photo = await sharp({ create: { width: 40, height: 30, channels: 3, background: 'red' } })
      .jpeg()
      .toBuffer()
    await first.sendsFile('photo', photo, 'image/jpeg')
    const { code } = await report(service, first, 'MARKEDONE 垃圾三周没人清理了', 'waste')
    const { assigneeId } = await given(service, code)
    const member = await chatOfMember(service, assigneeId ?? '')
    await member.says('/mine')
    expect((await member.hears('MARKEDONE')).text).toContain('垃圾三周')
    const page = await (await signedIn(service, assigneeId ?? '')).get(`/console/tickets/${code}`)
    expect(page.html).toContain('MARKEDONE')
    // Somebody joins, by the likeness of what is sealed.
    const second = await residentOf(service, 'YL010101')
    await join(second, 'MARKEDTWO 垃圾三周没人清理', 'waste')
    await member.hears('MARKEDTWO')
    await member.presses(`accept:${code}`)
    await until(
      'it is accepted',
      async () =>
        (await service.db.prisma.ticket.findUniqueOrThrow({ where: { code } })).status ===
        'accepted',
    )
    await member.presses(`ask:${code}`)
    await member.says('MARKEDTEAM 具体在哪里')
    await first.hears('MARKEDTEAM')
    await first.says('MARKEDONE 在桥头')
    await member.hears('桥头')
    await member.presses(`resolve:${code}`)
    await member.says('MARKEDTEAM 清理完了')
    await first.hears('清理完了')
    await second.hears('清理完了')
    // The transcript of a page that is opened again, and the copy of one's data.
    expect(JSON.stringify(await first.lines())).toMatch(/MARKEDONE.*MARKEDTEAM/s)
    expect(await myData(first)).toMatch(/MARKEDONE/)
    expect(await myData(first)).not.toContain('MARKEDTWO')
    await until(
      'all is sent',
      async () => (await service.db.prisma.outbound.count({ where: { status: 'queued' } })) === 0,
    )
    expect(await withWord('MARKED', '垃圾三周', '桥头', '清理完')).toEqual([])
    expect((await dump()).some((row) => row.includes('jw2.'))).toBe(true)
  })

  it('a draft, a chat app’s edit and a command are read as ever', async () => {
    const resident = telegramPerson(api, 7_360_001)
    await resident.says('/start v_YL010101')
    await resident.presses('language:zh-Hans')
    await resident.presses('notice:seen')
    const id = await resident.sends({ text: 'MARKEDDRAFT 路灯坏了三天' })
    await resident.choosesCategory('street_light')
    await resident.hears('最后看一遍')
    await api.deliver({
      edited_message: {
        message_id: id,
        date: 1,
        edit_date: 2,
        chat: { id: 7_360_001, type: 'private' },
        text: 'MARKEDEDIT 路灯坏了四天',
      },
    })
    await resident.hears('已经改过来')
    await resident.says('/help')
    await resident.hears('/status')
    expect(JSON.stringify(resident.messages())).toContain('MARKEDEDIT')
    expect(await withWord('MARKEDDRAFT', 'MARKEDEDIT', '路灯坏了')).toEqual([])
    const member = service.organisation.members.find(({ teamId }) => teamId !== null)
    expect(await issueToken(service.db, member?.id ?? '', 'invitation', new Date())).toMatch(/.+/)
  })

  it('P37 to erase is to destroy the key: the words of who erased are readable nowhere, those of others are', async () => {
    const first = await residentOf(service, 'YL010102')
    const { code, ticket } = await report(
      service,
      first,
      'MARKEDGONE 水管漏水一整夜',
      'drinking_water',
    )
    const second = await residentOf(service, 'YL010102')
    await join(second, 'MARKEDSTAYS 水管漏水一整夜了', 'drinking_water')
    // What a dump from before holds: sealed texts, and the keys as they were.
    const before = await service.db.prisma.ticketMessage.findMany({
      where: { ticketId: ticket.id },
      orderBy: { id: 'asc' },
    })
    const opened = await service.db.words.open('TicketMessage', before)
    expect(opened.map(({ text }) => text)).toEqual([
      'MARKEDGONE 水管漏水一整夜',
      'MARKEDSTAYS 水管漏水一整夜了',
    ])
    await first.says('/forget')
    await first.presses('forget')
    await until(
      'it is erased',
      async () =>
        (await service.db.prisma.ticketMessage.count({ where: { ticketId: ticket.id } })) === 1,
    )
    // Another copy, which has no key in its memory.
    const other = await startService({}, service.organisation).catch(() => undefined)
    await other?.stopAll()
    const ids = (await service.db.prisma.wordKey.findMany({ select: { id: true } })).map(
      ({ id }) => id,
    )
    const idOf = (text: string) =>
      Buffer.from(text.split('.')[1] ?? '', 'base64url').toString('hex')
    expect(ids.map((id) => id.replaceAll('-', ''))).not.toContain(idOf(before[0]?.text ?? ''))
    expect(ids.map((id) => id.replaceAll('-', ''))).toContain(idOf(before[1]?.text ?? ''))
    await second.says('/status')
    await second.hears('📍')
    // Who begins again has another key, and is read as ever.
    await first.says('/start v_YL010102')
    await first.presses('language:zh-Hans')
    await first.presses('notice:seen')
    const again = await report(service, first, 'MARKEDANEW 井盖松了一个月', 'other')
    expect(again.code).not.toBe(code)
    expect(await myData(first)).toContain('MARKEDANEW')
    expect(await withWord('MARKED')).toEqual([])
  })

  it('P36 what is moved to another row or column can be read nowhere', async () => {
    const { db } = service
    const resident = await residentOf(service, 'YL010101')
    const { code, ticket } = await report(service, resident, 'MARKEDHERE 井盖坏了', 'other')
    const { assigneeId } = await given(service, code)
    await resident.says('MARKEDTHERE 在桥头')
    await resident.presses(`add:${code}`)
    await until(
      'it is added',
      async () => (await db.prisma.ticketMessage.count({ where: { ticketId: ticket.id } })) === 2,
    )
    await until(
      'all is sent',
      async () => (await db.prisma.outbound.count({ where: { status: 'queued' } })) === 0,
    )
    const browser = await signedIn(service, assigneeId ?? '')
    const page = async () => (await browser.get(`/console/tickets/${code}`)).html
    expect(await page()).toMatch(/MARKEDHERE.*MARKEDTHERE/s)
    // Both are of one writer and have one key.
    const [first, second] = await db.prisma.ticketMessage.findMany({
      where: { ticketId: ticket.id },
      orderBy: { id: 'asc' },
    })
    expect(keyIdOf(first?.text ?? '')).toBe(keyIdOf(second?.text ?? ''))
    await db.prisma.ticketMessage.update({
      where: { id: second?.id ?? 0n },
      data: { text: first?.text ?? '' },
    })
    expect((await page()).match(/MARKED\w+/g)).toEqual(['MARKEDHERE'])
    expect(await page()).not.toContain('jw2.')
    // What came in is put where it would be shown.
    const inbound = await db.prisma.inbound.findFirstOrThrow({
      where: { payload: { path: ['text'], string_starts_with: 'jw2.' } },
      orderBy: { id: 'desc' },
    })
    const { text } = inbound.payload as { text: string }
    await db.prisma
      .$executeRaw`update "TicketMessage" set "text" = ${text} where "id" = ${second?.id ?? 0n}`
    expect((await page()).match(/MARKED\w+/g)).toEqual(['MARKEDHERE'])
  })

  it('P37 a file can be opened by nobody once its writer’s words are erased, and until then goes with its words', async () => {
    const { db } = service
    const photo = await sharp({ create: { width: 40, height: 30, channels: 3, background: 'red' } })
      .jpeg()
      .toBuffer()
    const resident = await residentOf(service, 'YL010102')
    await resident.sendsFile('photo', photo, 'image/jpeg')
    const { ticket } = await report(service, resident, 'MARKEDPHOTO 水渠堵了', 'irrigation')
    const file = await db.prisma.attachment.findFirstOrThrow({
      where: { message: { ticketId: ticket.id } },
    })
    // Its key is sealed with that of the report, and the one that it had before is gone.
    const { text } = await db.prisma.ticketMessage.findFirstOrThrow({
      where: { ticketId: ticket.id, text: { not: '' } },
    })
    expect(keyIdOf(file.fileKey ?? '')).toBe(keyIdOf(text))
    expect(await db.prisma.wordKey.count({ where: { id: file.id } })).toBe(0)
    const keys = await openKeyRing(service.config)
    const stored = await readFile(resolve(attachmentsFolder(service.config.dataDir), file.key))
    expect(() => keys.openBytes(stored, `Attachment:${file.id}`)).toThrow()
    // One that is in no report yet has a key of its own.
    await resident.sendsFile('photo', photo, 'image/jpeg')
    const loose = await until('it is kept', () =>
      db.prisma.attachment.findFirst({ where: { messageId: null } }),
    )
    expect(keyIdOf(loose.fileKey ?? '')).toBe(loose.id)
    await resident.says('/forget')
    await resident.presses('forget')
    await until(
      'it is erased',
      async () =>
        (await db.prisma.attachment.count({ where: { id: { in: [file.id, loose.id] } } })) === 0,
    )
    expect(
      await db.prisma.wordKey.count({ where: { id: { in: [loose.id, keyIdOf(text) ?? ''] } } }),
    ).toBe(0)
    // A copy of the rows and of the file is of no use: the key is gone.
    const words = openWords(service.database.url, keys)
    expect(await words.open('Attachment', [file])).toMatchObject([{ fileKey: '' }])
    await words.close()
    await until(
      'its place is taken',
      async () =>
        (
          await db.prisma.$queryRaw<
            { dead: bigint }[]
          >`select pg_stat_get_dead_tuples('"WordKey"'::regclass) as "dead"`
        )[0]?.dead === 0n,
    )
  })

  it('P36 keys that were made for later and not used are gone when a copy ends', async () => {
    const words = openWords(service.database.url, await openKeyRing(service.config))
    const before = await service.db.prisma.wordKey.count()
    const used = await words.newKeyId()
    expect(await service.db.prisma.wordKey.count()).toBeGreaterThan(before + 1)
    await words.close()
    expect(await service.db.prisma.wordKey.count({ where: { id: used } })).toBe(1)
    expect(await service.db.prisma.wordKey.count()).toBe(before + 1)
  })

  it('P36 what somebody writes that looks like a sealed text is a text, and its erasing destroys no key of others', async () => {
    const victim = await residentOf(service, 'YL010101')
    const { ticket } = await report(service, victim, 'MARKEDVICTIM 路灯全部坏了', 'street_light')
    const messages = await service.db.prisma.ticketMessage.findMany({
      where: { ticketId: ticket.id },
    })
    const [{ text: sealed } = { text: '' }] = messages
    const [, keyOfVictim = ''] = sealed.split('.')
    const attacker = await residentOf(service, 'YL010102')
    const forged = `jw2.${keyOfVictim}.${'A'.repeat(60)}`
    await report(service, attacker, forged, 'other')
    expect(await myData(attacker)).toContain(forged)
    await attacker.says('/forget')
    await attacker.presses('forget')
    await attacker.hears('删')
    await until('it is erased', async () => !(await dump()).some((row) => row.includes(forged)))
    expect(await service.db.words.open('TicketMessage', messages)).toMatchObject([
      { text: 'MARKEDVICTIM 路灯全部坏了' },
    ])
    expect(await service.db.prisma.wordKey.count({ where: { id: keyIdOf(sealed) ?? '' } })).toBe(1)
    // A key that nobody has ever had is no harm either.
    await victim.says(
      `jw2.${Buffer.from(randomUUID().replaceAll('-', ''), 'hex').toString('base64url')}.${'A'.repeat(60)}`,
    )
    await victim.says('/help')
    await victim.hears('/status')
  })

  it('P37 what comes in while one has everything erased is not lost with the old key', async () => {
    const { db } = service
    const keys = await openKeyRing(service.config)
    const office = await openOffice(db, 'Asia/Urumqi', Date.now)()
    const words = openWords(service.database.url, keys)
    for (let round = 0; round < 4; round += 1) {
      const handle = `7361${round}`
      const arrival = (n: number) => ({
        channel: 'telegram',
        handle,
        externalId: `${round}.${n}`,
        message: { kind: 'said' as const, text: `MARKEDRACE ${round}.${n}`, files: [] },
      })
      const id = await conversationWith(db, keys, 'telegram', handle)
      const arriving: Promise<string>[] = []
      const isWaiting = async () =>
        (
          await db.prisma.$queryRaw<
            unknown[]
          >`select 1 from pg_stat_activity where "datname" = current_database() and "wait_event_type" = 'Lock'`
        ).length > 0
      // As a turn does it: the lock of the chat, then all the rest. Messages come in before,
      // meanwhile and at its very end.
      await keepArrival(db, keys, arrival(0))
      const erasing = unitOfWork(db, office, Date.now(), async (work) => {
        await lockConversation(work, id)
        arriving.push(keepArrival(db, keys, arrival(1)))
        await forget(work, id)
        arriving.push(keepArrival(db, keys, arrival(2)))
        await until('a message waits for the erasing', isWaiting)
      })
      await erasing
      await Promise.all(arriving)
      const rows = await db.prisma.inbound.findMany({ where: { conversationId: id } })
      const opened = await words.open('Inbound', rows)
      expect(opened.map(({ payload }) => (payload as { text: string }).text).sort()).toEqual(
        Array.from({ length: 3 }, (_, n) => `MARKEDRACE ${round}.${n}`),
      )
    }
    await words.close()
  })
})
