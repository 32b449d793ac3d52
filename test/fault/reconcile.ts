import { readCatalogues } from '../../src/assembly/read-catalogues.ts'
import { toSaying } from '../../src/conversation/messages/notices.ts'
import { createTranslations } from '../../src/language/catalogue.ts'
import { createVoice, type Saying, type Voice } from '../../src/language/render.ts'
import { findConversationWith } from '../../src/mailbox/conversations.store.ts'
import type { Content } from '../../src/mailbox/shown.ts'
import type { Db } from '../../src/platform/postgres/database.ts'
import type { KeyRing } from '../../src/platform/sealing/key-ring.ts'
import { usuallyKept } from '../../src/privacy/retention.ts'
import type { ShownMessage } from '../servers/bot-api.ts'

/** Where residents are told that the service is. */
export const publicUrl = 'https://jawab.example'

/**
 * What a resident says and presses, all of it acknowledged, and the tickets that it is to become.
 */
export type Planned = {
  readonly channel: 'telegram' | 'whatsapp' | 'webchat'
  readonly chat: number
  readonly inputs: readonly (
    | { readonly text: string; readonly isQuick?: true }
    | { readonly press: string }
    /** New words for the message that the input `of` was. */
    | { readonly edit: string; readonly of: number }
    /** Two pictures that were sent together, the first with these words. */
    | { readonly album: string }
  )[]
  readonly tickets: readonly (readonly string[])[]
}

/** What names a resident's chat there; the web chat's is a secret of the page. */
export const handleOf = ({ channel, chat }: Pick<Planned, 'channel' | 'chat'>): string =>
  channel === 'whatsapp' ? `KZ.${chat}` : String(chat)

/** What a chat app showed, whichever it is. */
export type Seen = Pick<ShownMessage, 'chat' | 'text' | 'at' | 'answer' | 'earlier'>

export type Strike = {
  readonly what: 'worker' | 'web' | 'postgres' | 'queue' | 'queue emptied' | 'clock'
  readonly at: number
  readonly awayMs: number
}

/**
 * What became of the promises. Zero of each, but for `repeated`, of which every one must be
 * explained.
 */
export type Reconciled = {
  /** Acknowledged messages that are in no ticket, and answers that were never shown. */
  readonly lost: number
  /** Messages that are in more than one ticket, or twice in one. */
  readonly twice: number
  /** Messages and answers that are out of order. */
  readonly misordered: number
  /**
   * Answers that were shown again, and those of them that are not explained by a lost answer of the
   * chat app or by who noted it dying.
   */
  readonly repeated: number
  readonly unexplained: number
  /** Tickets that nobody has, though there are people on duty. */
  readonly unassigned: number
  /** Timers that fired more or less than once. */
  readonly misfired: number
  readonly tickets: number
  readonly rested: boolean
  readonly findings: readonly string[]
}

/**
 * Compares what was planned and acknowledged with the tickets that there are, and what is queued
 * with what was shown.
 */
export async function reconcile(
  db: Db,
  keys: KeyRing,
  shown: readonly Seen[],
  plan: readonly Planned[],
  strikes: readonly Strike[],
  members: readonly number[],
): Promise<Omit<Reconciled, 'rested'>> {
  const sums = {
    lost: 0,
    twice: 0,
    misordered: 0,
    repeated: 0,
    unexplained: 0,
    unassigned: 0,
    misfired: 0,
  }
  const findings: string[] = []
  const note = (what: keyof typeof sums, count: number, where: string) => {
    if (count === 0) return
    sums[what] += count
    if (what !== 'repeated') findings.push(`${what} ${count}: ${where}`)
  }
  const translations = createTranslations(await readCatalogues(), {
    ...usuallyKept,
    trackedAt: `${publicUrl}/t`,
  })
  const voices = (['ug-Arab', 'kk-Arab', 'kk-Cyrl', 'zh-Hans'] as const).map((language) =>
    createVoice(translations, language, 'Asia/Urumqi'),
  )

  const sealed = await db.prisma.$queryRaw<
    { ticket: string; text: string; sealedAs: string | null }[]
  >`
    select m."ticketId"::text as "ticket", m."text", m."sealedAs"::text as "sealedAs" from "TicketMessage" m where m."by" = 'resident' order by m."id"`
  const everything = await db.words.open('TicketMessage', sealed)
  for (const { channel, chat, tickets } of plan) {
    const words = everything.filter(({ text }) => text.startsWith(`${chat} `))
    const planned = tickets.flat()
    const kept = words.map(({ text }) => text)
    note('lost', planned.filter((text) => !kept.includes(text)).length, `resident ${chat}`)
    note('twice', kept.length - new Set(kept).size, `resident ${chat}`)
    // One ticket after another, each with its own words and no others.
    const grouped = [...new Set(words.map(({ ticket }) => ticket))].map((ticket) =>
      words.filter((word) => word.ticket === ticket).map(({ text }) => text),
    )
    if (kept.length === planned.length && JSON.stringify(grouped) !== JSON.stringify(tickets))
      note('misordered', 1, `resident ${chat}: ${JSON.stringify(grouped)}`)
    if (channel === 'webchat') continue
    const conversation =
      (await findConversationWith(db, keys, channel, handleOf({ channel, chat }))) ?? ''
    const stored = await db.prisma.outbound.findMany({
      where: { conversationId: conversation },
      orderBy: { id: 'asc' },
      select: {
        id: true,
        sealedAs: true,
        content: true,
        status: true,
        replaces: true,
        externalHash: true,
      },
    })
    const all = await db.words.open('Outbound', stored)
    // An answer that was edited stands there with its last words: the rows before have the same
    // message of the chat app.
    const isEdited = (row: (typeof all)[number]) =>
      all.some(
        ({ replaces, externalHash }) =>
          replaces === row.id &&
          externalHash !== null &&
          row.externalHash !== null &&
          Buffer.from(externalHash).equals(row.externalHash),
      )
    const rows = all.filter((row) => !isEdited(row))
    const toExpected = ({ id, content }: (typeof all)[number]): Expected => ({
      texts: textsOf(content as Content, voices),
      before: all
        .filter(
          (row) =>
            isEdited(row) && row.id < id && !rows.some((kept) => kept.id > row.id && kept.id < id),
        )
        .flatMap((row) => textsOf(row.content as Content, voices)),
    })
    note(
      'lost',
      rows.filter(({ status }) => status !== 'sent').length,
      `answers to ${chat} that were not sent`,
    )
    const mine = shown.filter((message) => message.chat === chat)
    // What the clock says of one ticket has no order with what it says of another or with the talk.
    const byTheClock = rows
      .filter(({ content }) => (content as { notice?: string }).notice === 'overdue')
      .map(toExpected)
    const talk = rows
      .filter(({ content }) => (content as { notice?: string }).notice !== 'overdue')
      .map(toExpected)
    for (const clock of byTheClock)
      compare(
        chat,
        mine.filter(({ text }) => clock.texts.includes(text)),
        [clock],
      )
    compare(
      chat,
      mine.filter(({ text }) => !byTheClock.some(({ texts }) => texts.includes(text))),
      talk,
    )
  }

  for (const chat of members) {
    const conversation = (await findConversationWith(db, keys, 'telegram', String(chat))) ?? ''
    const rows = await db.prisma.outbound.findMany({
      where: { conversationId: conversation },
      select: { content: true, status: true },
    })
    const cards = await db.prisma.card.count({ where: { conversationId: conversation } })
    const others = rows.filter(
      ({ content }) => (content as { notice?: string }).notice !== 'card',
    ).length
    note(
      'lost',
      rows.filter(({ status }) => status !== 'sent').length,
      `messages to member ${chat} that were not sent`,
    )
    const mine = shown.filter((message) => message.chat === chat)
    note('lost', Math.max(0, cards + others - mine.length), `messages to member ${chat}`)
    explain(chat, mine, mine.length - cards - others)
  }

  note('unassigned', await db.prisma.ticket.count({ where: { status: 'open' } }), 'open tickets')
  const fired = await db.prisma.$queryRaw<{ code: string; times: number }[]>`
    select t."code", count(e."seq")::int as "times" from "Ticket" t left join "TicketEvent" e on e."ticketId" = t."id" and e."type" = 'overdue'
    where t."resolutionDueAt" < now() group by t."code" having count(e."seq") <> 1`
  note('misfired', fired.length, JSON.stringify(fired))
  return { ...sums, tickets: await db.prisma.ticket.count(), findings }

  /**
   * Each answer in its turn; one may stand there again right after itself, or as it was before it
   * was edited. What the chat app showed without saying so may also have been changed by later
   * words before it was sent again.
   */
  function compare(chat: number, seen: readonly Seen[], expected: readonly Expected[]): void {
    let at = 0
    for (const [index, { texts, before }] of expected.entries()) {
      const from = at
      while (
        at < seen.length &&
        !reads(seen[at], texts) &&
        (before.includes(seen[at]?.text ?? '') || seen[at]?.answer === 'lost')
      )
        at++
      explain(chat, seen.slice(from, at), at - from)
      if (!reads(seen[at], texts)) {
        const isLater = seen.slice(at).some((message) => reads(message, texts))
        note(
          isLater ? 'misordered' : 'lost',
          1,
          `answer ${index + 1} to ${chat}: ${texts.at(-1)} where there is ${seen[at]?.text}`,
        )
        return
      }
      at++
      const isNextAlike = (left: readonly Seen[]) =>
        left.length === 0 || (expected[index + 1]?.texts ?? []).includes(left[0]?.text ?? '')
      const repeats: Seen[] = []
      while (texts.includes(seen[at]?.text ?? '') && !isNextAlike(seen.slice(at)))
        repeats.push(seen[at++] as Seen)
      explain(chat, alikeFrom(seen.slice(0, at), repeats.length), repeats.length)
    }
    explain(chat, alikeFrom(seen, seen.length - at), seen.length - at)
  }

  /**
   * The last messages seen, with those before them that read alike: when the same is answered
   * twice, either may be the one shown again.
   */
  function alikeFrom(seen: readonly Seen[], repeats: number): readonly Seen[] {
    let from = Math.max(0, seen.length - repeats - 1)
    while (from > 0 && seen[from - 1]?.text === seen[from]?.text) from--
    return seen.slice(from)
  }

  /**
   * Of messages among which some stand again: as many must have lost their answer, or anyone who
   * was to note it died then.
   */
  function explain(chat: number, among: readonly Seen[], repeats: number): void {
    if (repeats <= 0) return
    note('repeated', repeats, `chat ${chat}`)
    const excused = among.filter(
      ({ answer, at }) => answer !== 'given' || strikes.some((strike) => isAbout(strike, at)),
    ).length
    note(
      'unexplained',
      Math.max(0, repeats - excused),
      `chat ${chat}: ${among.map(({ text }) => text.slice(0, 40)).join(' | ')}`,
    )
  }
}

/**
 * How an answer may read, and how it may have read before it was edited: where its sending was not
 * noted, that stands there too.
 */
type Expected = { readonly texts: readonly string[]; readonly before: readonly string[] }

/** Whether a message reads so, or read so before it was edited without anybody being told. */
function reads(message: Seen | undefined, texts: readonly string[]): boolean {
  return (
    message !== undefined && [message.text, ...message.earlier].some((text) => texts.includes(text))
  )
}

/**
 * Whether who had the chat app's answer may have died before it was noted: a worker in this moment,
 * or the database until it is back.
 */
function isAbout({ what, at, awayMs }: Strike, shownAt: number): boolean {
  if (what === 'worker') return shownAt <= at + 50 && shownAt > at - 1_000
  return what === 'postgres' && shownAt > at - 1_000 && shownAt < at + awayMs + 8_000
}

/**
 * How an answer may read: in the resident's language, or in those most read while it is not known.
 */
function textsOf(content: Content, voices: readonly Voice[]): readonly string[] {
  const saying =
    'say' in content ? (content.say as Saying) : toSaying(content as Parameters<typeof toSaying>[0])
  const texts = voices.map((voice) => voice.render(saying).text)
  return [[...new Set(texts)].join('\n'), texts.at(-1) ?? '']
}
