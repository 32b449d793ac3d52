import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { issueToken } from '../../src/organisation/staff.store.ts'
import { openKeyRing } from '../../src/platform/sealing/key-ring.ts'
import { eraseForgotten } from '../../src/privacy/erase-resident.store.ts'
import { signedIn } from '../browsers/staff-browser.ts'
import { telegramPerson } from '../residents/telegram-person.ts'
import { makeVoiceNote } from '../residents/voice-note.ts'
import { type BotApi, startBotApi } from '../servers/bot-api.ts'
import { everyRow, queueBackends } from '../servers/database.ts'
import { readMetrics, routesOf, type Service, startService } from '../servers/service.ts'
import { until } from '../until.ts'

const handle = 7_700_123_456
const words = 'MARKEDWORDS يېزىمىزنىڭ يولى بۇزۇلۇپ كەتتى، ئېلىپ بېرىڭلار'
/** Who somebody is, in every form that an update and its files can have. */
const identity = [
  String(handle),
  'Marked-First',
  'Marked-Last',
  'marked_username',
  'MARKEDFILE',
  '43.9531728',
  '81.3214906',
]

describe.each(queueBackends())(
  'a whole conversation with marked values, queued on $name',
  ({ redisUrl }) => {
    let api: BotApi
    let service: Service
    const seen: { code: string; handler: string; lead: string } = {
      code: '',
      handler: '',
      lead: '',
    }

    beforeAll(async () => {
      api = await startBotApi()
      service = await startService({
        TELEGRAM_BOT_TOKEN: api.token,
        TELEGRAM_API_ROOT: api.root,
        LOG_LEVEL: 'trace',
        REDIS_URL: redisUrl,
      })
      const resident = telegramPerson(api, handle)
      await resident.says(words)
      await resident.presses('notice:seen')
      await resident.presses('place:YL01')
      await resident.presses('place:YL0101')
      await resident.presses('place:YL010101')
      await resident.sendsPhoto(await markedPhoto())
      await resident.sendsVoice(await makeVoiceNote('ogg', 'MARKEDFILE'))
      await resident.choosesCategory('road')
      await resident.presses('send')
      await resident.hears('رەھمەت')
      const ticket = await until('somebody has it', () =>
        service.db.prisma.ticket.findFirst({ where: { assigneeId: { not: null } } }),
      )
      const { teamId } = ticket
      const lead =
        service.organisation.members.find((each) => each.teamId === teamId && each.role === 'lead')
          ?.id ?? ''
      Object.assign(seen, { code: ticket.code, handler: ticket.assigneeId ?? '', lead })
      const member = telegramPerson(api, 4_400_000_001)
      await member.says(
        `/start i_${await issueToken(service.db, seen.handler, 'invitation', new Date())}`,
      )
      await member.hears('⁨')
      await member.says('/mine')
      await member.hears('MARKEDWORDS')
      await member.presses(`accept:${ticket.code}`)
      await member.presses(`ask:${ticket.code}`)
      await member.says('قەيەردە؟')
      await resident.hears('قەيەردە؟')
      await resident.says('MARKEDWORDS كۆۋرۈكنىڭ يېنىدا')
      await member.hears('MARKEDWORDS')
      await member.presses(`resolve:${ticket.code}`)
      await member.says('ياسالدى')
      await resident.presses(`no:${ticket.code}`)
      await resident.says('MARKEDWORDS تېخى ياسالمىدى')
      await until(
        'it is open again',
        async () =>
          (await service.db.prisma.ticket.findUniqueOrThrow({ where: { id: ticket.id } }))
            .reopenedCount === 1,
      )
      for (const command of ['/status', '/who', '/privacy', '/help', '/mydata'])
        await resident.says(command)
      await resident.hears('JW-')
      // A refused message and a failing chat app, so that errors are logged too.
      api.fail({
        method: 'sendMessage',
        times: 1,
        answer: { error_code: 500, description: `cannot send ${words}` },
      })
      await resident.says('/status')
      await resident.hears('JW-')
      await until('a failure was logged', () =>
        service.logged.some((line) => line.includes('sending failed')),
      )
    })
    afterAll(async () => {
      await service?.stopAll()
      await api?.close()
    })

    /** Every text of every table of the database, the queue's included, and of Redis. */
    const dump = async (): Promise<string> => {
      return [
        ...(await everyRow(service.db, ['public', 'bullmq'])).map(({ row }) => row),
        await queue(),
      ].join('\n')
    }
    /** Everything that the queue's store holds. */
    const queue = async (): Promise<string> => {
      if (redisUrl === undefined)
        return JSON.stringify(
          await service.db.prisma.$queryRawUnsafe('select t::text as row from bullmq.job as t'),
        )
      const client = new Redis(redisUrl)
      const keys = await client.keys('*')
      expect(keys.length).toBeGreaterThan(3)
      const values = await Promise.all(
        keys.map(async (key) => `${key} ${JSON.stringify(await contentOf(client, key))}`),
      )
      client.disconnect()
      return values.join('\n')
    }

    it('P05 the chat identity is in no table of the database and of the queue', async () => {
      const everything = await dump()
      expect(everything).toContain('MARKEDWORDS')
      for (const mark of identity) expect([mark, everything.includes(mark)]).toEqual([mark, false])
    })

    it('P05 neither handle, nor text, nor token is in the log, the metrics or the queue', async () => {
      const metrics = await readMetrics(service)
      const open = [service.logged.join('\n'), metrics, await queue()].join('\n')
      expect(service.logged.length).toBeGreaterThan(2)
      for (const secret of [...identity, 'MARKEDWORDS', 'قەيەردە', api.token, 'test-token'])
        expect([secret, open.includes(secret)]).toEqual([secret, false])
    })

    it('P05 neither handle nor text is in the names of files, nor in what lies there', async () => {
      const files = await readdir(service.config.dataDir, { recursive: true })
      expect(files.length).toBeGreaterThan(3)
      const contents = await Promise.all(
        files.map((file) =>
          readFile(join(service.config.dataDir, file)).catch(() => Buffer.alloc(0)),
        ),
      )
      for (const mark of [...identity, 'MARKEDWORDS'])
        expect([
          mark,
          files.join('\n').includes(mark),
          contents.some((content) => content.includes(mark)),
        ]).toEqual([mark, false, false])
    })

    it('P28 no page, file or card tells who wrote: seen by the handler, the lead, a supervisor and an administrator', async () => {
      const { members } = service.organisation
      const people = [
        seen.handler,
        seen.lead,
        members.find(({ areaCode }) => areaCode === 'YL')?.id,
        members.find(({ role }) => role === 'administrator')?.id,
      ]
      const paths = routesOf(service)
        .filter(
          (route) =>
            /^GET \/(console|v1|status|open311|problems)/.test(route) &&
            !/\/console\/live$|\/:(delivery|village|token)/.test(route),
        )
        .map((route) =>
          route
            .slice(4)
            .replace(':code', seen.code)
            .replace(':table', 'members')
            .replace(':id', seen.code)
            .replace(/:format\(.*\)/, 'json'),
        )
      expect(paths.length).toBeGreaterThan(25)
      const files = (await service.db.prisma.attachment.findMany()).map(
        ({ id }) => `/console/files/${id}`,
      )
      for (const person of await Promise.all(people.map((id) => signedIn(service, id ?? ''))))
        for (const path of [...paths, ...files]) {
          const { html } = await person.get(path)
          for (const mark of identity)
            expect([path, mark, html.includes(mark)]).toEqual([path, mark, false])
        }
      const sent = api.calls.filter(
        ({ parameters }) => Number(parameters['chat_id']) === 4_400_000_001,
      )
      expect(sent.length).toBeGreaterThan(5)
      for (const mark of identity)
        expect([mark, JSON.stringify(sent).includes(mark)]).toEqual([mark, false])
    })

    it('P29 display name, username and device language are dropped before anything is stored', async () => {
      expect(await dump()).not.toMatch(/Marked-First|Marked-Last|marked_username/)
    })

    it('P07 a complaint is refused by the database itself where it would reach the team', async () => {
      const { teamId } = await service.db.prisma.place.findUniqueOrThrow({
        where: { code: 'YL010101' },
      })
      const complaint = service.db.prisma
        .$executeRaw`update "Ticket" set "category" = 'complaint_staff', "teamId" = ${teamId}::uuid`
      await expect(complaint).rejects.toThrow('complaint_skips_the_team')
    })

    it('P16 after /forget no word of it is left, neither in the stores nor in the queue', async () => {
      const resident = telegramPerson(api, handle)
      await resident.says('/forget')
      await resident.presses('forget')
      await until('they were told', () =>
        api.messages.some(
          ({ chat, text }) => chat === handle && text.includes('سىزگە ئائىت ھەممە نەرسە ئۆچۈرۈلدى'),
        ),
      )
      await eraseForgotten(
        service.db,
        await openKeyRing(service.config),
        new Date(Date.now() + 61_000),
      )
      const left = await dump()
      expect(left).not.toContain('MARKEDWORDS')
      await until(
        'the files are gone',
        async () => (await service.db.prisma.attachment.count()) === 0,
      )
    })
  },
)

async function markedPhoto(): Promise<Buffer> {
  return sharp({ create: { width: 40, height: 30, channels: 3, background: 'green' } })
    .withExif({
      IFD0: {
        Artist: 'MARKEDFILE',
        ImageDescription: 'MARKEDFILE 43.9531728 81.3214906',
        Model: 'MARKEDFILE',
      },
    })
    .jpeg()
    .toBuffer()
}

async function contentOf(client: Redis, key: string): Promise<unknown> {
  const type = await client.type(key)
  if (type === 'hash') return client.hgetall(key)
  if (type === 'string') return client.get(key)
  if (type === 'zset') return client.zrange(key, '0', '-1')
  if (type === 'set') return client.smembers(key)
  if (type === 'stream') return client.xrange(key, '-', '+')
  return client.lrange(key, 0, -1)
}
