import { createHash, randomInt, randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { findableHandle, handlePlace } from '../../src/mailbox/conversations.store.ts'
import { postgresBackend, redisBackend } from '../../src/platform/queue/backend.ts'
import { createKeyRing } from '../../src/platform/sealing/key-ring.ts'
import { toTicketCode } from '../../src/tickets/code.ts'

/**
 * The floor of `npm run bench -- pipeline`: the least code that writes the same rows for one
 * message as the service does, by hand, with `pg` and BullMQ and nothing else. It asks nothing,
 * checks nothing, knows one sentence and one state.
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
  const pool = new pg.Pool({ connectionString: DATABASE_URL, max: 20 })
  const backend =
    REDIS_URL === undefined
      ? postgresBackend(DATABASE_URL)
      : redisBackend([REDIS_URL], console.error)
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

  async function receive(request: IncomingMessage): Promise<void> {
    const parts: Buffer[] = []
    for await (const part of request) parts.push(part as Buffer)
    const update = JSON.parse(Buffer.concat(parts).toString()) as {
      update_id: number
      callback_query: { data: string; message: { chat: { id: number } } }
    }
    const handle = String(update.callback_query.message.chat.id)
    const { rows } = await pool.query<{ id: string }>(
      'select "id" from "Conversation" where "channel" = \'telegram\' and "handleHash" = $1',
      [keys.hashes(findableHandle('telegram', handle))[0]],
    )
    const id = rows[0]?.id ?? ''
    await pool.query(
      'insert into "Inbound" ("channel", "externalId", "conversationId", "payload", "receivedAt") values ($1, $2, $3, $4, now()) on conflict do nothing',
      [
        'telegram',
        String(update.update_id),
        id,
        { kind: 'pressed', data: update.callback_query.data },
      ],
    )
    await nudge('conversation', [id])
  }

  async function handle(id: string): Promise<void> {
    const client = await pool.connect()
    try {
      await client.query('begin')
      const { rows: conversations } = await client.query(
        'select "state", "language" from "Conversation" where "id" = $1 for no key update',
        [id],
      )
      const { rows: waiting } = await client.query(
        'select "id" from "Inbound" where "conversationId" = $1 and "doneAt" is null order by "id" limit 1',
        [id],
      )
      if (waiting.length === 0) return void (await client.query('commit'))
      const { items, place, category } = conversations[0].state.draft
      const ticket = randomUUID()
      const code = toTicketCode(Array.from({ length: 9 }, () => randomInt(32)))
      const now = new Date()
      const due = new Date(now.getTime() + 86_400_000)
      const { rows: places } = await client.query(
        `insert into "Ticket" ("id", "code", "status", "category", "placeCode", "teamId", "conversationId", "language", "openedAt", "firstResponseDueAt", "resolutionDueAt", "timerAt")
         select $1, $2, 'open', $3, "code", "teamId", $5, $6, $7, $8, $8, $8 from "Place" where "code" = $4 returning "teamId"`,
        [ticket, code, category, place.code, id, conversations[0].language, now, due],
      )
      await client.query(
        `insert into "TicketEvent" ("ticketId", "seq", "type", "at", "by") values ($1, 1, 'opened', $2, 'resident')`,
        [ticket, now],
      )
      await client.query(
        `insert into "TicketMessage" ("ticketId", "by", "kind", "text", "at") values ($1, 'resident', 'report', $2, $3)`,
        [ticket, items[0].text, now],
      )
      await client.query('insert into "Outbound" ("conversationId", "content") values ($1, $2)', [
        id,
        { notice: 'received', code },
      ])
      await client.query('select 1 from "Team" where "id" = $1 for no key update', [
        places[0].teamId,
      ])
      const { rows: members } = await client.query(
        `select "id" from "Member" m where "teamId" = $1 and "onDuty"
         order by (select count(*) from "Ticket" where "assigneeId" = m."id" and "status" in ('assigned', 'accepted')) limit 1`,
        [places[0].teamId],
      )
      const member = members[0].id
      await client.query(
        `update "Ticket" set "status" = 'assigned', "assigneeId" = $2, "assignedAt" = $3, "offerDueAt" = $4, "assignment" = $5 where "id" = $1`,
        [ticket, member, now, due, {}],
      )
      await client.query(
        `insert into "TicketEvent" ("ticketId", "seq", "type", "at", "by", "memberId") values ($1, 2, 'assigned', $2, 'service', $3)`,
        [ticket, now, member],
      )
      const { rows: chats } = await client.query(
        `insert into "Outbound" ("conversationId", "content") select "id", $2 from "Conversation" where "memberId" = $1 returning "conversationId" as "id"`,
        [member, { notice: 'card', ticketId: ticket }],
      )
      await client.query(
        `update "Conversation" set "state" = '{"v":1,"at":"idle"}' where "id" = $1`,
        [id],
      )
      await client.query('update "Inbound" set "doneAt" = $2 where "id" = $1', [waiting[0].id, now])
      await client.query('commit')
      await nudge('delivery', [id, ...chats.map((chat) => chat.id as string)])
    } finally {
      client.release()
    }
  }

  async function deliver(id: string): Promise<void> {
    const now = new Date()
    const taken = await pool.query(
      'update "Conversation" set "deliveringUntil" = $2 where "id" = $1 and ("deliveringUntil" is null or "deliveringUntil" < $3) returning "handleSealed", "memberId"',
      [id, new Date(now.getTime() + 6_000), now],
    )
    if (taken.rowCount === 0) return
    const { handleSealed, memberId } = taken.rows[0]
    for (;;) {
      const { rows } = await pool.query(
        `select "id", "content" from "Outbound" where "conversationId" = $1 and "status" = 'queued' order by "id" limit 1`,
        [id],
      )
      if (rows.length === 0) break
      const { id: outbound, content } = rows[0]
      const text =
        content.notice === 'card'
          ? await show(content.ticketId, memberId)
          : `Thank you: ${content.code}`
      const sent = await fetch(`${TELEGRAM_API_ROOT}/bot${TELEGRAM_BOT_TOKEN}/sendMessage`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ chat_id: keys.open(handleSealed, handlePlace(id)), text }),
      })
      const { result } = (await sent.json()) as { result: { message_id: number } }
      await pool.query(`update "Outbound" set "status" = 'sent', "sentAt" = $2 where "id" = $1`, [
        outbound,
        new Date(),
      ])
      if (content.notice === 'card')
        await pool.query(
          'insert into "Card" ("conversationId", "ticketId", "externalId", "shownHash") values ($1, $2, $3, $4)',
          [id, content.ticketId, result.message_id, 'hash'],
        )
    }
    await pool.query('update "Conversation" set "deliveringUntil" = null where "id" = $1', [id])
  }

  /** Reads the card, and notes who is shown it, sealed to the one before. */
  async function show(ticket: string, member: string): Promise<string> {
    const { rows } = await pool.query(
      'select t."code", m."text" from "Ticket" t join "TicketMessage" m on m."ticketId" = t."id" where t."id" = $1',
      [ticket],
    )
    const client = await pool.connect()
    try {
      await client.query('begin')
      await client.query(`select pg_advisory_xact_lock(hashtext('text-access'))`)
      const { rows: last } = await client.query(
        'select "seal" from "TextAccess" order by "seq" desc limit 1',
      )
      const at = new Date()
      const seal = createHash('sha256')
        .update(last[0]?.seal ?? '')
        .update([ticket, member, 'member', at.toISOString(), 'card'].join('\n'))
        .digest()
      await client.query(
        `insert into "TextAccess" ("ticketId", "memberId", "role", "at", "how", "seal") values ($1, $2, 'member', $3, 'card', $4)`,
        [ticket, member, at, seal],
      )
      await client.query('commit')
    } finally {
      client.release()
    }
    return `${rows[0].code}\n${rows[0].text}`
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
      await pool.end()
    },
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { url } = await startFloor(process.env)
  // The line that a program under test is waited for by: see `test/servers/program.ts`.
  console.log(`API documentation: ${url}/docs`)
}
