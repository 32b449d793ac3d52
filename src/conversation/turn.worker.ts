import type { Logger } from 'pino'
import type { Channel } from '../channels/channel.ts'
import {
  type Conversation,
  endTurn,
  lockConversation,
  openHandle,
  type TurnChanges,
} from '../mailbox/conversations.store.ts'
import {
  countFailure,
  markDone,
  mostWaiting,
  readWaiting,
  replaceWaiting,
} from '../mailbox/inbound.store.ts'
import type { Loss } from '../mailbox/loss.ts'
import { InboundMessage, type Waiting } from '../mailbox/message.ts'
import { queueMessage, retireQuestions } from '../mailbox/outbound.store.ts'
import type { Office } from '../organisation/office.ts'
import { type UnitOfWork, unitOfWork } from '../organisation/unit-of-work.store.ts'
import type { RunAfterCommit } from '../platform/after-commit.ts'
import { type Files, filesSaid } from '../platform/files/attachments.ts'
import type { Instant } from '../platform/instant.ts'
import type { Db } from '../platform/postgres/database.ts'
import type { Nudge } from '../platform/queue/catalogue.ts'
import { describe } from '../platform/queue/worker.ts'
import { type Ask, megabytes, type Quotas } from '../platform/quotas/quotas.ts'
import type { KeyRing } from '../platform/sealing/key-ring.ts'
import { unreachable } from '../platform/unreachable.ts'
import { fileToFetch, nextBatch, type Read, type Unit } from './batch.ts'
import { type Input, toInput } from './input.ts'
import { handleMember } from './member/member-turn.worker.ts'
import type { NameOfCategory } from './resident/facts.store.ts'
import type { Hearing } from './resident/facts.ts'
import { handleReport } from './resident/report-turn.worker.ts'
import { handleResident } from './resident/resident-turn.worker.ts'

export type Options = {
  readonly db: Db
  readonly keys: KeyRing
  readonly channels: readonly Channel[]
  readonly files: Files
  readonly quotas: Quotas
  readonly office: () => Promise<Office>
  readonly now: () => Instant
  readonly nudge: Nudge
  readonly runAfterCommit: RunAfterCommit
  readonly log: Logger
  readonly isStopping: () => boolean
  readonly nameOfCategory: NameOfCategory
  /** Whether texts can be said aloud. */
  readonly canSpeak: boolean
}

/**
 * Handles what waits in a conversation, all of it in one transaction where that can be, until
 * nothing does.
 */
export function conversationHandler(
  options: Options,
): (payload: { readonly id: string }) => Promise<void> {
  const { office, now, nudge, runAfterCommit, isStopping } = options
  return async ({ id }) => {
    for (;;) {
      const turn: { waiting: Waiting | undefined } = { waiting: undefined }
      const taken = await takeOnce(options, id, turn)
      if (taken === 'failed') continue
      const { result, after } = taken
      // From here on the messages are handled: what fails now only costs time.
      await runAfterCommit(after)
      switch (result.found) {
        case 'nothing':
          return
        case 'later':
          return nudge('conversation', [id], { delayMs: result.ms })
        case 'file':
          await fetchFile(options, id, result.row)
          break
        case 'messages':
          await nudge('assignment', result.openTickets)
          if (result.isAll) return
          break
        default:
          return unreachable(result)
      }
      if (isStopping()) return nudge('conversation', [id])
    }
  }

  async function takeOnce({ db }: Options, id: string, turn: { waiting: Waiting | undefined }) {
    try {
      return await unitOfWork(db, await office(), now(), (work) =>
        takeTurn(options, work, id, turn),
      )
    } catch (error) {
      if (turn.waiting === undefined) throw error
      await fail(options, id, turn.waiting, error)
      return 'failed' as const
    }
  }
}

type Turn =
  | { readonly found: 'nothing' }
  | { readonly found: 'later'; readonly ms: number }
  | { readonly found: 'file'; readonly row: Read }
  | { readonly found: 'messages'; readonly openTickets: readonly string[]; readonly isAll: boolean }

async function takeTurn(
  { nameOfCategory, channels, canSpeak }: Options,
  work: UnitOfWork,
  id: string,
  turn: { waiting: Waiting | undefined },
): Promise<Turn> {
  const [conversation, { waiting, before }] = await Promise.all([
    lockConversation(work, id),
    readWaiting(work.tx, id),
  ])
  if (conversation === undefined) return { found: 'nothing' }
  const batch = nextBatch(readable(waiting, turn), before, work.at)
  switch (batch.do) {
    case 'nothing':
      return { found: 'nothing' }
    case 'wait':
      return { found: 'later', ms: batch.ms }
    case 'fetch':
      return { found: 'file', row: batch.row }
    case 'handle': {
      const isAll = batch.isAll && waiting.length < mostWaiting
      return {
        found: 'messages',
        ...(await handleUnits(work, conversation, batch.units, waiting, turn, {
          isAll,
          nameOfCategory,
          hearingOf: (chat) => hearingOf(chat, channels, canSpeak),
        })),
      }
    }
    default:
      return unreachable(batch)
  }
}

/**
 * What can be read of what waits, up to the first message that can't: that one is taken alone, and
 * fails.
 */
function readable(
  waiting: readonly Waiting[],
  turn: { waiting: Waiting | undefined },
): readonly Read[] {
  const read: Read[] = []
  for (const row of waiting) {
    const message = InboundMessage.safeParse(row.payload)
    if (!message.success) {
      if (read.length > 0) break
      turn.waiting = row
      throw message.error
    }
    read.push({ ...row, message: message.data })
  }
  return read
}

async function handleUnits(
  work: UnitOfWork,
  conversation: Conversation,
  units: readonly Unit[],
  waiting: readonly Waiting[],
  turn: { waiting: Waiting | undefined },
  {
    isAll,
    nameOfCategory,
    hearingOf: hearing,
  }: {
    readonly isAll: boolean
    readonly nameOfCategory: NameOfCategory
    readonly hearingOf: (chat: Conversation) => Hearing
  },
): Promise<{ readonly openTickets: readonly string[]; readonly isAll: boolean }> {
  const openTickets: string[] = []
  let now = conversation
  let changes: TurnChanges | undefined
  const handled: bigint[] = []
  for (const [index, unit] of units.entries()) {
    turn.waiting = waiting.find(({ id }) => id === unit.ids[0])
    handled.push(...unit.ids)
    if (unit.message.kind === 'reported') {
      await handleReport(work, now, unit.message)
      continue
    }
    const input = inputOf(unit)
    const result =
      now.memberId === null
        ? await handleResident(work, now, input, { nameOfCategory, hearing: hearing(now) })
        : await handleMember(work, now, now.memberId, input, hearing(now))
    if (result.isAnswered) await retireQuestions(work, now.id, result.used)
    openTickets.push(...result.openTickets)
    changes = { ...changes, ...result.changes }
    now = { ...now, ...result.changes }
    // Who joins or has everything erased begins again with what follows.
    const beginsAnew =
      result.changes.memberId !== undefined || result.changes.forgottenAt !== undefined
    if (beginsAnew && index < units.length - 1) {
      await endTurn(work, conversation.id, handled, changes)
      return { openTickets, isAll: false }
    }
  }
  if (changes === undefined) await markDone(work, handled)
  else await endTurn(work, conversation.id, handled, changes)
  return { openTickets, isAll }
}

function hearingOf(
  { channel: name, listens }: Conversation,
  channels: readonly Channel[],
  canSpeak: boolean,
): Hearing {
  const channel = channels.find((each) => each.name === name)
  if (!canSpeak || channel?.can.files.sends !== true) return 'none'
  if (channel.showsRows) return 'onPage'
  return listens ? 'on' : 'off'
}

function inputOf({ message, isBurst }: Unit): Input {
  switch (message.kind) {
    case 'said':
      return toInput({ ...message, isBurst })
    case 'pressed':
      return message
    case 'edited':
      return { ...message, files: message.files ?? [] }
    case 'located':
      return { ...message, text: message.text ?? '', isBurst }
    case 'reported':
      throw new Error('a whole report is no part of a conversation')
    default:
      return unreachable(message)
  }
}

/** How often a file is asked for before its words go on without it. */
const fetchesAllowed = 3

/**
 * Fetches a file outside any transaction: a slow chat app delays only this conversation. Its words
 * stay, whatever becomes of it.
 */
async function fetchFile(options: Options, id: string, row: Read): Promise<void> {
  const { db, keys, channels, files, quotas } = options
  const file = fileToFetch(row.message)
  if (file === undefined) return
  try {
    if ((await quotas.look(...bytesOf(id, 0))) > 0)
      return await replaceWaiting(db, row.id, withFile(row.message, { files: [], lost: 'full' }))
    const to = await openHandle(db, keys, id)
    const channel = channels.find(({ name }) => name === to?.channel)
    const content = channel === undefined ? 'gone' : await channel.fetchFile(file.reference)
    if (typeof content !== 'string') await quotas.take(...bytesOf(id, content.length))
    const kept =
      typeof content === 'string'
        ? { lost: content }
        : await files.keep(db, file.fileKind, content, { of: id })
    if ('lost' in kept)
      return await replaceWaiting(db, row.id, withFile(row.message, { files: [], lost: kept.lost }))
    // An edit of the words brings the same picture again. It is not kept twice.
    const isKnown =
      row.message.kind === 'edited' && (await files.isAmong(db, kept.id, await filesSaid(db, id)))
    if (isKnown) await files.erase(db, [kept.id])
    await replaceWaiting(db, row.id, withFile(row.message, { files: isKnown ? [] : [kept.id] }))
  } catch (error) {
    await fail(options, id, row, error)
  }
}

/** What a chat app's file uses of the quotas: there is no address. */
function bytesOf(conversationId: string, bytes: number): readonly Ask[] {
  const amount = megabytes(bytes)
  return [
    { quota: 'chatFileMegabytesADay', of: conversationId, amount },
    { quota: 'serviceFileMegabytesADay', of: 'service', amount },
  ]
}

/** A message whose file was fetched, or could not be. */
function withFile(
  message: InboundMessage,
  became: { readonly files: string[]; readonly lost?: Loss },
): InboundMessage {
  if (message.kind === 'edited') {
    const { toFetch: _, ...words } = message
    return { ...words, ...became }
  }
  if (message.kind !== 'fileToFetch') return message
  const { kind: _, fileKind: __, reference: ___, ...words } = message
  return { ...words, ...became, kind: 'said' }
}

/**
 * A message that fails is tried again; one that fails always is set aside and kept, and the
 * conversation goes on.
 */
async function fail(
  { db, office, now, runAfterCommit, log }: Options,
  id: string,
  { id: inboundId, payload, attempts }: Waiting,
  error: unknown,
): Promise<void> {
  const message = InboundMessage.safeParse(payload).data
  if (
    message !== undefined &&
    fileToFetch(message) !== undefined &&
    attempts + 1 >= fetchesAllowed
  ) {
    await replaceWaiting(db, inboundId, withFile(message, { files: [], lost: 'trouble' }))
    return
  }
  const isAside = await countFailure(db, inboundId, new Date(now()), describe(error))
  log[isAside ? 'error' : 'warn'](
    {
      conversation: id,
      inbound: String(inboundId),
      attempt: attempts + 1,
      reason: describe(error),
    },
    isAside ? 'message set aside' : 'message failed, tried again',
  )
  if (!isAside) throw error
  const { after } = await unitOfWork(db, await office(), now(), (work) =>
    queueMessage(work, id, { notice: 'trouble' }),
  )
  await runAfterCommit(after)
}
