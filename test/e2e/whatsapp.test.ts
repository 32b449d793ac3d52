import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { issueToken } from '../../src/organisation/staff.store.ts'
import { makeVoiceNote } from '../residents/voice-note.ts'
import { everyRow } from '../servers/database.ts'
import {
  type GraphApi,
  signatureOf,
  startGraphApi,
  type WhatsAppPerson,
  whatsAppPerson,
} from '../servers/graph-api.ts'
import { type Service, startService } from '../servers/service.ts'
import { until } from '../until.ts'

describe('a report through WhatsApp', () => {
  let people = 100
  const somebody = (withPhone = false) => whatsAppPerson(api, people++, withPhone)
  /** The village's team at WhatsApp, each by an invitation. */
  const team = new Map<string, WhatsAppPerson>()
  let api: GraphApi
  let service: Service
  beforeAll(async () => {
    api = await startGraphApi()
    service = await startService(api.environment)
    api.setWebhook(`${service.url}/channels/whatsapp`)
    const { places, members } = service.organisation
    const of = places.find(({ code }) => code === 'YL010101')?.teamId
    for (const { id, name } of members.filter(({ teamId }) => teamId === of)) {
      const worker = somebody()
      await worker.says(`/start i_${await issueToken(service.db, id, 'invitation', new Date())}`)
      await worker.hears(name)
      team.set(id, worker)
    }
  })
  afterAll(async () => {
    await service?.stopAll()
    await api?.close()
  })

  const conversationOf = async () =>
    service.db.prisma.conversation.findFirstOrThrow({
      where: { channel: 'whatsapp' },
      orderBy: { createdAt: 'desc' },
    })
  const ticketOf = (code: string) =>
    service.db.prisma.ticket.findUniqueOrThrow({ where: { code }, include: { assignee: true } })
  const arrived = async () => {
    const person = somebody()
    await person.says('/start v_YL010101')
    await person.presses('language:zh-Hans')
    await person.presses('notice:seen')
    return person
  }
  const photo = () =>
    sharp({ create: { width: 40, height: 30, channels: 3, background: 'red' } })
      .jpeg()
      .toBuffer()
  /** Sends a report, as another matter where one is like it; its number. */
  const codeOf = async (person: WhatsAppPerson, thanks: string): Promise<string> => {
    await person.presses('send')
    const asked = await until('it is sent, or another is like it', () =>
      person
        .messages()
        .findLast(
          ({ text, buttons }) =>
            text.includes(thanks) || buttons.some(({ data }) => data === 'different'),
        ),
    )
    if (asked.buttons.some(({ data }) => data === 'different')) await person.presses('different')
    const [code = ''] = /JW-[0-9A-Z]{10}/.exec((await person.hears(thanks)).text) ?? []
    return code
  }
  const handlerOf = (code: string) =>
    until('somebody has it', async () => team.get((await ticketOf(code)).assigneeId ?? ''))

  it.each([
    {
      language: 'ug-Arab',
      report: 'يېزىمىزدىكى چوڭ يول بۇزۇلۇپ كەتتى',
      sent: 'رەھمەت',
      question: 'يولنىڭ قايسى قىسمى؟',
      reply: 'كۆۋرۈكنىڭ يېنى',
      done: 'يولنى تۈزلىدۇق',
      closed: 'تاقالدى',
    },
    {
      language: 'kk-Cyrl',
      report: 'Ауылдың үлкен жолы бұзылып кетті',
      sent: 'Рақмет',
      question: 'Жолдың қай жері?',
      reply: 'Көпірдің жаны',
      done: 'Жолды жөндедік',
      closed: 'жабылды',
    },
    {
      language: 'zh-Hans',
      report: '村里的大路坏了',
      sent: '谢谢您',
      question: '哪一段路？',
      reply: '桥旁边',
      done: '路修好了',
      closed: '办结',
    },
  ])(
    'goes from the first word to the closed ticket with a photo and a voice note: $language',
    async ({ language, report, sent, question, reply, done, closed }) => {
      const resident = somebody()
      await resident.says('/start v_YL010101')
      await resident.presses(`language:${language}`)
      await resident.presses('notice:seen')
      await resident.sends({
        type: 'image',
        image: {
          id: api.addFile(await photo(), 'image/jpeg'),
          mime_type: 'image/jpeg',
          caption: report,
        },
      })
      await resident.choosesCategory('road')
      const code = await codeOf(resident, sent)
      const worker = await handlerOf(code)
      await until('the photo is there', () =>
        worker.messages().some(({ kind }) => kind === 'image'),
      )
      await worker.presses(`accept:${code}`)
      await until('it is accepted', async () => (await ticketOf(code)).status === 'accepted')

      await worker.presses(`ask:${code}`)
      await until('it may be asked', () => worker.messages().at(-1)?.buttons !== undefined)
      await worker.says(question)
      await resident.hears(question)
      const note = await makeVoiceNote('ogg', 'MARKED')
      await resident.sends({
        type: 'audio',
        audio: {
          id: api.addFile(note, 'audio/ogg'),
          mime_type: 'audio/ogg; codecs=opus',
          voice: true,
        },
      })
      await until('the voice note is there', () =>
        worker.messages().some(({ kind }) => kind === 'audio'),
      )
      await resident.says(reply)
      await worker.hears(reply)

      await worker.presses(`resolve:${code}`)
      await worker.says(done)
      await resident.hears(done)
      await resident.presses(`yes:${code}`)
      await resident.hears(closed)
      expect((await ticketOf(code)).status).toBe('closed')
    },
  )

  it('proves that the address is ours to who knows the token, and to nobody else', async () => {
    const ask = (token: string) =>
      fetch(
        `${service.url}/channels/whatsapp?${new URLSearchParams({
          'hub.mode': 'subscribe',
          'hub.verify_token': token,
          'hub.challenge': '1158201444',
        })}`,
      )
    const right = await ask(api.environment['WHATSAPP_VERIFY_TOKEN'] ?? '')
    expect([right.status, await right.text()]).toEqual([200, '1158201444'])
    expect((await ask('nonsense')).status).toBe(403)
    expect((await fetch(`${service.url}/channels/whatsapp`)).status).toBe(403)
  })

  it('takes only what is signed over its very bytes', async () => {
    const rows = () => service.db.prisma.inbound.count()
    const before = await rows()
    const body = '{"object":"whatsapp_business_account",  "entry":[]}'
    expect(await api.post(body)).toBe(200)
    expect(await api.post(body, signatureOf(JSON.stringify(JSON.parse(body))))).toBe(403)
    expect(await api.post(body, 'sha256=00')).toBe(403)
    expect(await api.post(body, '')).toBe(403)
    expect(await api.post('no json', signatureOf('no json'))).toBe(200)
    expect(await rows()).toBe(before)
  })

  it('passes over what is for another number of the same app', async () => {
    const before = await service.db.prisma.inbound.count()
    await api.notify({
      metadata: { phone_number_id: '999', display_phone_number: '1' },
      messages: [{ id: 'wamid.other', from: '77010000001', type: 'text', text: { body: 'hello' } }],
    })
    expect(await service.db.prisma.inbound.count()).toBe(before)
  })

  it('takes several messages of one notification in their order, and a repeated one once', async () => {
    const person = await arrived()
    const { id } = await conversationOf()
    const messages = ['桥断了', '就在村口', '很危险'].map((body, at) => ({
      from_user_id: person.handle,
      id: `wamid.several.${at}`,
      timestamp: String(Math.floor(Date.now() / 1_000)),
      type: 'text',
      text: { body },
    }))
    const value = { contacts: [{ user_id: person.handle }], messages }
    expect(await api.notify(value)).toBe(200)
    expect(await api.notify(value)).toBe(200)
    const said = await service.db.prisma.inbound.findMany({
      where: { conversationId: id, payload: { path: ['kind'], equals: 'said' } },
      orderBy: { id: 'asc' },
    })
    expect(said.map(({ payload }) => (payload as { text?: string }).text)).toEqual([
      '/start v_YL010101',
      '桥断了',
      '就在村口',
      '很危险',
    ])
  })

  it.each([
    ['a sticker', { type: 'sticker', sticker: { id: '1', animated: false } }],
    ['a contact', { type: 'contacts', contacts: [{ name: { formatted_name: 'A' } }] }],
    ['a video', { type: 'video', video: { id: '1', caption: '漏水' } }],
    ['what WhatsApp does not tell', { type: 'unsupported', errors: [{ code: 131051 }] }],
    ['an order', { type: 'order', order: { catalog_id: '1', product_items: [] } }],
    ['a place without a name', { type: 'location', location: { latitude: 43.4, longitude: 83.3 } }],
    ['a kind of tomorrow', { type: 'hologram', hologram: { id: '1' } }],
  ])('answers everything, and never with silence: %s', async (_, message) => {
    const person = await arrived()
    await until('it was asked', () => person.messages().length >= 3)
    const before = person.messages().length
    await person.sends(message)
    await until('it was answered', () => person.messages().length > before)
  })

  it('is silent at a reaction, and where a message is only read', async () => {
    const person = await arrived()
    await until('it was asked', () => person.messages().length >= 3)
    const before = await service.db.prisma.inbound.count()
    await person.sends({ type: 'reaction', reaction: { message_id: 'wamid.x', emoji: '👍' } })
    await api.notify({
      statuses: [{ id: 'wamid.x', status: 'read', recipient_user_id: person.handle }],
    })
    expect(await service.db.prisma.inbound.count()).toBe(before)
  })

  it('P29 keeps no name, picture or telephone number of who writes', async () => {
    const person = somebody(true)
    await person.says('/start v_YL010101')
    await person.presses('language:zh-Hans')
    await person.hears('开始之前')
    const rows = (await everyRow(service.db)).map(({ row }) => row).join('\n')
    for (const trace of ['Marked', 'marked_username', '7702000', person.handle])
      expect([trace, rows.includes(trace)]).toEqual([trace, false])
    expect(service.logged.join('\n')).not.toMatch(/Marked|7702000|KZ\.9/)
  })

  it('fits many subjects and long names to lists, and few short ones to buttons', async () => {
    const person = await arrived()
    await person.says('zzzz')
    await person.presses('allCategories')
    const all = await until('every subject was shown', () => {
      const data = person
        .messages()
        .flatMap(({ buttons }) => buttons)
        .filter((button) => button.data.startsWith('category:'))
      return new Set(data.map((each) => each.data)).size >= 16 ? data : undefined
    })
    // The stand-in refuses what is longer than WhatsApp shows; nothing of a name was lost.
    expect(all.some(({ text }) => text.includes('…'))).toBe(false)
  })

  it.each([
    ['at once', 'now'],
    ['later, after it was taken', 'later'],
  ] as const)(
    'lets news wait for who has not written for a day, says so once, and sends it in order: %s',
    async (_, when) => {
      const person = await arrived()
      await person.says('村口的路灯不亮')
      await person.choosesCategory('street_light')
      const code = await codeOf(person, '谢谢您')
      const worker = await handlerOf(code)
      if (when === 'now') api.fail({ to: person.handle, code: 131047, times: 1 })
      await worker.presses(`accept:${code}`)
      if (when === 'later') {
        const taken = await person.hears('已有队员在办理')
        await api.notify({
          statuses: [
            {
              id: taken.id,
              status: 'failed',
              recipient_user_id: person.handle,
              errors: [{ code: 131047, title: 'Re-engagement message' }],
            },
          ],
        })
      }
      await until('it is said that there is news', () =>
        person.messages().some(({ kind }) => kind === 'template'),
      )
      await worker.presses(`resolve:${code}`)
      await worker.says('灯泡换好了')
      await until('it is resolved', async () => (await ticketOf(code)).status === 'resolved')
      const before = person.messages().length
      await person.says('有消息吗')
      await person.hears('灯泡换好了')
      const after = person.messages().slice(before)
      const at = (what: string) => after.findIndex(({ text }) => text.includes(what))
      expect(at('已有队员在办理')).toBeGreaterThanOrEqual(0)
      expect(at('已有队员在办理')).toBeLessThan(at('灯泡换好了'))
      expect(person.messages().filter(({ kind }) => kind === 'template')).toHaveLength(1)
    },
  )

  it('gives up on who can not be reached, and staff see it', async () => {
    const person = await arrived()
    await until('it was asked', () => person.messages().length >= 2)
    const { id } = await conversationOf()
    await api.notify({
      statuses: [
        {
          id: 'wamid.gone',
          status: 'failed',
          recipient_user_id: person.handle,
          errors: [{ code: 131026 }],
        },
      ],
    })
    const { unreachableAt } = await service.db.prisma.conversation.findUniqueOrThrow({
      where: { id },
    })
    expect(unreachableAt).not.toBeNull()
  })

  it('goes on with who is called otherwise from now on', async () => {
    const person = await arrived()
    await until('it was asked', () => person.messages().length >= 2)
    const { id } = await conversationOf()
    const next = `KZ.8${people}`
    await api.notify({
      messages: [
        {
          from_user_id: person.handle,
          id: 'wamid.moved',
          type: 'system',
          system: { type: 'user_changed_user_id', user_id: next, body: 'Marked changed' },
        },
      ],
    })
    await api.notify({
      contacts: [{ user_id: next }],
      messages: [
        { from_user_id: next, id: `wamid.${next}`, type: 'text', text: { body: '路灯坏了' } },
      ],
    })
    await until('it goes on there', () => api.messages.some(({ to }) => to === next))
    expect((await conversationOf()).id).toBe(id)
  })

  it('offers its commands in the menu, and says to the doctor where the token is wrong', async () => {
    await until('they are offered', () => api.commands.length >= 10)
    const channel = service.config.channels.find(({ name }) => name === 'whatsapp')
    expect((await channel?.examine?.(service.url))?.fine).toContain('+77010000000')
    expect(await channel?.startLink(service.url, 'v_x')).toBe(
      'https://wa.me/77010000000?text=%2Fstart+v_x',
    )
  })
})

describe('while WhatsApp asks to wait or is in trouble', () => {
  let api: GraphApi
  let service: Service
  beforeAll(async () => {
    api = await startGraphApi()
    service = await startService(api.environment)
    api.setWebhook(`${service.url}/channels/whatsapp`)
  })
  afterAll(async () => {
    await service?.stopAll()
    await api?.close()
  })

  // The wait for all comes last: nothing is sent for half a minute then.
  it.each([131_056, 131_016, 190, 130_429, 80_007])(
    'a message waits, and counts no attempt: %s',
    async (code) => {
      const person = whatsAppPerson(api, code)
      api.fail({ to: person.handle, code, status: code === 131_016 ? 503 : 400, times: 1 })
      await person.says('/start v_YL010101')
      const waiting = await until('it waits', () =>
        service.db.prisma.outbound.findFirst({
          where: { status: 'queued', notBefore: { gt: new Date() }, attempts: 0 },
          orderBy: { id: 'desc' },
        }),
      )
      expect(waiting.setAsideAt).toBeNull()
      expect(person.messages()).toEqual([])
    },
  )
})
