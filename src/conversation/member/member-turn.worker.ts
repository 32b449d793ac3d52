import { z } from 'zod'
import { smallTalkOf } from '../../language/small-talk.ts'
import type { Conversation } from '../../mailbox/conversations.store.ts'
import type { Notice } from '../../mailbox/notice.ts'
import { answer, findReferred, queueMessage, type Referred } from '../../mailbox/outbound.store.ts'
import type { Content } from '../../mailbox/shown.ts'
import { findStaff, setStaffLanguage } from '../../organisation/staff.store.ts'
import type { UnitOfWork } from '../../organisation/unit-of-work.store.ts'
import { anyOf, query } from '../../platform/postgres/query.ts'
import { unreachable } from '../../platform/unreachable.ts'
import { setDuty, takeLeave } from '../../tickets/duty.store.ts'
import {
  accept,
  askResident,
  correctOwn,
  handBack,
  resolve,
  stepAside,
  tellResident,
} from '../../tickets/member-work.store.ts'
import type { Outcome } from '../../tickets/tickets.store.ts'
import type { MemberEffect as Effect, Item } from '../effects.ts'
import type { Input } from '../input.ts'
import { ticketOf } from '../resident/facts.store.ts'
import type { Hearing } from '../resident/facts.ts'
import type { Turn } from '../resident/resident-turn.worker.ts'
import { Item as StoredItem } from '../resident/state.ts'
import {
  type MemberFacts,
  type MemberState,
  memberIdle,
  memberQuestion,
  memberStep,
} from './member.ts'

const StoredState: z.ZodType<MemberState> = z.discriminatedUnion('at', [
  z.object({ at: z.literal('memberIdle') }),
  z.object({ at: z.enum(['telling', 'asking', 'resolving']), code: z.string() }),
  z.object({ at: z.literal('choosing'), code: z.string().nullable(), items: z.array(StoredItem) }),
])

/** One turn of a member's conversation. */
export async function handleMember(
  work: UnitOfWork,
  conversation: Conversation,
  memberId: string,
  input: Input,
  hearing: Hearing,
): Promise<Turn> {
  const state = StoredState.safeParse(conversation.state).data ?? memberIdle
  const on =
    'on' in input && input.on !== undefined
      ? await findReferred(work.tx, conversation.id, input.on)
      : undefined
  const facts = await loadFacts(work, memberId, input, { on, hearing })
  const { state: next, effects } = memberStep(state, input, facts)
  const openTickets: string[] = []
  let last: MemberState = next
  let listens: boolean | undefined
  for (const effect of effects) {
    const done = await carryOut(work, conversation.id, memberId, effect)
    openTickets.push(...done.openTickets)
    listens = done.listens ?? listens
    if (done.back === undefined) continue
    // Words that could not be sent are kept, and the member says what is to become of them.
    last = { at: 'choosing', code: null, items: [done.back] }
    for (const each of memberQuestion(last, facts))
      await carryOut(work, conversation.id, memberId, each)
  }
  return {
    openTickets,
    changes: { state: { v: 1, ...last }, ...(listens === undefined ? {} : { listens }) },
    used: undefined,
    isAnswered: effects.length > 0,
  }
}

async function loadFacts(
  { tx }: UnitOfWork,
  memberId: string,
  input: Input,
  { on, hearing }: { readonly on: Referred | undefined; readonly hearing: Hearing },
): Promise<MemberFacts> {
  const member = await findStaff(tx, memberId)
  const says =
    input.kind === 'said' ||
    input.kind === 'located' ||
    (input.kind === 'pressed' && /^(?:tell|ask|resolve|for):/.test(input.data))
  const accepted = says
    ? await tx.read(
        query
          .selectFrom('Ticket')
          .select('code')
          .where('assigneeId', '=', memberId)
          .where('status', '=', 'accepted')
          .orderBy('resolutionDueAt')
          .limit(8),
      )
    : []
  return {
    onDuty: member?.onDuty ?? false,
    hearing,
    smallTalk: input.kind === 'said' ? smallTalkOf(input.text) : undefined,
    repliedTo: on === undefined ? undefined : await codeOf(tx, on.content),
    accepted: accepted.map(({ code }) => code),
  }
}

/** The ticket of a card, or of another message that was sent to a member. */
async function codeOf(tx: UnitOfWork['tx'], content: Content): Promise<string | undefined> {
  if (!('notice' in content) || content.notice !== 'card') return ticketOf(content)
  const [ticket] = await tx.read(
    query.selectFrom('Ticket').select('code').where('id', '=', content.ticketId),
  )
  return ticket?.code
}

type Done = {
  readonly openTickets: readonly string[]
  readonly back?: Item
  readonly listens?: boolean
}

async function carryOut(
  work: UnitOfWork,
  id: string,
  memberId: string,
  effect: Effect,
): Promise<Done> {
  const nothing: Done = { openTickets: [] }
  const settle = async (
    code: string,
    outcome: Promise<Outcome>,
    then?: Notice,
    item?: Item,
  ): Promise<Done> => {
    const result = await outcome
    if (!result.ok) await queueMessage(work, id, { notice: 'refused', code, reason: result.reason })
    else if (then !== undefined) await queueMessage(work, id, then)
    return result.ok || item === undefined ? nothing : { ...nothing, back: item }
  }
  switch (effect.do) {
    case 'say':
      await answer(work, id, effect.saying)
      return nothing
    case 'setLanguage':
      await setStaffLanguage(work.tx, memberId, effect.language)
      return nothing
    case 'setListens':
      return { ...nothing, listens: effect.listens }
    case 'accept':
      return settle(effect.code, accept(work, memberId, effect.code))
    case 'tell':
      return settle(
        effect.code,
        tellResident(work, memberId, effect.code, effect.item),
        { notice: 'toldResident', code: effect.code },
        effect.item,
      )
    case 'ask':
      return settle(
        effect.code,
        askResident(work, memberId, effect.code, effect.item),
        { notice: 'asked', code: effect.code },
        effect.item,
      )
    case 'resolve':
      return settle(
        effect.code,
        resolve(work, memberId, effect.code, effect.item),
        undefined,
        effect.item,
      )
    case 'correctOwn': {
      const { code, ...outcome } = await correctOwn(work, memberId, effect.source, effect.item)
      return code === undefined
        ? nothing
        : settle(code, Promise.resolve(outcome), { notice: 'correctionSent', code })
    }
    case 'handBack':
      return settle(effect.code, handBack(work, memberId, effect.code, effect.reason), {
        notice: 'handedBack',
        code: effect.code,
      })
    case 'setDuty': {
      const openTickets = await setDuty(work, memberId, effect.onDuty)
      await queueMessage(work, id, { notice: 'duty', onDuty: effect.onDuty })
      return { openTickets }
    }
    case 'stepAside':
      return settle(effect.code, stepAside(work, memberId, effect.code), {
        notice: 'steppedAside',
        code: effect.code,
      })
    case 'takeLeave': {
      const openTickets = await takeLeave(work, memberId, effect.days)
      await queueMessage(work, id, { notice: 'onLeave', days: effect.days })
      return { openTickets }
    }
    case 'sendSignInLink':
      await queueMessage(work, id, { notice: 'signIn' })
      return nothing
    case 'showWhy':
      await answerHolder(work, id, memberId, effect.code, ({ assignment }) => ({
        notice: 'why',
        reason: assignment,
      }))
      return nothing
    case 'showOriginal':
      await answerHolder(work, id, memberId, effect.code, (ticket) => ({
        notice: 'asWritten',
        code: effect.code,
        ticketId: ticket.id,
      }))
      return nothing
    case 'showMine':
      await showMine(work, id, memberId)
      return nothing
    default:
      return unreachable(effect)
  }
}

/** Answers with something of a ticket to who has it, and to anybody else that it is not theirs. */
async function answerHolder(
  work: UnitOfWork,
  id: string,
  memberId: string,
  code: string,
  noticeOf: (ticket: { readonly id: string; readonly assignment: unknown }) => Notice,
): Promise<void> {
  const [ticket] = await work.tx.read(
    query
      .selectFrom('Ticket')
      .select(['id', 'assignment'])
      .where('code', '=', code)
      .where('assigneeId', '=', memberId),
  )
  await queueMessage(
    work,
    id,
    ticket === undefined ? { notice: 'refused', code, reason: 'notYours' } : noticeOf(ticket),
  )
}

/**
 * Sends the cards of a member's open tickets again, so that they stand together at the end of the
 * chat.
 */
async function showMine(work: UnitOfWork, id: string, memberId: string): Promise<void> {
  const mine = await work.tx.read(
    query
      .selectFrom('Ticket')
      .select('id')
      .where('assigneeId', '=', memberId)
      .where('status', 'in', ['assigned', 'accepted'])
      .orderBy('resolutionDueAt')
      .limit(20),
  )
  if (mine.length === 0) return queueMessage(work, id, { notice: 'noneOpen' })
  const mineIds = mine.map((ticket) => ticket.id)
  work.tx.write(
    query
      .deleteFrom('Card')
      .where('conversationId', '=', id)
      .where('ticketId', '=', anyOf(mineIds, 'uuid')),
  )
  await queueMessage(
    work,
    id,
    ...mine.map((ticket) => ({ notice: 'card' as const, ticketId: ticket.id })),
  )
}
