import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { startJawab } from '../../src/app.ts'
import { readConfig } from '../../src/config.ts'
import { loadOrganisation } from '../../src/organisation/organisation.store.ts'
import { openFiles } from '../../src/platform/files/attachments.ts'
import { connect, type Db } from '../../src/platform/postgres/database.ts'
import { bringForward } from '../../src/platform/postgres/open-database.ts'
import { ownsTooMuch } from '../../src/platform/postgres/roles.ts'
import { createKeyRing } from '../../src/platform/sealing/key-ring.ts'
import { eraseExpired } from '../../src/privacy/retention.store.ts'
import { coarsenOver, shuffleChats, vacuumUntied } from '../../src/privacy/untie.store.ts'
import { chatOfMember, given, report, residentOf } from '../residents/report.ts'
import { runProgram } from '../servers/program.ts'
import { roomyQuotas } from '../servers/roomy-quotas.ts'
import { usualOrganisation } from '../servers/stores.setup.ts'
import { until } from '../until.ts'

const name = `jawab_roles_${Date.now()}`
const [owner, service] = [`${name}_owner`, `${name}_service`]

describe('P44 with two accounts of PostgreSQL', () => {
  let [ownerUrl, serviceUrl, folder] = ['', '', '']
  let db: Db
  let running: Awaited<ReturnType<typeof startJawab>>
  const asSuperuser = async (sql: string, database?: string) => {
    const url = new URL(inject('databaseUrl'))
    if (database !== undefined) url.pathname = `/${database}`
    const client = new pg.Client({ connectionString: url.href })
    await client.connect()
    try {
      await client.query(sql)
    } finally {
      await client.end()
    }
  }
  beforeAll(async () => {
    for (const account of [owner, service])
      await asSuperuser(`create role ${account} login password 'secret'`)
    await asSuperuser(`create database ${name} owner ${owner}`)
    const urlFor = (account: string) => {
      const url = new URL(inject('databaseUrl'))
      Object.assign(url, { username: account, password: 'secret', pathname: `/${name}` })
      return url.href
    }
    ;[ownerUrl, serviceUrl] = [urlFor(owner), urlFor(service)]
    folder = await mkdtemp(join(tmpdir(), 'jawab-roles-'))
    // An empty database: the owner brings it forward, the service works in it.
    await bringForward({ url: serviceUrl, ownerUrl })
    db = connect(serviceUrl, 3)
    await loadOrganisation(db, usualOrganisation)
    const config = readConfig({
      PORT: '0',
      DATA_DIR: folder,
      DATABASE_URL: serviceUrl,
      MIGRATION_DATABASE_URL: ownerUrl,
      QUOTAS: roomyQuotas,
    })
    running = await startJawab(config, pino({ level: 'silent' }))
  })
  afterAll(async () => {
    await running?.stop()
    await db?.close()
    await asSuperuser(`drop database if exists ${name} with (force)`)
    for (const account of [owner, service]) await asSuperuser(`drop role if exists ${account}`)
    await rm(folder, { recursive: true, force: true })
  })

  it('the service does all of its work, from a report to the night, and owns nothing but the schema of its queue', async () => {
    const at = { url: running.url ?? '', db }
    const resident = await residentOf(at, 'YL010101')
    const { code } = await report(at, resident, '井盖松了', 'other', { anonymously: true })
    const { assigneeId } = await given(at as never, code)
    const member = await chatOfMember(at as never, assigneeId ?? '')
    await member.presses(`accept:${code}`)
    await member.presses(`resolve:${code}`)
    await member.says('盖好了')
    await until(
      'it is resolved',
      async () =>
        (await db.prisma.ticket.findUniqueOrThrow({ where: { code } })).status === 'resolved',
    )
    await resident.presses(`yes:${code}`)
    await until(
      'it is closed',
      async () =>
        (await db.prisma.ticket.findUniqueOrThrow({ where: { code } })).status === 'closed',
    )
    const files = await openFiles({ dataDir: folder }, createKeyRing([Buffer.alloc(32, 1)]))
    const later = new Date(Date.now() + 400 * 86_400_000)
    expect(await shuffleChats(db, later.toISOString().slice(0, 10))).toBeGreaterThan(0)
    expect(await coarsenOver(db, files, 'Asia/Urumqi', later.toISOString().slice(0, 10))).toBe(1)
    await vacuumUntied(db)
    await eraseExpired(db, files, later)
    await files.close()
    const owned = await db.prisma.$queryRaw<{ schema: string }[]>`
      select distinct n.nspname as "schema" from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where c.relowner = (select oid from pg_roles where rolname = current_user) and n.nspname not like 'pg_%'`
    expect(owned).toEqual([{ schema: 'bullmq' }])
    expect(await ownsTooMuch(db)).toBe(false)
  })

  it('it can add to what is append-only, and neither change nor take away nor switch the guard off', async () => {
    expect(await db.prisma.textAccess.count()).toBeGreaterThan(0)
    for (const table of ['TextAccess', 'BreakGlass', 'FigureExport', 'TicketEvent'])
      for (const sql of [
        `update "${table}" set "at" = now()`,
        `delete from "${table}"`,
        `truncate "${table}"`,
        `alter table "${table}" disable trigger all`,
        `drop table "${table}"`,
      ])
        await expect(db.prisma.$executeRawUnsafe(sql), sql).rejects.toThrow(
          /permission denied|must be owner/,
        )
    for (const sql of [
      'set session_replication_role = replica',
      `delete from "_prisma_migrations"`,
      'create table public.mine (id int)',
      'drop function "refuseChange"() cascade',
    ])
      await expect(db.prisma.$executeRawUnsafe(sql), sql).rejects.toThrow(
        /permission denied|must be owner/,
      )
  })

  it('doctor finds nothing to do about them, and with one account says what to do', async () => {
    const examine = async (DATABASE_URL: string) => {
      const program = runProgram({ DATABASE_URL, DATA_DIR: folder }, [
        'dist/src/cli/jawab.js',
        'doctor',
      ])
      await program.ended()
      return program.output()
    }
    expect(await examine(serviceUrl)).toContain('well   accounts of PostgreSQL')
    expect(await examine(ownerUrl)).toContain('to do  accounts of PostgreSQL')
  })

  it('a backup is made by the service, and restored by the owner', async () => {
    const copy = `${name}_copy`
    await asSuperuser(`create database ${copy} owner ${owner}`)
    const at = (url: string) => Object.assign(new URL(url), { pathname: `/${copy}` }).href
    const run = async (environment: Record<string, string>, ...args: string[]) => {
      const program = runProgram({ DATA_DIR: folder, ...environment }, [
        'dist/src/cli/jawab.js',
        ...args,
      ])
      return { code: await program.ended(), wrong: program.errors() }
    }
    try {
      expect(
        await run(
          { DATABASE_URL: serviceUrl, MIGRATION_DATABASE_URL: ownerUrl },
          'backup',
          join(folder, 'backup'),
        ),
      ).toEqual({ code: 0, wrong: '' })
      const fresh = { DATABASE_URL: at(serviceUrl), MIGRATION_DATABASE_URL: at(ownerUrl) }
      expect(await run(fresh, 'restore', join(folder, 'backup'))).toEqual({ code: 0, wrong: '' })
      const restored = connect(at(serviceUrl), 1)
      expect([await restored.prisma.ticket.count(), await ownsTooMuch(restored)]).toEqual([
        await db.prisma.ticket.count(),
        false,
      ])
      await restored.close()
    } finally {
      await asSuperuser(`drop database if exists ${copy} with (force)`)
    }
  })
})
