import type { Recipient as Address, Channel, Message, Sent } from '../channels/channel.ts'
import { fitTo } from '../channels/fit.ts'
import { isCatalogueLanguage } from '../language/catalogue.ts'
import { handlePlace } from '../mailbox/conversations.store.ts'
import { amendableMs, retiredBy } from '../mailbox/outbound.store.ts'
import {
  findStanding,
  giveUp,
  keepSending,
  leaseMs,
  leaseSignMs,
  markSent,
  markUnreachable,
  nextQueued,
  postpone,
  type Queued,
  type Standing,
  sendingsAllowed,
  setAside,
  waitForPerson,
} from '../mailbox/sending.store.ts'
import type { Instant } from '../platform/instant.ts'
import { describe } from '../platform/queue/worker.ts'
import { unreachable } from '../platform/unreachable.ts'
import { make, type Options, type Recipient } from './messages/made.worker.ts'
import { sayAloud } from './say-aloud.worker.ts'

/** When a recipient is looked at again whom another worker may be sending to, in milliseconds. */
const takenMs = 1_000

/**
 * How long a message waits. Where another worker may have it, that one may have seen nothing of
 * what came after it.
 */
function waitFor({ notBefore }: Queued, now: Instant): number {
  const waitMs = (notBefore?.getTime() ?? now + takenMs) - now
  return Math.max(1, waitMs <= leaseMs ? Math.min(waitMs, takenMs) : waitMs)
}

/** Sends what waits for a recipient, in order, until nothing does or the chat app asks to wait. */
export function deliveryHandler(
  options: Options,
): (payload: { readonly id: string }) => Promise<void> {
  const { db, now, log } = options
  const onTrouble = (error: unknown) =>
    log.warn({ reason: describe(error) }, 'a message could not be kept')
  return async ({ id }) => {
    for (;;) {
      const next = await nextQueued(db, id, new Date(now()))
      if (next === undefined) return
      if (!next.isDue) return options.nudge('delivery', [id], { delayMs: waitFor(next, now()) })
      const sign = setInterval(
        () => void keepSending(db, next.id, new Date(now())).catch(onTrouble),
        leaseSignMs,
      )
      const after = await attempt(options, id, next).finally(() => clearInterval(sign))
      if (after !== 'goesOn') return
      if (options.isStopping()) return options.nudge('delivery', [id])
    }
  }
}

function toRecipient(
  { keys, channels }: Options,
  id: string,
  { channel: name, handleSealed, memberId, role, language, reads, listens }: Queued,
): Recipient | undefined {
  const channel = channels.find((each) => each.name === name || `${each.name}-group` === name)
  if (channel === undefined) return undefined
  const known = language !== null && isCatalogueLanguage(language) ? language : undefined
  return {
    id,
    channel,
    handle: keys.open(handleSealed, handlePlace(id)),
    memberId,
    role: role ?? undefined,
    language: known,
    reads: reads ?? (language === null ? [] : [language]),
    listens,
  }
}

/** Whether the next message may follow, or there is none that can be sent now. */
type After = 'goesOn' | 'ends'

/**
 * Makes and sends one message. What fails five times is set aside, also where it ended the process,
 * and the chat goes on.
 */
async function attempt(options: Options, id: string, queued: Queued): Promise<After> {
  const { db, now, log } = options
  const isOver = (attempts: number) => attempts >= sendingsAllowed
  if (isOver(queued.attempts)) {
    await setAside(db, queued.id, new Date(now()), undefined)
    log.error(
      { recipient: id, attempt: queued.attempts, message: String(queued.id) },
      'a message could not be sent and was set aside',
    )
    return 'goesOn'
  }
  let stage: 'make' | 'send' = 'make'
  try {
    const recipient = toRecipient(options, id, queued)
    // A channel that is switched off: the message waits until it is there again.
    if (recipient === undefined) {
      await postpone(db, queued.id, new Date(now() + channelOffMs), { isCounted: false })
      return 'ends'
    }
    return await deliver(options, recipient, queued, () => {
      stage = 'send'
    })
  } catch (error) {
    const reason = describe(error)
    const attempts = queued.attempts + 1
    log[isOver(attempts) ? 'error' : 'warn'](
      { recipient: id, attempt: attempts, message: String(queued.id), reason },
      isOver(attempts)
        ? 'a message could not be sent and was set aside'
        : 'sending failed, tried again',
    )
    if (isOver(attempts)) await setAside(db, queued.id, new Date(now()), reason)
    else
      await postpone(db, queued.id, new Date(now() + (waitsMs[stage][queued.attempts] ?? 0)), {
        isCounted: true,
        error: reason,
      })
    return 'goesOn'
  }
}

/**
 * Sends a message as the chat app can show it: as one, or as several of which the last one counts.
 * A text that became longer than one message is not edited but sent again.
 */
async function sendFitted(
  channel: Channel,
  to: Address,
  message: Message,
  edits: string | undefined,
): Promise<Sent> {
  const [first, ...rest] = fitTo(message, channel.can)
  let sent = await channel.send(to, first, rest.length === 0 ? edits : undefined)
  for (const next of rest) {
    if (sent.outcome !== 'sent') return sent
    sent = await channel.send(to, next, undefined)
  }
  return sent
}

/** When a recipient whose channel is switched off is looked at again, in milliseconds. */
const channelOffMs = 600_000

/**
 * How long to wait after each failure, in milliseconds. A chat app that fails as a whole is told
 * apart within a minute, so what fails in sending waits longer than that before its last attempt.
 */
const waitsMs = { make: [500, 1_000, 2_000, 4_000], send: [1_000, 5_000, 30_000, 60_000] } as const

async function deliver(
  options: Options,
  recipient: Recipient,
  queued: Queued,
  beginsSending: () => void,
): Promise<After> {
  const { db, keys, now, delivered, log } = options
  const { id, channel, handle } = recipient
  if (channel.showsNothing === true) {
    await markSent(db, keys, id, queued, new Date(now()), {})
    return queued.isLast ? 'ends' : 'goesOn'
  }
  const [made, { edits, replaced, retired }] = await Promise.all([
    make(options, recipient, queued.content),
    standingOf(options, recipient, queued),
  ])
  if (made === undefined) {
    await markSent(db, keys, id, queued, new Date(now()), {})
    return queued.isLast ? 'ends' : 'goesOn'
  }
  if (made.shows !== undefined && recipient.memberId !== null && recipient.role !== undefined)
    await options.record.note(db, {
      ...made.shows,
      memberId: recipient.memberId,
      role: recipient.role,
      at: new Date(now()),
    })
  // Where nothing can be edited the first answer stands, and what belongs to it is said together
  // once the burst is over.
  const waitsUntil =
    channel.can.edits || replaced?.sentAt == null || !queued.isLast
      ? 0
      : replaced.sentAt.getTime() + amendableMs
  if (waitsUntil > now()) {
    await postpone(db, queued.id, new Date(waitsUntil), { isCounted: false })
    return 'goesOn'
  }
  beginsSending()
  const to = { conversationId: id, handle, messageId: String(queued.id) }
  const sent = await sendFitted(channel, to, made.message, made.edits ?? edits)
  delivered(channel.name, sent.outcome)
  switch (sent.outcome) {
    case 'sent': {
      const { content: _, confidential: __, documents: ___, more: ____, ...shown } = made.message
      const at = new Date(now())
      const { externalId } = sent
      const card =
        made.card === undefined || externalId === undefined
          ? undefined
          : { externalId, ...made.card }
      // Where the message that was to be edited stands no more, it was sent again: then only its
      // buttons go.
      const isEdited = edits !== undefined && (channel.showsRows || sameMessage(externalId, edits))
      const gone = isEdited || replaced === undefined ? retired : [...retired, replaced]
      const line = channel.showsRows
        ? {
            ...shown,
            ...(made.inPlaceOf === undefined ? {} : { replaces: made.inPlaceOf }),
            ...(isEdited ? { replaces: String(replaced?.id) } : {}),
            ...(gone.length === 0 ? {} : { retires: gone.map((each) => String(each.id)) }),
          }
        : undefined
      await untilKept(() =>
        markSent(db, keys, id, queued, at, {
          shown: line,
          card,
          externalId,
          choices: made.message.buttons.flat().map(({ data }) => data),
          replaced: isEdited ? replaced?.id : undefined,
          retired: gone.map((each) => each.id),
          ofTicket: made.shows?.ticketId,
        }),
      )
      await channel.afterSent(id)
      await removeButtons(options, to, channel, gone)
      // A sound with a resident's words could not be taken back when they are erased (P37).
      if (recipient.listens && !channel.showsRows && made.shows === undefined)
        void sayAloud(options, recipient, made.message)
      return queued.isLast ? 'ends' : 'goesOn'
    }
    case 'later':
      await postpone(db, queued.id, new Date(now() + sent.afterMs), {
        isCounted: false,
        mayBeShown: sent.mayBeShown === true,
      })
      return 'goesOn'
    case 'waits':
      await waitForPerson(db, queued.id, new Date(now()))
      return 'ends'
    case 'unreachable':
      await markUnreachable(db, id, new Date(now()))
      return 'ends'
    case 'refused':
      log.error(
        { recipient: id, channel: channel.name, code: sent.code },
        'the chat app refused a message for good',
      )
      await giveUp(db, queued.id)
      return 'goesOn'
    default:
      return unreachable(sent)
  }
}

/**
 * Whether the chat app's ids name one message. An earlier version kept them without the bot's
 * number.
 */
function sameMessage(one: string | undefined, other: string): boolean {
  return one === other || (!other.includes(':') && one?.split(':').at(-1) === other)
}

/**
 * What stands in the chat that this message changes: the answer whose place it takes, and questions
 * that were answered.
 */
async function standingOf(
  { db, keys, now }: Options,
  { id, channel }: Recipient,
  { content, replaces }: Queued,
) {
  const retires = retiredBy(content)
  if (replaces === null && retires.length === 0)
    return { edits: undefined, replaced: undefined, retired: [] }
  const standing = await findStanding(db, keys, id, [
    ...retires,
    ...(replaces === null ? [] : [replaces]),
  ])
  const replaced = standing.find((each) => each.id === replaces)
  const isFresh =
    replaced?.sentAt != null &&
    replaced.isNewest &&
    now() - replaced.sentAt.getTime() <= amendableMs
  const edits = channel.can.edits && isFresh ? replaced?.externalId : undefined
  return { edits, replaced, retired: standing.filter((each) => each.id !== replaces) }
}

/**
 * Takes the buttons of answered questions away. Where it fails they stay, and a button that is
 * pressed later is answered.
 */
async function removeButtons(
  { log }: Options,
  to: Address,
  channel: Channel,
  gone: readonly Standing[],
): Promise<void> {
  for (const { externalId } of gone)
    if (externalId !== undefined)
      await channel
        .removeButtons(to, externalId)
        .catch((error: unknown) =>
          log.info({ recipient: to.conversationId, reason: describe(error) }, 'used buttons stay'),
        )
}

/**
 * How often and how soon it is tried again to note that a message was sent: a database that starts
 * again takes a few seconds.
 */
const notingAgain: { readonly times: number; readonly afterMs: number } = {
  times: 10,
  afterMs: 300,
}

/** A message that was shown must not be shown again because the database was away for a moment. */
async function untilKept(note: () => Promise<void>): Promise<void> {
  for (let left = notingAgain.times; ; left--)
    try {
      return await note()
    } catch (error) {
      if (left === 0) throw error
      await new Promise((resume) => setTimeout(resume, notingAgain.afterMs))
    }
}
