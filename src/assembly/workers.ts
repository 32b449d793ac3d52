import { categoryNames } from '../categories/category-name.ts'
import type { Channel } from '../channels/channel.ts'
import { deliveryHandler } from '../conversation/delivery.worker.ts'
import { conversationHandler } from '../conversation/turn.worker.ts'
import { catalogueLanguages } from '../language/catalogue.ts'
import { conversationsWaitingSince } from '../mailbox/inbound.store.ts'
import { recipientsWaitingSince } from '../mailbox/unsent.store.ts'
import { issueToken } from '../organisation/staff.store.ts'
import type { Handlers } from '../platform/queue/catalogue.ts'
import type { Waits } from '../platform/queue/sweep.ts'
import { assignOpenTicket, ticketsThatMayFit } from '../tickets/assignment.store.ts'
import { ticketHandler } from '../tickets/deadline.worker.ts'
import { fireTimers, ticketsWithTimerDue } from '../tickets/deadlines.store.ts'
import { webhookHandler } from '../webhooks/calls.worker.ts'
import { subscriptionsWithDeliveryDue } from '../webhooks/deliveries.store.ts'
import type { Parts } from './parts.ts'

/** How many rows the sweeper takes up at once. */
const batch = 500
/** How many tickets' timers it fires at once. */
const timers = 1_000

/** What a worker does with each kind of nudge. */
export function handlersOf(
  parts: Parts,
  channels: readonly Channel[],
  isStopping: () => boolean,
): Handlers {
  const {
    db,
    keys,
    files,
    quotas,
    speaker,
    record,
    voices,
    office,
    now,
    nudge,
    runAfterCommit,
    log,
    metrics,
    outside,
  } = parts
  const nameOfCategory = categoryNames((category) =>
    catalogueLanguages.map((language) => voices(language).say(`category.${category}`)),
  )
  const signInLink = async (memberId: string) =>
    `${parts.publicUrl}/console/login?token=${await issueToken(db, memberId, 'login', new Date(now()))}`
  const { timeZone } = parts.config
  const { delivered } = metrics
  return {
    conversation: conversationHandler({
      db,
      keys,
      channels,
      files,
      quotas,
      office,
      now,
      nudge,
      runAfterCommit,
      log,
      isStopping,
      nameOfCategory,
      canSpeak: speaker.isThere,
    }),
    delivery: deliveryHandler({
      db,
      keys,
      channels,
      files,
      quotas,
      speaker,
      record,
      voices,
      now,
      nudge,
      log,
      delivered,
      signInLink,
      timeZone,
      isStopping,
    }),
    assignment: ticketHandler({ db, office, now, runAfterCommit }, assignOpenTicket),
    deadline: ticketHandler({ db, office, now, runAfterCommit }, fireTimers),
    webhook: webhookHandler({
      db,
      keys,
      office,
      now,
      runAfterCommit,
      call: outside.call,
      called: metrics.webhookCalled,
    }),
  }
}

/** What the sweeper looks for. */
export function waitsOf({ db, now, office }: Pick<Parts, 'db' | 'now' | 'office'>): Waits {
  const ago = (ms: number) => new Date(now() - ms)
  return {
    conversation: (waitedMs) => conversationsWaitingSince(db, ago(waitedMs), batch),
    delivery: (waitedMs) => recipientsWaitingSince(db, ago(waitedMs), new Date(now()), batch),
    assignment: async (waitedMs) =>
      ticketsThatMayFit(db, ago(waitedMs), (await office()).localMoment(now()), batch),
    deadline: () => ticketsWithTimerDue(db, new Date(now()), timers),
    webhook: () => subscriptionsWithDeliveryDue(db, new Date(now()), batch),
  }
}
