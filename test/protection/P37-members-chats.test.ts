import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { issueToken } from '../../src/organisation/staff.store.ts'
import { chatOfMember, given, report, residentOf } from '../residents/report.ts'
import { telegramPerson } from '../residents/telegram-person.ts'
import { type BotApi, startBotApi } from '../servers/bot-api.ts'
import { type Service, startService } from '../servers/service.ts'
import { until } from '../until.ts'

describe('P37 what a resident has erased stands in members’ chats no more', () => {
  let api: BotApi
  let service: Service
  beforeAll(async () => {
    api = await startBotApi()
    service = await startService({ TELEGRAM_BOT_TOKEN: api.token, TELEGRAM_API_ROOT: api.root })
  })
  afterAll(async () => {
    await service?.stopAll()
    await api?.close()
  })

  it('in a chat app cards and quotes are edited and pictures deleted, also of a ticket that was over', async () => {
    const resident = await residentOf(service, 'YL010101')
    const photo = await sharp({ create: { width: 40, height: 30, channels: 3, background: 'red' } })
      .jpeg()
      .toBuffer()
    await resident.sendsFile('photo', photo, 'image/jpeg')
    const { code } = await report(service, resident, 'MARKED 垃圾没人收', 'waste')
    const { assigneeId } = await given(service, code)
    const member = telegramPerson(api, 9_870)
    await member.says(
      `/start i_${await issueToken(service.db, assigneeId ?? '', 'invitation', new Date())}`,
    )
    await member.says('/mine')
    await member.presses(`accept:${code}`)
    await until(
      'it is accepted',
      async () =>
        (await service.db.prisma.ticket.findUniqueOrThrow({ where: { code } })).status ===
        'accepted',
    )
    await resident.says('/status')
    await resident.pressesLike('addTo:')
    await resident.says('MARKED 还有臭味')
    await until('the member has all of it', () => {
      const all = JSON.stringify(member.messages())
      return all.includes('垃圾没人收') && all.includes('还有臭味')
    })
    const pictures = member.messages().filter(({ kind }) => kind === 'photo').length
    await resident.says('/forget')
    await resident.presses('forget')
    await until(
      'no word of it stands there',
      () => !JSON.stringify(member.messages()).includes('MARKED'),
    )
    await until(
      'it says why',
      () =>
        JSON.stringify(member.messages()).match(
          /按居民的意愿删除|ئاھالىنىڭ خاھىشى|тұрғынның қалауымен/,
        ) !== null,
    )
    if (pictures > 0)
      await until(
        'the picture is gone',
        () => member.messages().filter(({ kind }) => kind === 'photo').length === 0,
      )
  })

  it('at the web chat too, and what the chat app does not take back is said', async () => {
    const resident = await residentOf(service, 'YL010102')
    const { code } = await report(service, resident, 'MARKED 路灯不亮了', 'street_light')
    const { assigneeId } = await given(service, code)
    const member = await chatOfMember(service, assigneeId ?? '')
    await member.says('/mine')
    await member.hears('MARKED')
    await resident.says('/forget')
    await resident.presses('forget')
    await until(
      'no word of it stands there',
      async () => !JSON.stringify(await member.lines()).includes('MARKED'),
    )
    await until(
      'it says why',
      async () =>
        JSON.stringify(await member.lines()).match(
          /按居民的意愿删除|ئاھالىنىڭ خاھىشى|тұрғынның қалауымен/,
        ) !== null,
    )
    expect(
      JSON.stringify(
        await service.db.prisma.outbound.findMany({ select: { content: true, shown: true } }),
      ),
    ).not.toContain('MARKED')
  })
})
