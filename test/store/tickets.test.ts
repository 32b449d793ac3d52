import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { keysOf } from '../../src/language/place-name.ts'
import { conversationWith } from '../../src/mailbox/conversations.store.ts'
import { makeOffice } from '../../src/organisation/office.store.ts'
import { loadOrganisation } from '../../src/organisation/organisation.store.ts'
import { findPlacesLike } from '../../src/organisation/places.store.ts'
import { unitOfWork } from '../../src/organisation/unit-of-work.store.ts'
import { createKeyRing } from '../../src/platform/sealing/key-ring.ts'
import { eraseExpired } from '../../src/privacy/retention.store.ts'
import { assignOpenTicket, ticketsThatMayFit } from '../../src/tickets/assignment.store.ts'
import { setDuty } from '../../src/tickets/duty.store.ts'
import { accept, handBack, resolve } from '../../src/tickets/member-work.store.ts'
import { openTicket } from '../../src/tickets/open-ticket.store.ts'
import { reopen } from '../../src/tickets/reopen.store.ts'
import { agree } from '../../src/tickets/resident-requests.store.ts'
import { withdraw } from '../../src/tickets/withdraw.store.ts'
import { type FreshDatabase, freshDatabase } from '../servers/database.ts'
import { usualOrganisation } from '../servers/stores.setup.ts'

const at = Date.parse('2026-11-23T04:00:00Z')
const office = makeOffice('Asia/Urumqi', new Date(at))
const organisation = usualOrganisation
const noFiles = {
  keep: async () => ({ lost: 'damaged' as const }),
  find: async () => undefined,
  isAmong: async () => false,
  renew: async () => {},
  hasRoom: async () => true,
  erase: async () => {},
  reseal: async () => false,
  giveKey: async () => false,
  close: async () => {},
}

describe('a ticket in the store', () => {
  let database: FreshDatabase
  let resident: string
  beforeAll(async () => {
    database = await freshDatabase()
    await loadOrganisation(database.db, organisation)
    resident = await conversationWith(
      database.db,
      createKeyRing([Buffer.alloc(32, 1)]),
      'webchat',
      'someone',
    )
  })
  afterAll(() => database.drop())

  const run = async <T>(work: Parameters<typeof unitOfWork<T>>[3]) =>
    (await unitOfWork(database.db, office, at, work)).result
  const open = (
    category: Parameters<typeof openTicket>[1]['category'] = 'road',
    concerns?: 'team' | 'above',
  ) =>
    run((each) =>
      openTicket(each, {
        conversationId: resident,
        words: [{ text: '路坏了', files: [] }],
        placeCode: 'YL010101',
        category,
        priority: 'ordinary',
        language: 'ug-Arab',
        concerns,
      }),
    )
  const find = (code: string) =>
    database.db.prisma.ticket.findUniqueOrThrow({
      where: { code },
      include: { events: { orderBy: { seq: 'asc' } }, assignee: true },
    })
  const team = organisation.places.find(({ code }) => code === 'YL010101')?.teamId

  it('goes to a member of the place’s team who reads the language, with the reason beside it', async () => {
    const ticket = await find(await open())
    expect(ticket.assignee?.teamId).toBe(team)
    expect(ticket.assignee?.reads).toContain('ug-Arab')
    expect(ticket.assignment).toMatchObject({
      level: 'team',
      chosen: { name: ticket.assignee?.name, reads: 2 },
      considered: 3,
    })
  })

  it('keeps load counts right when many come at once: nobody of two equals gets all', async () => {
    const codes = await Promise.all(Array.from({ length: 12 }, () => open('waste')))
    const tickets = await Promise.all(codes.map(find))
    const shares = [...new Set(tickets.map(({ assigneeId }) => assigneeId))].map(
      (id) => tickets.filter(({ assigneeId }) => assigneeId === id).length,
    )
    expect(Math.max(...shares)).toBeLessThanOrEqual(8)
    expect(tickets.every(({ status }) => status === 'assigned')).toBe(true)
  })

  it('is won by one of two who accept at once; the other is told', async () => {
    const { code, assigneeId } = await find(await open())
    const results = await Promise.all([
      run((each) => accept(each, assigneeId ?? '', code)),
      run((each) => accept(each, assigneeId ?? '', code)),
    ])
    expect(results.filter(({ ok }) => ok).length).toBe(1)
    expect(results.find(({ ok }) => !ok)).toEqual({ ok: false, reason: 'alreadyTaken' })
  })

  it('that is handed back goes to another member and not to the same again', async () => {
    const code = await open()
    const first = await find(code)
    await run((each) => handBack(each, first.assigneeId ?? '', code, 'notMine'))
    const second = await find(code)
    expect(second.assigneeId).not.toBe(first.assigneeId)
    await run((each) => handBack(each, second.assigneeId ?? '', code, 'notMine'))
    await run(async (each) => handBack(each, (await find(code)).assigneeId ?? '', code, 'noMeans'))
    expect(await find(code)).toMatchObject({ status: 'open', assigneeId: null })
  })

  it('refuses what the table does not allow, from whoever it is, and changes nothing', async () => {
    const code = await open()
    const before = await find(code)
    const member = before.assigneeId ?? ''
    expect(await run((each) => resolve(each, member, code, { text: 'x', files: [] }))).toEqual({
      ok: false,
      reason: 'notAccepted',
    })
    expect(await run((each) => accept(each, organisation.members[3]?.id ?? '', code))).toEqual({
      ok: false,
      reason: 'notYours',
    })
    expect(await run((each) => agree(each, resident, code))).toEqual({
      ok: false,
      reason: 'notResolved',
    })
    expect(await run((each) => withdraw(each, member, code))).toEqual({
      ok: false,
      reason: 'notYours',
    })
    expect(await find(code)).toEqual(before)
  })

  it('stays open with nobody on duty, and is given when somebody comes on duty', async () => {
    const members = organisation.members.filter(({ teamId }) => teamId === team)
    for (const { id } of members) await run((each) => setDuty(each, id, false))
    const code = await open()
    expect(await find(code)).toMatchObject({ status: 'open', assigneeId: null })
    const { id } = members[0] ?? { id: '' }
    const waiting = await run((each) => setDuty(each, id, true))
    const ticket = await find(code)
    expect(waiting).toContain(ticket.id)
    expect(
      await ticketsThatMayFit(database.db, new Date(at + 1), office.localMoment(at), 500),
    ).toContain(ticket.id)
    expect(await run((each) => assignOpenTicket(each, ticket.id))).toBe(true)
    expect((await find(code)).assigneeId).toBe(id)
    for (const each of members) await run((one) => setDuty(one, each.id, true))
  })

  it('goes to the level above after it was reopened twice', async () => {
    const code = await open()
    for (let time = 0; time < 2; time++) {
      const { assigneeId } = await find(code)
      await run((each) => accept(each, assigneeId ?? '', code))
      await run((each) => resolve(each, assigneeId ?? '', code, { text: 'done', files: [] }))
      await run((each) => reopen(each, resident, code, [{ text: '没修好', files: [] }]))
    }
    expect((await find(code)).assignee).toMatchObject({ role: 'supervisor', areaCode: 'YL01' })
  })

  it('P07 that complains about staff passes the team by, and its nearest level when that is concerned', async () => {
    const [complaint, above] = await Promise.all([
      find(await open('complaint_staff', 'team')),
      find(await open('complaint_staff', 'above')),
    ])
    expect(complaint).toMatchObject({
      teamId: null,
      confidential: true,
      assignee: { role: 'supervisor', areaCode: 'YL01' },
    })
    expect(above).toMatchObject({ teamId: null, assignee: { role: 'supervisor', areaCode: 'YL' } })
  })

  it('has a history that cannot be changed', async () => {
    await open()
    await expect(
      database.db.prisma.$executeRaw`update "TicketEvent" set "at" = now()`,
    ).rejects.toThrow('append-only')
  })

  it('P17 loses its text 180 days after closing, and keeps its history', async () => {
    const code = await open()
    await run((each) => withdraw(each, resident, code))
    const messages = () => database.db.prisma.ticketMessage.count({ where: { ticket: { code } } })
    await eraseExpired(database.db, noFiles, new Date(at + 179 * 86_400_000))
    expect(await messages()).toBe(1)
    await eraseExpired(database.db, noFiles, new Date(at + 181 * 86_400_000))
    expect(await messages()).toBe(0)
    expect((await find(code)).events.length).toBeGreaterThan(0)
  })

  it('is about a place that is found by a typed name in any language, also misspelt', async () => {
    const found = async (typed: string) =>
      (await database.db.transaction((tx) => findPlacesLike(tx, keysOf(typed)))).map(
        ({ code }) => code,
      )
    for (const typed of [
      '东升',
      '东升村',
      'دۇڭشېڭ',
      'دۇڭشېڭ كەنتى',
      'Дуңшең',
      'дуңшең ауылы',
      'دۋڭشەڭ',
      'Dongsheng',
      'dungshéng',
      'Duñşeñ',
      '東升',
      '東升村',
      'дуңшең',
      'Dong sheng',
    ])
      expect([typed, (await found(typed))[0]]).toEqual([typed, 'YL020101'])
    for (const misspelt of ['Дуншең', 'Dongshen', 'دۇڭشەڭ', 'دۇشېڭ'])
      expect([misspelt, (await found(misspelt)).includes('YL020101')]).toEqual([misspelt, true])
    expect(await found('没有这样的地方')).toEqual([])
    expect(await found("%'; drop table")).toEqual([])
  })
})
