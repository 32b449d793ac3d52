import { parse } from 'csv-parse/sync'
import readXlsxFile from 'read-excel-file/node'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { countBehind } from '../../src/console/supervision/behind.ts'
import { shownCount } from '../../src/figures/disclosure.ts'
import { noCounts, ratesOf, type Tally } from '../../src/figures/rates.ts'
import { weekOf } from '../../src/figures/week.ts'
import { type StaffPerson, signedInTo } from '../browsers/staff-browser.ts'
import { makeTickets } from '../residents/made-tickets.ts'
import { type Service, startService } from '../servers/service.ts'

const zone = 'Asia/Urumqi'

/** The same figures on a page, in a CSV, in a workbook, in the lists, and counted one by one. */
describe('figures agree with one another', () => {
  let service: Service
  let person: StaffPerson
  let tickets: Awaited<ReturnType<typeof readTickets>> = []
  let places: ReadonlyMap<string, readonly string[]> = new Map()
  const readTickets = () =>
    service.db.prisma.ticket.findMany({
      where: { confidential: false, status: { not: 'withdrawn' } },
    })
  beforeAll(async () => {
    service = await startService()
    await makeTickets(service.db, 1_500, 80)
    tickets = await readTickets()
    places = new Map(
      (await service.db.prisma.place.findMany()).map(({ code, ancestors }) => [
        code,
        [...ancestors, code],
      ]),
    )
    const supervisor = service.organisation.members.find(({ areaCode }) => areaCode === 'YL')
    await service.db.prisma.member.updateMany({ data: { language: 'zh-Hans' } })
    person = await signedInTo(service.url, service.db, supervisor?.id ?? '')
  })
  afterAll(() => service?.stopAll())

  /** Counted one by one, from the tickets. */
  function tallyOf(area: string, category: string, weeks: number, now: Date): Tally {
    const first =
      new Date(`${weekOf(now.getTime(), zone)}T00:00:00Z`).getTime() - (weeks - 1) * 7 * 86_400_000
    const counts = { ...noCounts } as Record<keyof typeof noCounts, number>
    const late = { unanswered: 0, unsolved: 0 }
    for (const ticket of tickets) {
      const of =
        ticket.teamId === area.slice('team:'.length) ||
        places.get(ticket.placeCode)?.includes(area) === true
      const week = Date.parse(`${weekOf(ticket.openedAt.getTime(), zone)}T00:00:00Z`)
      if (!of || week < first || (category !== '' && ticket.category !== category)) continue
      counts.opened++
      if (ticket.firstResponseAt !== null) {
        counts.answered++
        if (ticket.firstResponseAt <= ticket.firstResponseDueAt) counts.answeredInTime++
      } else if (ticket.firstResponseDueAt < now) late.unanswered++
      if (ticket.resolvedAt !== null) {
        counts.solved++
        if (ticket.resolvedAt <= ticket.resolutionDueAt) counts.solvedInTime++
      } else if (ticket.resolutionDueAt < now) late.unsolved++
      if (ticket.satisfied !== null) counts.rated++
      if (ticket.satisfied === true) counts.satisfied++
      if (ticket.status === 'closed') counts.closed++
      if (ticket.status === 'closed' && (ticket.closedBy === 'timer' || ticket.satisfied === false))
        counts.closedPoorly++
      if (ticket.reopenedCount > 0) counts.reopened++
    }
    return { counts, late, answerMinutes: new Map(), solutionMinutes: new Map() }
  }

  const team = () => `team:${service.organisation.teams[0]?.id}`
  it.each([
    ['the prefecture', () => 'YL', '', 13],
    ['four weeks of it', () => 'YL', '', 4],
    ['one category', () => 'YL', 'road', 13],
    ['a county', () => 'YL01', '', 13],
    ['a category of a county', () => 'YL02', 'electricity', 13],
    ['a township', () => 'YL0101', '', 13],
    ['a team', team, '', 13],
  ])('for %s', async (_, areaOf, category, weeks) => {
    const area = areaOf()
    const query = new URLSearchParams({ area, category, weeks: String(weeks) })
    const tally = tallyOf(area, category, weeks, new Date())
    const rates = ratesOf(tally)

    const csv = parse((await person.get(`/console/supervision/figures.csv?${query}`)).html, {
      columns: true,
      bom: true,
    }) as Record<string, string>[]
    const own = csv.find(({ what }) => what === 'area')
    const number = (cell: string | undefined) =>
      cell === undefined || cell === '' ? undefined : Number(cell)
    expect({
      opened: number(own?.['tickets']),
      responded: number(own?.['answered_in_time']),
      resolved: number(own?.['solved_in_time']),
      satisfied: number(own?.['content']),
      closedPoorly: number(own?.['closed_unheard_or_unfixed']),
      reopened: number(own?.['reopened']),
    }).toEqual({
      opened: rates.opened,
      responded: rates.responded,
      resolved: rates.resolved,
      satisfied: rates.satisfied,
      closedPoorly: rates.closedPoorly,
      reopened: rates.reopened,
    })

    // A category's row says of it what the page of that category says.
    if (category === '')
      for (const row of csv.filter(({ what }) => what === 'category')) {
        // Protection P27: no category has a time of first answers.
        expect(row['answer_median_minutes']).toBe('')
        const each = ratesOf(tallyOf(area, row['code'] ?? '', weeks, new Date()))
        expect([
          row['code'],
          number(row['tickets']),
          number(row['answered_in_time']),
          number(row['solved_in_time']),
        ]).toEqual([row['code'], each.opened, each.responded, each.resolved])
      }

    const book = await person.bytes(`/console/supervision/figures.xlsx?${query}`)
    const [sheet] = await readXlsxFile(book)
    const [headings = [], ...rows] = sheet?.data ?? []
    expect(String(headings[0])).not.toBe('what')
    expect(rows.map((row) => row.slice(4, 10).map((cell) => cell ?? undefined))).toEqual(
      csv.map((row) =>
        [
          'tickets',
          'answered_in_time',
          'solved_in_time',
          'content',
          'closed_unheard_or_unfixed',
          'reopened',
        ].map((column) => number(row[column])),
      ),
    )

    const page = (await person.get(`/console/supervision?${query}`)).html
    for (const share of [rates.responded, rates.resolved, rates.satisfied])
      if (share !== undefined) expect(page).toContain(`${Math.round(share * 100)} %`)

    for (const [which, count] of Object.entries(countBehind)) {
      const list = (await person.get(`/console/supervision/tickets?${query}&which=${which}`)).html
      const shown = shownCount(count(tally))
      expect([which, /共 ([\d,]+) 件/.exec(list)?.[1]?.replace(',', '')]).toEqual([
        which,
        shown === undefined ? undefined : String(shown),
      ])
    }
  })
})
