import { dangerIn } from '../../language/danger.ts'
import { languageToAnswerIn } from '../../language/detect.ts'
import type { Conversation, TurnChanges } from '../../mailbox/conversations.store.ts'
import type { Notice } from '../../mailbox/notice.ts'
import { answer, findReferred, queueMessage } from '../../mailbox/outbound.store.ts'
import type { Priority } from '../../organisation/deadline.ts'
import { redeemToken } from '../../organisation/staff.store.ts'
import type { UnitOfWork } from '../../organisation/unit-of-work.store.ts'
import { whoSaw } from '../../platform/sealing/access-log.ts'
import { unreachable } from '../../platform/unreachable.ts'
import { forget } from '../../privacy/erase-resident.store.ts'
import { makeSafe } from '../../privacy/safety.store.ts'
import { setDanger } from '../../tickets/danger.store.ts'
import { follow, unfollow } from '../../tickets/followers.store.ts'
import { openTicket } from '../../tickets/open-ticket.store.ts'
import { appeal, reopen } from '../../tickets/reopen.store.ts'
import {
  addToTicket,
  addWordToRating,
  agree,
  correct,
  rate,
  showNumbers,
} from '../../tickets/resident-requests.store.ts'
import { lockTicketOf, type Outcome } from '../../tickets/tickets.store.ts'
import { withdraw } from '../../tickets/withdraw.store.ts'
import type { ResidentEffect as Effect, Item } from '../effects.ts'
import { type Input, readButton } from '../input.ts'
import { byNumber } from './by-number.store.ts'
import { ticketsOfChat } from './chat-tickets.store.ts'
import { loadFacts, type NameOfCategory } from './facts.store.ts'
import type { Facts, Hearing, State } from './facts.ts'
import { idle } from './next.ts'
import { ask } from './questions.ts'
import { step } from './resident.ts'
import { loadResidentState, salvage } from './state.ts'
import { returned } from './words.ts'

/** What a turn came to. */
export type Turn = {
  /** Open tickets that may fit somebody now. */
  readonly openTickets: readonly string[]
  readonly changes: TurnChanges
  /** The message whose buttons are used up, as one of them was pressed. */
  readonly used: bigint | undefined
  /**
   * Whether anything was said: an edit that changes nothing is met with nothing, and no question is
   * over by it.
   */
  readonly isAnswered: boolean
}

/** What a turn needs of the service beside its stores. */
type Around = {
  readonly nameOfCategory: NameOfCategory
  readonly hearing: Hearing
}

/** One turn of a resident's conversation: load the facts, take the step, carry out its effects. */
export async function handleResident(
  work: UnitOfWork,
  conversation: Conversation,
  given: Input,
  { nameOfCategory, hearing }: Around,
): Promise<Turn> {
  const state = loadResidentState(conversation.state) ?? salvage(conversation.state) ?? idle
  const chosen = await byNumber(work, conversation.id, state, given)
  const input = chosen?.input ?? given
  const referred =
    'on' in input && input.on !== undefined
      ? findReferred(work.tx, conversation.id, input.on)
      : Promise.resolve(undefined)
  const [facts, on] = await Promise.all([
    loadFacts(work, conversation, state, input, referred, { nameOfCategory, hearing }),
    referred,
  ])
  const { state: next, effects } = step(state, input, facts)
  let changes: TurnChanges = { state: { v: 1, ...next } }
  for (const effect of effects) {
    const { isBack, ...saved } = await carryOut(work, conversation, effect, {
      state,
      next,
      facts,
    })
    changes = { ...changes, ...saved }
    // The words are back in the resident's hand, who was asked what to do: nothing else is asked.
    if (isBack === true) break
  }
  return {
    openTickets: [],
    changes,
    used: input.kind === 'pressed' && usesUp(input.data) ? (chosen?.used ?? on?.id) : undefined,
    isAnswered: effects.length > 0,
  }
}

/** Buttons that can be pressed again: they open something, and answer nothing. */
const lasting = new Set([
  'command',
  'withdraw',
  'addTo',
  'status',
  'danger',
  'language',
  'unsafe',
  'original',
])

function usesUp(data: string): boolean {
  return !lasting.has(readButton(data).verb)
}

type Saved = Partial<TurnChanges> & {
  /** Words that could not go where they were meant to are with the resident again. */
  readonly isBack?: true
}

/** Where the conversation stood before the step and after it, and what the step knew. */
type Between = { readonly state: State; readonly next: State; readonly facts: Facts }

/**
 * Carries out one effect in the turn's transaction; returns what it changes of the conversation
 * itself.
 */
async function carryOut(
  work: UnitOfWork,
  conversation: Conversation,
  effect: Effect,
  around: Between,
): Promise<Saved> {
  const { id } = conversation
  const orSayWhy = async (
    code: string,
    outcome: Promise<Outcome>,
    items: readonly Item[] = [],
  ): Promise<Saved> => {
    const result = await outcome
    if (result.ok) return {}
    await queueMessage(work, id, { notice: 'refused', code, reason: result.reason })
    return items.length === 0 ? {} : wordsBack(work, id, code, items, around)
  }
  switch (effect.do) {
    case 'say':
      await answer(work, id, effect.saying, { amends: effect.amends === true })
      return {}
    case 'setLanguage':
      return { language: effect.language, languageChosen: effect.chosen }
    case 'setListens':
      return { listens: effect.listens }
    case 'noticeSeen':
      return { noticeSeenAt: new Date(work.at) }
    case 'rememberPlace':
      return { placeCode: effect.code }
    case 'join':
      return join(work, id, effect.invitation)
    case 'openTicket': {
      const { do: _, items, concerns, isDanger, ...report } = effect
      await openTicket(work, {
        ...report,
        ...(typeof concerns === 'object'
          ? { concerns: 'team', concernedIds: [concerns.member] }
          : { concerns }),
        words: items,
        conversationId: id,
        priority: isDanger ? 'danger' : priorityOf(items),
        language: writtenLanguage(items, conversation),
      })
      return {}
    }
    case 'add':
      return orSayWhy(
        effect.code,
        addToTicket(
          work,
          id,
          effect.code,
          effect.items,
          priorityOf(effect.items) === 'danger',
          effect.isMore,
        ),
        effect.items,
      )
    case 'correct':
      return orSayWhy(
        effect.code,
        correct(work, id, effect.code, effect.item, dangerIn(effect.item.text) !== undefined),
        [effect.item],
      )
    case 'reopen':
      return orSayWhy(effect.code, reopen(work, id, effect.code, effect.items), effect.items)
    case 'agree':
      return orSayWhy(effect.code, agree(work, id, effect.code))
    case 'rate':
      return orSayWhy(effect.code, rate(work, id, effect.code, effect.satisfied))
    case 'addWord':
      return orSayWhy(effect.code, addWordToRating(work, id, effect.code, effect.item), [
        effect.item,
      ])
    case 'follow': {
      const outcome = await follow(work, id, effect, effect.items)
      if (outcome.ok) return { placeCode: effect.placeCode }
      // The other's code is not told: what is over is said without it.
      await queueMessage(work, id, { say: { key: 'ask.alikeGone' } })
      return wordsBack(work, id, '', effect.items, around)
    }
    case 'unfollow':
      return orSayWhy(
        effect.code,
        unfollow(work, id, effect.code, (items) => ({
          priority: priorityOf(items),
          language: writtenLanguage(items, conversation),
        })),
      )
    case 'forget':
      await forget(work, id)
      return {
        forgottenAt: new Date(work.at),
        placeCode: null,
        noticeSeenAt: null,
        languageChosen: false,
        listens: false,
      }
    case 'showWho':
      await showWho(work, id)
      return {}
    case 'showOriginal':
      await showOriginal(work, id, effect.code)
      return {}
    case 'showNumbers':
      return orSayWhy(effect.code, showNumbers(work, id, effect.code))
    case 'withdraw':
      return orSayWhy(effect.code, withdraw(work, id, effect.code))
    case 'appeal':
      return orSayWhy(effect.code, appeal(work, id, effect.code))
    case 'makeSafe':
      return orSayWhy(effect.code, makeSafe(work, id, effect.code))
    case 'setDanger':
      return orSayWhy(effect.code, setDanger(work, id, effect.code, effect.isDanger))
    case 'sendMyData':
      await queueMessage(work, id, { notice: 'myData' })
      return {}
    default:
      return unreachable(effect)
  }
}

/**
 * A refusal gives the words back: into the report that they came from, or the one in hand, and the
 * resident is asked.
 */
async function wordsBack(
  work: UnitOfWork,
  id: string,
  code: string,
  items: readonly Item[],
  { state, next, facts }: Between,
): Promise<Saved> {
  const known = { ...facts, tickets: facts.tickets.filter((ticket) => ticket.code !== code) }
  const confirm: State | undefined =
    state.at === 'alike' ? { at: 'confirm', draft: state.draft } : undefined
  const back =
    confirm === undefined
      ? returned(next, items, known)
      : { state: confirm, effects: [{ do: 'say' as const, saying: ask(confirm, known) }] }
  for (const effect of back.effects) if (effect.do === 'say') await answer(work, id, effect.saying)
  return { state: { v: 1, ...back.state }, isBack: true }
}

/** A one-time invitation makes this chat the chat of the member whom it was made for. */
async function join(work: UnitOfWork, id: string, invitation: string): Promise<Saved> {
  const member = await redeemToken(work.tx, invitation, ['invitation'], new Date(work.at))
  const notice: Notice =
    member === undefined ? { notice: 'joinRefused' } : { notice: 'joined', name: member.name }
  await queueMessage(work, id, notice)
  return member === undefined ? {} : { memberId: member.id, state: { v: 1, at: 'memberIdle' } }
}

/** How many of a resident's latest tickets `/who` tells of. */
const mostTold = 5

/** Shows what the team wrote as it was written; whose ticket it is, is looked at when it is made. */
async function showOriginal(work: UnitOfWork, id: string, code: string): Promise<void> {
  const ticket = await lockTicketOf(work, id, code)
  await queueMessage(
    work,
    id,
    ticket === undefined
      ? { say: { key: 'status.none' } }
      : { notice: 'asWritten', code, ticketId: ticket.id },
  )
}

/** Tells a resident who has read their tickets (protection P11). */
async function showWho(work: UnitOfWork, id: string): Promise<void> {
  const tickets = await work.tx.read(
    ticketsOfChat(id)
      .where((each) => each.or([each('t.conversationId', '=', id), each('f.id', 'is not', null)]))
      .limit(mostTold),
  )
  if (tickets.length === 0) await queueMessage(work, id, { say: { key: 'who.noTickets' } })
  const seen = await whoSaw(
    work.tx,
    tickets.map((ticket) => ticket.id),
  )
  for (const ticket of tickets)
    await queueMessage(work, id, {
      notice: 'who',
      code: ticket.code,
      seen: (seen.get(ticket.id) ?? []).map((each) => ({ ...each, lastAt: each.lastAt.getTime() })),
    })
}

function writtenLanguage(items: readonly Item[], conversation: Conversation): string {
  return (
    languageToAnswerIn(items.map((item) => item.text).join('\n'), undefined) ??
    conversation.language ??
    'ug-Arab'
  )
}

function priorityOf(items: readonly Item[]): Priority {
  return items.some(({ text }) => dangerIn(text) !== undefined) ? 'danger' : 'ordinary'
}
