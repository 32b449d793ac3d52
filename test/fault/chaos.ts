import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import sharp from 'sharp'
import { conversationWith } from '../../src/mailbox/conversations.store.ts'
import { loadOrganisation } from '../../src/organisation/organisation.store.ts'
import { connect, type Db } from '../../src/platform/postgres/database.ts'
import { createKeyRing } from '../../src/platform/sealing/key-ring.ts'
import { beginSealing } from '../../src/platform/sealing/seal-rows.ts'
import { type Chance, createChance } from '../../src/simulation/chance.ts'
import { makeOrganisation } from '../../src/simulation/organisation.ts'
import { startBotApi, type Trouble } from '../servers/bot-api.ts'
import {
  notificationOf,
  type ShownInWhatsApp,
  signatureOf,
  startGraphApi,
  type Trouble as WhatsAppTrouble,
} from '../servers/graph-api.ts'
import { type Program, runProgram } from '../servers/program.ts'
import { freePort, until } from '../until.ts'
import {
  handleOf,
  type Planned,
  publicUrl,
  type Reconciled,
  reconcile,
  type Seen,
  type Strike,
} from './reconcile.ts'
import { type Postgres, pause, type QueueStore } from './stores.ts'

export type Size = {
  readonly residents: number
  readonly messages: number
  readonly strikes: number
  readonly webs: number
  readonly workers: number
}
/** The stores of a run; no queue store is BullMQ on PostgreSQL. */
export type Stores = {
  readonly postgres: Postgres
  readonly queue: QueueStore | undefined
  readonly folder: string
}
export type Run = Reconciled & {
  readonly seed: number
  readonly messages: number
  readonly strikes: readonly Strike[]
  readonly seconds: number
}

const secret = 'chaos-secret'
/**
 * Until everything has come to rest after the last strike: the longest is a dead worker's job, see
 * `platform/queue/backend.ts`. In milliseconds.
 */
const restMs = 120_000

/**
 * Runs the program in several processes while residents write and everything around it fails: the
 * chat app refuses, stays silent, breaks the line, repeats and reorders; processes and stores are
 * killed. Then looks whether all promises were kept.
 *
 * What is planned follows from the seed: who writes what, what the chat app does to the how-manieth
 * call of a chat, what is struck when. How the processes interleave does not.
 */
export async function playChaos(
  { postgres, queue, folder }: Stores,
  seed: number,
  size: Size,
): Promise<Run> {
  const started = Date.now()
  const { webs, workers } = size
  const chance = createChance(seed)
  const databaseUrl = await postgres.database('jawab_chaos')
  await queue?.empty()
  const dataKey = Buffer.alloc(32, seed % 251)
  const keys = createKeyRing([dataKey])
  const db = connect(databaseUrl, 5, keys)
  await beginSealing(databaseUrl)
  const organisation = makeOrganisation({ teams: 6, members: 24, counties: 2 }, seed)
  await loadOrganisation(db, organisation)
  const members = organisation.members
    .filter(({ teamId }) => teamId !== null)
    .map(({ id }, index) => ({ id, chat: memberChats + index }))
  for (const { id, chat } of members)
    await db.prisma.conversation.update({
      where: { id: await conversationWith(db, keys, 'telegram', String(chat)) },
      data: { memberId: id },
    })
  const api = await startBotApi()
  api.trouble(troubles(seed))
  const graph = await startGraphApi()
  graph.trouble(whatsAppTroubles(seed))
  const picture = api.addFile(
    await sharp({ create: { width: 9, height: 9, channels: 3, background: 'green' } })
      .jpeg()
      .toBuffer(),
  )

  const common = {
    DATABASE_URL: databaseUrl,
    DATA_DIR: join(folder, 'data'),
    DATA_KEY: dataKey.toString('base64'),
    PUBLIC_URL: publicUrl,
    TRUSTED_PROXIES: '127.0.0.1',
    TELEGRAM_BOT_TOKEN: api.token,
    TELEGRAM_API_ROOT: api.root,
    TELEGRAM_MODE: 'webhook',
    TELEGRAM_WEBHOOK_SECRET: secret,
    ...graph.environment,
    LOG_LEVEL: 'error',
    ...(queue === undefined ? {} : { REDIS_URL: queue.url }),
  }
  const errors: string[] = []
  const webPorts = await Promise.all(Array.from({ length: webs }, freePort))
  const places = [
    ...webPorts.map((port) => ({ ROLES: 'web', PORT: String(port) })),
    ...Array.from({ length: workers }, () => ({ ROLES: 'worker' })),
  ]
  const programs: Program[] = []
  const start = async (index: number) => {
    const program = runProgram({ ...common, ...places[index] })
    programs[index] = program
    await program.ready()
  }
  const kill = async (index: number) => {
    errors.push(programs[index]?.errors() ?? '')
    await programs[index]?.kill('SIGKILL')
  }
  try {
    await Promise.all(places.map((_, index) => start(index)))

    const villages = organisation.places
      .filter(({ teamId }) => teamId !== null)
      .map(({ code }) => code)
    const plan = planned(chance, villages, size)
    const strikes: Strike[] = []
    const strike = async (what: Strike['what']) => {
      const awayMs = chance.below(1_500)
      const entry = { what, at: Date.now(), awayMs }
      strikes.push(entry)
      const victim = what === 'web' ? chance.below(webs) : webs + chance.below(workers)
      if (what === 'postgres') await postgres.strike(awayMs)
      else if (what === 'queue') await queue?.strike(awayMs)
      else if (what === 'queue emptied')
        await (queue?.empty() ?? db.prisma.$executeRawUnsafe('delete from bullmq.job'))
      else if (what === 'clock') await moveClock(db)
      else {
        await kill(victim)
        await pause(awayMs)
        await start(victim)
      }
    }
    const speaking = Promise.all(
      plan.map((resident, index) =>
        speak(resident, webPorts, createChance(seed * 1_000 + index), picture),
      ),
    )
    for (const { what, afterMs } of schedule(chance, size.strikes, queue !== undefined)) {
      await pause(afterMs)
      await strike(what)
    }
    await within(restMs, speaking)
    await moveClock(db)
    const isAtRest = () => atRest(db)
    const rested = await until('everything is at rest', isAtRest, restMs).then(
      () => true,
      () => false,
    )
    const result = await reconcile(
      db,
      keys,
      [...api.messages, ...graph.messages.map(toSeen)],
      plan,
      strikes,
      members.map(({ chat }) => chat),
    )
    return {
      seed,
      messages: plan.reduce((sum, { inputs }) => sum + inputs.length, 0),
      strikes,
      ...result,
      rested,
      seconds: (Date.now() - started) / 1000,
    }
  } catch (error) {
    for (const program of programs) errors.push(program.errors())
    throw new Error(
      `the run of seed ${seed} did not come to its end\n${errors.filter((text) => text !== '').join('\n')}`,
      { cause: error },
    )
  } finally {
    await Promise.all(programs.map((program) => program.kill('SIGKILL')))
    await api.close()
    await graph.close()
    await db.close()
  }
}

async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  const timer: { stop?: () => void } = {}
  const late = new Promise<never>((_, fail) => {
    const handle = setTimeout(() => fail(new Error('residents could not say everything')), ms)
    timer.stop = () => clearTimeout(handle)
  })
  return Promise.race([work, late]).finally(() => timer.stop?.())
}

const memberChats = 900_000
const residentChats = 100_000

/**
 * What each resident will say, ticket by ticket: how they begin, several messages (quick ones,
 * albums and edits among them), the buttons that send it.
 */
function planned(
  chance: Chance,
  villages: readonly string[],
  { residents, messages }: Size,
): readonly Planned[] {
  const perResident = Math.floor(messages / residents)
  return Array.from({ length: residents }, (_, index) => {
    const chat = residentChats + index
    const channel = (['webchat', 'whatsapp'] as const)[4 - (index % 5)] ?? ('telegram' as const)
    const inputs: Planned['inputs'][number][] = [
      { text: `/start v_${chance.pick(villages)}` },
      { press: 'language:zh-Hans' },
      { press: 'notice:seen' },
    ]
    const tickets: string[][] = []
    const ending = ['category:road', 'send', 'different']
    while (inputs.length + 3 + ending.length <= perResident) {
      const room = perResident - inputs.length - ending.length - (tickets.length === 0 ? 0 : 2)
      const texts = Array.from(
        { length: Math.min(room, 1 + chance.below(4)) },
        (_, at) => `${chat} 的第 ${tickets.length + 1} 件事，第 ${at + 1} 句：请来人看一看`,
      )
      const [first = '', ...others] = texts
      inputs.push({ text: first })
      const kept = [first]
      // With a request open, what they write is asked about; and they are asked whether it is the
      // same village.
      if (tickets.length > 0) inputs.push({ press: 'new' }, { press: 'here' })
      for (const text of others) {
        // WhatsApp tells of no edits, and has no albums.
        const [fewest, kinds] = { telegram: [0, 4], whatsapp: [2, 2], webchat: [3, 1] }[channel]
        const how = (fewest ?? 3) + chance.below(kinds ?? 1)
        if (how === 0) {
          inputs.push({ text: `${text} (!)` }, { edit: text, of: inputs.length })
        } else
          inputs.push(how === 1 ? { album: text } : how === 2 ? { text, isQuick: true } : { text })
        kept.push(text)
      }
      inputs.push(...ending.map((press) => ({ press })))
      tickets.push(kept)
    }
    while (inputs.length < perResident) inputs.push({ text: '/status' })
    return { channel, chat, inputs, tickets }
  })
}

/**
 * Says everything in order, each again until it is acknowledged; says it again afterwards, now and
 * then, as chat apps do.
 */
async function speak(
  { channel, chat, inputs }: Planned,
  ports: readonly number[],
  chance: Chance,
  picture: string,
): Promise<void> {
  const session = { cookie: '' }
  const earlier: (() => Promise<boolean>)[] = []
  for (const [index, input] of inputs.entries()) {
    await pause('isQuick' in input ? 0 : chance.below(1_800))
    const say =
      channel === 'telegram'
        ? byTelegram(chat, index, input, picture)
        : channel === 'whatsapp'
          ? byWhatsApp(chat, index, input)
          : byWebChat(session, chat, input)
    const once = async () => {
      try {
        return await say(`http://127.0.0.1:${chance.pick(ports)}`)
      } catch {
        return false
      }
    }
    while (!(await once())) await pause(100 + chance.below(400))
    // The answer to an earlier one was lost on Telegram's side: it comes again, after newer ones.
    if (chance.below(12) === 0) await chance.pick([once, ...earlier])()
    earlier.push(once)
  }
}

type Say = (url: string) => Promise<boolean>

function byTelegram(
  chat: number,
  index: number,
  input: Planned['inputs'][number],
  picture: string,
): Say {
  const from = { id: chat, is_bot: false, first_name: 'Marked' }
  const inChat = { id: chat, type: 'private' }
  const about = (message_id: number) => ({ message_id, date: 1, chat: inChat, from })
  const photo = [{ file_id: picture, file_unique_id: picture, width: 9, height: 9 }]
  const contents = (): readonly object[] => {
    if ('text' in input) return [{ message: { ...about(index), text: input.text } }]
    if ('edit' in input)
      return [{ edited_message: { ...about(input.of), edit_date: 2, text: input.edit } }]
    if ('album' in input)
      return [
        {
          message: {
            ...about(index),
            media_group_id: `${chat}-${index}`,
            photo,
            caption: input.album,
          },
        },
        { message: { ...about(500_000 + index), media_group_id: `${chat}-${index}`, photo } },
      ]
    return [
      {
        callback_query: {
          id: `${chat}-${index}`,
          from,
          chat_instance: '1',
          data: input.press,
          message: { message_id: 1, date: 1, chat: inChat },
        },
      },
    ]
  }
  const headers = { 'content-type': 'application/json', 'x-telegram-bot-api-secret-token': secret }
  return async (url) => {
    for (const [nth, content] of contents().entries()) {
      const body = JSON.stringify({ update_id: chat * 1_000 + index + nth * 500, ...content })
      if (
        !(
          await fetch(`${url}/channels/telegram`, {
            method: 'POST',
            headers,
            body,
            signal: AbortSignal.timeout(10_000),
          })
        ).ok
      )
        return false
    }
    return true
  }
}

function byWhatsApp(chat: number, index: number, input: Planned['inputs'][number]): Say {
  const id = `wamid.${chat}.${index}`
  const said =
    'press' in input
      ? {
          type: 'interactive',
          interactive: { type: 'button_reply', button_reply: { id: input.press, title: 'x' } },
          context: { from: '77010000000', id: 'wamid.earlier' },
        }
      : { type: 'text', text: { body: 'text' in input ? input.text : '' } }
  const from = handleOf({ channel: 'whatsapp', chat })
  const body = JSON.stringify(
    notificationOf({
      contacts: [{ profile: { name: 'Marked' }, user_id: from }],
      messages: [{ from_user_id: from, id, timestamp: '1', ...said }],
    }),
  )
  const headers = { 'content-type': 'application/json', 'x-hub-signature-256': signatureOf(body) }
  return async (url) =>
    (
      await fetch(`${url}/channels/whatsapp`, {
        method: 'POST',
        headers,
        body,
        signal: AbortSignal.timeout(10_000),
      })
    ).ok
}

/** A message of WhatsApp as the reconciliation sees it. */
function toSeen({ to, text, at, answer }: ShownInWhatsApp): Seen {
  return { chat: Number(to.replace('KZ.', '')), text, at, answer, earlier: [] }
}

function byWebChat(
  session: { cookie: string },
  chat: number,
  input: Planned['inputs'][number],
): Say {
  const id = randomUUID()
  const body = JSON.stringify(
    'text' in input
      ? { id, kind: 'said', text: input.text }
      : { id, kind: 'pressed', data: 'press' in input ? input.press : '' },
  )
  return async (url) => {
    // The session begins first, as on the page, so that what is sent again comes from the same
    // chat.
    if (session.cookie === '')
      session.cookie =
        (await fetch(`${url}/channels/webchat/session`, { method: 'POST' })).headers
          .getSetCookie()[0]
          ?.split(';')[0] ?? ''
    if (session.cookie === '') return false
    const headers = {
      'content-type': 'application/json',
      cookie: session.cookie,
      'x-forwarded-for': `10.0.0.${chat % 250}`,
    }
    return (
      (
        await fetch(`${url}/channels/webchat/messages`, {
          method: 'POST',
          headers,
          body,
          signal: AbortSignal.timeout(10_000),
        })
      ).status === 202
    )
  }
}

/** What the chat app does to the how-manieth call of a chat. */
function troubles(seed: number): (method: string, chat: number) => Trouble | undefined {
  const calls = new Map<number, number>()
  return (method, chat) => {
    if (!method.startsWith('send') && !method.startsWith('edit')) return undefined
    const nth = (calls.get(chat) ?? 0) + 1
    calls.set(chat, nth)
    const chance = createChance(seed * 7_919 + chat * 31 + nth)
    const dice = chance.below(100)
    if (dice < 2)
      return {
        error_code: 429,
        description: 'Too Many Requests: retry after 1',
        parameters: { retry_after: 1 },
      }
    if (dice < 5) return { error_code: 500, description: 'Internal Server Error' }
    if (dice < 7) return 'hang up'
    if (dice < 9) return 'hang up when done'
    if (dice < 11) return { silentMs: 500 + chance.below(2_500) }
    return undefined
  }
}

/** The same by WhatsApp's codes: too much to one person, and a fault of its own. */
function whatsAppTroubles(seed: number): (to: string) => WhatsAppTrouble | undefined {
  const decide = troubles(seed)
  return (to) => {
    const trouble = decide('send', Number(to.replace('KZ.', '')))
    if (typeof trouble !== 'object' || !('error_code' in trouble)) return trouble
    return trouble.error_code === 429
      ? { status: 400, code: 131_056 }
      : { status: 500, code: 131_000 }
  }
}

/** What is struck and how long after the last strike; each kind at least once. */
function schedule(
  chance: Chance,
  count: number,
  hasQueueStore: boolean,
): readonly { readonly what: Strike['what']; readonly afterMs: number }[] {
  const kinds: readonly Strike['what'][] = [
    'worker',
    'web',
    'postgres',
    'queue emptied',
    'clock',
    ...(hasQueueStore ? (['queue'] as const) : []),
  ]
  const more = Array.from({ length: Math.max(0, count - kinds.length) }, () =>
    chance.pick([...kinds, 'worker', 'worker'] as const),
  )
  const order = [...kinds, ...more]
    .map((what) => ({ what, key: chance.next() }))
    .sort((a, b) => a.key - b.key)
  return order.map(({ what }) => ({ what, afterMs: chance.below(1_500) }))
}

/**
 * A day and more goes by for every request that somebody has: its time is over. Once for each
 * request.
 */
async function moveClock(db: Db): Promise<void> {
  await db.prisma.$executeRaw`
    update "Ticket" set "clockFrom" = now() - interval '26 hours', "resolutionDueAt" = now() - interval '2 hours', "offerDueAt" = now() + interval '1 hour', "timerAt" = now() - interval '2 hours'
    where "status" = 'assigned' and "resolutionDueAt" > now()`.catch(async () => {
    // The database may be away at this very moment.
    await pause(500)
    await moveClock(db)
  })
}

async function atRest(db: Db): Promise<boolean> {
  const [row] = await db.prisma.$queryRaw<{ left: number }[]>`
    select (select count(*) from "Inbound" where "doneAt" is null)::int + (select count(*) from "Outbound" where "status" = 'queued')::int
      + (select count(*) from "Ticket" where "status" = 'open' or "timerAt" <= now())::int as "left"`
  return row?.left === 0
}
