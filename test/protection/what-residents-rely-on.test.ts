import { randomUUID } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findTicketStatus } from '../../src/api/ticket-status.store.ts'
import { categories, entryOf } from '../../src/categories/category.ts'
import { loadCard } from '../../src/conversation/messages/card.store.ts'
import { languageName, residentLanguages } from '../../src/language/catalogue.ts'
import { openFiles } from '../../src/platform/files/attachments.ts'
import { openKeyRing } from '../../src/platform/sealing/key-ring.ts'
import { eraseExpired } from '../../src/privacy/retention.store.ts'
import { usuallyKept } from '../../src/privacy/retention.ts'
import { signedIn } from '../browsers/staff-browser.ts'
import { makeTickets } from '../residents/made-tickets.ts'
import { report, residentOf } from '../residents/report.ts'
import { webChatPerson } from '../residents/webchat-person.ts'
import { readMetrics, routesOf, type Service, startService } from '../servers/service.ts'
import { until } from '../until.ts'

const dayMs = 86_400_000

describe('what residents rely on', () => {
  let service: Service
  beforeAll(async () => {
    service = await startService()
    await service.db.prisma.member.updateMany({ data: { language: 'zh-Hans' } })
  })
  afterAll(() => service?.stopAll())

  const chatOf = async (code: string) =>
    (await service.db.prisma.ticket.findUniqueOrThrow({ where: { code } })).conversationId ?? ''
  const staff = (predicate: (each: Service['organisation']['members'][number]) => boolean) =>
    signedIn(service, service.organisation.members.find(predicate)?.id ?? '')

  it('P01 no account, name or number is asked for on the whole way of a report, and none is needed', async () => {
    const { code } = await report(
      service,
      await residentOf(service, 'YL010101'),
      '路灯不亮了',
      'street_light',
    )
    const asked = await service.db.prisma.outbound.findMany({
      where: { conversationId: await chatOf(code) },
      select: { content: true },
    })
    const keys = asked.map(
      ({ content }) =>
        (content as { say?: { key: string }; notice?: string }).say?.key ??
        (content as { notice?: string }).notice,
    )
    expect(new Set(keys)).toEqual(
      new Set(
        [
          'ask.language',
          'welcome',
          'ask.notice',
          'ask.whatHappened',
          'ask.category',
          'ask.categorySuggested',
          'ask.confirm',
          'ask.idle',
          'late.sent',
          'notUnderstood.button',
          'received',
        ].filter((key) => keys.includes(key)),
      ),
    )
    expect(keys).toContain('received')
  })

  it.each(residentLanguages)(
    'P02 in %s the notice comes before anything becomes a report: who, what for, how long, rights; and they go on by their own act',
    async (language) => {
      const resident = webChatPerson(() => service.url)
      await resident.says('/start v_YL010101')
      await resident.presses(`language:${language}`)
      const said = `NOTYET ${language}`
      await resident.says(said)
      const notice = await until('the notice', async () =>
        (await resident.lines()).find(
          ({ text }) => text.split('\n').filter((line) => line.includes('•')).length === 5,
        ),
      )
      expect(notice.language).toBe(language)
      const again = await until('the button', async () =>
        (await resident.lines()).find(({ buttons = [] }) =>
          buttons.flat().some(({ data }) => data === 'notice:seen'),
        ),
      )
      expect(notice.text).toContain(String(usuallyKept.textDays))
      // Five short sentences after the heading, and the way to the whole text.
      expect(notice.text.split('\n').filter((line) => line.includes('•'))).toHaveLength(5)
      expect(again.buttons?.flat().map(({ data }) => data)).toContain('command:privacy')
      await until(
        'the words are handled',
        async () => (await service.db.prisma.inbound.count({ where: { doneAt: null } })) === 0,
      )
      expect(
        await service.db.prisma.ticketMessage.count({ where: { text: { contains: said } } }),
      ).toBe(0)
    },
  )

  it('P02 of whoever does not go on nothing is kept beyond the visit', async () => {
    const { db } = service
    const before = await db.prisma.conversation.count({ where: { noticeSeenAt: null } })
    expect(before).toBeGreaterThan(0)
    const files = await openFiles(
      { dataDir: service.config.dataDir },
      await openKeyRing(service.config),
    )
    await eraseExpired(db, files, new Date(Date.now() + 0.9 * dayMs))
    expect(await db.prisma.conversation.count({ where: { noticeSeenAt: null } })).toBe(before)
    await eraseExpired(db, files, new Date(Date.now() + 1.1 * dayMs))
    expect([
      await db.prisma.conversation.count({ where: { noticeSeenAt: null } }),
      await db.prisma.inbound.count({
        where: { payload: { path: ['text'], string_contains: 'NOTYET' } },
      }),
    ]).toEqual([0, 0])
  })

  it('P06 two tickets of one resident have nothing in common that another resident’s has not: on pages, cards, answers and exports', async () => {
    const [one, other] = [
      await residentOf(service, 'YL010101'),
      await residentOf(service, 'YL010101'),
    ]
    const first = await report(service, one, '水管爆了', 'drinking_water')
    await one.says('学校缺课桌')
    await one.presses('new')
    await one.presses('here')
    await one.presses('category:school')
    await one.presses('send')
    const second = await until('there is another', () =>
      service.db.prisma.ticket.findFirst({
        where: { conversationId: first.ticket.conversationId, category: 'school' },
      }),
    )
    const third = await report(service, other, '垃圾没收', 'waste')
    const codes = [first.code, second.code, third.code]
    await until(
      'all are given',
      async () =>
        (await service.db.prisma.ticket.count({
          where: { code: { in: codes }, assigneeId: { not: null } },
        })) === 3,
    )
    const lead = await staff(
      ({ role, teamId }) => role === 'lead' && teamId === first.ticket.teamId,
    )
    const leadId =
      service.organisation.members.find(
        ({ role, teamId }) => role === 'lead' && teamId === first.ticket.teamId,
      )?.id ?? ''
    await service.db.prisma.ticket.updateMany({
      where: { code: { in: codes } },
      data: { assigneeId: leadId },
    })
    const faces = await Promise.all(
      codes.map(async (code) => {
        const { id } = await service.db.prisma.ticket.findUniqueOrThrow({ where: { code } })
        const page = (await lead.get(`/console/tickets/${code}`)).html
        const answer = await (await fetch(`${service.url}/v1/tickets/${code}`)).text()
        const { assigneeId: _, ...card } = (await loadCard(service.db, id, randomUUID())) ?? {
          assigneeId: null,
        }
        return new Set(
          `${page} ${answer} ${JSON.stringify(card)} ${JSON.stringify(await findTicketStatus(service.db, code))}`.match(
            /[\p{L}\p{N}_-]{5,}/gu,
          ) ?? [],
        )
      }),
    )
    const [a = new Set(), b = new Set(), c = new Set()] = faces
    expect(a.size).toBeGreaterThan(50)
    // Moments of the same minute and the token of a form say nothing of who wrote.
    const tells = [...a].filter(
      (word) => b.has(word) && !c.has(word) && !/^\d{4}-|^\d\dT|^\d+$/.test(word),
    )
    expect(tells).toEqual([])
  })

  it('P06 staff have no way to list or find by resident: no route, no filter', async () => {
    const routes = routesOf(service)
    expect(routes.length).toBeGreaterThan(50)
    expect(
      routes.filter((route) =>
        /resident|conversation|person|handle|chat(?!\b)/i.test(
          route.replace('/channels/webchat', ''),
        ),
      ),
    ).toEqual([])
    const lead = await staff(({ role }) => role === 'lead')
    const plain = await lead.get('/console/tickets')
    const asked = await lead.get('/console/tickets?conversation=1&resident=1&q=路灯')
    expect(asked.html.replaceAll(/_csrf" value="[^"]+"/g, '')).toBe(
      plain.html.replaceAll(/_csrf" value="[^"]+"/g, ''),
    )
  })

  it('P10 each ticket has deadlines that are told at once, and stand in the chat at any time; how it stands is public by its code', async () => {
    const resident = await residentOf(service, 'YL010101')
    const { code, ticket } = await report(service, resident, '渠道漏水', 'irrigation')
    const received = (await resident.lines()).find(({ text }) => text.includes('编号'))?.text ?? ''
    expect(received).toMatch(/\d{1,2}:\d{2}[\s\S]*\d{1,2}:\d{2}/)
    // The receipt's last line is the address of the page that shows it.
    const page = new URL(received.split('\n').at(-1) ?? '')
    expect(page.pathname).toBe(`/t/${code}`)
    expect(await (await fetch(`${service.url}${page.pathname}`)).text()).toContain(code)
    await resident.says('/status')
    expect((await resident.hears(code)).text).toMatch(/\d{1,2}:\d{2}/)
    const dues = [ticket.firstResponseDueAt, ticket.resolutionDueAt].map((at) => at.toISOString())
    expect(dues[0]?.localeCompare(dues[1] ?? '')).toBe(-1)
    expect(await (await fetch(`${service.url}/v1/tickets/${code}`)).json()).toMatchObject({
      code,
      overdue: false,
      events: [{ type: 'opened' }, { type: 'assigned' }],
    })
  })

  it('P21 language and script stand in no statistic, list, filter, export or metric', async () => {
    await makeTickets(service.db, 2_000, 60)
    const supervisor = await staff(({ areaCode }) => areaCode === 'YL')
    const forms = [...residentLanguages, 'zh', 'ug', 'kk']
    const csv = (await supervisor.get('/console/supervision/figures.csv')).html
    expect(csv.split('\n').length).toBeGreaterThan(10)
    const page = await supervisor.get('/console/supervision')
    const filtered = await supervisor.get('/console/supervision?language=ug-Arab&script=Arab')
    const main = (html: string) => /<main[\s\S]*<\/main>/.exec(html)?.[0] ?? ''
    // How long a ticket waits may have grown between two looks.
    const again = await supervisor.get('/console/supervision')
    expect([main(page.html), main(again.html)]).toContain(main(filtered.html))
    const metrics = await readMetrics(service)
    const list = JSON.stringify(await service.db.prisma.figure.findMany({ take: 500 }))
    for (const form of forms)
      for (const shown of [csv, metrics, list])
        expect([form, new RegExp(`(?<![\\w-])${form}(?![\\w-])`).test(shown)]).toEqual([
          form,
          false,
        ])
    for (const form of residentLanguages)
      expect([form, main(page.html).includes(languageName(form))]).toEqual([form, false])
  })

  it('P23 no page asks anything of another server, and no code of ours sends a text to one', async () => {
    const paths = ['/chat', '/status', '/console/login', '/problems']
    for (const path of paths) {
      const response = await fetch(`${service.url}${path}`)
      expect([path, response.headers.get('content-security-policy')]).toEqual([
        path,
        expect.stringContaining("default-src 'none'"),
      ])
      const html = await response.text()
      expect([
        path,
        [...html.matchAll(/(?:src|href|action)="(https?:)?\/\/[^"]+/g)].map(([each]) => each),
      ]).toEqual([path, []])
    }
    // The places that reach out at all are these, and each is a channel, a webhook or a picture
    // that a program has named, or the operator's own bucket, which gets sealed files.
    const files = (await readdir('src', { recursive: true })).filter(
      (file) => /\.tsx?$/.test(file) && !file.includes('generated') && !file.includes('.test.'),
    )
    const reaching = await Promise.all(
      files.map(async (file) => [file, await readFile(`src/${file}`, 'utf8')] as const),
    )
    expect(
      reaching
        .filter(([, code]) =>
          /\bfetch\(|from 'node:https?'|from 'undici'|new Api\(|drivers\/s3/.test(code),
        )
        .map(([file]) => file)
        .sort(),
    ).toEqual([
      'channels/telegram/module.routes.ts',
      'channels/telegram/send.client.ts',
      'channels/whatsapp/graph.client.ts',
      'platform/files/file-store.ts',
      'platform/safe-fetch.ts',
    ])
  })

  it('P26 who cannot read well has an emblem on every subject, voice notes, and the same digits in each script', async () => {
    expect(
      categories
        .map((category) => entryOf(category).emblem)
        .every((emblem) => /\p{Extended_Pictographic}/u.test(emblem)),
    ).toBe(true)
    for (const language of residentLanguages) {
      const resident = webChatPerson(() => service.url)
      await resident.says('/start v_YL010101')
      await resident.presses(`language:${language}`)
      await resident.presses('notice:seen')
      await resident.says('1 2 3 4')
      await resident.presses('allCategories')
      const asked = await until('the subjects', async () =>
        (await resident.lines()).find(({ buttons = [] }) =>
          buttons.flat().some(({ data }) => data === 'category:other'),
        ),
      )
      for (const category of categories)
        expect(
          asked.buttons?.flat().find(({ data }) => data === `category:${category}`)?.label,
        ).toContain(entryOf(category).emblem)
      await resident.presses('category:other')
      await resident.presses('send')
      await resident.presses('different')
      const received = await until('it is received', async () =>
        (await resident.lines()).find(({ text }) => /JW-[0-9A-Z]{10}/.test(text)),
      )
      expect([
        language,
        /[٠-٩۰-۹〇一二三四五六七八九十]{1,2}[:：]/.test(received.text),
        /\d{2}:\d{2}/.test(received.text),
      ]).toEqual([language, false, true])
    }
  })

  it('P27 supervisors see which subjects and places wait longest and are reopened, and nobody’s name or number', async () => {
    const supervisor = await staff(({ areaCode }) => areaCode === 'YL')
    const { html } = await supervisor.get('/console/supervision')
    for (const part of ['重新办理', '道路', '饮用水', 'YL01'])
      expect([part, html.includes(part)]).toEqual([part, true])
    for (const { code } of await service.db.prisma.ticket.findMany({
      where: { messages: { some: {} }, status: { in: ['closed', 'resolved'] } },
      take: 20,
    }))
      expect(html).not.toContain(code)
  })

  it('P33 erasure by age never takes a chat that was just written to, nor what is under way, and leaves the counts true', async () => {
    const { db } = service
    const resident = await residentOf(service, 'YL010101')
    const { code } = await report(service, resident, '卫生室停诊', 'health')
    const conversationId = await chatOf(code)
    const old = new Date(Date.now() - 400 * dayMs)
    await db.prisma.conversation.update({ where: { id: conversationId }, data: { createdAt: old } })
    await db.prisma.inbound.updateMany({ where: { conversationId }, data: { receivedAt: old } })
    await db.prisma.outbound.updateMany({ where: { conversationId }, data: { createdAt: old } })
    const files = await openFiles(
      { dataDir: service.config.dataDir },
      await openKeyRing(service.config),
    )
    // Its ticket is open: all of it stays.
    await eraseExpired(db, files, new Date())
    expect(await db.prisma.conversation.count({ where: { id: conversationId } })).toBe(1)
    await db.prisma.ticket.update({ where: { code }, data: { status: 'closed', closedAt: old } })
    await resident.says('/help')
    await resident.hears('/status')
    await eraseExpired(db, files, new Date())
    expect([
      await db.prisma.conversation.count({ where: { id: conversationId } }),
      await db.prisma.ticketMessage.count({ where: { ticket: { code } } }),
    ]).toEqual([1, 0])
    // What is left of the ticket is its tombstone: that it was, when, and nothing of it.
    expect(await db.prisma.ticket.findUniqueOrThrow({ where: { code } })).toMatchObject({
      category: 'health',
      status: 'closed',
    })
  })
})
