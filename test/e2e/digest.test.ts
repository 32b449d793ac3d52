import { writeFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readCatalogues } from '../../src/assembly/read-catalogues.ts'
import { makeDigest, sendDigests } from '../../src/conversation/messages/digest.worker.ts'
import { weekOf, weeksAfter } from '../../src/figures/week.ts'
import { createTranslations } from '../../src/language/catalogue.ts'
import { createVoice } from '../../src/language/render.ts'
import { makeOffice } from '../../src/organisation/office.store.ts'
import { issueToken } from '../../src/organisation/staff.store.ts'
import { usuallyKept } from '../../src/privacy/retention.ts'
import { makeTickets } from '../residents/made-tickets.ts'
import { webChatPerson } from '../residents/webchat-person.ts'
import { type Service, startService } from '../servers/service.ts'

describe('the weekly digest', () => {
  let service: Service
  beforeAll(async () => {
    service = await startService()
    await makeTickets(service.db, 4_000, 100)
  })
  afterAll(() => service?.stopAll())

  it('comes to each supervisor with a chat once a week, from Monday at ten, in five lines of their language', async () => {
    const supervisor =
      service.organisation.members.find(({ areaCode }) => areaCode === 'YL01')?.id ?? ''
    await service.db.prisma.member.update({
      where: { id: supervisor },
      data: { language: 'kk-Cyrl' },
    })
    const chat = webChatPerson(() => service.url)
    await chat.says(
      `/start i_${await issueToken(service.db, supervisor, 'invitation', new Date())}`,
    )
    await chat.hears('YL01')
    // The service looks by itself every minute; here a Monday is chosen.
    await service.db.prisma.digest.deleteMany()
    await service.db.prisma.outbound.deleteMany({
      where: { content: { path: ['notice'], equals: 'digest' } },
    })
    const office = makeOffice('Asia/Urumqi', new Date())
    const send = (iso: string) =>
      sendDigests({
        db: service.db,
        office: async () => office,
        now: () => Date.parse(iso),
        runAfterCommit: async () => {},
        timeZone: 'Asia/Urumqi',
      })
    const monday = weeksAfter(weekOf(Date.now(), 'Asia/Urumqi'), -1)
    await send(`${monday}T03:59:00Z`)
    expect(await service.db.prisma.digest.count()).toBe(0)
    await Promise.all([send(`${monday}T04:00:00Z`), send(`${monday}T04:00:00Z`)])
    await send(`${monday}T09:00:00Z`)
    expect(await service.db.prisma.digest.count()).toBe(1)
    expect(
      await service.db.prisma.outbound.count({
        where: { content: { path: ['notice'], equals: 'digest' } },
      }),
    ).toBe(1)
    const { text } = await chat.hears('📊')
    expect(text.split('\n')).toHaveLength(5)
    expect(text).toContain('Уақытында')
  })

  it('has a picture of the trend, and no figure for fewer than five', async () => {
    const translations = createTranslations(await readCatalogues(), usuallyKept)
    const voice = createVoice(translations, 'en', 'Asia/Urumqi')
    const supervisor =
      service.organisation.members.find(({ areaCode }) => areaCode === 'YL')?.id ?? ''
    const options = { db: service.db, now: () => Date.now(), timeZone: 'Asia/Urumqi' }
    const digest = await makeDigest(
      options,
      supervisor,
      weeksAfter(weekOf(Date.now(), 'Asia/Urumqi'), -1),
      voice,
    )
    expect(digest?.text).toMatch(/Answered in time: .*\d+ %/)
    expect(digest?.picture.subarray(1, 4).toString()).toBe('PNG')
    if (process.env['SCREENSHOTS'] !== undefined)
      await writeFile(
        `${process.env['SCREENSHOTS']}/digest.png`,
        digest?.picture ?? Buffer.alloc(0),
      )
    const empty = await makeDigest(options, supervisor, '2020-01-06', voice)
    expect(empty?.text).toContain('Fewer than 5')
    const member = service.organisation.members.find(({ role }) => role === 'member')?.id ?? ''
    expect(await makeDigest(options, member, '2020-01-06', voice)).toBeUndefined()
  })
})
