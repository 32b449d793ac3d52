import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { startJawab } from '../../src/app.ts'
import { readConfig } from '../../src/config.ts'
import { loadOrganisation } from '../../src/organisation/organisation.store.ts'
import { day, hour } from '../../src/platform/instant.ts'
import { connect } from '../../src/platform/postgres/database.ts'
import { migrate } from '../../src/platform/postgres/migrate.ts'
import { makeOrganisation } from '../../src/simulation/organisation.ts'
import { toTicketCode } from '../../src/tickets/code.ts'
import { startPostgresAsSuperuser } from '../servers/postgres.ts'

const openTickets = 100_000
/** How many fall due at one moment, as at the end of a working day. */
const dueAtOnce = 4000

/**
 * How late the clock acts among 100,000 open tickets, of which thousands fall due in the same
 * moment; and whether it acts twice.
 */
export async function benchDeadlines(): Promise<Record<string, unknown>> {
  const folder = await mkdtemp(join(tmpdir(), 'jawab-bench-'))
  const database = await startPostgresAsSuperuser(folder)
  const db = connect(database.url, 4)
  try {
    await migrate(database.url)
    const organisation = makeOrganisation({ teams: 977, members: 5821, counties: 8 }, 1)
    await loadOrganisation(db, organisation)
    const villages = organisation.places.filter(({ teamId }) => teamId !== null)
    const memberOf = new Map(organisation.members.map((member) => [member.teamId, member.id]))
    const later = Date.now() + 9 * day
    for (let from = 0; from < openTickets; from += 5000) {
      const rows = Array.from({ length: 5000 }, (_, at) =>
        toRow(from + at, later, villages, memberOf),
      )
      await db.prisma.ticket.createMany({ data: rows })
      await db.prisma.ticketEvent.createMany({
        data: rows.map(({ id, openedAt }) => ({
          ticketId: id,
          seq: 1,
          type: 'opened',
          at: openedAt,
          by: 'resident',
        })),
      })
    }
    await db.prisma.$executeRaw`analyze`
    const dueAt = Date.now() + 8000
    const moment = new Date(dueAt)
    await db.prisma.$executeRaw`
      update "Ticket" set "resolutionDueAt" = ${moment}, "timerAt" = ${moment}, "clockFrom" = ${new Date(dueAt - 24 * hour)}
      where "id" in (select "id" from "Ticket" order by "code" limit ${dueAtOnce})`
    const service = await startJawab(
      readConfig({
        DATABASE_URL: database.url,
        DATA_DIR: folder,
        ROLES: 'worker',
        LOG_LEVEL: 'silent',
      }),
      pino({ level: 'silent' }),
    )
    const fired = () => db.prisma.ticketEvent.count({ where: { type: 'overdue' } })
    const until = dueAt + 120_000
    while ((await fired()) < dueAtOnce && Date.now() < until)
      await new Promise((resolve) => setTimeout(resolve, 500))
    // One more sweep, in which nothing may fire again.
    await new Promise((resolve) => setTimeout(resolve, 5000))
    await service.stop()
    const [figures] = await db.prisma.$queryRaw<
      { latest: number; fired: number; tickets: number }[]
    >`
      select max(extract(epoch from "at") * 1000 - ${dueAt})::float8 / 1000 as "latest", count(*)::int as "fired", count(distinct "ticketId")::int as "tickets"
      from "TicketEvent" where "type" = 'overdue'`
    const latest = Math.round((figures?.latest ?? Number.NaN) * 10) / 10
    const repeated = (figures?.fired ?? 0) - (figures?.tickets ?? 0)
    console.log(
      `${openTickets} open tickets, ${dueAtOnce} of them due in one moment: ${figures?.tickets} fired, the last one after ${latest} s; ${repeated} fired twice`,
    )
    return {
      openTickets,
      due: dueAtOnce,
      fired: figures?.tickets ?? 0,
      latestFiredSeconds: latest,
      repeated,
    }
  } finally {
    await db.close()
    await database.release()
    await rm(folder, { recursive: true, force: true })
  }
}

function toRow(
  index: number,
  dueAt: number,
  villages: readonly { readonly code: string; readonly teamId: string | null }[],
  memberOf: ReadonlyMap<string | null, string>,
) {
  const village = villages[index % villages.length]
  const openedAt = new Date(dueAt - 24 * hour)
  const digits = [25, 15, 10, 5, 0].map((bits) => (index >>> bits) & 31)
  return {
    id: randomUUID(),
    code: toTicketCode([...digits, 1, 2, 3, 4]),
    status: 'accepted' as const,
    category: 'heating',
    placeCode: village?.code ?? '',
    teamId: village?.teamId ?? null,
    assigneeId: memberOf.get(village?.teamId ?? null) ?? null,
    language: 'zh-Hans',
    openedAt,
    clockFrom: openedAt,
    firstResponseDueAt: new Date(openedAt.getTime() + 2 * hour),
    firstResponseAt: openedAt,
    resolutionDueAt: new Date(dueAt),
    timersFired: ['half', 'fourFifths'],
    timerAt: new Date(dueAt),
  }
}
