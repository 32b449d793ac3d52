import { afterAll, beforeAll, expect, it } from 'vitest'
import { teamInTelegram, telegramPerson } from '../residents/telegram-person.ts'
import { type BotApi, startBotApi } from '../servers/bot-api.ts'
import { ownRedis } from '../servers/database.ts'
import { type Service, startService } from '../servers/service.ts'
import { until } from '../until.ts'

let api: BotApi
let service: Service
beforeAll(async () => {
  api = await startBotApi()
  service = await startService({
    TELEGRAM_BOT_TOKEN: api.token,
    TELEGRAM_API_ROOT: api.root,
    REDIS_URL: ownRedis(),
  })
})
afterAll(async () => {
  await service?.stopAll()
  await api?.close()
})

it('a report in Arabic letters is read in Cyrillic, the answer comes back in Arabic letters, and both as written are a press away', async () => {
  const team = service.organisation.places.find(({ code }) => code === 'YL020101')?.teamId ?? ''
  // Nobody of the team reads Kazakh in Arabic letters.
  await service.db.prisma.member.updateMany({
    where: { teamId: team },
    data: { reads: ['kk-Cyrl', 'zh-Hans'], language: 'kk-Cyrl' },
  })
  const staff = await teamInTelegram(api, service.db, service.organisation, 'YL020101')
  const resident = telegramPerson(api, 101)
  const written = 'اۋىلدىڭ جولى بۇزىلعان، كوپىر 3 كۇن بۇرىن جابىلدى'
  await resident.says('/start v_YL020101')
  await resident.presses('language:kk-Arab')
  await resident.presses('notice:seen')
  await resident.says(written)
  await resident.choosesCategory('road')
  await resident.presses('send')
  const [code = ''] = /JW-[0-9A-Z]{10}/.exec((await resident.hears('JW-')).text) ?? []
  const holder = await until('somebody has the card', () =>
    staff.find((each) => each.messages().some(({ text }) => text.includes(code))),
  )
  const card = await holder.hears('ауылдың жолы бұзылған')
  expect(card.text).toContain(code)
  expect(card.text).toContain('3 күн')
  expect(card.text).not.toContain('اۋىلدىڭ')

  await holder.pressesLike('original:')
  expect((await holder.hears(written)).text).toContain(code)

  await holder.pressesLike('accept:')
  await resident.hears(code)
  await holder.presses(`tell:${code}`)
  await holder.says('Ертең сағат 10-да келеміз, телефон 119')
  const told = await until('the resident is told', () =>
    resident.messages().find(({ text }) => text.includes('119')),
  )
  expect(told.text).toContain('ەرتەڭ')
  expect(told.text).toContain('10')
  expect(told.text).not.toContain('Ертең')
  await resident.presses(`original:${code}`)
  await resident.hears('Ертең сағат 10-да келеміз')

  // What is kept is what was written.
  const messages = await service.db.prisma.ticketMessage.findMany({ orderBy: { id: 'asc' } })
  expect((await service.db.words.open('TicketMessage', messages)).map(({ text }) => text)).toEqual([
    written,
    'Ертең сағат 10-да келеміз, телефон 119',
  ])

  // A reading of the resident's words is in the record, also as they were written.
  expect(
    await service.db.prisma.textAccess.count({ where: { how: 'card' } }),
  ).toBeGreaterThanOrEqual(2)
})
