import type { Logger } from 'pino'
import type { Channel } from '../channels/channel.ts'
import { type Input, toInput } from '../dialogue/input.ts'
import type { Instant } from '../domain/instant.ts'
import type { Office } from '../domain/office.ts'
import { unreachable } from '../domain/unreachable.ts'
import type { Nudge } from '../queue/catalogue.ts'
import { describe } from '../queue/worker.ts'
import type { Files } from '../store/attachments.ts'
import { type Change, change, type Db } from '../store/connection.ts'
import { endTurn, lockConversation, openHandle } from '../store/conversations.ts'
import { attemptsAllowed, countFailure, InboundMessage, markDone, nextWaiting, replaceWaiting, type Waiting } from '../store/inbound.ts'
import type { KeyRing } from '../store/key-ring.ts'
import { tell } from '../store/outbound.ts'
import type { FollowUp } from './follow-up.ts'
import { handleMember } from './member-turn.ts'
import { handleReport } from './report-turn.ts'
import { handleResident } from './resident-turn.ts'

export type Options = {
  readonly db: Db
  readonly keys: KeyRing
  readonly channels: readonly Channel[]
  readonly files: Files
  readonly office: () => Promise<Office>
  readonly now: () => Instant
  readonly nudge: Nudge
  readonly followUp: FollowUp
  readonly log: Logger
  readonly isStopping: () => boolean
}

/** Handles what waits in a conversation, message by message, each in one transaction, until nothing does. */
export function conversationHandler(options: Options): (payload: { readonly id: string }) => Promise<void> {
  const { db, office, now, nudge, followUp, isStopping } = options
  return async ({ id }) => {
    for (;;) {
      const turn: { waiting: Waiting | undefined } = { waiting: undefined }
      try {
        const { result, ...word } = await change(db, await office(), now(), (each) => takeTurn(each, id, turn))
        await followUp(word)
        if (result.found === 'file') await fetchFile(options, id, result)
        if (result.found === 'message') await nudge('assignment', result.openTickets)
        if (result.found === 'nothing' || (result.found === 'message' && result.isLast)) return
        if (isStopping()) return await nudge('conversation', [id])
      } catch (error) {
        if (turn.waiting === undefined) throw error
        await fail(options, id, turn.waiting, error)
      }
    }
  }
}

type FileToFetch = Extract<InboundMessage, { kind: 'fileToFetch' }>

type Turn =
  | { readonly found: 'nothing' }
  | { readonly found: 'file'; readonly inboundId: bigint; readonly file: FileToFetch }
  | { readonly found: 'message'; readonly openTickets: readonly string[]; readonly isLast: boolean }

async function takeTurn(change: Change, id: string, turn: { waiting: Waiting | undefined }): Promise<Turn> {
  const conversation = await lockConversation(change, id)
  if (conversation === undefined) return { found: 'nothing' }
  const waiting = await nextWaiting(change.tx, id)
  turn.waiting = waiting
  if (waiting === undefined) return { found: 'nothing' }
  const message = InboundMessage.parse(waiting.payload)
  if (message.kind === 'reported') {
    await handleReport(change, conversation, message)
    await markDone(change, waiting.id)
    return { found: 'message', openTickets: [], isLast: waiting.isLast }
  }
  if (message.kind === 'fileToFetch') return { found: 'file', inboundId: waiting.id, file: message }
  const input = inputOf(message)
  const { openTickets, changes } =
    conversation.memberId === null ? await handleResident(change, conversation, input) : await handleMember(change, conversation, conversation.memberId, input)
  await endTurn(change, id, waiting.id, changes)
  return { found: 'message', openTickets, isLast: waiting.isLast }
}

function inputOf(message: Exclude<InboundMessage, { kind: 'reported' | 'fileToFetch' }>): Input {
  switch (message.kind) {
    case 'said':
      return toInput(message.text, message.files)
    case 'pressed':
    case 'located':
    case 'unsupported':
    case 'fileRefused':
      return message
    default:
      return unreachable(message)
  }
}

/** Fetches a file outside any transaction: a slow chat app delays only this conversation. */
async function fetchFile(
  { db, keys, channels, files }: Options,
  id: string,
  { inboundId, file: message }: { inboundId: bigint; file: FileToFetch },
): Promise<void> {
  const to = await openHandle(db, keys, id)
  const content = await channels.find(({ name }) => name === to?.channel)?.fetchFile(message.reference)
  const file = content === undefined ? undefined : await files.keep(db, message.fileKind, content)
  await replaceWaiting(db, inboundId, file === undefined ? { kind: 'fileRefused' } : { kind: 'said', text: message.text, files: [file] })
}

/** A message that fails is tried again; one that fails always is set aside and kept, and the conversation goes on. */
async function fail({ db, office, now, followUp, log }: Options, id: string, { id: inboundId, payload, attempts }: Waiting, error: unknown): Promise<void> {
  if (InboundMessage.safeParse(payload).data?.kind === 'fileToFetch' && attempts + 1 >= attemptsAllowed) {
    await replaceWaiting(db, inboundId, { kind: 'fileRefused' })
    return
  }
  const isAside = await countFailure(db, inboundId, new Date(now()), describe(error))
  log[isAside ? 'error' : 'warn'](
    { conversation: id, inbound: String(inboundId), attempt: attempts + 1, reason: describe(error) },
    isAside ? 'message set aside' : 'message failed, tried again',
  )
  if (!isAside) throw error
  await followUp(await change(db, await office(), now(), (each) => tell(each, id, { notice: 'trouble' })))
}
