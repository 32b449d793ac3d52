import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { issueToken } from '../../src/organisation/staff.store.ts'
import { telegramPerson } from '../residents/telegram-person.ts'
import { type BotApi, startBotApi } from '../servers/bot-api.ts'
import { ownRedis } from '../servers/database.ts'
import { type Service, startService } from '../servers/service.ts'
import { until } from '../until.ts'

describe('a report through Telegram', () => {
  const redisUrl = ownRedis()
  let api: BotApi
  let service: Service
  beforeAll(async () => {
    api = await startBotApi()
    service = await startService({
      TELEGRAM_BOT_TOKEN: api.token,
      TELEGRAM_API_ROOT: api.root,
      REDIS_URL: redisUrl,
    })
  })
  afterAll(async () => {
    await service?.stopAll()
    await api?.close()
  })

  const status = async (code: string) =>
    (await (await fetch(`${service.url}/v1/tickets/${code}`)).json()) as {
      status: string
      events: { type: string }[]
    }
  const member = (predicate: (each: Service['organisation']['members'][number]) => boolean) =>
    service.organisation.members.find(predicate) as Service['organisation']['members'][number]

  it('goes from the first word to the closed ticket, in Uyghur', async () => {
    const team = service.organisation.places.find(({ code }) => code === 'YL020101')?.teamId
    const staff = member(({ teamId, reads }) => teamId === team && reads.includes('ug-Latn'))
    const worker = telegramPerson(api, 9001)
    await worker.says(
      `/start i_${await issueToken(service.db, staff.id, 'invitation', new Date())}`,
    )
    await worker.hears(staff.name)

    const resident = telegramPerson(api, 101)
    await resident.says('يېزىمىزدىكى چوڭ يول بۇزۇلۇپ كەتتى')
    await resident.hears('جازالىسا بولمايدۇ')
    await resident.presses('notice:seen')
    await resident.hears('قايسى جايدا')
    await resident.says('دۇڭشېڭ')
    await resident.choosesCategory('road')
    await resident.hears('ئەڭ ئاخىرقى قېتىم')
    await resident.presses('send')
    const [code = ''] = /JW-[0-9A-Z]{10}/.exec((await resident.hears('رەھمەت')).text) ?? []
    expect((await status(code)).status).toBe('assigned')

    const card = await worker.hears('چوڭ يول بۇزۇلۇپ كەتتى')
    expect(card.text).toContain(code)
    await worker.presses(`accept:${code}`)
    await resident.hears('قوبۇل قىلدى')
    expect((await status(code)).status).toBe('accepted')

    await worker.presses(`ask:${code}`)
    await worker.hears('نېمە سورىماقچى')
    await worker.says('يولنىڭ قايسى قىسمى؟')
    await resident.hears('يولنىڭ قايسى قىسمى؟')
    await resident.says('كۆۋرۈكنىڭ يېنى')
    await worker.hears('كۆۋرۈكنىڭ يېنى')

    await worker.presses(`resolve:${code}`)
    await worker.hears('قانداق ھەل قىلىندى')
    await worker.says('يولنى تۈزلىدۇق')
    await resident.hears('يولنى تۈزلىدۇق')
    expect((await status(code)).status).toBe('resolved')
    await resident.presses(`yes:${code}`)
    await resident.hears('تاقالدى')
    const closed = await status(code)
    expect(closed.status).toBe('closed')
    expect(closed.events.map(({ type }) => type)).toEqual([
      'opened',
      'assigned',
      'accepted',
      'asked',
      'answered',
      'resolved',
      'closed',
    ])
    // The card was edited as things changed, not sent again.
    await until('the card says closed', () => card.edits >= 4)
    expect(
      worker.messages().filter(({ text }) => text.startsWith('\u200f⁨🛣️⁩') || text.includes('🛣️'))
        .length,
    ).toBe(1)
  })

  it('reopens with the resident’s words and goes to another member', async () => {
    const resident = telegramPerson(api, 102)
    await resident.says('/start v_YL010101')
    await resident.presses('language:zh-Hans')
    await resident.hears('开始之前')
    await resident.presses('notice:seen')
    await resident.says('村口的路灯不亮')
    await resident.choosesCategory('street_light')
    await resident.presses('send')
    const [code = ''] = /JW-[0-9A-Z]{10}/.exec((await resident.hears('谢谢您')).text) ?? []
    const ticket = await service.db.prisma.ticket.findUniqueOrThrow({
      where: { code },
      include: { assignee: true },
    })
    const first = telegramPerson(api, 9100)
    await first.says(
      `/start i_${await issueToken(service.db, ticket.assigneeId ?? '', 'invitation', new Date())}`,
    )
    await first.hears(ticket.assignee?.name ?? '')
    await first.says('/mine')
    await until('the card comes', () =>
      first.messages().some(({ buttons }) => buttons.some(({ data }) => data === `accept:${code}`)),
    )
    await first.presses(`accept:${code}`)
    await first.presses(`resolve:${code}`)
    await until('the bot asks how', () => first.messages().length >= 3)
    await first.says('换了灯泡')
    await resident.hears('帮到您了吗')
    await resident.presses(`no:${code}`)
    await resident.hears('还有什么没解决')
    await resident.says('还是不亮')
    await resident.hears('重新办理')
    const again = await service.db.prisma.ticket.findUniqueOrThrow({
      where: { code },
      include: { messages: true },
    })
    expect(again.reopenedCount).toBe(1)
    expect(again.assigneeId).not.toBe(ticket.assigneeId)
    expect(again.messages.map(({ text }) => text)).toEqual([
      '村口的路灯不亮',
      '换了灯泡',
      '还是不亮',
    ])
  })

  it('takes a photo without its place, and gives it to the assignee', async () => {
    const staff = member(
      ({ reads, teamId }) =>
        reads.includes('kk-Arab') &&
        teamId === service.organisation.places.find(({ code }) => code === 'YL020102')?.teamId,
    )
    const worker = telegramPerson(api, 9002)
    await worker.says(
      `/start i_${await issueToken(service.db, staff.id, 'invitation', new Date())}`,
    )
    await worker.hears(staff.name)
    const photo = await sharp({
      create: { width: 40, height: 30, channels: 3, background: 'green' },
    })
      .jpeg()
      .withExif({ IFD3: { GPSLatitude: '43/1 20/1 0/1' }, IFD0: { Make: 'MARKED-CAMERA' } })
      .toBuffer()
    expect(photo.includes('MARKED-CAMERA')).toBe(true)
    const resident = telegramPerson(api, 103)
    await resident.sendsPhoto(photo, 'Ауылда ауыз су жоқ, құбыр жарылған')
    await resident.hears('Бастамас бұрын')
    await resident.presses('notice:seen')
    await resident.presses('place:YL02')
    await resident.presses('place:YL0201')
    await resident.presses('place:YL020102')
    await resident.choosesCategory('drinking_water')
    await resident.hears('📎')
    await resident.presses('send')
    await resident.hears('Рақмет')
    await until('the photo comes', () => worker.messages().some(({ kind }) => kind === 'photo'))
    const stored = await service.db.prisma.attachment.findMany()
    expect(stored.map(({ contentType }) => contentType)).toEqual(['image/jpeg'])
  })

  it('gives every update once, also when it comes five times', async () => {
    const updateId = api.nextUpdateId()
    const update = {
      update_id: updateId,
      message: {
        message_id: 7,
        date: 1,
        chat: { id: 104, type: 'private' },
        from: { id: 104, is_bot: false, first_name: 'x' },
        text: 'ھەر كۈنى توك ئۈزۈلۈپ قالىدۇ',
      },
    }
    for (let time = 0; time < 5; time++) await api.deliver(update)
    const resident = telegramPerson(api, 104)
    await resident.hears('جازالىسا بولمايدۇ')
    await until(
      'all five are fetched',
      async () =>
        (await service.db.prisma.inbound.count({
          where: { payload: { path: ['text'], equals: update.message.text } },
        })) === 1,
    )
    expect(resident.messages().length).toBe(1)
  })

  it('says one polite line in a group and reads nothing there', async () => {
    for (const text of ['hello', 'a secret of the group'])
      await api.deliver({
        message: {
          message_id: 1,
          date: 1,
          chat: { id: -55, type: 'group', title: 'Marked group' },
          from: { id: 105, is_bot: false, first_name: 'x' },
          text,
        },
      })
    await until('the line is said', () => api.messages.some(({ chat }) => chat === -55))
    const other = telegramPerson(api, 106)
    await other.says('你好')
    await other.hears('您好')
    expect(api.messages.filter(({ chat }) => chat === -55).length).toBe(1)
    expect(
      await service.db.prisma.inbound.count({
        where: { payload: { path: ['text'], equals: 'a secret of the group' } },
      }),
    ).toBe(0)
  })

  it('answers everything, and never with silence', async () => {
    const resident = telegramPerson(api, 107)
    await resident.says('你好')
    await resident.hears('开始之前')
    for (const [input, answer] of [
      ['/help', '用自己的话写'],
      ['/privacy', '180 天'],
      ['/status', '没有正在办理'],
      ['/nonsense', '没有这个命令'],
      ['/language', '请选择语言'],
      ['/cancel', '已取消'],
      ['/new', '发生了什么事'],
    ] as const) {
      await resident.says(input)
      await resident.hears(answer)
      if (input === '/privacy') await resident.presses('notice:seen')
    }
    await api.deliver({
      message: {
        message_id: 3,
        date: 1,
        chat: { id: 107, type: 'private' },
        from: { id: 107, is_bot: false, first_name: 'x' },
        sticker: { file_id: 'x' },
      },
    })
    await resident.hears('这种文件我们收不了')
  })

  it('waits as long as Telegram asks, then goes on in order', async () => {
    api.fail({
      method: 'sendMessage',
      times: 1,
      answer: {
        error_code: 429,
        description: 'Too Many Requests: retry after 1',
        parameters: { retry_after: 1 },
      },
    })
    const resident = telegramPerson(api, 108)
    await resident.says('你好')
    await resident.hears('您好')
    await resident.hears('开始之前')
  })

  it('gives up on who has blocked the bot, and staff see it', async () => {
    api.fail({
      method: 'sendMessage',
      times: 1,
      answer: { error_code: 403, description: 'Forbidden: bot was blocked by the user' },
    })
    await telegramPerson(api, 109).says('你好')
    await until(
      'marked',
      async () =>
        (await service.db.prisma.conversation.count({
          where: { unreachableAt: { not: null } },
        })) === 1,
    )
    expect(
      await service.db.prisma.outbound.count({
        where: { status: 'queued', conversation: { unreachableAt: { not: null } } },
      }),
    ).toBe(0)
  })

  it('registers its commands and descriptions in each language', async () => {
    const languages = await until('registered', () => {
      const calls = api.calls.filter(({ method }) => method === 'setMyDescription')
      return calls.length === 4
        ? calls.map(({ parameters }) => parameters['language_code'] ?? 'default')
        : undefined
    })
    expect(languages).toEqual(['default', 'ug', 'kk', 'zh'])
  })

  const reports = async (id: number, village: string, text: string, category: string) => {
    const resident = telegramPerson(api, id)
    await resident.says(`/start v_${village}`)
    await resident.presses('language:zh-Hans')
    await resident.hears('开始之前')
    await resident.presses('notice:seen')
    await resident.says(text)
    await resident.choosesCategory(category)
    await resident.hears('最后看一遍')
    await resident.presses('send')
    return resident
  }
  const codeIn = (text: string) => /JW-[0-9A-Z]{10}/.exec(text)?.[0] ?? ''

  it('asks a second resident whether it is the same matter, joins them, and shows neither to the other', async () => {
    const first = await reports(201, 'YL020102', '我家自来水停水三天了', 'drinking_water')
    const code = codeIn((await first.hears('谢谢您')).text)
    const second = await reports(202, 'YL020102', '自来水停水三天了，没水', 'drinking_water')
    const asked = await second.hears('是同一件事吗')
    expect(asked.text).not.toContain('我家自来水')
    // Neither the code nor the moment of the other's report is told.
    expect([JSON.stringify(asked).includes(code), /\d{1,2}:\d{2}/.test(asked.text)]).toEqual([
      false,
      false,
    ])
    await second.pressesLike('same:')
    await second.hears('已加入')
    const ticket = await service.db.prisma.ticket.findUniqueOrThrow({ where: { code } })
    const worker = telegramPerson(api, 9300)
    await worker.says(
      `/start i_${await issueToken(service.db, ticket.assigneeId ?? '', 'invitation', new Date())}`,
    )
    await worker.says('/mine')
    const card = await until('the card comes', () =>
      worker.messages().find(({ text }) => text.includes(code)),
    )
    expect(card.text).toMatch(/2 (?:人反映|كىشى ئېيتقان|адам айтқан|ادام ايتقان)/)
    await worker.presses(`why:${code}`)
    await until('the reason is told', () =>
      worker
        .messages()
        .some(({ text }) =>
          text.includes(
            service.organisation.members.find(({ id }) => id === ticket.assigneeId)?.name ?? '?',
          ),
        ),
    )
    await worker.presses(`accept:${code}`)
    for (const each of [first, second]) await each.hears('在办理')
    await second.says('/status')
    await second.pressesLike('unfollow:')
    expect(JSON.stringify(second.messages()).includes(code)).toBe(false)
    await second.hears('已退出')
    const own = codeIn((await second.hears('谢谢您')).text)
    expect(own).not.toBe(code)
  })

  it('meets danger with the emergency numbers at once, and with priority', async () => {
    const resident = await reports(203, 'YL020101', '邻居家着火了，快来人', 'other')
    const numbers = resident.messages().find(({ text }) => text.includes('119'))
    expect(numbers?.text).toContain('120')
    const code = codeIn((await resident.hears('谢谢您')).text)
    expect(await service.db.prisma.ticket.findUniqueOrThrow({ where: { code } })).toMatchObject({
      priority: 'danger',
    })
  })

  it('asks one question after closing, and takes a word with it', async () => {
    const resident = await reports(204, 'YL010102', '路上有个大坑', 'road')
    const code = codeIn((await resident.hears('谢谢您')).text)
    const { assigneeId } = await service.db.prisma.ticket.findUniqueOrThrow({ where: { code } })
    const worker = telegramPerson(api, 9400)
    await worker.says(
      `/start i_${await issueToken(service.db, assigneeId ?? '', 'invitation', new Date())}`,
    )
    await worker.says('/mine')
    await worker.presses(`accept:${code}`)
    await worker.presses(`resolve:${code}`)
    await until('the bot asks how', () =>
      worker
        .messages()
        .some(({ buttons }) => buttons.some(({ data }) => data === 'command:cancel')),
    )
    await worker.says('填好了')
    await resident.hears('填好了')
    await resident.presses(`yes:${code}`)
    await resident.presses(`rate:${code}:yes`)
    await resident.hears('写一句')
    await resident.says('修得很好')
    await resident.hears('谢谢您告诉我们')
    expect(
      await service.db.prisma.ticket.findUniqueOrThrow({
        where: { code },
        include: { messages: { where: { kind: 'rating' } } },
      }),
    ).toMatchObject({
      satisfied: true,
      messages: [{ text: '修得很好' }],
    })
  })

  it('lets a member go on leave and step aside, and says what became of their work', async () => {
    const resident = await reports(205, 'YL020102', '垃圾没人清运，臭得很', 'waste')
    const code = codeIn((await resident.hears('谢谢您')).text)
    const before = await service.db.prisma.ticket.findUniqueOrThrow({ where: { code } })
    const worker = telegramPerson(api, 9500)
    await worker.says(
      `/start i_${await issueToken(service.db, before.assigneeId ?? '', 'invitation', new Date())}`,
    )
    await worker.says('/mine')
    await worker.presses(`handBack:${code}`)
    await worker.presses(`handBack:${code}:conflict`)
    await until(
      'it is with somebody else',
      async () =>
        (await service.db.prisma.ticket.findUniqueOrThrow({ where: { code } })).assigneeId !==
        before.assigneeId,
    )
    await worker.says('/leave 3')
    await until(
      'the leave is noted',
      async () =>
        (await service.db.prisma.leave.count({ where: { memberId: before.assigneeId ?? '' } })) ===
        1,
    )
    await worker.says('/leave soon')
    await until('it says how', () =>
      worker.messages().some(({ text }) => text.includes('/leave') && !text.includes('/mine')),
    )
  })

  it('P18 finds the village by a shared location, of which nothing finer than 100 m is kept', async () => {
    const resident = telegramPerson(api, 206)
    const village = service.organisation.places.find(({ code }) => code === 'YL020101')
    await resident.says('/start')
    await resident.presses('language:zh-Hans')
    await resident.hears('您好')
    await resident.says('桥坏了')
    await resident.presses('notice:seen')
    await resident.hears('哪个地方')
    const location = {
      latitude: (village?.latitude ?? 0) + 0.0012345,
      longitude: (village?.longitude ?? 0) + 0.0012345,
    }
    await api.deliver({
      message: {
        message_id: 9,
        date: 1,
        chat: { id: 206, type: 'private' },
        from: { id: 206, is_bot: false, first_name: 'x' },
        location,
      },
    })
    const asked = await resident.hears('您说的是哪一个')
    expect(asked.buttons[0]?.data).toBe('place:YL020101')
    await resident.presses('place:YL020101')
    await resident.choosesCategory('road')
    await resident.presses('send')
    const code = codeIn((await resident.hears('谢谢您')).text)
    const ticket = await service.db.prisma.ticket.findUniqueOrThrow({
      where: { code },
      include: { messages: true },
    })
    expect(ticket.messages.some(({ text }) => text.startsWith('📍'))).toBe(true)
    const kept = JSON.stringify(
      await service.db.prisma.inbound.findMany({ select: { payload: true } }),
    )
    expect(kept).not.toContain(String(location.latitude).slice(0, 8))
  })
})
