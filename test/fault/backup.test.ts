import { randomBytes } from 'node:crypto'
import { cp, mkdir, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createKeyRing, openKeyRing } from '../../src/platform/sealing/key-ring.ts'
import { eraseForgotten } from '../../src/privacy/erase-resident.store.ts'
import { listErasures } from '../../src/privacy/erasures-file.client.ts'
import { given, report, residentOf } from '../residents/report.ts'
import { type WebChatPerson, webChatPerson } from '../residents/webchat-person.ts'
import { everyRow, type FreshDatabase, freshDatabase } from '../servers/database.ts'
import { type Program, runProgram } from '../servers/program.ts'
import { type Service, startService } from '../servers/service.ts'
import { until } from '../until.ts'

describe('a backup', () => {
  let [service, folder, key] = [undefined as unknown as Service, '', '']
  const dropped: FreshDatabase[] = []
  const where: { url: string } = { url: '' }
  const path = (name: string) => join(folder, name)
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'jawab-backup-'))
    service = await startService()
    where.url = service.url
    key = await readFile(join(service.config.dataDir, 'keys/data-key'), 'utf8')
  })
  afterAll(async () => {
    await service?.stopAll()
    for (const each of dropped) await each.drop()
    await rm(folder, { recursive: true, force: true })
  })

  const run = async (environment: Record<string, string>, ...args: readonly string[]) => {
    const program = runProgram(environment, ['dist/src/cli/jawab.js', ...args])
    return { code: await program.ended(), said: program.output(), wrong: program.errors() }
  }
  const old = () => ({ DATABASE_URL: service.database.url, DATA_DIR: service.config.dataDir })
  const fresh = async () => {
    const database = await freshDatabase()
    dropped.push(database)
    const dataDir = await mkdtemp(path('machine-'))
    return {
      ...database,
      dataDir,
      environment: { DATABASE_URL: database.url, DATA_DIR: dataDir, DATA_KEY: key },
    }
  }
  /** At the same address wherever the service runs, with the same cookie. */
  const begins = async (): Promise<WebChatPerson> => {
    const resident = webChatPerson(() => where.url)
    await resident.says('/start v_YL010101')
    await resident.presses('language:zh-Hans')
    await resident.presses('notice:seen')
    return resident
  }
  const reports = async (resident: WebChatPerson, text: string, category: string) =>
    given(service, (await report(service, resident, text, category)).code)
  const rows = async ({ db }: Pick<Service, 'db'>) =>
    (await everyRow(db))
      .map(({ table, row }) => `${table} ${row}`)
      // When a backup was made is noted once it is there, so it is not in it.
      .filter((row) => !/^public\.(_prisma|"BackupMade")/.test(row))

  it('is taken while people write, restored into an empty machine with its erasures, and the service goes on', async () => {
    const [staying, leaving] = [await begins(), await begins()]
    const photo = await sharp({
      create: { width: 40, height: 30, channels: 3, background: 'green' },
    })
      .jpeg()
      .toBuffer()
    await staying.sendsFile('photo', photo, 'image/jpeg')
    const kept = await reports(staying, '路灯不亮，村口', 'street_light')
    const erased = await reports(leaving, 'MARKED水管漏水', 'drinking_water')
    const writing = residentOf(service, 'YL010102').then((each) =>
      reports(each, '垃圾没人清运', 'waste'),
    )
    expect(await run(old(), 'backup', path('backup'))).toEqual({
      wrong: '',
      code: 0,
      said: expect.stringMatching(/Backed up into .*: \d+ tables, \d+ rows, 1 files/),
    })
    await writing
    await leaving.says('/forget')
    await leaving.presses('forget')
    await leaving.hears('您的全部内容已删除')
    await listErasures(
      { dataDir: folder },
      await eraseForgotten(
        service.db,
        await openKeyRing(service.config),
        new Date(Date.now() + 61_000),
      ),
    )

    const dataDir = path('empty')
    await mkdir(dataDir)
    const environment = { DATA_DIR: dataDir, DATA_KEY: key }
    expect(
      await run(environment, 'restore', path('backup'), '--erasures', path('erasures')),
    ).toEqual({
      wrong: '',
      code: 0,
      said: expect.stringContaining('1 chats had come back and were erased again'),
    })
    const program: Program = runProgram(environment)
    try {
      where.url = await program.ready()
      await staying.says('/status')
      await staying.hears(kept.code)
      const after = await fetch(`${where.url}/v1/tickets/${erased.code}`)
      expect([after.status, ((await after.json()) as { status: string }).status]).toEqual([
        200,
        'withdrawn',
      ])
      expect((await readdir(join(dataDir, 'attachments'))).length).toBe(1)
      expect(await readFile(join(dataDir, 'erasures'), 'utf8')).toBe(
        await readFile(path('erasures'), 'utf8'),
      )
      await staying.says('又有一个问题：路坏了')
      await staying.hears('还是一件新的事')
    } finally {
      await program.kill('SIGTERM')
      where.url = service.url
    }
    expect((await run(environment, 'doctor')).said).not.toContain('records broken')
  })

  it('brings back every row as it was, and numbers that go on', async () => {
    await until(
      'all is handled and shown',
      async () => (await service.db.prisma.outbound.count({ where: { status: 'queued' } })) === 0,
    )
    await until(
      'all is in the figures',
      async () => (await service.db.prisma.figureDelta.count()) === 0,
    )
    await run(old(), 'backup', path('whole'))
    expect(await service.db.prisma.backupMade.count()).toBe(2)
    const machine = await fresh()
    expect(await run(machine.environment, 'restore', path('whole'))).toEqual({
      code: 0,
      wrong: '',
      said: expect.anything(),
    })
    expect((await rows(machine)).sort()).toEqual((await rows(service)).sort())
    const highest = await service.db.prisma.outbound.aggregate({ _max: { id: true } })
    const { id: conversationId } = await machine.db.prisma.conversation.findFirstOrThrow()
    const { id } = await machine.db.prisma.outbound.create({
      data: { conversationId, content: {} },
    })
    expect(id).toBe((highest._max.id ?? 0n) + 1n)
    // What refuses changes of history refuses them again.
    await expect(machine.db.prisma.textAccess.deleteMany()).rejects.toThrow()
    expect(await run(machine.environment, 'restore', path('whole'))).toMatchObject({
      code: 1,
      wrong: expect.stringContaining('the database is not empty'),
    })
  })

  it('holds nothing in clear', async () => {
    const names = await readdir(path('backup'), { recursive: true, withFileTypes: true })
    const all = await Promise.all(
      names
        .filter((each) => each.isFile())
        .map((each) => readFile(join(each.parentPath, each.name))),
    )
    expect(all.length).toBeGreaterThan(20)
    for (const content of all)
      for (const word of ['MARKED', '路灯', 'webchat', 'YL010101'])
        expect(content.includes(word)).toBe(false)
  })

  it.each([
    [
      'without its key',
      async (_: string) => {},
      { DATA_KEY: Buffer.alloc(32, 9).toString('base64') },
      'DATA_KEY does not open this backup',
    ],
    [
      'with a table cut short',
      async (at: string) => truncate(join(at, 'Outbound'), 40),
      {},
      'the table Outbound of the backup is damaged',
    ],
    [
      'with a table in the place of another',
      async (at: string) => cp(join(at, 'Shift'), join(at, 'Outbound')),
      {},
      'the table Outbound of the backup is damaged',
    ],
    [
      'with a table that is missing',
      async (at: string) => rm(join(at, 'TicketMessage')),
      {},
      'the table TicketMessage is missing',
    ],
    [
      'P45 with a table of another backup, whole in itself',
      async (at: string) => cp(path('backup/Member'), join(at, 'Member')),
      {},
      'the table Member of the backup is damaged or cut short, or comes from another backup',
    ],
    [
      'P45 with a file of another one in its place',
      async (at: string) => {
        const [file = ''] = await readdir(join(at, 'files'))
        await writeFile(join(at, 'files', file), randomBytes(500))
      },
      {},
      'comes from another backup',
    ],
    [
      'that is none',
      async (at: string) => writeFile(join(at, 'manifest'), 'nonsense'),
      {},
      'DATA_KEY does not open this backup',
    ],
  ])(
    '%s is refused with a plain word, and nothing of it is left',
    async (what, spoil, changed, said) => {
      const spoilt = path(`spoilt ${what}`)
      await cp(path('whole'), spoilt, { recursive: true })
      await spoil(spoilt)
      const machine = await fresh()
      const { code, wrong } = await run({ ...machine.environment, ...changed }, 'restore', spoilt)
      expect([code, wrong]).toEqual([1, expect.stringContaining(said)])
      expect(wrong).not.toContain('    at ')
      expect(await rows(machine)).toEqual([])
    },
  )

  it('P45 made with several keys is refused before anything is touched where one of them is missing', async () => {
    const second = randomBytes(32).toString('base64')
    expect(
      await run({ ...old(), DATA_KEY: `${second},${key}` }, 'backup', path('two keys')),
    ).toMatchObject({ code: 0 })
    const machine = await fresh()
    const { code, wrong } = await run(
      { ...machine.environment, DATA_KEY: second },
      'restore',
      path('two keys'),
    )
    expect([code, wrong]).toEqual([
      1,
      expect.stringContaining('1 of the 2 keys that it was made with are missing'),
    ])
    expect(await rows(machine)).toEqual([])
    expect(
      await run(
        { ...machine.environment, DATA_KEY: `${second},${key}` },
        'restore',
        path('two keys'),
      ),
    ).toMatchObject({ code: 0 })
  })

  it('of the version before, whose pieces name no backup, can still be restored', async () => {
    const earlier = path('earlier')
    await cp(path('whole'), earlier, { recursive: true })
    const keys = createKeyRing([Buffer.from(key, 'base64')])
    const manifest = JSON.parse(
      keys.openBytes(await readFile(join(earlier, 'manifest')), 'backup').toString(),
    ) as {
      id: string
      migrations: string[]
      tables: { name: string; columns: string[]; rows: number; sha256: string }[]
      files: { key: string }[]
    }
    for (const { name } of manifest.tables) {
      const sealed = await readFile(join(earlier, name))
      const pieces: Buffer[] = []
      for (let at = 0, nth = 0; at < sealed.length; nth++) {
        const [length, end] = [sealed.readUInt32BE(at), sealed[at + 4] === 1 ? 'last' : 'more']
        const content = keys.openBytes(
          sealed.subarray(at + 5, at + 5 + length),
          `backup:${manifest.id}:${name}:${nth}:${end}`,
        )
        pieces.push(
          sealed.subarray(at, at + 5),
          Buffer.from(keys.sealBytes(content, `backup:${name}:${nth}:${end}`)),
        )
        at += 5 + length
      }
      await writeFile(join(earlier, name), Buffer.concat(pieces))
    }
    const tables = manifest.tables.map(({ name, columns, rows: count }) => ({
      name,
      columns,
      rows: count,
    }))
    const old1 = {
      format: 1,
      migrations: manifest.migrations,
      tables,
      files: manifest.files.map((file) => file.key),
    }
    await writeFile(
      join(earlier, 'manifest'),
      keys.sealBytes(Buffer.from(JSON.stringify(old1)), 'backup'),
    )
    const machine = await fresh()
    expect(await run(machine.environment, 'restore', earlier)).toMatchObject({ code: 0, wrong: '' })
    expect((await rows(machine)).length).toBe((await rows(service)).length)
  })

  it('does not hold the key ring; doctor asks until a copy of it was shown', async () => {
    expect((await run(old(), 'backup', path('once more'))).said).toContain(
      'The key ring (the file keys/data-key under DATA_DIR) is not in it',
    )
    expect((await run(old(), 'doctor')).said).toContain('to do  copy of the key ring')
    await writeFile(path('other'), randomBytes(32).toString('base64'))
    expect(await run(old(), 'keys', 'confirm', path('other'))).toMatchObject({
      code: 1,
      wrong: expect.stringContaining('is not a copy'),
    })
    await writeFile(path('copy'), `${key}\n`)
    expect(await run(old(), 'keys', 'confirm', path('copy'))).toMatchObject({ code: 0 })
    expect((await run(old(), 'doctor')).said).toContain('well   copy of the key ring: confirmed')
  })

  it('never writes over another one', async () => {
    expect(await run(old(), 'backup', path('whole'))).toMatchObject({
      code: 1,
      wrong: expect.stringContaining('is there already'),
    })
  })
})
