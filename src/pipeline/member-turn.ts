import { z } from 'zod'
import type { Effect } from '../dialogue/effects.ts'
import type { Input } from '../dialogue/input.ts'
import { type MemberState, memberIdle, memberStep } from '../dialogue/member.ts'
import type { Notice } from '../domain/notice.ts'
import { unreachable } from '../domain/unreachable.ts'
import type { Change } from '../store/connection.ts'
import type { Conversation } from '../store/conversations.ts'
import { accept, askResident, handBack, resolve, setDuty, stepAside, takeLeave } from '../store/member-work.ts'
import { type Content, tell } from '../store/outbound.ts'
import { findStaff, setStaffLanguage } from '../store/staff.ts'
import type { Outcome } from '../store/tickets.ts'
import type { Turn } from './resident-turn.ts'

const StoredState: z.ZodType<MemberState> = z.discriminatedUnion('at', [
  z.object({ at: z.literal('memberIdle') }),
  z.object({ at: z.enum(['asking', 'resolving']), code: z.string() }),
])

/** One turn of a member's conversation. */
export async function handleMember(change: Change, conversation: Conversation, memberId: string, input: Input): Promise<Turn> {
  const member = await findStaff(change.tx, memberId)
  const state = StoredState.safeParse(conversation.state).data ?? memberIdle
  const { state: next, effects } = memberStep(state, input, { onDuty: member?.onDuty ?? false })
  const openTickets: string[] = []
  for (const effect of effects) openTickets.push(...(await carryOut(change, conversation.id, memberId, effect)))
  return { openTickets, changes: { state: { v: 1, ...next } } }
}

async function carryOut(change: Change, id: string, memberId: string, effect: Effect): Promise<readonly string[]> {
  const settle = async (code: string, outcome: Promise<Outcome>, then?: Notice): Promise<readonly string[]> => {
    const result = await outcome
    if (!result.ok) await tell(change, id, { notice: 'refused', code, reason: result.reason })
    else if (then !== undefined) await tell(change, id, then)
    return []
  }
  switch (effect.do) {
    case 'say':
      await tell(change, id, { say: effect.saying } as Content)
      return []
    case 'setLanguage':
      await setStaffLanguage(change.tx, memberId, effect.language)
      return []
    case 'accept':
      return settle(effect.code, accept(change, memberId, effect.code))
    case 'ask':
      return settle(effect.code, askResident(change, memberId, effect.code, effect.text), { notice: 'asked', code: effect.code })
    case 'resolve':
      return settle(effect.code, resolve(change, memberId, effect.code, effect.text))
    case 'handBack':
      return settle(effect.code, handBack(change, memberId, effect.code, effect.reason), { notice: 'handedBack', code: effect.code })
    case 'setDuty': {
      const openTickets = await setDuty(change, memberId, effect.onDuty)
      await tell(change, id, { notice: 'duty', onDuty: effect.onDuty })
      return openTickets
    }
    case 'stepAside':
      return settle(effect.code, stepAside(change, memberId, effect.code), { notice: 'steppedAside', code: effect.code })
    case 'takeLeave': {
      const openTickets = await takeLeave(change, memberId, effect.days)
      await tell(change, id, { notice: 'onLeave', days: effect.days })
      return openTickets
    }
    case 'sendSignInLink':
      await tell(change, id, { notice: 'signIn' })
      return []
    case 'showWhy':
      await showWhy(change, id, memberId, effect.code)
      return []
    case 'showMine':
      await showMine(change, id, memberId)
      return []
    case 'noticeSeen':
    case 'rememberPlace':
    case 'join':
    case 'openTicket':
    case 'add':
    case 'reopen':
    case 'agree':
    case 'withdraw':
    case 'appeal':
    case 'makeSafe':
    case 'sendMyData':
    case 'showNumbers':
    case 'showWho':
    case 'forget':
    case 'rate':
    case 'addWord':
    case 'follow':
    case 'unfollow':
      throw new Error(`a member's step brought about ${effect.do}`)
    default:
      return unreachable(effect)
  }
}

/** Says why a ticket was given, to who has it. */
async function showWhy(change: Change, id: string, memberId: string, code: string): Promise<void> {
  const ticket = await change.tx.ticket.findFirst({ where: { code, assigneeId: memberId }, select: { assignment: true } })
  await tell(change, id, ticket === null ? { notice: 'refused', code, reason: 'notYours' } : { notice: 'why', reason: ticket.assignment })
}

/** Sends the cards of a member's open tickets anew, so that they stand together at the end of the chat. */
async function showMine(change: Change, id: string, memberId: string): Promise<void> {
  const mine = await change.tx.ticket.findMany({
    where: { assigneeId: memberId, status: { in: ['assigned', 'accepted'] } },
    orderBy: { resolutionDueAt: 'asc' },
    take: 20,
    select: { id: true },
  })
  if (mine.length === 0) return tell(change, id, { notice: 'noneOpen' })
  await change.tx.card.deleteMany({ where: { conversationId: id, ticketId: { in: mine.map((ticket) => ticket.id) } } })
  await tell(change, id, ...mine.map((ticket) => ({ notice: 'card' as const, ticketId: ticket.id })))
}
