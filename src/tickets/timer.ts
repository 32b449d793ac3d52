import { between, later } from '../organisation/deadline.ts'
import type { Calendar } from '../organisation/working-time.ts'
import { day, type Instant } from '../platform/instant.ts'
import type { Status } from './lifecycle.ts'

/**
 * What the clock does to a ticket: an offer that nobody takes moves on; the assignee is reminded at
 * half the time and at four fifths; at the deadline the lead hears of it, at double the level
 * above; a resolved ticket is asked about again and then closed.
 */
export const timerKinds = [
  'offer',
  'half',
  'fourFifths',
  'due',
  'double',
  'askAgain',
  'close',
] as const
export type TimerKind = (typeof timerKinds)[number]

/** A ticket, as far as its clock goes. */
export type Timed = {
  readonly status: Status
  readonly byTheClock: boolean
  /** When the time to resolve began: with the report, or with its last reopening. */
  readonly clockFrom: Instant
  readonly offerDueAt: Instant | undefined
  readonly resolutionDueAt: Instant
  readonly resolvedAt: Instant | undefined
  /** Set while the member waits for the resident's answer: the clock stands. */
  readonly stoppedAt: Instant | undefined
  readonly fired: readonly TimerKind[]
}

/**
 * A resident has 7 days to say whether it helped (design, section 6), and is asked again after 4.
 */
const askedAgainAfter = 4 * day
const closedAfter = 7 * day

/**
 * The timers that a ticket still has before it, soonest first. They follow from the ticket alone: a
 * lost queue or a restart changes nothing, and what has fired is with the ticket.
 */
export function timersOf(
  ticket: Timed,
  calendar: Calendar,
): readonly { readonly kind: TimerKind; readonly at: Instant }[] {
  const timers = [...allTimers(ticket, calendar)].filter(
    ({ kind }) => kind === 'offer' || !ticket.fired.includes(kind),
  )
  return timers.sort(
    (a, b) => a.at - b.at || timerKinds.indexOf(a.kind) - timerKinds.indexOf(b.kind),
  )
}

function* allTimers(
  ticket: Timed,
  calendar: Calendar,
): Generator<{ kind: TimerKind; at: Instant }> {
  const {
    status,
    clockFrom,
    resolutionDueAt: due,
    byTheClock,
    offerDueAt,
    resolvedAt,
    stoppedAt,
  } = ticket
  if (status === 'resolved' && resolvedAt !== undefined) {
    yield { kind: 'askAgain', at: resolvedAt + askedAgainAfter }
    yield { kind: 'close', at: resolvedAt + closedAfter }
  }
  const isUnderWay = status === 'open' || status === 'assigned' || status === 'accepted'
  if (!isUnderWay || stoppedAt !== undefined) return
  if (status === 'assigned' && offerDueAt !== undefined) yield { kind: 'offer', at: offerDueAt }
  const whole = between(clockFrom, due, byTheClock, calendar)
  const after = (ms: number) => later(clockFrom, ms, byTheClock, calendar)
  if (whole > 0) {
    yield { kind: 'half', at: after(whole / 2) }
    yield { kind: 'fourFifths', at: after((whole * 4) / 5) }
  }
  yield { kind: 'due', at: due }
  yield { kind: 'double', at: doubleOf(ticket, calendar) }
}

/** The new date that a resident is told when a deadline was missed: as long again. */
export function doubleOf(
  { clockFrom, resolutionDueAt, byTheClock }: Timed,
  calendar: Calendar,
): Instant {
  return later(
    resolutionDueAt,
    Math.max(1, between(clockFrom, resolutionDueAt, byTheClock, calendar)),
    byTheClock,
    calendar,
  )
}
