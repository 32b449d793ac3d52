import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { findingsOf, lineOf } from '../../src/cli/doctor.command.ts'
import { readConfig } from '../../src/config.ts'
import { keepArrival } from '../../src/mailbox/inbound.store.ts'
import { forgetIncidents, openIncidents } from '../../src/platform/incidents.ts'
import { statement } from '../../src/platform/postgres/query.ts'
import { openAccessRecord } from '../../src/platform/sealing/access-log.ts'
import { createKeyRing } from '../../src/platform/sealing/key-ring.ts'
import { startBotApi } from '../servers/bot-api.ts'
import { freshDatabase } from '../servers/database.ts'
import { runProgram } from '../servers/program.ts'

/** What the doctor finds with this environment, as the command prints it and ends. */
async function examined(environment: Record<string, string>) {
  const dataDir = await mkdtemp(join(tmpdir(), 'jawab-doctor-'))
  try {
    const findings = await findingsOf(readConfig({ DATA_DIR: dataDir, ...environment }))
    return {
      code: findings.some(({ wrong }) => wrong !== undefined) ? 1 : 0,
      output: findings.map(lineOf).join('\n'),
    }
  } finally {
    await rm(dataDir, { recursive: true, force: true })
  }
}

it('jawab doctor prints a line for each finding, and ends with 1 where one is wrong', async () => {
  const database = await freshDatabase()
  try {
    const doctor = async (environment: Record<string, string>) => {
      const program = runProgram({ DATABASE_URL: database.url, ...environment }, [
        'dist/src/cli/jawab.js',
        'doctor',
      ])
      return { code: await program.ended(), output: program.output() }
    }
    expect(await doctor({})).toMatchObject({
      code: 0,
      output: expect.stringContaining('well   schema: as this version needs it'),
    })
    expect(await doctor({ REDIS_URL: 'redis://127.0.0.1:1' })).toMatchObject({
      code: 1,
      output: expect.stringContaining('WRONG  queue'),
    })
  } finally {
    await database.drop()
  }
})

it('the doctor says what is wrong and what to do, and ends with 1 then', async () => {
  const database = await freshDatabase()
  const key = randomBytes(32).toString('base64')
  const examine = (dataKey: string) => examined({ DATABASE_URL: database.url, DATA_KEY: dataKey })
  try {
    await keepArrival(database.db, createKeyRing([Buffer.from(key, 'base64')]), {
      channel: 'webchat',
      handle: 'h',
      externalId: '1',
      message: { kind: 'unsupported' },
    })
    const record = openAccessRecord(createKeyRing([Buffer.from(key, 'base64')]))
    for (let at = 0; at < 3; at++)
      await record.note(database.db, {
        ticketId: crypto.randomUUID(),
        memberId: crypto.randomUUID(),
        role: 'lead',
        at: new Date(at),
        how: 'page',
      })
    expect(await examine(key)).toMatchObject({
      code: 0,
      output: expect.stringContaining('3 entries, unbroken'),
    })
    const incidents = openIncidents()
    for (const what of [
      'quota chatMessagesAMinute',
      'quota chatMessagesAMinute',
      'decoder time',
    ] as const)
      incidents.count(what)
    await incidents.save(database.db, new Date())
    expect((await examine(key)).output).toContain(
      'quota chatMessagesAMinute 2 times, decoder time 1 times',
    )
    incidents.count('quota serviceMessagesAMinute')
    await incidents.save(database.db, new Date())
    expect(await examine(key)).toMatchObject({
      code: 1,
      output: expect.stringContaining('WRONG  quotas and files'),
    })
    await forgetIncidents(database.db, new Date(Date.now() + 8 * 86_400_000))
    expect((await examine(key)).output).toContain('no quota was met')
    expect(await examine(randomBytes(32).toString('base64'))).toMatchObject({
      code: 1,
      output: expect.stringContaining('WRONG  key'),
    })
    await database.db.transaction(async (tx) => {
      await tx.affect(statement`set local session_replication_role = replica`)
      await tx.affect(
        statement`delete from "TextAccess" where "seq" = (select min("seq") from "TextAccess")`,
      )
    })
    expect(await examine(key)).toMatchObject({
      code: 1,
      output: expect.stringContaining('WRONG  record of who has read what'),
    })
    await database.db.prisma
      .$executeRaw`delete from "_prisma_migrations" where migration_name like '%text_access'`
    expect(await examine(key)).toMatchObject({
      code: 1,
      output: expect.stringContaining('jawab migrate'),
    })
  } finally {
    await database.drop()
  }
})

it('the doctor looks at what the service stands on: Telegram, what waits, the queue', async () => {
  const [database, api] = [await freshDatabase(), await startBotApi()]
  const telegram = { TELEGRAM_API_ROOT: api.root, TELEGRAM_BOT_TOKEN: api.token }
  const dataKey = randomBytes(32).toString('base64')
  const examine = (environment: Record<string, string>) =>
    examined({ DATABASE_URL: database.url, DATA_KEY: dataKey, ...environment })
  try {
    const well = await examine(telegram)
    expect(well.code).toBe(0)
    for (const line of [
      'clock: agrees',
      'Telegram: answers as jawab_test_bot',
      'backlog: 0 messages',
      'free under DATA_DIR',
      'queue: in PostgreSQL',
    ])
      expect(well.output).toContain(line)
    expect(await examine({ ...telegram, TELEGRAM_BOT_TOKEN: '1:wrong' })).toMatchObject({
      code: 1,
      output: expect.stringContaining('does not know TELEGRAM_BOT_TOKEN'),
    })
    const webhook = {
      ...telegram,
      TELEGRAM_MODE: 'webhook',
      TELEGRAM_WEBHOOK_SECRET: 'x',
      PUBLIC_URL: 'https://jawab.example',
    }
    const secure = await examine(webhook)
    expect(secure.output).toContain(
      'the webhook registered is not https://jawab.example/channels/telegram',
    )
    expect(secure.output).toContain('TRUSTED_PROXIES does not name it')
    expect((await examine({ ...webhook, TRUSTED_PROXIES: '10.0.0.0/8' })).output).toContain(
      'well   addresses: X-Forwarded-For is believed from 10.0.0.0/8 alone',
    )
    expect(await examine({ REDIS_URL: 'redis://127.0.0.1:1' })).toMatchObject({
      code: 1,
      output: expect.stringContaining('WRONG  queue: REDIS_URL'),
    })
    await keepArrival(database.db, createKeyRing([Buffer.alloc(32)]), {
      channel: 'webchat',
      handle: 'h',
      externalId: '1',
      message: { kind: 'unsupported' },
    })
    await database.db.prisma.inbound.updateMany({
      data: { receivedAt: new Date(Date.now() - 3_600_000) },
    })
    expect((await examine({})).output).toContain('1 messages wait, the oldest for 60 minutes')
  } finally {
    await api.close()
    await database.drop()
  }
})
