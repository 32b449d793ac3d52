import { sendDigest, supervisorsWithoutDigest } from '../../figures/digests.store.ts'
import { shownCount } from '../../figures/disclosure.ts'
import { readLate, readScope } from '../../figures/figures.store.ts'
import { ratesOf } from '../../figures/rates.ts'
import { type Week, weekOf, weeksAfter } from '../../figures/week.ts'
import type { Params, Voice } from '../../language/render.ts'
import type { Office } from '../../organisation/office.ts'
import { findPlace } from '../../organisation/places.store.ts'
import { rolesThatMay } from '../../organisation/role.ts'
import { unitOfWork } from '../../organisation/unit-of-work.store.ts'
import type { RunAfterCommit } from '../../platform/after-commit.ts'
import type { Instant } from '../../platform/instant.ts'
import type { Db } from '../../platform/postgres/database.ts'

export type Options = {
  readonly db: Db
  readonly office: () => Promise<Office>
  readonly now: () => Instant
  readonly runAfterCommit: RunAfterCommit
  readonly timeZone: string
}

/**
 * From when on a Monday the digest of the week before is sent, in minutes after midnight: when
 * offices in Xinjiang begin.
 */
const fromMinute = 10 * 60

/**
 * Sends what digests are due: on Monday at ten, or when the service is there again. Each supervisor
 * has a week's digest once.
 */
export async function sendDigests({
  db,
  office,
  now,
  runAfterCommit,
  timeZone,
}: Options): Promise<void> {
  const { weekday, minute } = (await office()).localMoment(now())
  if (weekday === 1 && minute < fromMinute) return
  const week = weeksAfter(weekOf(now(), timeZone), -1)
  for (const memberId of await supervisorsWithoutDigest(db, week, 1000)) {
    const { after } = await unitOfWork(db, await office(), now(), (work) =>
      sendDigest(work, memberId, week),
    )
    await runAfterCommit(after)
  }
}

/** How many weeks the picture shows: a quarter of a year. */
const weeksShown = 13

/**
 * A week's digest in five lines, and a picture of the trend (PNG): as of now, of the area that the
 * supervisor has now.
 */
export async function makeDigest(
  { db, now, timeZone }: Pick<Options, 'db' | 'now' | 'timeZone'>,
  memberId: string,
  week: Week,
  voice: Voice,
): Promise<{ readonly text: string; readonly picture: Buffer } | undefined> {
  const member = await db.prisma.member.findUnique({
    where: { id: memberId, role: { in: [...rolesThatMay('superviseArea')] }, leftAt: null },
    select: { areaCode: true },
  })
  if (member === null || member.areaCode === null) return undefined
  const place = await findPlace(db, member.areaCode)
  const scope = {
    area: { placeCode: member.areaCode },
    category: undefined,
    firstWeek: weeksAfter(week, 1 - weeksShown),
    lastWeek: week,
  }
  const figures = await readScope(
    db,
    scope,
    await readLate(db, scope, new Date(now()), timeZone),
    timeZone,
  )
  const weekly = Array.from({ length: weeksShown }, (_, index) =>
    figures.byWeek.get(weeksAfter(scope.firstWeek, index)),
  ).map((tally) => (tally === undefined ? undefined : ratesOf(tally)))
  const [before, last] = weekly.slice(-2)
  const { say } = voice
  const few = say('console.tooFew')
  const share = (value: number | undefined): Params[string] => ({
    text: value === undefined ? few : `${Math.round(value * 100)} %`,
  })
  const count = (value: number | undefined): Params[string] => ({
    text: value === undefined ? few : String(value),
  })
  const text = [
    say('digest.week', { area: { names: place?.names ?? {} }, week: { text: voice.day(week) } }),
    say('digest.opened', { now: count(last?.opened), before: count(before?.opened) }),
    say('digest.responded', { now: share(last?.responded), before: share(before?.responded) }),
    say('digest.resolved', { now: share(last?.resolved), before: share(before?.resolved) }),
    say('digest.overdue', { now: count(shownCount(figures.overdueNow)) }),
  ].join('\n')
  const picture = await drawTrend(
    weekly.map((rates) => rates?.responded),
    weekly.map((rates) => rates?.resolved),
  )
  return { text, picture }
}

const size = { width: 800, height: 360, margin: 24 } as const

/**
 * The trend without letters, as no font may be there: answered in time as a full line, solved in
 * time as a broken one.
 */
async function drawTrend(...series: readonly (readonly (number | undefined)[])[]): Promise<Buffer> {
  const [{ scaleLinear }, { line }] = await Promise.all([import('d3-scale'), import('d3-shape')])
  const x = scaleLinear()
    .domain([0, weeksShown - 1])
    .range([size.margin, size.width - size.margin])
  const y = scaleLinear()
    .domain([0, 1])
    .range([size.height - size.margin, size.margin])
  const path = line<number | undefined>()
    .defined((value) => value !== undefined)
    .x((_, index) => x(index))
    .y((value) => y(value ?? 0))
  const grid = [0, 0.25, 0.5, 0.75, 1].map(
    (share) =>
      `<line x1="${size.margin}" x2="${size.width - size.margin}" y1="${y(share)}" y2="${y(share)}" stroke="#d9d4c8"/>`,
  )
  const looks = ['stroke="#0d6b57"', 'stroke="#9a5b00" stroke-dasharray="14 8"'] as const
  const lines = series.map(
    (values, index) =>
      `<path d="${path(values) ?? ''}" fill="none" stroke-width="5" ${looks[index] ?? ''}/>`,
  )
  const dots = series.flatMap((values, index) =>
    values.map((value, at) =>
      value === undefined
        ? ''
        : `<circle cx="${x(at)}" cy="${y(value)}" r="6" fill="${index === 0 ? '#0d6b57' : '#9a5b00'}"/>`,
    ),
  )
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${size.width}" height="${size.height}"><rect width="100%" height="100%" fill="#fff"/>${[...grid, ...lines, ...dots].join('')}</svg>`
  const { default: sharp } = await import('sharp')
  return sharp(Buffer.from(svg)).png().toBuffer()
}
