import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { listGeoReportRequests } from '../../src/api/open311/geo-report.store.ts'
import { listTicketProgress } from '../../src/api/ticket-status.store.ts'
import { categories } from '../../src/categories/category.ts'
import { countBehind } from '../../src/console/supervision/behind.ts'
import {
  findFacts,
  listBehind,
  listToActOn,
} from '../../src/console/supervision/supervised-tickets.store.ts'
import { findTicketPage, listMine, listTeam } from '../../src/console/tickets/tickets.store.ts'
import { foldFigures } from '../../src/figures/counting.store.ts'
import { readCategories, readLate, readScope } from '../../src/figures/figures.store.ts'
import { mondayOf } from '../../src/figures/week.ts'
import { conversationWith } from '../../src/mailbox/conversations.store.ts'
import { makeOffice } from '../../src/organisation/office.store.ts'
import { loadOrganisation } from '../../src/organisation/organisation.store.ts'
import { type UnitOfWork, unitOfWork } from '../../src/organisation/unit-of-work.store.ts'
import { day } from '../../src/platform/instant.ts'
import { openAccessRecord } from '../../src/platform/sealing/access-log.ts'
import { createKeyRing } from '../../src/platform/sealing/key-ring.ts'
import { breakGlass, listOpened, listOpenedIn } from '../../src/privacy/break-glass.store.ts'
import { makeSafe } from '../../src/privacy/safety.store.ts'
import { makeOrganisation } from '../../src/simulation/organisation.ts'
import { fireTimers } from '../../src/tickets/deadlines.store.ts'
import {
  accept,
  handBack,
  reassign,
  resolve,
  stepAside,
} from '../../src/tickets/member-work.store.ts'
import { openTicket } from '../../src/tickets/open-ticket.store.ts'
import { reopen } from '../../src/tickets/reopen.store.ts'
import { type FreshDatabase, freshDatabase } from '../servers/database.ts'

const zone = 'Asia/Urumqi'
const start = Date.parse('2026-11-23T04:00:00Z')
const office = makeOffice(zone, new Date(start))
const organisation = makeOrganisation({ teams: 4, members: 16, counties: 2 }, 7)
const village = 'YL010101'
const team = organisation.places.find(({ code }) => code === village)?.teamId ?? ''
const teamIds = organisation.members.filter(({ teamId }) => teamId === team).map(({ id }) => id)

/** The levels above the village, nearest first. */
const areas = ['YL0101', 'YL01', 'YL'] as const
const supervisor = fc.record({
  area: fc.constantFrom(...areas),
  onDuty: fc.boolean(),
  ofTheTeam: fc.integer({ min: 0, max: 4 }).map((luck) => luck === 0),
})
const acts = [
  'accept',
  'resolve',
  'reopen',
  'handBack',
  'stepAside',
  'offerRunsOut',
  'overdue',
  'breakGlass',
  'unsafe',
] as const
const history = fc.array(fc.constantFrom(...acts), { maxLength: 7 })
const concern = fc.oneof(
  fc.constantFrom('team' as const, 'above' as const, 'unsaid' as const),
  fc.record({ member: fc.nat(5) }),
)

describe('a complaint about staff, in any organisation and whatever happens to it', () => {
  let database: FreshDatabase
  const keys = createKeyRing([Buffer.alloc(32, 1)])
  const record = openAccessRecord(keys)
  beforeAll(async () => {
    database = await freshDatabase()
    await loadOrganisation(database.db, organisation)
  })
  afterAll(() => database.drop())

  const chatFor = async (memberId: string | null) => {
    const id = await conversationWith(database.db, keys, 'webchat', randomUUID())
    if (memberId !== null)
      await database.db.prisma.conversation.update({ where: { id }, data: { memberId } })
    return id
  }

  it('P07 no path of the system shows it to whom it concerns: card, list, count, search, notice, statistic, export, stream or error', async () => {
    const { db } = database
    const teamChats = new Map(
      await Promise.all(teamIds.map(async (id) => [id, await chatFor(id)] as const)),
    )
    await fc.assert(
      fc.asyncProperty(
        fc.array(supervisor, { maxLength: 6 }),
        fc.integer({ min: 1, max: 2 }),
        concern,
        history,
        async (supervisors, administrators, whom, todo) => {
          await db.prisma.member.updateMany({
            where: { role: { in: ['supervisor', 'administrator'] } },
            data: { leftAt: new Date(start) },
          })
          const made = [
            ...supervisors.map(({ area, onDuty, ofTheTeam }) => ({
              role: 'supervisor' as const,
              areaCode: area,
              onDuty,
              teamId: ofTheTeam ? team : null,
            })),
            ...Array.from({ length: administrators }, () => ({
              role: 'administrator' as const,
              areaCode: null,
              onDuty: true,
              teamId: null,
            })),
          ].map((each) => ({
            id: randomUUID(),
            name: each.role,
            reads: [],
            skills: [],
            language: 'zh-Hans',
            ...each,
          }))
          await db.prisma.member.createMany({ data: made })
          const chats = new Map([
            ...teamChats,
            ...(await Promise.all(made.map(async ({ id }) => [id, await chatFor(id)] as const))),
          ])
          const resident = await chatFor(null)
          const concernedIds =
            typeof whom === 'object' ? [teamIds[whom.member % teamIds.length] ?? ''] : []
          const nearest = areas.find((area) => supervisors.some((each) => each.area === area))

          const before = await figures()
          let at = start
          const run = async <T>(work: (each: UnitOfWork) => Promise<T>) => {
            at += 60_000
            const { result, after } = await unitOfWork(db, office, at, async (each) => {
              const done = await work(each)
              for (const place of each.refreshPages) told.add(place)
              return done
            })
            expect([...after.callWebhooks]).toEqual([])
            return result
          }
          const told = new Set<string>()
          let code = await run((each) =>
            openTicket(each, {
              conversationId: resident,
              words: [{ text: 'MARKED 他收钱了', files: [] }],
              placeCode: village,
              category: 'complaint_staff',
              priority: 'ordinary',
              language: 'zh-Hans',
              concerns: typeof whom === 'object' ? 'team' : whom,
              concernedIds,
            }),
          )
          const concerned = new Set([
            ...concernedIds,
            ...teamIds,
            ...made.filter(({ teamId }) => teamId === team).map(({ id }) => id),
          ])
          if (whom === 'above')
            for (const { id, areaCode } of made)
              if (areaCode !== null && areaCode === nearest) concerned.add(id)
          await nobodyConcernedSees()
          for (const act of todo) {
            const ticket = await db.prisma.ticket.findUniqueOrThrow({ where: { code } })
            const handler = ticket.assigneeId ?? randomUUID()
            if (act === 'accept') await run((each) => accept(each, handler, code))
            if (act === 'resolve')
              await run((each) => resolve(each, handler, code, { text: '已处理', files: [] }))
            if (act === 'reopen') await run((each) => reopen(each, resident, code, []))
            if (act === 'handBack') await run((each) => handBack(each, handler, code, 'noMeans'))
            if (act === 'stepAside') await run((each) => stepAside(each, handler, code))
            if (act === 'offerRunsOut')
              at = Math.max(at, (ticket.offerDueAt ?? new Date(at)).getTime())
            if (act === 'overdue') at = Math.max(at, ticket.resolutionDueAt.getTime())
            if (act === 'breakGlass')
              for (const { id, role } of made)
                if (role === 'administrator')
                  expect(
                    await run((each) =>
                      breakGlass(each, record, id, code, '为了核实记录是否完整而查看'),
                    ),
                  ).toBe(!concerned.has(id))
            if (act === 'unsafe' && (await run((each) => makeSafe(each, resident, code))).ok) {
              // Anyone who has it, or had it last where nobody has it now.
              const last = await db.prisma.ticketEvent.findFirst({
                where: { ticketId: ticket.id, type: 'assigned' },
                orderBy: { seq: 'desc' },
              })
              const had = ticket.assigneeId ?? last?.memberId
              if (had != null) concerned.add(had)
              // Anyone who had it hears that it was taken back, and from then on nothing.
              told.clear()
              code = (
                await db.prisma.ticket.findFirstOrThrow({
                  where: { conversationId: resident },
                  orderBy: { openedAt: 'desc' },
                })
              ).code
            }
            await run((each) => fireTimers(each, ticket.id))
            await nobodyConcernedSees()
          }
          expect(await figures()).toEqual(before)
          await db.prisma.ticket.updateMany({
            where: { conversationId: resident, status: { not: 'closed' } },
            data: { timerAt: null },
          })

          async function figures(): Promise<unknown> {
            await foldFigures(db, zone)
            const shown: unknown[] = []
            for (const area of [...areas.map((placeCode) => ({ placeCode })), { teamId: team }])
              for (const category of [undefined, 'other', 'complaint_staff']) {
                const scope = {
                  area,
                  category,
                  firstWeek: '2026-10-05',
                  lastWeek: mondayOf('2027-01-04'),
                }
                const late = await readLate(db, scope, new Date(start + 40 * day), zone)
                shown.push(await readScope(db, scope, late, zone), [
                  ...(await readCategories(db, scope, late, zone)),
                ])
                for (const which of Object.keys(countBehind) as (keyof typeof countBehind)[])
                  shown.push(
                    await listBehind(db, scope, which, new Date(start + 40 * day), zone, {
                      skip: 0,
                      take: 50,
                    }),
                  )
                shown.push(await listToActOn(db, scope, new Date(start + 40 * day)))
              }
            const asked = {
              areaCode: 'YL',
              from: new Date(0),
              until: new Date(start + 99 * day),
              limit: 200,
            }
            shown.push(
              await listTicketProgress(db, {
                ...asked,
                status: undefined,
                category: undefined,
                after: undefined,
              }),
            )
            shown.push(
              await listGeoReportRequests(db, {
                ...asked,
                categories: [...categories],
                isClosed: undefined,
                skip: 0,
              }),
            )
            return shown
          }

          async function nobodyConcernedSees(): Promise<void> {
            const ticket = await db.prisma.ticket.findUniqueOrThrow({ where: { code } })
            expect([...concerned]).not.toContain(ticket.assigneeId)
            expect(told).not.toContain(`team:${team}`)
            for (const id of concerned) {
              expect(told).not.toContain(`member:${id}`)
              const member = await db.prisma.member.findUniqueOrThrow({ where: { id } })
              const viewer = {
                id,
                role: member.role,
                teamId: member.teamId,
                areaCode: member.areaCode,
              }
              const { name, language, onDuty } = member
              expect(await findFacts(db, { ...viewer, name, language, onDuty }, code)).toBe(
                undefined,
              )
              const sees = [
                await listMine(db, viewer),
                await listTeam(db, viewer),
                await listOpened(db, id),
                await listOpenedIn(db, 'YL', new Date(0)),
              ]
              // An administrator whom it does not concern may look at what was opened out of turn;
              // whom it concerns may not.
              expect(JSON.stringify(sees.slice(0, 2))).not.toContain(code)
              if (concernedIds.includes(id)) expect(JSON.stringify(sees)).not.toContain(code)
              expect(JSON.stringify(sees[3])).not.toContain(code)
              expect(await findTicketPage(db, viewer, code, new Date(at))).toBeUndefined()
              const heard = await db.prisma.outbound.findMany({
                where: { conversationId: chats.get(id) ?? '' },
                select: { content: true },
              })
              const words = JSON.stringify(heard)
              for (const secret of ['MARKED', code, ticket.id]) expect(words).not.toContain(secret)
              const nothing = 'JW-0000000000'
              for (const act of [
                (one: string) => run((each) => accept(each, id, one)),
                (one: string) => run((each) => stepAside(each, id, one)),
                (one: string) => run((each) => reassign(each, id, one, id)),
              ])
                expect(await act(code)).toEqual(await act(nothing))
            }
          }
        },
      ),
      { numRuns: process.env['FUZZ_CASES'] === undefined ? 8 : 150 },
    )
  })

  it('P07 the database itself refuses to give it to whom it names', async () => {
    const resident = await chatFor(null)
    const named = teamIds[0] ?? ''
    const { result: code } = await unitOfWork(database.db, office, start, (work) =>
      openTicket(work, {
        conversationId: resident,
        words: [{ text: '他收钱了', files: [] }],
        placeCode: village,
        category: 'complaint_staff',
        priority: 'ordinary',
        language: 'zh-Hans',
        concerns: 'team',
        concernedIds: [named],
      }),
    )
    await expect(
      database.db.prisma.ticket.update({ where: { code }, data: { assigneeId: named } }),
    ).rejects.toThrow('concerned_never_assigned')
  })
})
