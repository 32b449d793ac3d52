import { afterAll, beforeAll, expect, it } from 'vitest'
import { readCatalogues } from '../../src/assembly/read-catalogues.ts'
import { gatherMyData } from '../../src/conversation/messages/my-data.worker.tsx'
import { type Told, toSaying } from '../../src/conversation/messages/notices.ts'
import {
  type CatalogueLanguage,
  createTranslations,
  residentLanguages,
} from '../../src/language/catalogue.ts'
import { createVoice, type Saying } from '../../src/language/render.ts'
import { makeOffice } from '../../src/organisation/office.store.ts'
import { unitOfWork } from '../../src/organisation/unit-of-work.store.ts'
import { openKeyRing } from '../../src/platform/sealing/key-ring.ts'
import { usuallyKept } from '../../src/privacy/retention.ts'
import { fireTimers } from '../../src/tickets/deadlines.store.ts'
import {
  accept,
  askResident,
  correctOwn,
  handBack,
  resolve,
  tellResident,
} from '../../src/tickets/member-work.store.ts'
import { report, residentOf } from '../residents/report.ts'
import { type Service, startService } from '../servers/service.ts'
import { until } from '../until.ts'

/**
 * Words for the team, its members and its lead. What a complainant chooses among before sending,
 * and the receipt's promise, may name them.
 */
const ofTheTeam =
  /队员|工作队|队长|隊員|工作隊|隊長|\bteam\b|ئەترەت|etret|әтрәт|топ\b|топ(?:тың|қа|тан|пен)?\s|توپ|\btop\b/iu
const mayName = new Set([
  'received',
  'ask.concerns',
  'ask.whoOfTheTeam',
  'ask.notice',
  'ask.noticeAgain',
  'privacy',
  'help',
  'welcome',
])

let service: Service
beforeAll(async () => {
  service = await startService()
  await service.db.prisma.member.updateMany({ data: { language: 'zh-Hans' } })
})
afterAll(() => service?.stopAll())

it('P07 a complaint about staff reads like one to the end: every text that a complainant gets names the level above', async () => {
  const { db } = service
  const resident = await residentOf(service, 'YL010101')
  const { code, ticket } = await report(service, resident, '他开会时骂人', 'complaint_staff', {
    concern: 'team',
  })
  const conversationId = ticket.conversationId ?? ''
  const office = makeOffice('Asia/Urumqi', new Date())
  let now = Date.now()
  const handler = async () =>
    (await db.prisma.ticket.findUniqueOrThrow({ where: { code } })).assigneeId ?? ''
  const does = async (work: Parameters<typeof unitOfWork>[3]) => {
    now += 60_000
    return unitOfWork(db, office, now, work)
  }
  const time = async () => {
    const { id, timerAt } = await db.prisma.ticket.findUniqueOrThrow({ where: { code } })
    now = Math.max(now, (timerAt?.getTime() ?? now) + 1_000)
    await unitOfWork(db, office, now, (work) => fireTimers(work, id))
  }
  const words = (text: string) => ({
    text,
    files: [],
    source: Buffer.from(text).toString('base64url'),
  })
  await resident.says('/status')
  await resident.hears('已交上级办理')
  await time()
  const first = await handler()
  await does((each) => accept(each, first, code))
  await does((each) => tellResident(each, first, code, words('正在了解')))
  await does((each) => correctOwn(each, first, words('正在了解').source, words('正在向大家了解')))
  await does((each) => askResident(each, first, code, words('哪一天？')))
  await resident.says('昨天')
  await resident.hears('已转过去')
  await resident.says('/status')
  for (let fired = 0; fired < 5; fired++) await time()
  await does((each) => handBack(each, first, code, 'noMeans'))
  const second = await handler()
  if (second !== '') {
    await does((each) => accept(each, second, code))
    await does((each) => resolve(each, second, code, words('已经谈过话')))
    await time()
  }
  await until(
    'all is told',
    async () => (await db.prisma.inbound.count({ where: { doneAt: null } })) === 0,
  )

  const translations = createTranslations(await readCatalogues(), usuallyKept)
  const voices = (language: CatalogueLanguage) => createVoice(translations, language, 'Asia/Urumqi')
  const rows = await db.prisma.outbound.findMany({
    where: { conversationId },
    select: { content: true },
  })
  const told = rows
    .map(({ content }) => content as { say?: Saying; notice?: string })
    .filter((content) => 'say' in content || 'notice' in content)
  const kinds = new Set(told.map(({ say, notice }) => say?.key ?? notice ?? ''))
  for (const kind of [
    'accepted',
    'told',
    'correctedByTeam',
    'question',
    'status.ticket',
    'overdue',
    'resolved',
  ] as const)
    expect([kind, kinds.has(kind)]).toEqual([kind, true])
  for (const content of told) {
    const name = content.say?.key ?? content.notice ?? ''
    if (mayName.has(name) || ['who', 'myData', 'file'].includes(name)) continue
    for (const language of [...residentLanguages, 'en'] as const) {
      const { text } = voices(language).render(content.say ?? toSaying(content as never))
      expect([name, language, ofTheTeam.test(text), text]).toEqual([name, language, false, text])
    }
  }
  const data = await gatherMyData(
    {
      db,
      keys: await openKeyRing(service.config),
      files: { find: async () => undefined } as never,
      voices,
    },
    conversationId,
    { showsHandle: true },
  )
  const pieces: string[] = []
  for await (const piece of data?.page() ?? []) pieces.push(piece)
  const [, requests = ''] = /<h2>您的诉求<\/h2>([\s\S]*?)<h2>/.exec(pieces.join('')) ?? []
  expect(requests).toContain(code)
  expect([ofTheTeam.test(requests), requests]).toEqual([false, requests])
})

it('P07 so does each notice by itself, in every language', async () => {
  const translations = createTranslations(await readCatalogues(), usuallyKept)
  const about = { code: 'JW-4K7Q2M9XH4', dueAt: 0, text: '…', confidential: true } as const
  const names = [
    'accepted',
    'answered',
    'added',
    'corrected',
    'question',
    'told',
    'correctedByTeam',
    'resolved',
    'handedOn',
    'overdue',
    'firstResponseMissed',
    'escalated',
    'reopened',
    'askAgain',
    'closed',
    'closedByTime',
    'withdrawn',
    'calmed',
    'numberHidden',
    'numberShown',
  ] as const
  for (const notice of names)
    for (const language of [...residentLanguages, 'en'] as const) {
      const { text } = createVoice(translations, language, 'Asia/Urumqi').render(
        toSaying({ ...about, notice } as Told),
      )
      expect([notice, language, ofTheTeam.test(text), text]).toEqual([
        notice,
        language,
        false,
        text,
      ])
    }
})
