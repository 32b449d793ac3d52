import { randomUUID } from 'node:crypto'
import { type AddressInfo, connect as connectSocket } from 'node:net'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openServer } from '../../src/assembly/web.ts'
import { issueToken } from '../../src/organisation/staff.store.ts'
import { toTicketCode } from '../../src/tickets/code.ts'
import { report, residentOf } from '../residents/report.ts'
import { telegramPerson } from '../residents/telegram-person.ts'
import { webChatPerson } from '../residents/webchat-person.ts'
import { type BotApi, startBotApi } from '../servers/bot-api.ts'
import { readMetrics, type Service, startService } from '../servers/service.ts'
import { until } from '../until.ts'

const code = (digit: number) => toTicketCode(Array.from({ length: 9 }, () => digit))

describe('P39 with the usual quotas', () => {
  let api: BotApi
  let service: Service
  beforeAll(async () => {
    api = await startBotApi()
    // An address gets more new sessions than usual: all residents of these tests come from the same
    // one.
    service = await startService({
      TELEGRAM_BOT_TOKEN: api.token,
      TELEGRAM_API_ROOT: api.root,
      QUOTAS: 'addressSessionsAMinute=200',
    })
  })
  afterAll(async () => {
    await service?.stopAll()
    await api?.close()
  })
  const open = (path: string, init: RequestInit = {}) => fetch(`${service.url}${path}`, init)

  it('a chat that floods is asked to wait, and another goes on', async () => {
    const [flood, calm] = [
      await residentOf(service, 'YL010101'),
      await residentOf(service, 'YL010101'),
    ]
    const answers = await Promise.all(Array.from({ length: 60 }, () => flood.says('/help')))
    // The first message began the session, two more were pressed.
    expect(answers.filter(({ status }) => status === 202).length).toBe(28)
    const [refused] = answers.filter(({ status }) => status === 429)
    expect(Number(refused?.headers.get('retry-after'))).toBeGreaterThan(0)
    expect((await calm.says('/help')).status).toBe(202)
    await calm.hears('/status')
  })

  it('50 chats behind one address send 50 messages at once, and all are taken', async () => {
    const people = Array.from({ length: 50 }, () => webChatPerson(() => service.url))
    for (const person of people) expect((await person.says('/start v_YL010101')).status).toBe(202)
    for (let second = 0; second < 3; second++) {
      const statuses = await Promise.all(
        people.map(async (person) => (await person.says('/help')).status),
      )
      expect(new Set(statuses)).toEqual(new Set([202]))
    }
  })

  it('a flood in a chat app is told once, in its language and with when to go on; what was taken is kept', async () => {
    const flood = telegramPerson(api, 66_700_001)
    await flood.says('村口的路灯坏了')
    await flood.hears('开始之前')
    await Promise.all(Array.from({ length: 60 }, (_, index) => flood.says(`/help ${index}`)))
    const { text } = await flood.hears('短时间内发来的消息太多')
    expect(text).toMatch(/\d{1,2}:\d{2}/)
    expect(text).toContain('120')
    const conversation = await service.db.prisma.inbound.findFirstOrThrow({
      where: { channel: 'telegram' },
      select: { conversationId: true },
    })
    await until(
      'all that was taken is handled',
      async () =>
        (await service.db.prisma.inbound.count({ where: { ...conversation, doneAt: null } })) === 0,
    )
    expect(await service.db.prisma.inbound.count({ where: conversation })).toBe(30)
    const told = await service.db.prisma.outbound.findMany({
      where: conversation,
      select: { content: true },
    })
    expect(
      told.filter(({ content }) => (content as { notice?: string }).notice === 'tooMany').length,
    ).toBe(1)
  })

  it('what chat apps bring is counted for the whole service: new chats wait first, then those that exist, and members go on', async () => {
    const other = await startBotApi()
    // Ten new messages a minute for all, or five of new chats.
    const small = await startService({
      TELEGRAM_BOT_TOKEN: other.token,
      TELEGRAM_API_ROOT: other.root,
      QUOTAS: 'serviceMessagesAMinute=10',
    })
    try {
      const { id } = await small.db.prisma.member.findFirstOrThrow({ where: { role: 'member' } })
      const [known, late, member] = [66_710_001, 66_710_002, 66_710_003].map((number) =>
        telegramPerson(other, number),
      )
      await member?.says(`/start i_${await issueToken(small.db, id, 'invitation', new Date())}`)
      await known?.says('/help')
      await known?.hears('请选择语言')
      for (let time = 0; time < 3; time++) await known?.says('/help')
      await late?.says('水管漏了')
      const { text } = (await late?.hears('现在写的人太多')) ?? { text: '' }
      expect(text).toMatch(/Қазір.*\d{1,2}:\d{2}.*120/s)
      expect(await small.db.prisma.conversation.count({ where: { channel: 'telegram' } })).toBe(2)
      for (let time = 0; time < 5; time++) await known?.says('/help')
      await until('it is said in the chat that exists', async () =>
        (await small.db.prisma.outbound.findMany()).some(
          ({ content }) => (content as { notice?: string }).notice === 'busy',
        ),
      )
      const ofMember = () =>
        small.db.prisma.inbound.count({ where: { conversation: { memberId: id } } })
      const before = await ofMember()
      await member?.says('/mine')
      await until('the member is heard', async () => (await ofMember()) === before + 1)
    } finally {
      await small.stopAll()
      await other.close()
    }
  })

  it('what waited with the chat app while we were away is no flood', async () => {
    const late = telegramPerson(api, 66_700_002)
    const sentAt = Math.floor(Date.now() / 1_000) - 3_600
    for (let index = 0; index < 45; index++)
      await late.sends({ text: `水管漏了 ${index}`, date: sentAt + index })
    const handleOf = async () =>
      service.db.prisma.inbound.count({
        where: { channel: 'telegram', payload: { path: ['text'], string_starts_with: '水管漏了' } },
      })
    await until('all of it is kept', async () => (await handleOf()) === 45)
  })

  it('one talk has three open pages at once, and they share one read', async () => {
    const resident = await residentOf(service, 'YL010101')
    await resident.hears('发生了什么事')
    const leave = new AbortController()
    const stream = () =>
      open('/channels/webchat/events', {
        headers: { cookie: resident.cookie() },
        signal: leave.signal,
      })
    const streams = [await stream(), await stream(), await stream(), await stream()]
    expect(streams.map(({ status }) => status)).toEqual([200, 200, 200, 200])
    // The newest has the place of the oldest, which ends, and is told to ask again later: its phone
    // may have another network by now.
    const oldest = await streams[0]?.text()
    expect(oldest).toMatch(/retry: 60000\n\n$/)
    await resident.says('/help')
    const decoder = new TextDecoder()
    const heard = await Promise.all(
      streams.slice(1).map(async ({ body }) => {
        let text = ''
        for await (const part of body ?? []) {
          text += decoder.decode(part as Uint8Array, { stream: true })
          if (text.includes('/status')) return true
        }
        return false
      }),
    )
    expect(heard).toEqual([true, true, true])
    leave.abort()
  })

  it('a copy of all data is made twice an hour for a chat', async () => {
    const resident = await residentOf(service, 'YL010101')
    const statuses: number[] = []
    for (let time = 0; time < 4; time++)
      statuses.push(
        (await open('/channels/webchat/mydata.json', { headers: { cookie: resident.cookie() } }))
          .status,
      )
    expect(statuses).toEqual([200, 200, 429, 429])
  })

  it('an address is answered 60 look-ups a minute, and a made-up key or header is no new count', async () => {
    const statuses: number[] = []
    for (let time = 0; time < 70; time++)
      statuses.push((await open(`/v1/tickets/${code(9)}`)).status)
    expect(statuses.filter((status) => status === 404).length).toBe(60)
    const limited = await open(`/v1/tickets/${code(9)}`)
    expect(await limited.json()).toMatchObject({ status: 429, type: '/problems/too-many-requests' })
    const madeUp: number[] = []
    for (let time = 0; time < 70; time++)
      madeUp.push(
        (
          await open(`/open311/v2/requests/${code(time % 9)}.json`, {
            headers: { authorization: `Bearer jwk_made-up-${time}` },
          })
        ).status,
      )
    expect(new Set(madeUp)).toEqual(new Set([429]))
  })

  it('the quotas that were met are measured, and name nobody', async () => {
    const metrics = await readMetrics(service)
    expect(metrics).toMatch(/jawab_quota_refusals_total\{quota="chatMessagesAMinute"\} \d+/)
    expect(metrics).not.toMatch(/127\.0\.0\.1|66700001/)
  })
})

describe('P39 quotas of addresses and of the service', () => {
  const started = async (quotas: string) => startService({ QUOTAS: quotas })

  it('an address begins 30 sessions a minute; chats that exist behind it go on', async () => {
    const service = await started('')
    try {
      const known = webChatPerson(() => service.url)
      await known.says('/start v_YL010101')
      const statuses: number[] = []
      for (let time = 0; time < 40; time++)
        statuses.push((await webChatPerson(() => service.url).says('/start')).status)
      expect(statuses.filter((status) => status === 202).length).toBe(29)
      expect((await known.says('/help')).status).toBe(202)
      // A look at the page needs no session.
      const page = await fetch(`${service.url}/chat`)
      expect([page.status, page.headers.getSetCookie()]).toEqual([200, []])
    } finally {
      await service.stopAll()
    }
  })

  it('where the whole service is busy, new sessions and files wait first', async () => {
    const service = await started('serviceMessagesAMinute=10')
    try {
      const known = webChatPerson(() => service.url)
      const first = await Promise.all([known.says('/start v_YL010101')])
      expect(first[0]?.status).toBe(202)
      for (let time = 0; time < 5; time++) await known.says('/help')
      expect((await webChatPerson(() => service.url).says('/start')).status).toBe(429)
      expect(
        (await known.sendsFile('photo', Buffer.from('not a photo'), 'image/jpeg')).status,
      ).toBe(429)
      expect((await known.says('火灾')).status).toBe(202)
    } finally {
      await service.stopAll()
    }
  })

  it('files are counted by their bytes, before they are read, and leave the words alone', async () => {
    const service = await started('chatFileMegabytesADay=2')
    try {
      const resident = webChatPerson(() => service.url)
      await resident.says('/start v_YL010101')
      const file = Buffer.alloc(1_500_000, 1)
      expect((await resident.sendsFile('photo', file, 'image/jpeg')).status).toBe(202)
      const refused = await resident.sendsFile('photo', file, 'image/jpeg')
      expect([refused.status, Number(refused.headers.get('retry-after')) > 3_600]).toEqual([
        429,
        true,
      ])
      expect((await resident.says('/help')).status).toBe(202)
    } finally {
      await service.stopAll()
    }
  })

  it('guesses at codes end after 900 a day for an address', async () => {
    const service = await started('addressLookupsAMinute=100000,addressUnknownCodesADay=25')
    try {
      const resident = await residentOf(service, 'YL010101')
      const ticket = await report(service, resident, '路灯坏了', 'road')
      const statuses: number[] = []
      for (let time = 0; time < 30; time++)
        statuses.push(
          (
            await fetch(
              `${service.url}/v1/tickets/${toTicketCode([1, 2, 3, 4, 5, 6, 7, Math.floor(time / 30), time % 30])}`,
            )
          ).status,
        )
      expect(statuses.filter((status) => status === 404).length).toBe(25)
      expect((await fetch(`${service.url}/v1/tickets/${ticket.code}`)).status).toBe(429)
      expect((await fetch(`${service.url}/t/${ticket.code}`)).status).toBe(429)
    } finally {
      await service.stopAll()
    }
  })

  it('a program asks for at most ten codes at once', async () => {
    const service = await started('')
    try {
      const codes = Array.from({ length: 11 }, (_, index) =>
        toTicketCode([1, 1, 1, 1, 1, 1, 1, 1, index]),
      )
      const ask = (asked: readonly string[]) =>
        fetch(`${service.url}/open311/v2/requests.json?service_request_id=${asked.join(',')}`)
      const refused = await ask(codes)
      expect([refused.status, JSON.stringify(await refused.json())]).toEqual([
        400,
        expect.stringContaining('service_request_id'),
      ])
      // Each code is a look-up, and so is the question that was refused: of sixty a minute, five
      // times ten are left.
      const statuses: number[] = []
      for (let time = 0; time < 8; time++) statuses.push((await ask(codes.slice(0, 10))).status)
      expect(statuses).toEqual([200, 200, 200, 200, 200, 429, 429, 429])
    } finally {
      await service.stopAll()
    }
  })

  it('tries to sign in are counted for an address, and a body is not read before its session was judged', async () => {
    const service = await started('addressSignInsAMinute=5')
    try {
      const statuses: number[] = []
      for (let time = 0; time < 8; time++)
        statuses.push((await fetch(`${service.url}/console/login?token=${randomUUID()}`)).status)
      expect(statuses).toEqual([200, 200, 200, 200, 200, 429, 429, 429])
      expect((await fetch(`${service.url}/console/login`)).status).toBe(200)
      // A body that never ends is not waited for.
      const never = new ReadableStream({
        start: (controller) => controller.enqueue(new TextEncoder().encode('{"url":')),
      })
      for (const [path, expected] of [
        ['/v1/webhooks', 401],
        ['/console/admin/organisation/check', 303],
        ['/channels/telegram', 404],
      ] as const) {
        const [body] = path === '/v1/webhooks' ? [never] : ['x']
        const response = await fetch(`${service.url}${path}`, {
          method: 'POST',
          body,
          redirect: 'manual',
          duplex: 'half',
          headers: { 'content-type': 'application/json' },
        } as RequestInit)
        expect([path, response.status]).toEqual([path, expected])
        await response.body?.cancel().catch(() => {})
      }
    } finally {
      await service.stopAll()
    }
  })
})

describe('P39 a request that does not end', () => {
  it.each([
    ['in its headers', 'POST /x HTTP/1.1\r\nHost: x\r\n'],
    [
      'in its body',
      'POST /x HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"a":',
    ],
  ])('%s is ended by the service', async (_, half) => {
    const app = openServer(pino({ level: 'silent' }), [], () => false, {
      headersMs: 200,
      requestMs: 400,
      lookEveryMs: 50,
    })
    app.post('/x', async () => ({}))
    await app.listen({ port: 0, host: '127.0.0.1' })
    const { port } = app.server.address() as AddressInfo
    const answer = await new Promise<string>((resolve, reject) => {
      const socket = connectSocket(port, '127.0.0.1', () => socket.write(half))
      let heard = ''
      socket.on('data', (part) => {
        heard += part.toString()
      })
      socket.on('error', reject).on('close', () => resolve(heard))
    })
    expect(answer).toMatch(/^HTTP\/1\.1 408 /)
    await app.close()
  })

  it('has 20 seconds for its headers and two minutes for all of it', async () => {
    const app = openServer(pino({ level: 'silent' }), [], () => false)
    expect([app.server.headersTimeout, app.server.requestTimeout]).toEqual([20_000, 120_000])
    await app.close()
  })
})
