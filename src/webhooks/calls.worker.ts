import { Webhook } from 'standardwebhooks'
import type { Office } from '../organisation/office.ts'
import { unitOfWork } from '../organisation/unit-of-work.store.ts'
import type { RunAfterCommit } from '../platform/after-commit.ts'
import type { Instant } from '../platform/instant.ts'
import type { Db } from '../platform/postgres/database.ts'
import type { Call } from '../platform/safe-fetch.ts'
import type { KeyRing } from '../platform/sealing/key-ring.ts'
import { type Answer, type DueDelivery, noteAnswer, takeDelivery } from './deliveries.store.ts'

export type Options = {
  readonly db: Db
  readonly keys: KeyRing
  readonly office: () => Promise<Office>
  readonly now: () => Instant
  readonly runAfterCommit: RunAfterCommit
  /** Makes the call; throws when there is no answer. */
  readonly call: Call
  readonly called: (outcome: Answer['outcome']) => void
}

/**
 * The Standard Webhooks specification asks for 15 to 30 seconds; an answer's body is not looked at.
 */
const timeoutMs = 15_000
const mostBytes = 64 * 1024

/** Makes the calls of a subscription that are due, of each ticket in order. */
export function webhookHandler({
  db,
  keys,
  office,
  now,
  runAfterCommit,
  call,
  called,
}: Options): (payload: { readonly id: string }) => Promise<void> {
  return async ({ id }) => {
    for (;;) {
      const delivery = await takeDelivery(db, keys, id, new Date(now()))
      if (delivery === undefined) return
      const answer = await deliver(call, delivery, now())
      called(answer.outcome)
      const { after } = await unitOfWork(db, await office(), now(), (work) =>
        noteAnswer(work, id, delivery, answer),
      )
      await runAfterCommit(after)
    }
  }
}

async function deliver(
  call: Options['call'],
  { url, messageId, payload, secrets }: DueDelivery,
  now: Instant,
): Promise<Answer> {
  const at = new Date(now)
  const headers = {
    'content-type': 'application/json',
    'user-agent': 'Jawab',
    'webhook-id': messageId,
    'webhook-timestamp': String(Math.floor(now / 1000)),
    // After a change of secrets both sign, so that the receiver need not change at the same moment.
    'webhook-signature': secrets
      .map((secret) => new Webhook(secret).sign(messageId, at, payload))
      .join(' '),
  }
  try {
    const { status, headers: answered } = await call({
      url,
      method: 'POST',
      headers,
      body: payload,
      timeoutMs,
      mostBytes,
    })
    if (status >= 200 && status < 300) return { outcome: 'taken', answer: String(status) }
    if (status === 410) return { outcome: 'gone', answer: '410' }
    const retryAfterMs = readRetryAfter(answered['retry-after'], now)
    return {
      outcome: 'failed',
      answer: String(status),
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    }
  } catch (error) {
    return { outcome: 'failed', answer: reasonOf(error) }
  }
}

/** `Retry-After` is a number of seconds or a date (RFC 9110, section 10.2.3). */
function readRetryAfter(value: string | string[] | undefined, now: Instant): number | undefined {
  if (typeof value !== 'string') return undefined
  const ms = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - now
  return Number.isFinite(ms) && ms > 0 ? ms : undefined
}

/**
 * What the log shows of a call without an answer: the kind of trouble, never an address that a name
 * resolved to.
 */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'no answer'
  const { code } = error as NodeJS.ErrnoException
  return error.name === 'ForbiddenAddressError'
    ? 'forbidden address'
    : error.name === 'AbortError' || error.name === 'TimeoutError'
      ? 'timeout'
      : (code ?? 'no answer')
}
