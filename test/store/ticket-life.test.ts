import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Category } from '../../src/categories/category.ts'
import { conversationWith } from '../../src/mailbox/conversations.store.ts'
import { makeOffice } from '../../src/organisation/office.store.ts'
import { loadOrganisation } from '../../src/organisation/organisation.store.ts'
import { isOnDuty } from '../../src/organisation/roster.ts'
import { type UnitOfWork, unitOfWork } from '../../src/organisation/unit-of-work.store.ts'
import { day, hour, minute } from '../../src/platform/instant.ts'
import { createKeyRing } from '../../src/platform/sealing/key-ring.ts'
import { makeOrganisation } from '../../src/simulation/organisation.ts'
import { assignOpenTicket } from '../../src/tickets/assignment.store.ts'
import { setDanger } from '../../src/tickets/danger.store.ts'
import { fireTimers, ticketsWithTimerDue } from '../../src/tickets/deadlines.store.ts'
import { setDuty, takeLeave } from '../../src/tickets/duty.store.ts'
import { follow, openTicketsLike, unfollow } from '../../src/tickets/followers.store.ts'
import { type HistoryEvent, replay } from '../../src/tickets/history.ts'
import {
  accept,
  askResident,
  handBack,
  reassign,
  resolve,
  stepAside,
} from '../../src/tickets/member-work.store.ts'
import { openTicket } from '../../src/tickets/open-ticket.store.ts'
import { reopen } from '../../src/tickets/reopen.store.ts'
import { addToTicket, agree, correct, rate } from '../../src/tickets/resident-requests.store.ts'
import { withdraw } from '../../src/tickets/withdraw.store.ts'
import { type FreshDatabase, freshDatabase } from '../servers/database.ts'

const start = Date.parse('2026-11-23T04:00:00Z')
const office = makeOffice('Asia/Urumqi', new Date(start))
const organisation = makeOrganisation({ teams: 4, members: 16, counties: 2 }, 7)
const team = organisation.places.find(({ code }) => code === 'YL010101')?.teamId ?? ''
const members = organisation.members.filter(({ teamId }) => teamId === team)
const lead = members.find(({ role }) => role === 'lead')?.id ?? ''

describe('the life of a ticket', () => {
  let database: FreshDatabase
  const people: string[] = []
  beforeAll(async () => {
    database = await freshDatabase()
    await loadOrganisation(database.db, organisation)
    const keys = createKeyRing([Buffer.alloc(32, 1)])
    for (const handle of ['one', 'two', 'three', ...members.map(({ id }) => id)])
      people.push(await conversationWith(database.db, keys, 'webchat', handle))
    // Members have chats, so that it can be seen what they are told.
    for (const [index, { id }] of members.entries())
      await database.db.prisma.conversation.update({
        where: { id: people[3 + index] ?? '' },
        data: { memberId: id },
      })
  })
  afterAll(() => database.drop())

  const run = async <T>(at: number, work: (change: UnitOfWork) => Promise<T>) =>
    (await unitOfWork(database.db, office, at, work)).result
  const open = (
    at = start,
    category: Category = 'road',
    who = people[0] ?? '',
    priority: 'ordinary' | 'danger' = 'ordinary',
  ) =>
    run(at, (each) =>
      openTicket(each, {
        conversationId: who,
        words: [{ text: '路坏了', files: [] }],
        placeCode: 'YL010101',
        category,
        priority,
        language: 'ug-Arab',
      }),
    )
  const find = (code: string) =>
    database.db.prisma.ticket.findUniqueOrThrow({
      where: { code },
      include: { events: { orderBy: { seq: 'asc' } } },
    })
  const types = async (code: string) => (await find(code)).events.map(({ type }) => type)
  const assignee = async (code: string) => (await find(code)).assigneeId ?? ''
  const fireAt = async (code: string, at: number) =>
    run(at, async (each) => fireTimers(each, (await find(code)).id))
  const toldTo = async (who: string, notice: string) =>
    (
      await database.db.prisma.outbound.findMany({
        where: { conversationId: who },
        select: { content: true },
      })
    ).filter(({ content }) => (content as { notice?: string }).notice === notice).length
  const chatOf = (memberId: string) =>
    people[3 + members.findIndex(({ id }) => id === memberId)] ?? ''

  it('can be told from its events alone, whatever happened', async () => {
    const step = fc.constantFrom(
      'accept',
      'ask',
      'answer',
      'resolve',
      'handBack',
      'stepAside',
      'reopen',
      'agree',
      'rate',
      'withdraw',
      'reassign',
      'time',
      'assign',
      'danger',
      'calm',
      'correct',
    )
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 3, maxLength: 14 }),
        fc.constantFrom<Category>('road', 'heating'),
        async (steps, category) => {
          const code = await open(start, category)
          const resident = people[0] ?? ''
          for (const [index, each] of steps.entries()) {
            const at = start + (index + 1) * 5 * hour
            const member = await assignee(code)
            await run(at, async (now) => {
              if (each === 'accept') return accept(now, member, code)
              if (each === 'ask') return askResident(now, member, code, { text: '?', files: [] })
              if (each === 'answer')
                return addToTicket(now, resident, code, [{ text: '!', files: [] }], false)
              if (each === 'resolve') return resolve(now, member, code, { text: 'done', files: [] })
              if (each === 'handBack') return handBack(now, member, code, 'notMine')
              if (each === 'stepAside') return stepAside(now, member, code)
              if (each === 'reopen') return reopen(now, resident, code, [])
              if (each === 'agree') return agree(now, resident, code)
              if (each === 'rate') return rate(now, resident, code, true)
              if (each === 'withdraw') return withdraw(now, resident, code)
              if (each === 'reassign') return reassign(now, lead, code, members[2]?.id ?? '')
              if (each === 'danger' || each === 'calm')
                return setDanger(now, resident, code, each === 'danger')
              if (each === 'correct')
                return correct(now, resident, code, { text: '路断了', files: [] }, false)
              if (each === 'time') return fireTimers(now, (await find(code)).id)
              return assignOpenTicket(now, (await find(code)).id)
            })
          }
          const { events, ...row } = await find(code)
          const view = replay(
            events.map((event) => ({
              type: event.type as HistoryEvent['type'],
              at: event.at.getTime(),
              memberId: event.memberId ?? undefined,
              data: event.data as HistoryEvent['data'],
            })),
          )
          for (const [key, value] of Object.entries(view)) {
            const kept = row[key as keyof typeof row]
            expect([key, kept instanceof Date ? kept.getTime() : (kept ?? undefined)]).toEqual([
              key,
              value,
            ])
          }
          await run(start, (now) => withdraw(now, resident, code))
        },
      ),
      { numRuns: 25 },
    )
  })

  it('moves on by itself when an offer is not taken in time, the second time to the lead; the resident hears why', async () => {
    const code = await open()
    const first = await assignee(code)
    expect((await find(code)).timerAt).toEqual((await find(code)).offerDueAt)
    const ranOut = (await find(code)).offerDueAt?.getTime() ?? 0
    await fireAt(code, ranOut - 1)
    expect(await assignee(code)).toBe(first)
    await fireAt(code, ranOut)
    const second = await assignee(code)
    expect([second === first, second === '']).toEqual([false, false])
    await fireAt(code, (await find(code)).offerDueAt?.getTime() ?? 0)
    const third = await find(code)
    if (second !== lead && first !== lead) expect(third.assigneeId).toBe(lead)
    expect(third.events.filter(({ type }) => type === 'offerRanOut').length).toBe(2)
    expect(await toldTo(people[0] ?? '', 'firstResponseMissed')).toBeGreaterThanOrEqual(2)
    await run(start, (now) => withdraw(now, people[0] ?? '', code))
  })

  it('reminds its assignee twice, tells the lead at the deadline and the level above at double, each once', async () => {
    const code = await open(start, 'heating')
    const member = await assignee(code)
    await run(start + minute, (each) => accept(each, member, code))
    const remindersBefore = await toldTo(chatOf(member), 'reminder')
    for (const hours of [11, 12, 12, 19, 20, 24, 24, 47, 48, 49])
      await fireAt(code, start + hours * hour)
    expect(
      (await types(code)).filter((type) => ['reminded', 'overdue', 'escalated'].includes(type)),
    ).toEqual(['reminded', 'reminded', 'overdue', 'escalated'])
    expect((await toldTo(chatOf(member), 'reminder')) - remindersBefore).toBe(2)
    expect(await toldTo(people[0] ?? '', 'overdue')).toBeGreaterThanOrEqual(1)
    expect((await find(code)).timerAt).toBeNull()
    await run(start, (now) => withdraw(now, people[0] ?? '', code))
  })

  it('after a long standstill tells only what still matters', async () => {
    const code = await open(start, 'heating')
    const member = await assignee(code)
    await run(start + minute, (each) => accept(each, member, code))
    const before = await toldTo(chatOf(member), 'reminder')
    await fireAt(code, start + 30 * hour)
    expect(await toldTo(chatOf(member), 'reminder')).toBe(before)
    expect((await types(code)).slice(-3)).toEqual(['reminded', 'reminded', 'overdue'])
    await run(start, (now) => withdraw(now, people[0] ?? '', code))
  })

  it('lets the clock stand while it waits for the resident', async () => {
    const code = await open(start, 'heating')
    const member = await assignee(code)
    await run(start + hour, (each) => accept(each, member, code))
    const due = (await find(code)).resolutionDueAt.getTime()
    await run(start + 2 * hour, (each) =>
      askResident(each, member, code, { text: '哪里？', files: [] }),
    )
    expect((await find(code)).timerAt).toBeNull()
    await run(start + 12 * hour, (each) =>
      addToTicket(each, people[0] ?? '', code, [{ text: '桥边', files: [] }], false),
    )
    expect((await find(code)).resolutionDueAt.getTime()).toBe(due + 10 * hour)
    expect((await find(code)).timerAt).not.toBeNull()
    await run(start, (now) => withdraw(now, people[0] ?? '', code))
  })

  it('is asked about again after four days and closes after seven; then one question, answered once', async () => {
    const code = await open()
    const member = await assignee(code)
    await run(start, (each) => accept(each, member, code))
    await run(start + hour, (each) => resolve(each, member, code, { text: 'done', files: [] }))
    await fireAt(code, start + hour + 4 * day)
    await fireAt(code, start + hour + 7 * day - 1)
    expect(await types(code)).not.toContain('closed')
    await fireAt(code, start + hour + 7 * day)
    expect(await find(code)).toMatchObject({ status: 'closed', closedBy: 'timer' })
    expect(await toldTo(people[0] ?? '', 'closedByTime')).toBe(1)
    expect(await run(start + 8 * day, (each) => rate(each, people[0] ?? '', code, false))).toEqual({
      ok: true,
    })
    expect(await run(start + 8 * day, (each) => rate(each, people[0] ?? '', code, true))).toEqual({
      ok: false,
      reason: 'alreadyRated',
    })
    expect((await find(code)).satisfied).toBe(false)
  })

  it('P08 that was reopened twice is an appeal: somebody outside the team answers', async () => {
    const code = await open()
    for (let time = 0; time < 2; time += 1) {
      const member = await assignee(code)
      await run(start, (each) => accept(each, member, code))
      await run(start, (each) => resolve(each, member, code, { text: 'done', files: [] }))
      await run(start, (each) =>
        reopen(each, people[0] ?? '', code, [{ text: '没修好', files: [] }]),
      )
    }
    const handler =
      organisation.members.find(({ id }) => id === '') ??
      (await database.db.prisma.member.findUnique({ where: { id: await assignee(code) } }))
    expect(handler?.teamId).toBeNull()
    expect(await toldTo(people[0] ?? '', 'appeal')).toBe(1)
    await run(start, (now) => withdraw(now, people[0] ?? '', code))
  })

  it('P31 leaves the sight of who steps aside at once, without a reason', async () => {
    const code = await open()
    const member = await assignee(code)
    expect(await run(start, (each) => stepAside(each, member, code))).toEqual({ ok: true })
    expect(await assignee(code)).not.toBe(member)
    const event = (await find(code)).events.find(({ type }) => type === 'steppedAside')
    expect(event?.data).toEqual({})
    await run(start, (now) => withdraw(now, people[0] ?? '', code))
  })

  it('handed back three times goes to the lead to decide, or further up where the lead had it', async () => {
    const code = await open()
    const had: string[] = []
    for (let time = 0; time < 3; time += 1) {
      had.push(await assignee(code))
      await run(start, (each) => handBack(each, had[time] ?? '', code, 'noMeans'))
    }
    const next = await find(code)
    if (had.includes(lead)) expect(next).toMatchObject({ status: 'open', assigneeId: null })
    else expect(next.assigneeId).toBe(lead)
    expect(next.events.filter(({ type }) => type === 'widened').length).toBeGreaterThan(0)
    expect(new Set(had).size).toBe(3)
    await run(start, (now) => withdraw(now, people[0] ?? '', code))
  })

  it('is given by hand by a lead, to the team and to nobody else', async () => {
    const code = await open()
    const other = members.find(({ id }) => id !== lead)?.id ?? ''
    const target =
      (await assignee(code)) === other
        ? (members.find(({ id }) => id !== lead && id !== other)?.id ?? '')
        : other
    const stranger =
      organisation.members.find(({ teamId }) => teamId !== team && teamId !== null)?.id ?? ''
    expect(await run(start, (each) => reassign(each, lead, code, stranger))).toEqual({
      ok: false,
      reason: 'notOfTheTeam',
    })
    expect(await run(start, (each) => reassign(each, other, code, target))).toEqual({
      ok: false,
      reason: 'notYours',
    })
    expect(await run(start, (each) => reassign(each, lead, code, target))).toEqual({ ok: true })
    expect(await assignee(code)).toBe(target)
    await run(start, (now) => withdraw(now, people[0] ?? '', code))
  })

  it('moves on when its member goes off duty before accepting; what is accepted is asked about', async () => {
    const [one, two] = [await open(), await open()]
    const member = await assignee(one)
    if ((await assignee(two)) !== member)
      await run(start, (each) => reassign(each, lead, two, member))
    await run(start, (each) => accept(each, member, two))
    const moved = await run(start, (each) => setDuty(each, member, false))
    expect(moved).toContain((await find(one)).id)
    await run(start, async (each) => assignOpenTicket(each, (await find(one)).id))
    expect(await assignee(one)).not.toBe(member)
    expect(await assignee(two)).toBe(member)
    expect(await toldTo(chatOf(member), 'keepOrHandOn')).toBe(1)
    await run(start, (each) => setDuty(each, member, true))
    await run(start, (each) => takeLeave(each, member, 2))
    for (let time = 0; time < 6; time += 1) expect(await assignee(await open())).not.toBe(member)
    await database.db.prisma.leave.deleteMany()
    await database.db.prisma.ticket.updateMany({
      where: { conversationId: people[0] ?? '' },
      data: { status: 'withdrawn', assigneeId: null },
    })
  })

  it('is offered by the roster as the roster reads, in the store as in the core', async () => {
    const shift = fc
      .tuple(
        fc.integer({ min: 1, max: 7 }),
        fc.integer({ min: 0, max: 22 }),
        fc.integer({ min: 1, max: 20 }),
      )
      .map(([weekday, from, length]) => ({
        weekday,
        fromMinute: from * 60,
        untilMinute: Math.min(1440, (from + length) * 60),
      }))
    const others = members.filter(({ id }) => id !== members[1]?.id)
    const only = members[1]?.id ?? ''
    await database.db.prisma.member.updateMany({
      where: { id: { in: others.map(({ id }) => id) } },
      data: { onDuty: false },
    })
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(shift, { maxLength: 4, selector: ({ weekday }) => weekday }),
        fc.nat(7 * 24),
        async (shifts, hours) => {
          const at = start + hours * hour
          await database.db.prisma.shift.deleteMany({ where: { memberId: only } })
          await database.db.prisma.shift.createMany({
            data: shifts.map((each) => ({ memberId: only, ...each })),
          })
          const code = await open(at)
          expect((await assignee(code)) === only).toBe(
            isOnDuty({ saysOn: true, shifts, leaves: [] }, office.localMoment(at)),
          )
          await run(at, (now) => withdraw(now, people[0] ?? '', code))
        },
      ),
      { numRuns: 25 },
    )
    await database.db.prisma.shift.deleteMany()
    await database.db.prisma.member.updateMany({ where: { teamId: team }, data: { onDuty: true } })
  })

  it('P19 in danger has two hours, and what is added in danger makes it urgent for good', async () => {
    const code = await open(start, 'road', people[0], 'danger')
    expect((await find(code)).resolutionDueAt.getTime()).toBe(start + 2 * hour)
    const calm = await open()
    await run(start + hour, (each) =>
      addToTicket(each, people[0] ?? '', calm, [{ text: '着火了', files: [] }], true),
    )
    await run(start + hour, (each) =>
      addToTicket(each, people[0] ?? '', calm, [{ text: '好了', files: [] }], false),
    )
    expect(await find(calm)).toMatchObject({
      priority: 'danger',
      resolutionDueAt: new Date(start + 3 * hour),
    })
    for (const each of [code, calm]) await run(start, (now) => withdraw(now, people[0] ?? '', each))
  })

  it('P19 becomes urgent by the resident’s button, and ordinary again by it: then no deadline is nearer than before', async () => {
    const resident = people[0] ?? ''
    const code = await open()
    const before = await find(code)
    const calmed = await toldTo(resident, 'calmed')
    const handler = chatOf(await assignee(code))
    const newsOf = async (what: string) =>
      (
        await database.db.prisma.outbound.findMany({
          where: { conversationId: handler },
          select: { content: true },
        })
      ).filter(({ content }) => {
        const news = content as { what?: string; code?: string }
        return news.what === what && news.code === code
      }).length
    await run(start + minute, (each) => setDanger(each, resident, code, true))
    const urgent = await find(code)
    expect([urgent.priority, urgent.resolutionDueAt.getTime()]).toEqual([
      'danger',
      start + minute + 2 * hour,
    ])
    // Pressed twice, it is urgent once.
    await run(start + minute, (each) => setDanger(each, resident, code, true))
    expect((await types(code)).filter((type) => type === 'madeUrgent')).toHaveLength(1)
    await run(start + 2 * minute, (each) => setDanger(each, resident, code, false))
    expect(await find(code)).toMatchObject({
      priority: 'ordinary',
      resolutionDueAt: before.resolutionDueAt,
      status: before.status,
    })
    expect((await toldTo(resident, 'calmed')) - calmed).toBe(1)
    // A card that changes makes no sound: who has the ticket hears of both, once.
    expect([await newsOf('danger'), await newsOf('calmed')]).toEqual([1, 1])
    // Nobody else can do it for them.
    expect(
      await run(start + minute, (each) => setDanger(each, people[1] ?? '', code, true)),
    ).toMatchObject({ ok: false, reason: 'notYours' })
    await run(start, (each) => withdraw(each, resident, code))
    // What is over has nobody who could come: that is said, beside the numbers.
    expect(
      await run(start + minute, (each) => setDanger(each, resident, code, true)),
    ).toMatchObject({ ok: false })
  })

  /**
   * What the button "me too" leads to in somebody's chat: one of what is like it there, and it is
   * this ticket.
   */
  const asked = async (who: string, code: string) => {
    const like = await openTicketsLike(database.db as never, start, who, 'YL010101', 'road')
    const { id } = await find(code)
    const handle = createHash('sha256').update(`${id}:${who}`).digest('base64url').slice(0, 16)
    expect(like.map((each) => each.handle)).toContain(handle)
    expect(JSON.stringify(like)).not.toContain(code)
    return { handle, placeCode: 'YL010101', category: 'road' as const }
  }

  it('is joined by others who hear of it and never of each other, and can be left again without losing a word', async () => {
    const [first, second] = [people[0] ?? '', people[1] ?? '']
    const code = await open()
    await expect(asked(first, code)).rejects.toThrow()
    const meToo = await asked(second, code)
    await run(start, (each) => follow(each, second, meToo, [{ text: '我家门口也是', files: [] }]))
    const member = await assignee(code)
    await run(start, (each) => accept(each, member, code))
    expect([await toldTo(second, 'followed'), await toldTo(second, 'accepted')]).toEqual([1, 1])
    expect(await run(start, (each) => agree(each, second, code))).toEqual({
      ok: false,
      reason: 'notYours',
    })
    expect(await run(start, (each) => withdraw(each, second, code))).toEqual({
      ok: false,
      reason: 'notYours',
    })
    await run(start, (each) =>
      unfollow(each, second, code, () => ({ priority: 'ordinary', language: 'zh-Hans' })),
    )
    const own = await database.db.prisma.ticket.findFirstOrThrow({
      where: { conversationId: second },
      include: { messages: true },
    })
    expect(own.messages.map(({ text }) => text)).toEqual(['我家门口也是'])
    expect(
      await database.db.prisma.ticketMessage.count({
        where: { ticket: { code }, text: '我家门口也是' },
      }),
    ).toBe(0)
    expect(await types(code)).toEqual(expect.arrayContaining(['joined', 'left']))
    await run(start, (now) => withdraw(now, first, code))
  })

  it('stays with those who joined when the first resident takes it back; only their own words leave', async () => {
    const [first, second] = [people[0] ?? '', people[2] ?? '']
    const code = await open()
    const meToo = await asked(second, code)
    await run(start, (each) => follow(each, second, meToo, [{ text: '我也是', files: [] }]))
    expect(await run(start, (each) => withdraw(each, first, code))).toEqual({ ok: true })
    const ticket = await database.db.prisma.ticket.findUniqueOrThrow({
      where: { code },
      include: { messages: true, followers: true },
    })
    expect(ticket).toMatchObject({ status: 'assigned', conversationId: second, followers: [] })
    expect(ticket.messages.map(({ text }) => text)).toEqual(['我也是'])
    expect(await run(start, (each) => withdraw(each, second, code))).toEqual({ ok: true })
    expect((await find(code)).status).toBe('withdrawn')
  })

  it('is found when its time has come, the longest waiting first', async () => {
    const [early, late] = [await open(start, 'heating'), await open(start + hour, 'heating')]
    const due = await ticketsWithTimerDue(database.db, new Date(start + 3 * hour), 500)
    const [a, b] = [(await find(early)).id, (await find(late)).id]
    expect(due.filter((id) => id === a || id === b)).toEqual([a, b])
    for (const each of [early, late])
      await run(start, (now) => withdraw(now, people[0] ?? '', each))
  })

  it('is no longer handed back as a wrong address after two working days, and is with a reason that holds', async () => {
    const code = await open(start, 'land')
    const member = await assignee(code)
    await run(start, (each) => accept(each, member, code))
    expect(await run(start + 4 * day, (each) => handBack(each, member, code, 'notMine'))).toEqual({
      ok: false,
      reason: 'tooLateForWrongAddress',
    })
    expect(await assignee(code)).toBe(member)
    expect(await run(start + 4 * day, (each) => handBack(each, member, code, 'noMeans'))).toEqual({
      ok: true,
    })
    await run(start, (now) => withdraw(now, people[0] ?? '', code))
  })

  it('that was taken back can’t be accepted, and who tries is told', async () => {
    const code = await open()
    const member = await assignee(code)
    await run(start, (now) => withdraw(now, people[0] ?? '', code))
    const before = await find(code)
    expect(await run(start + hour, (each) => accept(each, member, code))).toEqual({
      ok: false,
      reason: 'notYours',
    })
    expect(await find(code)).toEqual(before)
  })

  it('takes ten photos and voice notes and says so at the eleventh, keeping none of it', async () => {
    const code = await open()
    const files = (count: number, from: number) =>
      Array.from(
        { length: count },
        (_, index) => `00000000-0000-4000-8000-0000000000${String(from + index).padStart(2, '0')}`,
      )
    const ids = files(11, 10)
    await database.db.prisma.attachment.createMany({
      data: ids.map((id) => ({ id, kind: 'photo', contentType: 'image/jpeg', bytes: 1, key: id })),
    })
    const add = (some: readonly string[]) =>
      run(start, (each) =>
        addToTicket(each, people[0] ?? '', code, [{ text: '', files: some }], false),
      )
    expect(await add(ids.slice(0, 10))).toEqual({ ok: true })
    expect(await add(ids.slice(10))).toEqual({ ok: false, reason: 'tooManyFiles' })
    expect(
      await database.db.prisma.attachment.count({ where: { message: { ticket: { code } } } }),
    ).toBe(10)
    await run(start, (now) => withdraw(now, people[0] ?? '', code))
  })
})
