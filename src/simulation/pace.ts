import { type Instant, minute } from '../platform/instant.ts'

/**
 * How long somebody waited for the answer in their chat, in real milliseconds, and at which moment
 * of the month.
 */
export type Answer = { readonly at: Instant; readonly ms: number; readonly isInStorm: boolean }

/** When a whole county writes at once. */
export type Storm = { readonly at: Instant; readonly county: number }

/** Messages on their way at once outside of storms: the bound of chat apps for webhooks. */
const atOnce = 40
/** How far time may go on while a message of before is being handled. */
const ahead = 15 * minute
/** How long the last conversations of a storm take, in milliseconds. */
const stormEnds = 15_000
/**
 * After so long a chat that shows nothing is not waited for, and time goes on over what waits: the
 * service's sweeper comes by.
 */
const givenUpMs = 10_000
const sweptMs = 1_000

/**
 * How fast a month goes: no faster than messages are answered, and in a storm no faster than time
 * does.
 */
export type Pace = {
  /** Somebody has written. */
  readonly sent: (handle: string) => void
  /** Something was shown to somebody: the answer, if they had written. */
  readonly shown: (handle: string) => void
  /** Waits until time may go on to a moment. */
  readonly mayGoOn: (to: Instant) => Promise<void>
  readonly answers: readonly Answer[]
  readonly unanswered: () => number
  /** How many messages the busiest second of a storm had. */
  readonly busiestSecond: () => number
}

/** @param end when the month ends: not before everything that was written then is answered. */
export function createPace(
  now: () => Instant,
  {
    storms,
    stormSeconds,
    end,
  }: { readonly storms: readonly Storm[]; readonly stormSeconds: number; readonly end: Instant },
  isNothingWaiting: () => Promise<boolean>,
): Pace {
  const onTheWay = new Map<
    string,
    { readonly at: Instant; readonly since: number; readonly isInStorm: boolean }
  >()
  const answers: Answer[] = []
  const seconds = new Map<number, number>()
  const counted = { unanswered: 0 }
  const paced: { storm?: Storm; since: number } = { since: 0 }
  const stormAt = (at: Instant) =>
    storms.find((storm) => storm.at <= at && at < storm.at + stormSeconds * 1_000 + stormEnds)

  const giveUp = () => {
    for (const [handle, { since }] of onTheWay)
      if (performance.now() - since > givenUpMs) {
        onTheWay.delete(handle)
        counted.unanswered++
      }
  }
  /** A storm begins when nothing of before is left, and then keeps to real time. */
  const mayStormGoOn = (storm: Storm, to: Instant) => {
    if (paced.storm !== storm && onTheWay.size === 0)
      Object.assign(paced, { storm, since: performance.now() - (to - storm.at) })
    return paced.storm === storm && performance.now() - paced.since >= to - storm.at
  }
  const isSettled = async (waitedMs: number, atMostMs: number) =>
    onTheWay.size === 0 && (waitedMs > atMostMs || (await isNothingWaiting()))
  return {
    sent: (handle) => {
      const isInStorm = stormAt(now()) !== undefined
      const second = Math.floor(performance.now() / 1_000)
      if (isInStorm) seconds.set(second, (seconds.get(second) ?? 0) + 1)
      if (!onTheWay.has(handle))
        onTheWay.set(handle, { at: now(), since: performance.now(), isInStorm })
    },
    shown: (handle) => {
      const sent = onTheWay.get(handle)
      if (sent === undefined) return
      onTheWay.delete(handle)
      answers.push({ at: sent.at, ms: performance.now() - sent.since, isInStorm: sent.isInStorm })
    },
    mayGoOn: async (to) => {
      const storm = stormAt(to)
      for (
        const begun = performance.now();
        ;
        await new Promise((resume) => setTimeout(resume, 1))
      ) {
        giveUp()
        const [oldest] = onTheWay.values()
        if (oldest !== undefined && oldest.at < to - ahead) continue
        if (storm === undefined ? onTheWay.size >= atOnce : !mayStormGoOn(storm, to)) continue
        const waitedMs = performance.now() - begun
        if (
          to >= end
            ? await isSettled(waitedMs, givenUpMs)
            : to - now() < ahead || (await isSettled(waitedMs, sweptMs))
        )
          return
      }
    },
    answers,
    unanswered: () => counted.unanswered,
    busiestSecond: () => Math.max(0, ...seconds.values()),
  }
}
