import { categories, entryOf } from '../categories/category.ts'
import type { Channel } from '../channels/channel.ts'
import { programCan, programChannel } from '../channels/program.ts'
import { type WrittenLanguage, writtenForms } from '../language/written-language.ts'
import type { Arrival } from '../mailbox/message.ts'
import type { Organisation } from '../organisation/organisation.ts'
import type { LocalMoment, Shift } from '../organisation/roster.ts'
import { day, hour, type Instant, minute } from '../platform/instant.ts'
import { createChance } from './chance.ts'
import type { Events } from './events.ts'
import { createMember, shiftsOf } from './member.ts'
import { type Answer, createPace } from './pace.ts'
import { type Act, type Person, says } from './person.ts'
import { createResident, type Matter, type Resident } from './resident.ts'

/**
 * How large a month is: days, messages that come in on one of them, and storms with 50 messages a
 * second, each so many seconds.
 */
export type Month = {
  readonly start: Instant
  readonly days: number
  readonly messagesADay: number
  readonly storms: number
  readonly stormSeconds: number
  readonly seed: number
}

/**
 * What came of a month: each answer; the messages of a storm's busiest second; those that nothing
 * was shown for.
 */
export type Played = {
  readonly messages: number
  readonly answers: readonly Answer[]
  readonly busiestSecond: number
  readonly unanswered: number
}

/** How often each category is written about, and in which form, against the others. */
const weights = categories.map((category) => [category, entryOf(category).weight] as const)
const forms = writtenForms.map(({ tag, weight }) => [tag, weight] as const)
/** How much is written in each hour of the day, against the fullest. */
const hours = [
  3, 2, 1, 1, 1, 2, 4, 8, 12, 16, 18, 16, 12, 11, 13, 14, 13, 14, 17, 20, 20, 16, 10, 6,
].map((each) => each / 20)
/** How many messages the life of a ticket takes: from the first word to the last "content". */
const messagesEach = 11
const stormMessagesASecond = 50
/** Storms come in the afternoon, in minutes after midnight. */
const stormMinute = 16 * 60
/** How many messages a report takes until it is sent. */
const messagesToSend = 6

/**
 * Plays a month: residents write when something is broken, members answer as their rosters and
 * habits have it, each through the chat. `keep` takes a message in as a channel does, and the
 * returned channel is how the service reaches the people.
 */
export function people(
  organisation: Organisation,
  month: Month,
  events: Events,
  localMoment: (at: Instant) => LocalMoment,
) {
  const persons = new Map<string, Person>()
  const counted = { messages: 0, shown: 0 }
  const service: {
    keep: (arrival: Arrival) => Promise<void>
    isNothingWaiting: () => Promise<boolean>
  } = {
    keep: async () => {},
    isNothingWaiting: async () => true,
  }
  const failed: { error?: unknown } = {}
  const { now } = events.clock
  const chance = createChance(month.seed)
  const storms = Array.from({ length: month.storms }, (_, nth) => {
    const about = month.start + Math.round(((nth + 0.5) / month.storms) * month.days * day)
    return { at: about + (stormMinute - localMoment(about).minute) * minute, county: nth }
  })
  const end = month.start + month.days * day
  const pace = createPace(now, { storms, stormSeconds: month.stormSeconds, end }, () =>
    service.isNothingWaiting(),
  )

  const plan = (handle: string, acts: readonly Act[]) => {
    for (const { at, message } of acts)
      events.at(at, () => {
        counted.messages++
        pace.sent(handle)
        service
          .keep({
            channel: 'simulated',
            handle,
            externalId: `${month.seed}-${counted.messages}`,
            message: message(),
          })
          .catch((error: unknown) => {
            failed.error = error
          })
      })
  }
  // These people read what is sent to them.
  const { showsNothing: _, ...program } = programChannel('simulated')
  const channel: Channel = {
    ...program,
    can: { ...programCan, edits: true },
    send: async ({ handle }, message, edits) => {
      pace.shown(handle)
      try {
        plan(handle, persons.get(handle)?.sees(message, now()) ?? [])
      } catch (error) {
        // A fault of the people's, not of the chat: the service would try again.
        failed.error = error
      }
      return { outcome: 'sent', externalId: edits ?? String(counted.shown++) }
    },
  }

  /**
   * Members join by their invitations in the first hour, each with the roster of their place in the
   * team.
   */
  const join = (
    invitations: ReadonlyMap<string, string>,
    rosters: ReadonlyMap<string, readonly Shift[]>,
  ) => {
    for (const [index, { id, language }] of organisation.members.entries()) {
      const invitation = invitations.get(id)
      if (invitation === undefined) continue
      const handle = `member-${index}`
      const own = createChance(month.seed * 7_919 + index)
      persons.set(
        handle,
        createMember(own, language as WrittenLanguage, rosters.get(id) ?? shiftsOf(0), localMoment),
      )
      plan(handle, [{ at: month.start, message: () => says(`/start i_${invitation}`) }])
    }
  }

  /** Residents write at their hours; in a storm a whole county does. */
  const write = () => {
    const villages = organisation.places.filter(({ teamId }) => teamId !== null)
    const known = new Map<string, { readonly handle: string; readonly resident: Resident }[]>()
    const begin = (at: Instant, matter: Matter) => {
      const [neighbours, nth] = [known.get(matter.village) ?? [], persons.size]
      const before =
        neighbours.length > 0 && chance.next() < 0.2 ? chance.pick(neighbours) : undefined
      const own = createChance(month.seed * 104_729 + nth)
      const who = before ?? {
        handle: `resident-${nth}`,
        resident: createResident(own, chance.weighted(forms)),
      }
      if (before === undefined) {
        persons.set(who.handle, who.resident)
        known.set(matter.village, [...neighbours, who])
      }
      events.at(at, () => plan(who.handle, [who.resident.begins(matter, now())]))
    }
    const village = (among: readonly { readonly code: string }[]) =>
      among[Math.floor(chance.next() ** 1.5 * among.length)]?.code ?? ''
    const reports = Math.round((month.messagesADay / messagesEach) * month.days)
    for (let nth = 0; nth < reports; nth++) {
      let at: Instant
      do at = month.start + hour + chance.below(month.days * day - hour)
      while (chance.next() > (hours[Math.floor(localMoment(at).minute / 60)] ?? 0))
      begin(at, {
        village: village(villages),
        category: chance.weighted(weights),
        isHurried: false,
      })
    }
    const counties = organisation.places.filter(({ kind }) => kind === 'county')
    for (const { at, county } of storms) {
      const struck = villages.filter(({ code }) =>
        code.startsWith(counties[county % counties.length]?.code ?? ''),
      )
      const count = Math.round((month.stormSeconds * stormMessagesASecond) / messagesToSend)
      for (let nth = 0; nth < count; nth++)
        begin(at + chance.next() * month.stormSeconds * 1_000, {
          village: chance.pick(struck).code,
          category: chance.pick(['electricity', 'road', 'drinking_water']),
          isHurried: true,
        })
    }
  }

  /** Plays it through, and returns when nothing is left to do. */
  const play = async (
    keep: (arrival: Arrival) => Promise<void>,
    isNothingWaiting: () => Promise<boolean>,
  ): Promise<Played> => {
    Object.assign(service, { keep, isNothingWaiting })
    await events.play(end, async (to) => {
      if (failed.error !== undefined) throw failed.error
      await pace.mayGoOn(to)
    })
    return {
      messages: counted.messages,
      answers: pace.answers,
      busiestSecond: pace.busiestSecond(),
      unanswered: pace.unanswered(),
    }
  }
  return { channel, join, write, play, messagesSoFar: () => counted.messages }
}
