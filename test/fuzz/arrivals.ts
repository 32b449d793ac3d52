import fc from 'fast-check'
import { parseUpdate } from '../../src/channels/telegram/parse.ts'
import { findConversationWith } from '../../src/mailbox/conversations.store.ts'
import { InboundMessage } from '../../src/mailbox/message.ts'
import { openKeyRing } from '../../src/platform/sealing/key-ring.ts'
import { signedIn } from '../browsers/staff-browser.ts'
import { makeVoiceNote } from '../residents/voice-note.ts'
import { type BotApi, startBotApi } from '../servers/bot-api.ts'
import { type Service, startService } from '../servers/service.ts'
import { until } from '../until.ts'

/** What went wrong: of which kind, and what was sent. */
type Finding = { readonly kind: string; readonly what: string; readonly sent: string }

const secret = 'fuzz-secret'
/** People write at once, and each has a word of their own that nobody else may ever see. */
const people = Array.from({ length: 40 }, (_, index) => ({
  id: 9_000_000 + index,
  word: `OWN${index}WORD`,
}))
const ownWord = /OWN\d+WORD/g

/**
 * Sends `cases` generated arrivals of five kinds: Telegram updates, pressed buttons, web-chat
 * bodies, files, and rows to import. Whatever is sent: no 5xx, no message that was acknowledged is
 * lost or set aside, and nobody is shown a word of somebody else's.
 */
export async function fuzzArrivals(
  cases: number,
  seed: number,
): Promise<{
  readonly sent: Readonly<Record<string, number>>
  readonly findings: readonly Finding[]
}> {
  const api = await startBotApi()
  const service = await startService({
    PUBLIC_URL: 'https://jawab.example',
    TRUSTED_PROXIES: '127.0.0.1',
    TELEGRAM_BOT_TOKEN: api.token,
    TELEGRAM_API_ROOT: api.root,
    TELEGRAM_MODE: 'webhook',
    TELEGRAM_WEBHOOK_SECRET: secret,
    LOG_LEVEL: 'fatal',
  })
  try {
    const findings: Finding[] = []
    const each = Math.ceil(cases / 5)
    const fuzz = {
      service,
      api,
      each,
      seed,
      found: (finding: Finding) => void findings.push(finding),
    }
    const sent = {
      updates: await fuzzUpdates(fuzz),
      buttons: await fuzzButtons(fuzz),
      bodies: await fuzzBodies(fuzz),
      files: await fuzzFiles(fuzz),
      rows: await fuzzRows(fuzz),
    }
    await until(
      'everything is handled',
      async () =>
        (await service.db.prisma.inbound.count({ where: { doneAt: null, setAsideAt: null } })) ===
        0,
      600_000,
    )
    findings.push(...(await strangersWords(service)), ...(await setAside(service)))
    return { sent, findings }
  } finally {
    await service.stopAll()
    await api.close()
  }
}

type Fuzz = {
  readonly service: Service
  readonly api: BotApi
  readonly each: number
  readonly seed: number
  readonly found: (finding: Finding) => void
}

/** Sends in small crowds, as many chats do. */
async function inCrowds<T>(
  all: readonly T[],
  send: (one: T, index: number) => Promise<void>,
): Promise<number> {
  for (let from = 0; from < all.length; from += 20)
    await Promise.all(all.slice(from, from + 20).map((one, index) => send(one, from + index)))
  return all.length
}

const commands = [
  '/start',
  '/start v_YL010101',
  '/start i_x',
  '/new',
  '/status',
  '/who',
  '/unsafe',
  '/mydata',
  '/help',
  '/privacy',
  '/language',
  '/cancel',
  '/nonsense',
]
const reports = [
  '井盖丢了',
  'كوچا چىرىغى ياقمايدۇ',
  'жол бұзылған, көпір құлады',
  '着火了',
  'сәлем',
  '昭苏',
  '13812345678 打给我',
  'https://x.example',
]
const text = (word: string) =>
  fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom(...commands) },
    { weight: 4, arbitrary: fc.constantFrom(...reports).map((report) => `${report} ${word}`) },
    { weight: 2, arbitrary: fc.string({ unit: 'binary', minLength: 1, maxLength: 200 }) },
    {
      weight: 1,
      arbitrary: fc.constantFrom(`${word}\0`, '\u202e‮', ' ', 'x'.repeat(4_096), '\ud800'),
    },
  )

async function fuzzUpdates({ service, api, each, seed, found }: Fuzz): Promise<number> {
  const photo = api.addFile(await makeVoiceNote('ogg', 'x'))
  const person = fc.constantFrom(...people)
  const body = (word: string) =>
    fc.oneof(
      { weight: 8, arbitrary: text(word).map((each) => ({ text: each })) },
      {
        weight: 1,
        arbitrary: fc.constantFrom(
          { voice: { file_id: photo } },
          { photo: [{ file_id: photo, width: 3 }] },
          { photo: [{ file_id: 'gone', width: 1 }], caption: word },
        ),
      },
      {
        weight: 1,
        arbitrary: fc
          .record({ latitude: fc.double(), longitude: fc.double() })
          .map((location) => ({ location })),
      },
      {
        weight: 1,
        arbitrary: fc.constantFrom(
          { sticker: {} },
          { contact: { phone_number: '1' } },
          {},
          { poll: null },
        ),
      },
    )
  const message = person.chain(({ id, word }) =>
    body(word).map((rest) => ({
      chat: { id, type: 'private' },
      from: { id, first_name: word },
      ...rest,
    })),
  )
  const update = fc.oneof(
    { weight: 8, arbitrary: message.map((each) => ({ message: each }) as object) },
    {
      weight: 1,
      arbitrary: fc.record({ edited_message: message, my_chat_member: fc.jsonValue() }),
    },
    {
      weight: 1,
      arbitrary: fc.dictionary(
        fc.constantFrom('message', 'callback_query', 'update_id', '__proto__'),
        fc.jsonValue({ maxDepth: 3 }),
      ),
    },
    { weight: 1, arbitrary: fc.jsonValue().map((value) => ({ value })) },
  )
  return inCrowds(fc.sample(update, { numRuns: each, seed }), (one, index) =>
    deliver(service, { update_id: 1_000_000 + index, ...one }, found),
  )
}

async function fuzzButtons({ service, each, seed, found }: Fuzz): Promise<number> {
  const codes = (
    await service.db.prisma.ticket.findMany({ take: 300, select: { code: true } })
  ).map(({ code }) => code)
  const verbs = [
    'yes',
    'no',
    'rate',
    'withdraw',
    'withdrawn',
    'keep',
    'unsafe',
    'appeal',
    'reveal',
    'unfollow',
    'reopen',
    'add',
    'same',
    'different',
    'new',
    'send',
    'here',
    'elsewhere',
    'place',
    'category',
    'concerns',
    'named',
    'language',
    'notice',
    'noWord',
    'command',
    'accept',
    'resolve',
    'handBack',
    'why',
    'duty',
    'forget',
  ] as const
  const argument = fc.oneof(
    fc.constantFrom(
      ...codes,
      'YL010101',
      'YL01',
      'road',
      'complaint_staff',
      'team',
      'above',
      'nobody',
      'anonymously',
      'zh-Hans',
      'seen',
      'status',
      'yes',
      '',
    ),
    fc.uuid(),
    fc.string({ unit: 'binary', maxLength: 30 }),
  )
  const data = fc.oneof(
    {
      weight: 5,
      arbitrary: fc
        .tuple(fc.constantFrom(...verbs), fc.array(argument, { maxLength: 2 }))
        .map(([verb, rest]) => [verb, ...rest].join(':')),
    },
    // The way of a report, so that there is something to press on.
    {
      weight: 4,
      arbitrary: fc.constantFrom(
        'notice:seen',
        'place:YL010101',
        'category:road',
        'category:complaint_staff',
        'concerns:team',
        'named:nobody',
        'send',
        'send:anonymously',
        'different',
      ),
    },
    { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 300 }) },
  )
  const press = fc.tuple(fc.constantFrom(...people), data)
  return inCrowds(
    fc.sample(press, { numRuns: each, seed: seed + 1 }),
    ([person, pressed], index) => {
      const id = erases(pressed) ? (people.at(-1 - (index % 10))?.id ?? 0) : person.id
      return deliver(
        service,
        {
          update_id: 2_000_000 + index,
          callback_query: {
            id: String(index),
            data: pressed,
            message: { chat: { id, type: 'private' } },
          },
        },
        found,
      )
    },
  )
}

/**
 * Whether a message of the web chat is kept in any of its talks: its key is a keyed hash of the
 * talk and its id.
 */
async function isKept(service: Service, id: string): Promise<boolean> {
  const keys = await openKeyRing(service.config)
  const talks = await service.db.prisma.conversation.findMany({
    where: { channel: 'webchat' },
    select: { id: true },
  })
  const possible = talks.map((talk) =>
    Buffer.from(keys.hashes(`webchat:${talk.id}:${id}`)[0]).toString('base64url'),
  )
  return (
    (await service.db.prisma.inbound.count({
      where: { channel: 'webchat', externalId: { in: possible } },
    })) === 1
  )
}

/** What Telegram sends is acknowledged, and what was acknowledged and is a message has its row. */
async function deliver(service: Service, update: object, found: Fuzz['found']): Promise<void> {
  const body = JSON.stringify(update)
  const response = await fetch(`${service.url}/channels/telegram`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-telegram-bot-api-secret-token': secret },
    body,
  })
  if (response.status >= 500)
    return found({ kind: 'update', what: `answered ${response.status}`, sent: body.slice(0, 300) })
  const parsed = parseUpdate(JSON.parse(body), '4242')
  if (response.status !== 200 || parsed.kind !== 'arrival') return
  const { handle, externalId } = parsed.arrival
  const keys = await openKeyRing(service.config)
  const conversation = await findConversationWith(service.db, keys, 'telegram', handle)
  const key = Buffer.from(keys.hashes(`telegram:${conversation}:${externalId}`)[0]).toString(
    'base64url',
  )
  const kept = await service.db.prisma.inbound.count({
    where: { channel: 'telegram', externalId: key },
  })
  if (kept !== 1 && !isErasing(Number(handle)))
    found({ kind: 'update', what: 'acknowledged and not kept', sent: body.slice(0, 300) })
}

/**
 * The last ten people have everything erased now and then, and their rows with it; everybody else
 * keeps all of theirs.
 */
const isErasing = (id: number) => people.findIndex((each) => each.id === id) >= people.length - 10
const erases = (data: string) => data.startsWith('forget') || data.includes('anonymously')

async function fuzzBodies({ service, each, seed, found }: Fuzz): Promise<number> {
  const known = fc.oneof(
    fc.record({ id: fc.uuid(), kind: fc.constant('said'), text: text('WEBWORD') }),
    fc.record({
      id: fc.uuid(),
      kind: fc.constant('pressed'),
      data: fc.constantFrom(
        'notice:seen',
        'language:zh-Hans',
        'place:YL010101',
        'category:waste',
        'send',
        'different',
      ),
    }),
    fc.record({
      id: fc.uuid(),
      kind: fc.constant('located'),
      latitude: fc.double(),
      longitude: fc.double(),
    }),
  )
  const junk = fc.oneof(
    fc.dictionary(
      fc.constantFrom('id', 'kind', 'text', 'data', 'files', '__proto__'),
      fc.jsonValue({ maxDepth: 3 }),
    ),
    fc.jsonValue().map((value) => ({ value })),
  )
  const body = fc.oneof(
    { weight: 3, arbitrary: known as fc.Arbitrary<object> },
    { weight: 1, arbitrary: junk },
  )
  const sessions = await Promise.all(
    Array.from({ length: Math.ceil(each / 40) }, () => newSession(service)),
  )
  return inCrowds(fc.sample(body, { numRuns: each, seed: seed + 2 }), async (one, index) => {
    const { status } = await fetch(`${service.url}/channels/webchat/messages`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        cookie: sessions[index % sessions.length] ?? '',
        'x-forwarded-for': address(index),
      },
      body: JSON.stringify(one),
    })
    if (status >= 500)
      found({ kind: 'body', what: `answered ${status}`, sent: JSON.stringify(one).slice(0, 300) })
    if (status !== 202) return
    const { id } = one as { id: string }
    if (!(await isKept(service, id)))
      found({
        kind: 'body',
        what: 'acknowledged and not kept',
        sent: JSON.stringify(one).slice(0, 300),
      })
  })
}

async function fuzzFiles({ service, each, seed, found }: Fuzz): Promise<number> {
  const heads = [
    '\xff\xd8\xff\xe0',
    '\x89PNG\r\n\x1a\n',
    'RIFF\0\0\0\0WEBP',
    'OggS\0',
    '#!AMR\n',
    '\x1a\x45\xdf\xa3',
    'ID3\x03',
    '\xff\xf1',
    '\0\0\0\x18ftypM4A ',
    'GIF89a',
    '<svg',
    '',
  ]
  const whole = await makeVoiceNote('webm', 'x')
  const cut = fc.nat({ max: whole.length }).map((at) => whole.subarray(0, at))
  const flipped = fc
    .tuple(fc.nat({ max: whole.length - 1 }), fc.nat({ max: 255 }))
    .map(([at, to]) =>
      Buffer.concat([whole.subarray(0, at), Buffer.from([to]), whole.subarray(at + 1)]),
    )
  const made = fc
    .tuple(fc.constantFrom(...heads), fc.uint8Array({ maxLength: 600 }))
    .map(([head, rest]) => Buffer.concat([Buffer.from(head, 'latin1'), rest]))
  const file = fc.tuple(
    fc.constantFrom('photo', 'voice', 'other'),
    fc.oneof(cut, flipped, made),
    fc.constantFrom('image/jpeg', 'audio/ogg', 'video/mp4', 'application/octet-stream'),
  )
  const sessions = await Promise.all(
    Array.from({ length: Math.ceil(each / 15) }, () => newSession(service)),
  )
  return inCrowds(
    fc.sample(file, { numRuns: each, seed: seed + 3 }),
    async ([kind, content, type], index) => {
      const id = crypto.randomUUID()
      const { status } = await fetch(
        `${service.url}/channels/webchat/files?id=${id}&kind=${kind}`,
        {
          method: 'POST',
          headers: {
            'content-type': type,
            cookie: sessions[index % sessions.length] ?? '',
            'x-forwarded-for': address(index),
          },
          body: new Uint8Array(content),
        },
      )
      const sent = `${kind} ${type} ${content.subarray(0, 40).toString('hex')}`
      if (status >= 500) found({ kind: 'file', what: `answered ${status}`, sent })
      if (status === 202 && !(await isKept(service, id)))
        found({ kind: 'file', what: 'acknowledged and not kept', sent })
    },
  )
}

/** Rows are looked through and never imported: nothing of the organisation may change. */
async function fuzzRows({ service, each, seed, found }: Fuzz): Promise<number> {
  const administrator = await signedIn(
    service,
    service.organisation.members.find(({ role }) => role === 'administrator')?.id ?? '',
  )
  await administrator.get('/console/admin/organisation')
  const heads = [
    'code,kind,parent,name_zh',
    'code,team,role,name',
    'member,weekday,from,until',
    'category,priority,first_response,resolution,counts',
    'day,periods,note',
    'x',
    '',
  ]
  const cell = fc.oneof(
    fc.constantFrom(
      'YL01',
      'YL010101',
      'village',
      'monday',
      '09:00',
      '25:99',
      'road',
      '1d',
      '-1',
      'lead',
      '=1+1',
      '"',
      '\0',
      'x'.repeat(300),
    ),
    fc.string({ unit: 'binary', maxLength: 20 }),
  )
  const file = fc
    .tuple(fc.constantFrom(...heads), fc.array(fc.array(cell, { maxLength: 6 }), { maxLength: 12 }))
    .map(([head, rows]) => [head, ...rows.map((row) => row.join(','))].join('\n'))
  const before = await service.db.prisma.place.count()
  const sent = await inCrowds(
    fc.sample(file, { numRuns: Math.ceil(each / 6), seed: seed + 4 }),
    async (one) => {
      const { status } = await administrator.upload('/console/admin/organisation/check', one)
      if (status >= 500) found({ kind: 'row', what: `answered ${status}`, sent: one.slice(0, 300) })
    },
  )
  if ((await service.db.prisma.place.count()) !== before)
    found({ kind: 'row', what: 'places have changed', sent: '' })
  // A file has about six rows.
  return sent * 6
}

async function newSession(service: Service): Promise<string> {
  const response = await fetch(`${service.url}/chat`, {
    headers: { 'x-forwarded-for': address(Math.floor(Math.random() * 60_000)) },
  })
  return response.headers.getSetCookie()[0]?.split(';')[0] ?? ''
}

const address = (index: number) => `10.${(index >> 16) & 255}.${(index >> 8) & 255}.${index & 255}`

/**
 * Words of one person that stand in what another one was shown, or on a ticket that is not theirs.
 */
async function strangersWords({ db }: Service): Promise<readonly Finding[]> {
  const owners = new Map<string, string>()
  const rows = await db.prisma.inbound.findMany({
    where: { channel: 'telegram' },
    select: { conversationId: true, payload: true },
  })
  for (const { conversationId, payload } of rows)
    for (const [word] of JSON.stringify(InboundMessage.parse(payload)).matchAll(ownWord))
      owners.set(word, conversationId)
  const shown = await db.prisma.outbound.findMany({
    where: { conversation: { memberId: null } },
    select: { conversationId: true, content: true, shown: true },
  })
  const written = await db.prisma.ticketMessage.findMany({
    select: {
      text: true,
      ticket: { select: { conversationId: true, followers: { select: { conversationId: true } } } },
    },
  })
  const texts = [
    ...shown.map(({ conversationId, ...rest }) => ({
      readers: [conversationId],
      text: JSON.stringify(rest),
    })),
    ...written.map(({ text: each, ticket }) => ({
      readers: [
        ticket.conversationId,
        ...ticket.followers.map(({ conversationId }) => conversationId),
      ],
      text: each,
    })),
  ]
  return texts.flatMap(({ readers, text: each }) =>
    [...each.matchAll(ownWord)]
      .filter(
        ([word]) =>
          owners.has(word) && !readers.includes(null) && !readers.includes(owners.get(word) ?? ''),
      )
      .map(([word]) => ({ kind: 'stranger', what: `was shown ${word}`, sent: each.slice(0, 200) })),
  )
}

async function setAside({ db }: Service): Promise<readonly Finding[]> {
  const rows = await db.prisma.inbound.findMany({
    where: { setAsideAt: { not: null } },
    select: { payload: true },
  })
  return rows.map(({ payload }) => ({
    kind: 'message',
    what: 'could not be handled',
    sent: JSON.stringify(payload).slice(0, 300),
  }))
}
