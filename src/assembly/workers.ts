import type { Logger } from 'pino'
import { categoryNames } from '../categories/category-name.ts'
import type { Channel } from '../channels/channel.ts'
import { deliveryHandler } from '../conversation/delivery.worker.ts'
import { conversationHandler } from '../conversation/turn.worker.ts'
import { type CatalogueLanguage, catalogueLanguages } from '../language/catalogue.ts'
import type { Voice } from '../language/render.ts'
import { conversationsWaitingSince } from '../mailbox/inbound.store.ts'
import { recipientsWaitingSince } from '../mailbox/unsent.store.ts'
import type { Office } from '../organisation/office.ts'
import { issueToken } from '../organisation/staff.store.ts'
import type { RunAfterCommit } from '../platform/after-commit.ts'
import type { Files } from '../platform/files/attachments.ts'
import type { Db } from '../platform/postgres/database.ts'
import type { Handlers, Nudge } from '../platform/queue/catalogue.ts'
import type { Waits } from '../platform/queue/sweep.ts'
import type { Quotas } from '../platform/quotas/quotas.ts'
import type { Call } from '../platform/safe-fetch.ts'
import type { AccessRecord } from '../platform/sealing/access-log.ts'
import type { KeyRing } from '../platform/sealing/key-ring.ts'
import { assignOpenTicket, ticketsThatMayFit } from '../tickets/assignment.store.ts'
import { ticketHandler } from '../tickets/deadline.worker.ts'
import { fireTimers, ticketsWithTimerDue } from '../tickets/deadlines.store.ts'
import { webhookHandler } from '../webhooks/calls.worker.ts'
import { subscriptionsWithDeliveryDue } from '../webhooks/deliveries.store.ts'

/** How many rows the sweeper takes up at once. */
const batch = 500
/** How many tickets' timers it fires at once. */
const timers = 1_000

type WorkParts = {
  readonly config: { readonly timeZone: string }
  readonly log: Logger
  readonly now: () => number
  readonly db: Db
  readonly keys: KeyRing
  readonly files: Files
  readonly quotas: Quotas
  readonly record: AccessRecord
  readonly office: () => Promise<Office>
  readonly voices: (language: CatalogueLanguage) => Voice
  readonly publicUrl: string
  readonly nudge: Nudge
  readonly runAfterCommit: RunAfterCommit
  readonly metrics: {
    readonly delivered: (channel: string, outcome: string) => void
    readonly webhookCalled: (outcome: string) => void
  }
  readonly outside: { readonly call: Call }
}

/** What a worker does with each kind of nudge. */
export function handlersOf(
  parts: WorkParts,
  channels: readonly Channel[],
  isStopping: () => boolean,
): Handlers {
  const {
    db,
    keys,
    files,
    quotas,
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
    }),
    delivery: deliveryHandler({
      db,
      keys,
      channels,
      files,
      quotas,
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
export function waitsOf({ db, now, office }: Pick<WorkParts, 'db' | 'now' | 'office'>): Waits {
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
