import { randomUUID } from 'node:crypto'
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import sharp from 'sharp'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { conversationHandler } from '../../src/conversation/turn.worker.ts'
import { keepArrival } from '../../src/mailbox/inbound.store.ts'
import { makeOffice } from '../../src/organisation/office.store.ts'
import { loadOrganisation } from '../../src/organisation/organisation.store.ts'
import { unitOfWork } from '../../src/organisation/unit-of-work.store.ts'
import { type Files, openFiles } from '../../src/platform/files/attachments.ts'
import { connect } from '../../src/platform/postgres/database.ts'
import { openQuotas } from '../../src/platform/quotas/quotas.ts'
import { createKeyRing } from '../../src/platform/sealing/key-ring.ts'
import { beginSealing } from '../../src/platform/sealing/seal-rows.ts'
import { coarsenOver, shuffleChats, vacuumUntied } from '../../src/privacy/untie.store.ts'
import { eraseLastWords } from '../../src/tickets/anonymity.store.ts'
import { accept, resolve } from '../../src/tickets/member-work.store.ts'
import { type FreshDatabase, freshDatabase } from '../servers/database.ts'
import { usualOrganisation } from '../servers/stores.setup.ts'

const reports = 200
const zone = 'Asia/Urumqi'
const keys = createKeyRing([Buffer.alloc(32, 1)])
/** Tomorrow in the calendar's zone. */
const tomorrow = () => new Date(Date.now() + 30 * 3_600_000).toISOString().slice(0, 10)

let database: FreshDatabase
let files: Files
let folder: string
beforeAll(async () => {
  const fresh = await freshDatabase()
  // With words sealed: their keys are rows too.
  await beginSealing(fresh.url)
  const db = connect(fresh.url, 5, keys)
  const drop = async () => {
    await db.close()
    await fresh.drop()
  }
  database = { ...fresh, db, drop }
  await loadOrganisation(database.db, usualOrganisation)
  folder = await mkdtemp(join(tmpdir(), 'jawab-night-'))
  files = await openFiles({ dataDir: folder }, keys)
})
afterAll(async () => {
  await files?.close()
  await database?.drop()
  await rm(folder, { recursive: true, force: true })
})

type Seen = {
  readonly id: string
  readonly xmin: number
  readonly xmax: number
  readonly place: number
  /** Where the key of its words lies. */
  readonly key: number
  readonly moments: readonly number[]
  readonly ids: readonly number[]
}

/**
 * What an attacker reads who has the database: of each row its transactions, where it lies, its
 * moments and its numbers.
 */
async function look(): Promise<{
  readonly tickets: readonly (Seen & { readonly all: ReadonlySet<number> })[]
  readonly chats: readonly Seen[]
}> {
  const { db } = database
  const system = `r.xmin::text::bigint::float8 as "xmin", r.xmax::text::bigint::float8 as "xmax", (r.ctid::text::point)[0] * 1000 + (r.ctid::text::point)[1] as "place",
    coalesce((select (k.ctid::text::point)[0] * 1000 + (k.ctid::text::point)[1] from "WordKey" k where k."id" = r."wordKeyId"), 0) as "key"`
  const tickets = await db.prisma.$queryRawUnsafe<
    (Seen & { at: Date[]; xmins: number[]; numbers: number[] })[]
  >(`
    select r."id"::text as "id", ${system}, array[r."openedAt", r."closedAt"] as "at",
      array(select e.xmin::text::bigint::float8 from "TicketEvent" e where e."ticketId" = r."id" union all
        select m.xmin::text::bigint::float8 from "TicketMessage" m where m."ticketId" = r."id" union all
        select o.xmin::text::bigint::float8 from "Outbound" o where o."content" ->> 'ticketId' = r."id"::text) as "xmins",
      array(select m."id"::float8 from "TicketMessage" m where m."ticketId" = r."id" order by 1) as "numbers"
    from "Ticket" r where r."anonymous"`)
  const chats = await db.prisma.$queryRawUnsafe<
    (Seen & { at: (Date | null)[]; numbers: number[] })[]
  >(`
    select r."id"::text as "id", ${system}, array[r."createdAt", r."noticeSeenAt"] as "at",
      array(select o."id"::float8 from "Outbound" o where o."conversationId" = r."id") || array(select i."id"::float8 from "Inbound" i where i."conversationId" = r."id") as "numbers"
    from "Conversation" r where r."memberId" is null`)
  const toSeen = <
    T extends {
      id: string
      xmin: number
      xmax: number
      place: number
      key: number
      at: (Date | null)[]
      numbers: number[]
    },
  >({
    at,
    numbers,
    ...row
  }: T) => ({
    ...row,
    moments: at.map((moment) => moment?.getTime() ?? 0),
    ids: numbers,
  })
  return {
    tickets: tickets.map((row) => ({
      ...toSeen(row),
      all: new Set([row.xmin, row.xmax, ...row.xmins]),
    })),
    chats: chats.map(toSeen),
  }
}

/** Ways in which an attacker ties each ticket to a chat. */
const attacks: Readonly<
  Record<string, (seen: Awaited<ReturnType<typeof look>>) => ReadonlyMap<string, string>>
> = {
  'by a transaction that wrote both, or the nearest one': ({ tickets, chats }) =>
    new Map(
      tickets.map((ticket) => [
        ticket.id,
        nearest(chats, (chat) =>
          Math.min(...[...ticket.all].map((xmin) => Math.abs(xmin - chat.xmin))),
        ),
      ]),
    ),
  'by a lock that a transaction has left': ({ tickets, chats }) =>
    new Map(
      tickets.map((ticket) => [
        ticket.id,
        nearest(chats, (chat) =>
          Math.min(
            ...[...ticket.all].map((xmin) => (chat.xmax === 0 ? 1e12 : Math.abs(xmin - chat.xmax))),
          ),
        ),
      ]),
    ),
  'by the order of transactions': ({ tickets, chats }) =>
    byOrder(tickets, chats, ({ xmin }) => xmin),
  'by the order of the first transactions': ({ tickets, chats }) =>
    byOrder(
      tickets,
      chats,
      (ticket) => Math.min(...ticket.all),
      ({ xmin }) => xmin,
    ),
  'by the order of rows': ({ tickets, chats }) => byOrder(tickets, chats, ({ place }) => place),
  'by the order of pages': ({ tickets, chats }) =>
    byOrder(tickets, chats, ({ place }) => Math.floor(place / 1000)),
  'by the order of the keys of words': ({ tickets, chats }) =>
    byOrder(tickets, chats, ({ key }) => key),
  'by the key of words beside it': ({ tickets, chats }) =>
    new Map(
      tickets.map((ticket) => [
        ticket.id,
        nearest(chats, (chat) => Math.abs(ticket.key - chat.key)),
      ]),
    ),
  'by the order of numbers': ({ tickets, chats }) =>
    byOrder(
      tickets,
      chats,
      ({ ids }) => ids[0] ?? 0,
      ({ ids, xmin }) => ids[0] ?? xmin,
    ),
  'by moments': ({ tickets, chats }) =>
    new Map(
      tickets.map(({ id, moments }) => [
        id,
        nearest(chats, (chat) =>
          Math.min(...moments.flatMap((one) => chat.moments.map((two) => Math.abs(one - two)))),
        ),
      ]),
    ),
}

function nearest(chats: readonly Seen[], distance: (chat: Seen) => number): string {
  const scored = chats.map((chat) => ({ id: chat.id, far: distance(chat) }))
  const least = Math.min(...scored.map(({ far }) => far))
  const best = scored.filter(({ far }) => far === least)
  return best[Math.floor(Math.random() * best.length)]?.id ?? ''
}

function byOrder<T extends Seen>(
  tickets: readonly T[],
  chats: readonly Seen[],
  ofTicket: (ticket: T) => number,
  ofChat: (chat: Seen) => number = ofTicket as never,
) {
  const order = [...chats].sort((a, b) => ofChat(a) - ofChat(b))
  return new Map(
    [...tickets]
      .sort((a, b) => ofTicket(a) - ofTicket(b))
      .map((ticket, at) => [ticket.id, order[at]?.id ?? '']),
  )
}

it(`P38 after the night an attacker with the whole database ties none of ${reports} anonymous reports to its chat better than by chance`, async () => {
  const { db } = database
  const office = makeOffice(zone, new Date())
  const quiet = {
    nudge: async () => {},
    runAfterCommit: async () => {},
    channels: [],
    log: pino({ level: 'silent' }),
    nameOfCategory: () => undefined,
    canSpeak: false,
  }
  const handle = conversationHandler({
    db,
    keys,
    files,
    quotas: openQuotas(),
    office: async () => office,
    now: Date.now,
    ...quiet,
    isStopping: () => false,
  })
  const truth = new Map<string, string>()
  for (let nth = 0; nth < reports; nth++) {
    const does = async (message: Parameters<typeof keepArrival>[2]['message']) => {
      const id = await keepArrival(db, keys, {
        channel: 'webchat',
        handle: `resident ${nth}`,
        externalId: randomUUID(),
        message,
      })
      await handle({ id })
      return id
    }
    const id = await does({ kind: 'said', text: '/start v_YL010101', files: [] })
    await does({ kind: 'pressed', data: 'language:zh-Hans' })
    await does({ kind: 'pressed', data: 'notice:seen' })
    await does({ kind: 'said', text: `路灯坏了 ${nth}`, files: [] })
    await does({ kind: 'pressed', data: 'category:road' })
    await does({ kind: 'pressed', data: 'send:anonymously' })
    const ticket = await db.prisma.ticket.findFirstOrThrow({ where: { conversationId: id } })
    truth.set(ticket.id, id)
    await unitOfWork(db, office, Date.now(), (work) =>
      accept(work, ticket.assigneeId ?? '', ticket.code),
    )
    await unitOfWork(db, office, Date.now(), (work) =>
      resolve(work, ticket.assigneeId ?? '', ticket.code, { text: '修好了', files: [] }),
    )
    await does({ kind: 'pressed', data: `yes:${ticket.code}` })
  }
  await eraseLastWords(db, new Date(Date.now() + 61_000))
  await db.prisma.outbound.updateMany({
    where: { status: 'queued' },
    data: { status: 'sent', sentAt: new Date() },
  })
  await eraseLastWords(db, new Date(Date.now() + 61_000))
  const hitsOf = (seen: Awaited<ReturnType<typeof look>>) =>
    Object.fromEntries(
      Object.entries(attacks).map(([name, attack]) => [
        name,
        [...attack(seen)].filter(([ticket, chat]) => truth.get(ticket) === chat).length,
      ]),
    )

  // Before the night the transaction that closed a report and wrote its chat ties every one of
  // them. The attack works.
  const before = hitsOf(await look())
  expect(before['by a transaction that wrote both, or the nearest one']).toBeGreaterThan(
    reports * 0.9,
  )
  expect(before['by the order of transactions']).toBeGreaterThan(reports * 0.9)
  // By chance one is right, and four or more are once in fifty tries.
  expect(before['by the order of pages']).toBeGreaterThan(3)
  const figures = async () => {
    const [row] = await db.prisma.$queryRaw<
      { items: string }[]
    >`select jsonb_agg(i order by i)::text as "items" from (select "itemsOf"(t)::text as i from "Ticket" t) x`
    return row?.items
  }
  const counted = await figures()
  const deltas = await db.prisma.figureDelta.count()

  expect(await shuffleChats(db, tomorrow())).toBeGreaterThanOrEqual(reports)
  expect(await coarsenOver(db, files, zone, tomorrow())).toBe(reports)
  await vacuumUntied(db)
  const after = hitsOf(await look())
  // By chance one of them is right; seven or more are, once in ten thousand tries.
  for (const [name, hits] of Object.entries(after))
    expect([name, hits < 8, hits]).toEqual([name, true, hits])

  // To the day, each on its own; the figures have not moved.
  const tickets = await db.prisma.ticket.findMany({ include: { events: true, messages: true } })
  const isMidnight = (at: Date | null) =>
    at === null || (at.getTime() + 6 * 3_600_000) % 86_400_000 === 0
  for (const { openedAt, closedAt, resolvedAt, firstResponseAt, events, messages } of tickets)
    for (const at of [
      openedAt,
      closedAt,
      resolvedAt,
      firstResponseAt,
      ...events.map((each) => each.at),
      ...messages.map((each) => each.at),
    ])
      expect(isMidnight(at)).toBe(true)
  expect([await figures(), await db.prisma.figureDelta.count()]).toEqual([counted, deltas])
  // A second night finds nothing more to do.
  expect([
    await shuffleChats(db, tomorrow()),
    await coarsenOver(db, files, zone, tomorrow()),
  ]).toEqual([0, 0])
}, 240_000)

it('P38 files of such a report lie under new names and times, and everything else of history stays unchangeable', async () => {
  const { db } = database
  const photo = await sharp({ create: { width: 40, height: 30, channels: 3, background: 'red' } })
    .jpeg()
    .toBuffer()
  const kept = await files.keep(db, 'photo', photo)
  const id = 'id' in kept ? kept.id : ''
  const ticket = await db.prisma.ticket.findFirstOrThrow({
    where: { anonymous: true },
    include: { messages: true },
  })
  await db.prisma.attachment.update({
    where: { id },
    data: { messageId: ticket.messages[0]?.id ?? 0n },
  })
  await db.prisma
    .$executeRaw`update "Ticket" set "closedAt" = "closedAt" + interval '5 minutes' where "id" = ${ticket.id}::uuid`
  const before = await db.prisma.attachment.findUniqueOrThrow({ where: { id } })
  const at = (await stat(join(folder, 'attachments', before.key))).mtimeMs
  await coarsenOver(db, files, zone, tomorrow())
  const after = await db.prisma.attachment.findUniqueOrThrow({ where: { id } })
  expect(after.key).not.toBe(before.key)
  expect((await readdir(join(folder, 'attachments'))).includes(before.key)).toBe(false)
  expect((await stat(join(folder, 'attachments', after.key))).mtimeMs).toBeGreaterThan(at)
  expect((await files.find(db, id))?.kind).toBe('photo')
  expect((after.createdAt.getTime() + 6 * 3_600_000) % 86_400_000).toBe(0)
  await expect(
    db.prisma
      .$executeRaw`update "TicketEvent" set "type" = 'closed' where "ticketId" = ${ticket.id}::uuid`,
  ).rejects.toThrow('append-only')
  await expect(
    db.prisma
      .$executeRaw`update "TicketEvent" set "at" = "at" - interval '3 days' where "ticketId" = ${ticket.id}::uuid`,
  ).rejects.toThrow('append-only')
})
