import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { startJawab } from '../../src/app.ts'
import { readConfig } from '../../src/config.ts'
import { foldFigures } from '../../src/figures/counting.store.ts'
import { loadOrganisation } from '../../src/organisation/organisation.store.ts'
import { connect, type Db } from '../../src/platform/postgres/database.ts'
import { migrate } from '../../src/platform/postgres/migrate.ts'
import { makeOrganisation } from '../../src/simulation/organisation.ts'
import { signedInTo } from '../browsers/staff-browser.ts'
import { makeTickets } from '../residents/made-tickets.ts'
import { startPostgresAsSuperuser } from '../servers/postgres.ts'

const organisation = makeOrganisation({ teams: 977, members: 5821, counties: 8 })

/**
 * How soon the supervisor's pages answer over HTTP with a million tickets of a quarter year, beside
 * one SQL statement that counts the same three rates from the tickets themselves. `npm run bench --
 * console [tickets]`.
 */
export async function benchConsole([given = '1000000']: readonly string[]): Promise<
  Record<string, unknown>
> {
  const folder = await mkdtemp(join(tmpdir(), 'jawab-bench-'))
  const database = await startPostgresAsSuperuser(folder)
  const db = connect(database.url, 4)
  try {
    await migrate(database.url)
    await loadOrganisation(db, organisation)
    const started = performance.now()
    await makeTickets(db, Number(given), 90)
    await db.prisma.member.updateMany({ where: { teamId: { not: null } }, data: { onDuty: false } })
    const made = performance.now()
    await foldFigures(db, 'Asia/Urumqi')
    // As autovacuum does within a minute.
    await db.prisma.$executeRaw`vacuum analyze`
    console.log(
      `${given} tickets made in ${seconds(made - started)} s, added to the figures in ${seconds(performance.now() - made)} s`,
    )
    const service = await startJawab(
      readConfig({
        PORT: '0',
        DATA_DIR: folder,
        DATABASE_URL: database.url,
        ROLES: 'web',
        LOG_LEVEL: 'silent',
      }),
      pino({ level: 'silent' }),
    )
    try {
      const supervisor = (areaCode: string) =>
        organisation.members.find(
          (each) => each.role === 'supervisor' && each.areaCode === areaCode,
        )?.id ?? ''
      const person = await signedInTo(service.url ?? '', db, supervisor('YL'))
      const lead = await signedInTo(
        service.url ?? '',
        db,
        organisation.members.find(({ role }) => role === 'lead')?.id ?? '',
      )
      const dashboard = await times(() => person.get('/console/supervision?weeks=13'))
      const county = await times(() =>
        person.get('/console/supervision?weeks=13&area=YL03&category=road'),
      )
      const behind = await times(() =>
        person.get('/console/supervision/tickets?weeks=13&which=answeredLate'),
      )
      const behindCounty = await times(() =>
        person.get(
          '/console/supervision/tickets?weeks=13&area=YL0301&category=road&which=notContent',
        ),
      )
      const list = await times(() => lead.get('/console/tickets'))
      const raw = await times(() => countRaw(db))
      const figures = {
        tickets: await db.prisma.ticket.count(),
        dashboardMs: dashboard,
        dashboardOfCategoryMs: county,
        listMs: Math.max(list, behind, behindCounty),
        rawSqlMs: raw,
        dashboardOverRawSql: Math.round((dashboard / raw) * 100) / 100,
      }
      console.log(
        `${figures.tickets} tickets, medians: the prefecture's page ${dashboard} ms (one category of a county ${county} ms); lists: behind a figure ${behind} and ${behindCounty} ms, of a team ${list} ms; the rates from the tickets themselves take ${raw} ms`,
      )
      return figures
    } finally {
      await service.stop()
    }
  } finally {
    await db.close()
    await database.release()
    await rm(folder, { recursive: true })
  }
}

/** The floor: one statement over the tickets, for the first three rates and the spreads alone. */
async function countRaw(db: Db): Promise<void> {
  await db.prisma.$queryRaw`
    select count(*) filter (where "firstResponseAt" <= "firstResponseDueAt"), count(*) filter (where "firstResponseAt" is not null or "firstResponseDueAt" < now()),
      count(*) filter (where "resolvedAt" <= "resolutionDueAt"), count(*) filter (where "resolvedAt" is not null or "resolutionDueAt" < now()),
      count("satisfied"), count(*) filter (where "satisfied"),
      percentile_cont(array[0.5, 0.9]) within group (order by "firstResponseWorkSeconds"), percentile_cont(array[0.5, 0.9]) within group (order by "resolutionWorkSeconds")
    from "Ticket" join "Place" on "Place"."code" = "Ticket"."placeCode"
    where "Place"."ancestors" @> array['YL']::text[] and not "confidential" and "status" <> 'withdrawn' and "openedAt" >= now() - interval '13 weeks'`
}

/** The median of some runs, in milliseconds, after one that warms up. */
async function times(work: () => Promise<unknown>): Promise<number> {
  await work()
  const all: number[] = []
  for (let run = 0; run < 9; run++) {
    const start = performance.now()
    const result = await work()
    if (
      typeof result === 'object' &&
      result !== null &&
      'status' in result &&
      result.status !== 200
    )
      throw new Error(`answered ${String(result.status)}`)
    all.push(performance.now() - start)
  }
  return Math.round(all.sort((a, b) => a - b)[4] ?? 0)
}

function seconds(ms: number): number {
  return Math.round(ms / 1000)
}
