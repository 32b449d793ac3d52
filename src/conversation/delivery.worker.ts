import { createHash } from 'node:crypto'
import type { Logger } from 'pino'
import type { Recipient as Address, Channel, Message, Sent } from '../channels/channel.ts'
import { fitTo } from '../channels/fit.ts'
import { withBaseDirection } from '../language/bidi.ts'
import { type CatalogueLanguage, isCatalogueLanguage } from '../language/catalogue.ts'
import type { Saying, Voice } from '../language/render.ts'
import { handlePlace } from '../mailbox/conversations.store.ts'
import type { Notice } from '../mailbox/notice.ts'
import {
  amendableMs,
  findStanding,
  giveUp,
  keepSending,
  leaseMs,
  leaseSignMs,
  markSent,
  markUnreachable,
  nextQueued,
  openCardId,
  openMessageId,
  postpone,
  type Queued,
  retiredBy,
  type Standing,
  sendingsAllowed,
  setAside,
} from '../mailbox/outbound.store.ts'
import type { Content } from '../mailbox/shown.ts'
import type { Files } from '../platform/files/attachments.ts'
import type { Instant } from '../platform/instant.ts'
import type { Db } from '../platform/postgres/database.ts'
import type { Nudge } from '../platform/queue/catalogue.ts'
import { describe } from '../platform/queue/worker.ts'
import type { Quotas } from '../platform/quotas/quotas.ts'
import type { AccessRecord, AccessRole, ShownAs } from '../platform/sealing/access-log.ts'
import type { KeyRing } from '../platform/sealing/key-ring.ts'
import { unreachable } from '../platform/unreachable.ts'
import { readReason } from '../tickets/assignment-reason.ts'
import { loadCard } from './messages/card.store.ts'
import { makeDigest } from './messages/digest.worker.ts'
import { gatherMyData } from './messages/my-data.worker.tsx'
import { cardText, toSaying, whoText } from './messages/notices.ts'

export type Options = {
  readonly db: Db
  readonly keys: KeyRing
  readonly channels: readonly Channel[]
  readonly files: Files
  readonly quotas: Quotas
  readonly record: AccessRecord
  readonly voices: (language: CatalogueLanguage) => Voice
  readonly now: () => Instant
  readonly nudge: Nudge
  readonly log: Logger
  readonly delivered: (channel: string, outcome: string) => void
  /** A fresh one-time link to the console. */
  readonly signInLink: (memberId: string) => Promise<string>
  readonly timeZone: string
  readonly isStopping: () => boolean
}

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

type Recipient = {
  readonly id: string
  readonly channel: Channel
  readonly handle: string
  readonly memberId: string | null
  readonly role: AccessRole | undefined
  readonly language: CatalogueLanguage | undefined
}

function toRecipient(
  { keys, channels }: Options,
  id: string,
  { channel: name, handleSealed, memberId, role, language }: Queued,
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
 * A text that became longer than one message is not edited but sent anew.
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
  const made = await make(options, recipient, queued.content)
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
  const { edits, replaced, retired } = await standingOf(options, recipient, queued)
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
      // Where the message that was to be edited stands no more, it was sent anew: then only its
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
          replaced: isEdited ? replaced?.id : undefined,
          retired: gone.map((each) => each.id),
          ofTicket: made.shows?.ticketId,
        }),
      )
      await channel.afterSent(id)
      await removeButtons(options, to, channel, gone)
      return queued.isLast ? 'ends' : 'goesOn'
    }
    case 'later':
      await postpone(db, queued.id, new Date(now() + sent.afterMs), { isCounted: false })
      return 'goesOn'
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

type Made = {
  readonly message: Message
  readonly edits: string | undefined
  readonly card?: { readonly ticketId: string; readonly hash: string }
  /** Our number of the row that it stands in the place of, where that row is gone. */
  readonly inPlaceOf?: string
  /** Of which ticket a resident's words are in it: noted before they are shown. */
  readonly shows?: { readonly ticketId: string; readonly how: ShownAs }
}

/** Makes the message as of now; `undefined` when there is nothing to show any more. */
async function make(
  options: Options,
  recipient: Recipient,
  content: Content,
): Promise<Made | undefined> {
  if ('say' in content)
    return { message: say(options, recipient, content.say as Saying), edits: undefined }
  if (content.notice === 'signIn') return makeSignIn(options, recipient)
  if (content.notice === 'myData') return sendMyData(options, recipient)
  if (content.notice === 'digest') return sendDigest(options, recipient, content.week)
  if (content.notice === 'who')
    return { message: tellWho(options, recipient, content), edits: undefined }
  if (content.notice === 'why')
    return { message: explain(options, recipient, content.reason), edits: undefined }
  if (content.notice === 'erasedWords') return takeWordsBack(options, recipient, content)
  if (content.notice === 'card') return makeCard(options, recipient, content.ticketId)
  if (content.notice === 'file') return makeFile(options, recipient, content)
  if (
    content.notice === 'news' &&
    isForHandler.has(content.what) &&
    !(await isStillTheirs(options, recipient, content.ticketId))
  )
    return undefined
  const erases = content.notice === 'forgotten' || content.notice === 'untied'
  const message = {
    ...say(options, recipient, toSaying(content)),
    confidential: recipient.memberId !== null,
    ...(erases ? { clears: true as const } : {}),
  }
  const isOfResident = content.notice === 'news' && content.text !== ''
  return {
    message,
    edits: undefined,
    ...(isOfResident ? { shows: { ticketId: content.ticketId, how: 'news' } } : {}),
  }
}

/**
 * News that only the ticket's present assignee gets. Somebody who had the ticket before does not.
 */
const isForHandler: ReadonlySet<(Notice & { notice: 'news' })['what']> = new Set([
  'answered',
  'added',
  'corrected',
  'danger',
  'calmed',
])

/** What most residents read one of. */
const mostRead = ['ug-Arab', 'kk-Arab', 'kk-Cyrl', 'zh-Hans'] as const

/** In the recipient's language; where there is none yet, in each of those most read. */
function say({ voices }: Options, { language }: Recipient, saying: Saying): Message {
  if (language !== undefined) return { language, ...voices(language).render(saying) }
  const [first, ...others] = mostRead.map((each) => voices(each).render(saying))
  const texts = [first?.text ?? '', ...others.map(({ text }) => text)]
  return {
    language: mostRead[0],
    text: [...new Set(texts)].join('\n'),
    buttons: first?.buttons ?? [],
  }
}

/**
 * The link is made when it is sent, so that it stands in no row before; only its member gets one.
 */
async function makeSignIn(options: Options, recipient: Recipient): Promise<Made | undefined> {
  if (recipient.memberId === null) return undefined
  const link = await options.signInLink(recipient.memberId)
  return {
    message: {
      ...say(options, recipient, { key: 'member.signIn', params: { link: { code: link } } }),
      confidential: true,
    },
    edits: undefined,
  }
}

async function sendDigest(
  options: Options,
  { memberId, language = 'zh-Hans' }: Recipient,
  week: string,
): Promise<Made | undefined> {
  const digest =
    memberId === null
      ? undefined
      : await makeDigest(options, memberId, week, options.voices(language))
  if (digest === undefined) return undefined
  const content = { kind: 'photo' as const, bytes: digest.picture, contentType: 'image/png' }
  return {
    message: { language, text: withBaseDirection(digest.text, language), buttons: [], content },
    edits: undefined,
  }
}

/**
 * All that is kept of a resident, to them alone: links where their session opens them, else files.
 */
async function sendMyData(options: Options, recipient: Recipient): Promise<Made | undefined> {
  const ready = say(options, recipient, { key: 'myData.ready' })
  const { myDataAt: at } = recipient.channel
  const voice = options.voices(ready.language as CatalogueLanguage)
  if (at !== undefined) {
    const links = [
      { label: voice.say('myData.page'), href: at.page },
      { label: voice.say('myData.data'), href: at.data },
    ]
    return { message: { ...ready, links }, edits: undefined }
  }
  // An attempt counts in the row before it begins, and again here: a copy is much work.
  const waitMs = await options.quotas.take({ quota: 'chatCopiesAnHour', of: recipient.id })
  if (waitMs > 0)
    return {
      message: say(options, recipient, {
        key: 'myData.later',
        params: { time: { at: options.now() + waitMs } },
      }),
      edits: undefined,
    }
  const gathered = await gatherMyData(options, recipient.id, {
    showsHandle: !recipient.channel.handleIsSecret,
    mostFileBytes: Math.floor(recipient.channel.can.bytesOfDocument * shareForFiles),
  })
  if (gathered === undefined) return undefined
  const { page, data, apart } = gathered
  const documents = [
    { name: 'mydata.html', pieces: () => inBytes(page()) },
    { name: 'mydata.json', pieces: () => inBytes(data()) },
  ]
  return { message: { ...ready, documents, more: apart }, edits: undefined }
}

/** As base64, files take four thirds of their bytes; a fifth is left for the words around them. */
const shareForFiles = 0.6

async function* inBytes(texts: AsyncIterable<string>): AsyncIterable<Uint8Array> {
  for await (const text of texts) yield Buffer.from(text)
}

/** A resident's question, answered in their language. */
function tellWho(
  { voices }: Options,
  { language = 'ug-Arab' }: Recipient,
  notice: Notice & { notice: 'who' },
): Message {
  return {
    language,
    text: withBaseDirection(whoText(notice, voices(language)), language),
    buttons: [],
  }
}

function explain({ voices }: Options, recipient: Recipient, reason: unknown): Message {
  const language = recipient.language ?? 'zh-Hans'
  const text = withBaseDirection(readReason(voices(language), reason).join('\n'), language)
  return { language, text, buttons: [], confidential: true }
}

async function makeCard(
  { db, keys, voices }: Options,
  recipient: Recipient,
  ticketId: string,
): Promise<Made | undefined> {
  const card = await loadCard(db, ticketId, recipient.id)
  if (card === undefined) return undefined
  const { before } = card
  const language = recipient.language ?? 'zh-Hans'
  const voice = voices(language)
  const isTheirs = card.assigneeId === recipient.memberId
  if (!isTheirs && before === undefined) return undefined
  const shown = isTheirs
    ? cardText(card, voice, recipient.channel.can.charactersAMessage)
    : { text: voice.say('card.gone', { code: { code: card.code } }), buttons: [] }
  const { text, buttons } = {
    text: shown.text,
    buttons: shown.buttons.map((row) =>
      row.map((button) => ({
        label: 'key' in button.label ? voice.say(button.label.key, button.label.params) : '',
        data: button.data,
      })),
    ),
  }
  const hash = createHash('sha256')
    .update(JSON.stringify([text, buttons]))
    .digest('base64url')
  if (before?.shownHash === hash) return undefined
  return {
    message: { language, text, buttons, confidential: true },
    edits: before === undefined ? undefined : openCardId(keys, recipient.id, before.externalId),
    card: { ticketId, hash },
    ...(isTheirs ? { shows: { ticketId, how: 'card' } } : {}),
  }
}

/**
 * What a resident wrote stands in a member's chat no more: a file is deleted there, words are
 * edited. Where the chat app allows neither any more, the member is told that they are erased.
 */
async function takeWordsBack(
  options: Options,
  recipient: Recipient,
  { code, kind, of, row }: Notice & { notice: 'erasedWords' },
): Promise<Made | undefined> {
  const { id, channel, handle } = recipient
  const externalId = of === undefined ? undefined : openMessageId(options.keys, id, of)
  if (
    kind === 'file' &&
    externalId !== undefined &&
    (await channel.takeBack({ conversationId: id, handle, messageId: row }, externalId))
  )
    return undefined
  const message = say(options, recipient, { key: 'member.erasedWords', params: { code: { code } } })
  return {
    message: { ...message, confidential: true },
    edits: kind === 'words' && !channel.showsRows ? externalId : undefined,
    inPlaceOf: row,
  }
}

/**
 * A photo or voice note: of the resident to whom the ticket is given, or of a member to those whose
 * matter it is.
 */
async function makeFile(
  options: Options,
  recipient: Recipient,
  { code, attachmentId, ticketId }: Notice & { notice: 'file' },
): Promise<Made | undefined> {
  const { db, files, voices } = options
  const isOfStaff = recipient.memberId !== null
  const mayHave = isOfStaff
    ? await isStillTheirs(options, recipient, ticketId)
    : await isTheirMatter(db, recipient.id, ticketId)
  if (!mayHave) return undefined
  const file = await files.find(db, attachmentId)
  if (file === undefined) return undefined
  const language = recipient.language ?? 'zh-Hans'
  const text = voices(language).say('file.caption', { code: { code } })
  const shown = recipient.channel.showsRows
    ? { files: [{ id: attachmentId, kind: file.kind }] }
    : { content: { kind: file.kind, bytes: file.content, contentType: file.contentType } }
  return {
    message: { language, text, buttons: [], confidential: isOfStaff, ...shown },
    edits: undefined,
    ...(isOfStaff ? { shows: { ticketId, how: 'file' } } : {}),
  }
}

async function isStillTheirs(
  { db }: Options,
  { memberId }: Recipient,
  ticketId: string,
): Promise<boolean> {
  return (
    memberId !== null &&
    (await db.prisma.ticket.count({ where: { id: ticketId, assigneeId: memberId } })) === 1
  )
}

/** Whether a ticket is of this chat's resident, or one that they have joined. */
async function isTheirMatter(db: Db, conversationId: string, ticketId: string): Promise<boolean> {
  return (
    (await db.prisma.ticket.count({
      where: {
        id: ticketId,
        OR: [{ conversationId }, { followers: { some: { conversationId } } }],
      },
    })) === 1
  )
}
