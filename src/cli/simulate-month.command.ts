import { writeFile } from 'node:fs/promises'
import { z } from 'zod'
import { startJawab } from '../app.ts'
import { readCatalogues } from '../assembly/read-catalogues.ts'
import { type Config, readConfig } from '../config.ts'
import { catalogueLanguages, createTranslations } from '../language/catalogue.ts'
import { createVoice } from '../language/render.ts'
import { isNothingWaiting } from '../mailbox/waiting.store.ts'
import { makeOffice, saveRoster } from '../organisation/office.store.ts'
import { hasNoOrganisation, loadOrganisation } from '../organisation/organisation.store.ts'
import { may } from '../organisation/role.ts'
import type { LocalMoment } from '../organisation/roster.ts'
import { issueToken } from '../organisation/staff.store.ts'
import { day, type Instant } from '../platform/instant.ts'
import { createLog } from '../platform/log.ts'
import { simulateTime } from '../simulation/events.ts'
import { shiftsOf } from '../simulation/member.ts'
import { type Month, people } from '../simulation/month.ts'
import { countiesFor, makeOrganisation } from '../simulation/organisation.ts'
import { outcomeOf, share } from '../simulation/outcome.store.ts'
import type { Outcome } from '../simulation/outcome.ts'
import { drawMonth } from '../simulation/picture.tsx'
import { withDatabase } from './database.ts'
import { InputError } from './language.command.ts'

const whole = (least: number, most: number) => z.coerce.number().int().min(least).max(most)

const Options = z.object({
  teams: whole(1, 20_000),
  members: whole(1, 200_000),
  messages: whole(1, 1_000_000),
  days: whole(1, 62),
  storms: whole(0, 30),
  stormSeconds: whole(1, 600),
  seed: whole(0, 1_000_000),
  language: z.enum(catalogueLanguages),
  out: z.string().min(1),
})

/**
 * `jawab simulate month`: a prefecture's month, played through the whole service into an empty
 * database.
 */
export async function simulateMonth(given: unknown): Promise<void> {
  const parsed = Options.safeParse(given)
  if (!parsed.success) throw new InputError(z.prettifyError(parsed.error))
  const { teams, members, messages, days, storms, stormSeconds, seed, language, out } = parsed.data
  const organisation = makeOrganisation({ teams, members, counties: countiesFor(teams) }, seed)
  const config: Config = {
    ...readConfig(process.env),
    roles: ['worker'],
    channels: [],
    probePort: undefined,
  }
  const month: Month = {
    start: Date.now() - days * day,
    days,
    messagesADay: messages,
    storms,
    stormSeconds,
    seed,
  }
  const rosters = new Map<string, ReturnType<typeof shiftsOf>>()
  const seats = new Map<string | null, number>()
  for (const { id, teamId } of organisation.members) {
    const nth = seats.get(teamId) ?? 0
    seats.set(teamId, nth + 1)
    // Anyone who is above the teams keeps office hours.
    rosters.set(id, shiftsOf(teamId === null ? 0 : nth))
  }
  const invitations = new Map<string, string>()
  await withDatabase({ migrates: true }, async (db) => {
    if (!(await hasNoOrganisation(db)))
      throw new InputError(
        'there is an organisation in this database already; a month is played in an empty one only: set DATABASE_URL or DATA_DIR to another',
      )
    await loadOrganisation(db, organisation)
    await saveRoster(
      db,
      [...rosters].map(([memberId, shifts]) => ({ memberId, shifts })),
    )
    for (const { id, role } of organisation.members)
      if (may({ role }, 'takeTickets') || may({ role }, 'superviseArea'))
        invitations.set(id, await issueToken(db, id, 'invitation', new Date(month.start)))
  })

  const events = simulateTime(month.start)
  const localMoment = makeOffice(config.timeZone, new Date(month.start)).localMoment
  const { channel, join, write, play, messagesSoFar } = people(
    organisation,
    month,
    events,
    localMoment,
  )
  const running = await startJawab(config, createLog(config.logLevel), {
    clock: events.clock,
    people: channel,
  })
  try {
    join(invitations, rosters)
    write()
    const began = performance.now()
    const telling = setInterval(
      () =>
        console.error(
          progress(events.clock.now(), month, messagesSoFar(), performance.now() - began),
        ),
      10_000,
    )
    const played = await play(running.keep, () => isNothingWaiting(running.db)).finally(() =>
      clearInterval(telling),
    )
    const seconds = (performance.now() - began) / 1_000
    const prefecture = organisation.places.find(({ parentCode }) => parentCode === null)?.code ?? ''
    const outcome = await outcomeOf(
      running.db,
      prefecture,
      { start: month.start, end: events.clock.now() },
      played,
      config.timeZone,
    )
    const voice = createVoice(
      createTranslations(await readCatalogues(), {
        ...config.kept,
        ...config.emergencyNumbers,
      }),
      language,
      config.timeZone,
    )
    await writeFile(out, drawMonth({ voice, teams, members, month, played, outcome }))
    for (const line of summary(outcome, month, localMoment)) console.log(line)
    console.log(
      `${played.messages} messages in ${Math.round(seconds)} s${storms > 0 ? `, ${played.busiestSecond} in the busiest second of a storm` : ''}; the picture is in ${out}.`,
    )
    const supervisor = organisation.members.find(
      ({ role, areaCode }) => may({ role }, 'superviseArea') && areaCode === prefecture,
    )
    console.log(
      `To look at it as a supervisor: npx jawab start, and npx jawab staff login-link ${supervisor?.id ?? ''}`,
    )
    const { rates, tickets, loads, p50Ms, p99Ms, stormP50Ms, stormP99Ms } = outcome
    console.log(
      JSON.stringify({
        simulated: 'month',
        tickets,
        messages: played.messages,
        messagesPerSecond: round(played.messages / seconds, 1),
        busiestSecond: played.busiestSecond,
        unanswered: played.unanswered,
        responded: rates.responded,
        resolved: rates.resolved,
        satisfied: rates.satisfied,
        firstResponse: rates.firstResponse,
        resolution: rates.resolution,
        load: { median: share(loads, 0.5), p90: share(loads, 0.9), most: loads.at(-1) },
        p50Ms: round(p50Ms, 1),
        p99Ms: round(p99Ms, 1),
        stormP50Ms: round(stormP50Ms, 1),
        stormP99Ms: round(stormP99Ms, 1),
      }),
    )
  } finally {
    await running.stop()
  }
}

function progress(at: Instant, { start, days }: Month, messages: number, ms: number): string {
  const part = (at - start) / (days * day)
  const left = part > 0 ? Math.round((ms / part - ms) / 60_000) : undefined
  return `day ${Math.min(days, Math.floor((at - start) / day) + 1)} of ${days}: ${messages} messages, ${round(messages / (ms / 1_000), 0)} a second${left === undefined ? '' : `; some ${left} min left`}`
}

/** The month in plain lines. Times of answers and solutions are working time. */
function summary(
  { rates, tickets, loads, p50Ms, p99Ms, stormP50Ms, stormP99Ms, slowest }: Outcome,
  month: Month,
  localMoment: (at: Instant) => LocalMoment,
): readonly string[] {
  const percent = (value: number | undefined) =>
    value === undefined ? 'too few to tell' : `${Math.round(value * 100)} %`
  const spread = (of: Outcome['rates']['resolution']) =>
    of === undefined
      ? 'too few to tell'
      : `half within ${hoursOf(of.medianMinutes)}, nine of ten within ${hoursOf(of.p90Minutes)}`
  return [
    `${tickets} tickets in ${month.days} days.`,
    `Answered in time:   ${percent(rates.responded)}`,
    `Solved in time:     ${percent(rates.resolved)}`,
    `Residents content:  ${percent(rates.satisfied)}`,
    `First answer:       ${spread(rates.firstResponse)} of working time`,
    `Solution:           ${spread(rates.resolution)} of working time`,
    `Tickets per member: half have at most ${share(loads, 0.5)}, nine of ten at most ${share(loads, 0.9)}, the most ${loads.at(-1) ?? 0}`,
    `Answer in a chat:   with time as fast as it goes half within ${Math.round(p50Ms)} ms, 99 of 100 within ${Math.round(p99Ms)} ms`,
    ...(month.storms === 0
      ? []
      : [
          `In a storm:         at its own pace half within ${Math.round(stormP50Ms)} ms, 99 of 100 within ${Math.round(stormP99Ms)} ms`,
        ]),
    'Slowest moments:',
    ...slowest.map(({ at, ms, isInStorm }) => {
      const { day: on, minute } = localMoment(at)
      const time = [Math.floor(minute / 60), minute % 60]
        .map((each) => String(each).padStart(2, '0'))
        .join(':')
      return `  ${on} ${time}  ${Math.round(ms)} ms${isInStorm ? ' (storm)' : ''}`
    }),
  ]
}

function hoursOf(minutes: number): string {
  return minutes < 90 ? `${minutes} min` : `${round(minutes / 60, 1)} h`
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits))
}
