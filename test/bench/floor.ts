import { createHmac, randomBytes, randomInt, randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { Pool as Agent } from 'undici'
import { findableHandle, handlePlace } from '../../src/mailbox/conversations.store.ts'
import { postgresBackend, redisBackend } from '../../src/platform/queue/backend.ts'
import { createKeyRing } from '../../src/platform/sealing/key-ring.ts'
import { changeTexts, openText, placeIn, sealText } from '../../src/platform/sealing/sealed-text.ts'
import { keyPlace } from '../../src/platform/sealing/words.ts'
import { toTicketCode } from '../../src/tickets/code.ts'

/** What a resident has written before they press "send". */
type Draft = {
  readonly items: readonly [{ readonly text: string }]
  readonly place: { readonly code: string }
  readonly category: string
}

/**
 * The floor of `npm run bench -- pipeline`: the least code that writes the same rows for one message
 * as the service does, with `pg` and BullMQ and nothing else, and keeps the same promises: order,
 * the lease of a message, sealed words and the record of readings. It asks nothing, checks nothing,
 * and knows one sentence and one state.
 *
 * Statements go out in flights (`pg`'s pipeline mode): a turn is three, a delivery two.
 */
export async function startFloor(
  environment: Readonly<Record<string, string | undefined>>,
): Promise<{ readonly url: string; readonly stop: () => Promise<void> }> {
  const {
    DATABASE_URL = '',
    REDIS_URL,
    DATA_KEY = '',
    TELEGRAM_API_ROOT = '',
    TELEGRAM_BOT_TOKEN = '',
    PORT = '0',
  } = environment
  const keys = createKeyRing([Buffer.from(DATA_KEY, 'base64')])
  const pool = new pg.Pool({ connectionString: DATABASE_URL, max: 6, pipeline: true })
  const agent = new Agent(new URL(TELEGRAM_API_ROOT).origin, { connections: 32, pipelining: 1 })
  const backend =
    REDIS_URL === undefined
      ? postgresBackend(DATABASE_URL)
      : redisBackend({ kind: 'server', url: REDIS_URL }, console.error)
  const queues = {
    conversation: backend.queue('conversation'),
    delivery: backend.queue('delivery'),
  }
  const nudge = (name: keyof typeof queues, ids: readonly string[]) =>
    queues[name].addBulk(
      ids.map((id) => ({
        name,
        data: { id },
        opts: { deduplication: { id, keepLastIfActive: true } },
      })),
    )

  const workers = [
    backend.worker('conversation', 16, (data) => handle((data as { id: string }).id)),
    backend.worker('delivery', 64, (data) => deliver((data as { id: string }).id)),
  ]
  await Promise.all(workers.map((worker) => worker.waitUntilReady()))
  for (const worker of workers) void worker.run()

  const names = new Map<string, string>()
  /** A statement that each connection plans once. */
  const q = (text: string, values: unknown[]) => {
    const name = names.get(text) ?? `s${names.size}`
    names.set(text, name)
    return { name, text, values }
  }
  /** What is sent in one tick is one write to the socket. */
  async function flight<T>(client: pg.PoolClient, work: () => Promise<T>): Promise<T> {
    const { stream } = (client as unknown as { connection: { stream: Writable } }).connection
    stream.cork()
    const sent = work()
    stream.uncork()
    return sent
  }
  async function onOne<T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
    const client = await pool.connect()
    try {
      return await work(client)
    } finally {
      client.release()
    }
  }
  const spare: { readonly id: string; readonly key: Buffer }[] = []
  /** A key of words that is there already, as the service has them: made 32 at once. */
  async function takeKey(): Promise<{ readonly id: string; readonly key: Buffer }> {
    const taken = spare.pop()
    if (taken !== undefined) return taken
    const made = Array.from({ length: 32 }, () => ({ id: randomUUID(), key: randomBytes(32) }))
    await pool.query(
      q('insert into "WordKey" ("id", "sealed") select * from unnest($1::uuid[], $2::bytea[])', [
        made.map(({ id }) => id),
        made.map(({ id, key }) => Buffer.from(keys.sealBytes(key, keyPlace(id)))),
      ]),
    )
    spare.push(...made)
    return takeKey()
  }

  async function receive(request: IncomingMessage): Promise<void> {
    const parts: Buffer[] = []
    for await (const part of request) parts.push(part as Buffer)
    const update = JSON.parse(Buffer.concat(parts).toString()) as {
      update_id: number
      callback_query: { data: string; message: { chat: { id: number } } }
    }
    const handle = String(update.callback_query.message.chat.id)
    const { rows } = await pool.query<{ id: string }>(
      q(
        `with k as (select "id" from "Conversation" where "channel" = 'telegram' and "handleHash" = $1),
         i as (insert into "Inbound" ("channel", "externalId", "conversationId", "payload", "receivedAt")
           select 'telegram', $2, "id", $3, now() from k on conflict do nothing)
         select "id" from k`,
        [
          keys.hashes(findableHandle('telegram', handle))[0],
          String(update.update_id),
          { kind: 'pressed', data: update.callback_query.data },
        ],
      ),
    )
    await nudge('conversation', [rows[0]?.id ?? ''])
  }

  async function handle(id: string): Promise<void> {
    const { id: keyId, key } = await takeKey()
    const delivering = await onOne(async (client) => {
      const [, conversations, waiting] = await flight(client, () =>
        Promise.all([
          client.query('begin'),
          client.query(
            q(
              `select "state", "language", "wordKeyId", k."sealed" from "Conversation" c
                 join "WordKey" k on k."id" = c."wordKeyId" where c."id" = $1 for no key update of c`,
              [id],
            ),
          ),
          client.query(
            q(
              'select "id" from "Inbound" where "conversationId" = $1 and "doneAt" is null order by "id" limit 1',
              [id],
            ),
          ),
        ]),
      )
      if (waiting.rows.length === 0) return void (await client.query('commit'))
      const [{ state, wordKeyId, sealed }] = conversations.rows
      const ownKey = keys.openBytes(sealed, keyPlace(wordKeyId))
      const here = placeIn('Conversation', 'state', id)
      const opened = changeTexts(state, (text) => openText(wordKeyId, ownKey, text, here) ?? '')
      const { items, place, category } = (opened as { draft: Draft }).draft
      const [, members] = await flight(client, () =>
        Promise.all([
          client.query(
            q(
              'select 1 from "Team" where "id" = (select "teamId" from "Place" where "code" = $1) for no key update',
              [place.code],
            ),
          ),
          client.query(
            q(
              `select m."id", m."teamId" from "Member" m where "teamId" = (select "teamId" from "Place" where "code" = $1) and "onDuty"
               order by (select count(*) from "Ticket" where "assigneeId" = m."id" and "status" in ('assigned', 'accepted')) limit 1`,
              [place.code],
            ),
          ),
        ]),
      )
      const { id: member, teamId } = members.rows[0]
      const [ticket, row] = [randomUUID(), randomUUID()]
      const code = toTicketCode(Array.from({ length: 9 }, () => randomInt(32)))
      const now = new Date()
      const due = new Date(now.getTime() + 86_400_000)
      const words = sealText(2, keyId, key, items[0].text, placeIn('TicketMessage', 'text', row))
      const written = await flight(client, () =>
        Promise.all([
          client.query(
            q(
              `insert into "Ticket" ("id", "code", "status", "category", "placeCode", "teamId", "conversationId", "language",
                 "openedAt", "firstResponseDueAt", "resolutionDueAt", "timerAt", "assigneeId", "assignedAt", "offerDueAt", "assignment", "wordKeyId")
               values ($1, $2, 'assigned', $3, $4, $5, $6, $7, $8, $9, $9, $9, $10, $8, $9, '{}', $11)`,
              [
                ticket,
                code,
                category,
                place.code,
                teamId,
                id,
                conversations.rows[0].language,
                now,
                due,
                member,
                keyId,
              ],
            ),
          ),
          client.query(
            q(
              `insert into "TicketEvent" ("ticketId", "seq", "type", "at", "by", "memberId")
               values ($1, 1, 'opened', $2, 'resident', null), ($1, 2, 'assigned', $2, 'service', $3)`,
              [ticket, now, member],
            ),
          ),
          client.query(
            q(
              `insert into "TicketMessage" ("ticketId", "by", "kind", "text", "at", "sealedAs") values ($1, 'resident', 'report', $2, $3, $4)`,
              [ticket, words, now, row],
            ),
          ),
          client.query(
            q(
              `insert into "WebhookDelivery" ("messageId", "subscriptionId", "ticketId", "payload", "notBefore", "createdAt")
               select 'msg', "id", $1, '{}', $2, $2 from "WebhookSubscription" where "disabledAt" is null`,
              [ticket, now],
            ),
          ),
          client.query(
            q(
              `insert into "Outbound" ("conversationId", "content") select $1::uuid, $2::jsonb
               union all select "id", $4::jsonb from "Conversation" where "memberId" = $3 returning "conversationId" as "id"`,
              [id, { notice: 'received', code }, member, { notice: 'card', ticketId: ticket }],
            ),
          ),
          client.query(
            q(`update "Conversation" set "state" = '{"v":1,"at":"idle"}' where "id" = $1`, [id]),
          ),
          client.query(
            q('update "Inbound" set "doneAt" = $2 where "id" = $1', [waiting.rows[0].id, now]),
          ),
          client.query('commit'),
        ]),
      )
      return written[4].rows.map((each) => each.id as string)
    })
    if (delivering) await nudge('delivery', delivering)
  }

  async function deliver(id: string): Promise<void> {
    for (;;) {
      const now = new Date()
      const { rows } = await pool.query(
        q(
          `with f as (select o."id" from "Outbound" o where o."conversationId" = $1 and o."status" = 'queued' order by o."id" limit 1),
           b as (update "Outbound" o set "attempts" = "attempts" + 1, "notBefore" = $2 from f
             where o."id" = f."id" and (o."notBefore" is null or o."notBefore" <= $3) returning o."id", o."content")
           select b."id", b."content", c."handleSealed", c."memberId", t."code", t."wordKeyId", m."text", m."sealedAs", k."sealed"
           from b join "Conversation" c on c."id" = $1 left join "Ticket" t on t."id" = (b."content"->>'ticketId')::uuid
             left join "TicketMessage" m on m."ticketId" = t."id" left join "WordKey" k on k."id" = t."wordKeyId"`,
          [id, new Date(now.getTime() + 6_000), now],
        ),
      )
      const [row] = rows
      if (row === undefined) return
      const isCard = row.content.notice === 'card'
      if (isCard) await note(row.content.ticketId, row.memberId, now)
      const place = placeIn('TicketMessage', 'text', row.sealedAs)
      const text = isCard
        ? `${row.code}\n${openText(row.wordKeyId, keys.openBytes(row.sealed, keyPlace(row.wordKeyId)), row.text, place)}`
        : `Thank you: ${row.content.code}`
      const sent = await agent.request({
        path: `${new URL(TELEGRAM_API_ROOT).pathname.replace(/\/$/, '')}/bot${TELEGRAM_BOT_TOKEN}/sendMessage`,
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ chat_id: keys.open(row.handleSealed, handlePlace(id)), text }),
      })
      const { result } = (await sent.body.json()) as { result: { message_id: number } }
      await onOne((client) =>
        flight(client, () =>
          Promise.all([
            client.query(
              q(`update "Outbound" set "status" = 'sent', "sentAt" = $2 where "id" = $1`, [
                row.id,
                new Date(),
              ]),
            ),
            ...(isCard
              ? [
                  client.query(
                    q(
                      'insert into "Card" ("conversationId", "ticketId", "externalId", "shownHash") values ($1, $2, $3, $4)',
                      [id, row.content.ticketId, result.message_id, 'hash'],
                    ),
                  ),
                ]
              : []),
          ]),
        ),
      )
    }
  }

  let last: { readonly seq: bigint | string; readonly seal: Buffer | null } = {
    seq: 0n,
    seal: null,
  }
  let before: Promise<unknown> = Promise.resolve()
  type Reading = { readonly ticket: string; readonly member: string; readonly at: Date }
  let gathering: { readonly readings: Reading[]; readonly noted: Promise<void> } | undefined
  /** Notes who is shown the card, sealed to the entry before; with all that waits for its turn. */
  function note(ticket: string, member: string, at: Date): Promise<void> {
    if (gathering !== undefined) {
      gathering.readings.push({ ticket, member, at })
      return gathering.noted
    }
    const readings: Reading[] = [{ ticket, member, at }]
    const noted = before.then(async () => {
      gathering = undefined
      for (;;) {
        let { seal } = last
        const seals = readings.map((each) => {
          const own = createHmac('sha256', 'record')
            .update(seal ?? Buffer.alloc(0))
            .update([each.ticket, each.member, each.at.toISOString()].join('\n'))
            .digest()
          seal = Buffer.concat([Buffer.alloc(4), own])
          return seal
        })
        const { rows } = await pool.query(
          q(
            'select * from "appendAccesses"($1, $2::uuid[], $3::uuid[], $4::text[], $5::timestamptz[], $6::text[], $7::bytea[])',
            [
              last.seq,
              readings.map((each) => each.ticket),
              readings.map((each) => each.member),
              readings.map(() => 'member'),
              readings.map((each) => each.at),
              readings.map(() => 'card'),
              seals,
            ],
          ),
        )
        last = { seq: rows[0].lastSeq, seal: rows[0].lastSeal }
        if (rows[0].isAppended === true) return
      }
    })
    before = noted.catch(() => {})
    gathering = { readings, noted }
    return noted
  }

  const server = createServer((request, response) => {
    receive(request).then(
      () => response.writeHead(200, { 'content-type': 'application/json' }).end('{"ok":true}'),
      () => response.writeHead(500).end(),
    )
  })
  await new Promise<void>((done) => server.listen(Number(PORT), '127.0.0.1', done))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: async () => {
      server.closeAllConnections()
      await Promise.all([
        new Promise((done) => server.close(done)),
        ...workers.map((worker) => worker.close()),
      ])
      await Promise.all(Object.values(queues).map((queue) => queue.close()))
      await backend.close()
      await agent.close()
      await pool.end()
    },
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { url } = await startFloor(process.env)
  // The line that a program under test is waited for by: see `test/servers/program.ts`.
  console.log(`API documentation: ${url}/docs`)
}
