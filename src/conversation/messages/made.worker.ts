import { createHash } from 'node:crypto'
import type { Logger } from 'pino'
import type { Channel, Message } from '../../channels/channel.ts'
import { withBaseDirection } from '../../language/bidi.ts'
import type { CatalogueLanguage } from '../../language/catalogue.ts'
import { asReadBy } from '../../language/reading.ts'
import type { Saying, Voice } from '../../language/render.ts'
import { openCardId, openMessageId } from '../../mailbox/external-ids.store.ts'
import type { Notice } from '../../mailbox/notice.ts'
import type { Content } from '../../mailbox/shown.ts'
import type { Files } from '../../platform/files/attachments.ts'
import type { Instant } from '../../platform/instant.ts'
import type { Db } from '../../platform/postgres/database.ts'
import type { Nudge } from '../../platform/queue/catalogue.ts'
import type { Quotas } from '../../platform/quotas/quotas.ts'
import type { AccessRole, ShownAs } from '../../platform/sealing/access.ts'
import type { AccessRecord } from '../../platform/sealing/access-log.ts'
import type { KeyRing } from '../../platform/sealing/key-ring.ts'
import type { Speaker } from '../../platform/speech/speaker.ts'
import { readReason } from '../../tickets/assignment-reason.ts'
import { loadCard, loadWords } from './card.store.ts'
import type { CardFacts } from './card.ts'
import { makeDigest } from './digest.worker.ts'
import { gatherMyData } from './my-data.worker.tsx'
import { cardText, toSaying, whoText } from './notices.ts'

export type Options = {
  readonly db: Db
  readonly keys: KeyRing
  readonly channels: readonly Channel[]
  readonly files: Files
  readonly quotas: Quotas
  readonly speaker: Speaker
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

export type Recipient = {
  readonly id: string
  readonly channel: Channel
  readonly handle: string
  readonly memberId: string | null
  readonly role: AccessRole | undefined
  readonly language: CatalogueLanguage | undefined
  /** The written forms that they read, best first. */
  readonly reads: readonly string[]
  /** Whether each text is said to them too. */
  readonly listens: boolean
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
export async function make(
  options: Options,
  recipient: Recipient,
  content: Content,
): Promise<Made | undefined> {
  if ('say' in content) return { message: say(options, recipient, content.say), edits: undefined }
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
  if (content.notice === 'asWritten') return makeAsWritten(options, recipient, content)
  if (
    content.notice === 'news' &&
    isForHandler.has(content.what) &&
    !(await isStillTheirs(options, recipient, content.ticketId))
  )
    return undefined
  const erases = content.notice === 'forgotten' || content.notice === 'untied'
  const read = asRead(content, recipient.reads)
  const message = {
    ...say(options, recipient, toSaying(read.notice, { isConverted: read.isConverted })),
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

/** What somebody else wrote, in a script that the recipient reads. */
function asRead<Told extends Notice>(
  notice: Told,
  reads: readonly string[],
): { readonly notice: Told; readonly isConverted: boolean } {
  if (!('text' in notice)) return { notice, isConverted: false }
  const { text, from } = asReadBy(notice.text, reads)
  return from === undefined
    ? { notice, isConverted: false }
    : { notice: { ...notice, text }, isConverted: true }
}

/**
 * A ticket's words as they were written, for who was shown them in another script: the resident's
 * for its assignee, the team's last ones for the resident.
 */
async function makeAsWritten(
  options: Options,
  recipient: Recipient,
  { code, ticketId }: Notice & { notice: 'asWritten' },
): Promise<Made | undefined> {
  const { db } = options
  const isOfStaff = recipient.memberId !== null
  if (!(await mayHave(options, recipient, ticketId))) return undefined
  const words = await loadWords(db, ticketId)
  const texts = isOfStaff
    ? words.filter(({ by }) => by === 'resident').map(({ masked }) => masked)
    : words
        .filter(({ by }) => by === 'member')
        .map(({ text }) => text)
        .slice(-1)
  const text = texts.filter((each) => each !== '').join('\n')
  if (text === '') return undefined
  const saying = { key: 'original.text', params: { code: { code }, text: { text } } } as const
  return {
    message: { ...say(options, recipient, saying), confidential: isOfStaff },
    edits: undefined,
    ...(isOfStaff ? { shows: { ticketId, how: 'card' } } : {}),
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

/** A card with what is written in it in a script that its reader reads. */
function cardAsRead(card: CardFacts, reads: readonly string[]): CardFacts {
  const read = card.messages.map((message) => ({ message, read: asReadBy(message.text, reads) }))
  return {
    ...card,
    messages: read.map(({ message, read: { text } }) => ({ ...message, text })),
    isConverted: read.some(
      ({ message, read: { from } }) => from !== undefined && message.by === 'resident',
    ),
  }
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
    ? cardText(cardAsRead(card, recipient.reads), voice, recipient.channel.can.charactersAMessage)
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
  if (!(await mayHave(options, recipient, ticketId))) return undefined
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

/** Whether somebody may be sent something of a ticket: its assignee, or a resident whose it is. */
function mayHave(options: Options, recipient: Recipient, ticketId: string): Promise<boolean> {
  return recipient.memberId === null
    ? isTheirMatter(options.db, recipient.id, ticketId)
    : isStillTheirs(options, recipient, ticketId)
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
