import { createHmac, randomBytes } from 'node:crypto'
import ipaddr from 'ipaddr.js'
import { RateLimiterMemory } from 'rate-limiter-flexible'
import { day, hour } from '../instant.ts'
import {
  mostOf,
  type OtherFigures,
  type QuotaName,
  quotaFigures,
  type Share,
  type StandingQuota,
  shares,
  type TimedQuota,
} from './figures.ts'

/** One counting: which quota, of whom, and how much of it. */
export type Ask = {
  readonly quota: TimedQuota
  /** Whom it counts for: a chat, a key, an address as `addressOf` gives it. */
  readonly of: string
  /** How much is used; 1 when it is left out. */
  readonly amount?: number
  /** How many there may be, where it is a figure of its own and not the quota's. */
  readonly most?: number
  /** The part of the quota that may be used up, from 0 to 1. */
  readonly share?: number
}

/**
 * Counts what each chat, address and program asks for. Each copy of the service counts for itself,
 * in its memory alone. What is counted stands under an HMAC whose key is drawn at start and again
 * every day, so a copy of the memory names no address (protection P40).
 */
export type Quotas = {
  /**
   * Counts all of `asks`, in this order, up to the first that is used up.
   *
   * @returns how long to wait in milliseconds where one is used up, else 0.
   */
  readonly take: (...asks: readonly Ask[]) => Promise<number>
  /** As `take`, and counts nothing. */
  readonly look: (...asks: readonly Ask[]) => Promise<number>
  /**
   * Takes one place of a quota of what may be there at once. Returns what gives it back, or
   * `undefined` when all are taken.
   */
  readonly enter: (quota: StandingQuota, of: string) => (() => void) | undefined
  /** Quotas that somebody met within the last hour, and how often; of whom is not known. */
  readonly met: () => Readonly<Partial<Record<QuotaName, number>>>
}

/** Opens the counters with the usual figures, or with others where they are given. */
export function openQuotas(
  others: OtherFigures = {},
  now: () => number = Date.now,
  onMet: (quota: QuotaName) => void = () => {},
): Quotas {
  const limiters = new Map<TimedQuota, RateLimiterMemory>()
  const standing = new Map<string, number>()
  const metAt = new Map<QuotaName, number[]>()
  let secret = { drawnAt: now(), key: randomBytes(32) }

  /** The name that something is counted under today. */
  const nameOf = (quota: QuotaName, of: string) => {
    if (now() - secret.drawnAt >= day) secret = { drawnAt: now(), key: randomBytes(32) }
    return createHmac('sha256', secret.key).update(`${quota}:${of}`).digest('base64url')
  }
  const limiterOf = (quota: TimedQuota) => {
    const known = limiters.get(quota)
    if (known !== undefined) return known
    const made = new RateLimiterMemory({
      points: mostOf(quota, others),
      duration: quotaFigures[quota].seconds,
    })
    limiters.set(quota, made)
    return made
  }
  const meet = (quota: QuotaName) => {
    metAt.set(quota, [...(metAt.get(quota) ?? []), now()].slice(-1_000))
    onMet(quota)
  }
  const isOver = (
    { quota, amount = 1, share = 1, most = mostOf(quota, others) }: Ask,
    used: number,
  ) => {
    // What is larger than the whole quota passes where nothing of it is used yet: else it could
    // never pass.
    return used > most * share && (most === 0 || used > amount)
  }
  const refuse = (quota: TimedQuota, { msBeforeNext }: { readonly msBeforeNext: number }) => {
    meet(quota)
    return Math.max(1, msBeforeNext)
  }
  return {
    look: async (...asks) => {
      for (const ask of asks) {
        const used = await limiterOf(ask.quota).get(nameOf(ask.quota, ask.of))
        const amount = ask.amount ?? 1
        if (isOver(ask, (used?.consumedPoints ?? 0) + amount))
          return refuse(
            ask.quota,
            used ?? { msBeforeNext: quotaFigures[ask.quota].seconds * 1_000 },
          )
      }
      return 0
    },
    take: async (...asks) => {
      for (const ask of asks) {
        const [limiter, name, amount] = [
          limiterOf(ask.quota),
          nameOf(ask.quota, ask.of),
          ask.amount ?? 1,
        ]
        // Counted first and given back where it was too much: of many that come at once, no more
        // pass than may.
        const used = await limiter.penalty(name, amount)
        if (!isOver(ask, used.consumedPoints)) continue
        await limiter.reward(name, amount)
        return refuse(ask.quota, used)
      }
      return 0
    },
    enter: (quota, of) => {
      const name = nameOf(quota, of)
      const there = standing.get(name) ?? 0
      if (there >= mostOf(quota, others)) {
        meet(quota)
        return undefined
      }
      standing.set(name, there + 1)
      let isGone = false
      return () => {
        if (isGone) return
        isGone = true
        const left = (standing.get(name) ?? 1) - 1
        if (left === 0) standing.delete(name)
        else standing.set(name, left)
      }
    },
    met: () =>
      Object.fromEntries(
        [...metAt].flatMap(([quota, moments]) => {
          const lately = moments.filter((at) => at > now() - hour).length
          return lately === 0 ? [] : [[quota, lately]]
        }),
      ),
  }
}

/** A message's part of the whole service's quota, by whose it is. */
export function ofService(share: Share): Ask {
  return { quota: 'serviceMessagesAMinute', of: 'service', share: shares[share] }
}

/** A message of a chat that is said aloud. */
export function ofSpeech(chat: string): readonly Ask[] {
  return [
    { quota: 'chatSpeechesAMinute', of: chat },
    { quota: 'serviceSpeechesAMinute', of: 'service' },
  ]
}

/**
 * Whom an address counts for: an IPv4 address, or the /64 of an IPv6 one, as one connection gets a
 * whole /64 (RFC 6177).
 */
export function addressOf(ip: string): string {
  if (!ipaddr.isValid(ip)) return ip
  const address = ipaddr.process(ip)
  return address.kind() === 'ipv4'
    ? address.toString()
    : address.toByteArray().slice(0, 8).join('.')
}

/** Bytes as a quota of megabytes counts them: at least one hundredth. */
export function megabytes(bytes: number): number {
  return Math.max(0.01, bytes / 1_000_000)
}
