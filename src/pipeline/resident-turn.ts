import type { Effect, Item } from '../dialogue/effects.ts'
import { type Input, readButton } from '../dialogue/input.ts'
import { draftOf, idle, step } from '../dialogue/resident.ts'
import type { AlikeFact, Facts, PlaceFact, State, TicketFact } from '../dialogue/resident-facts.ts'
import type { Category } from '../domain/category.ts'
import type { Priority } from '../domain/deadline.ts'
import type { Instant } from '../domain/instant.ts'
import type { Notice } from '../domain/notice.ts'
import { unreachable } from '../domain/unreachable.ts'
import { isResidentLanguage } from '../language/catalogue.ts'
import { suggestCategories } from '../language/category-suggestion.ts'
import { languageToAnswerIn } from '../language/detect.ts'
import { isGreeting } from '../language/greeting.ts'
import { alikeEnough, likenessTo } from '../language/likeness.ts'
import { keysOf } from '../language/place-name.ts'
import { isUrgent } from '../language/urgent.ts'
import type { Change } from '../store/connection.ts'
import type { Conversation, TurnChanges } from '../store/conversations.ts'
import { type Alike, follow, openTicketsLike, unfollow } from '../store/followers.ts'
import { forget } from '../store/forgetting.ts'
import { type Content, tell } from '../store/outbound.ts'
import { findPlace, findPlacesLike, findPlacesNear, type PlaceRow, placesWithin, takesReports } from '../store/places.ts'
import { readOpenTickets } from '../store/read-models/open-tickets.ts'
import { addToTicket, addWordToRating, agree, appeal, openTicket, rate, reopen, showNumbers, withdraw } from '../store/resident-requests.ts'
import { makeSafe } from '../store/safety.ts'
import { redeemToken } from '../store/staff.ts'
import { whoSaw } from '../store/text-access.ts'
import type { Outcome } from '../store/tickets.ts'
import { loadResidentState, salvage } from './resident-state.ts'

/** What a turn came to: open tickets that may fit somebody now, and what it changes of its conversation. */
export type Turn = { readonly openTickets: readonly string[]; readonly changes: TurnChanges }

/** One turn of a resident's conversation: load the facts, take the step, carry out its effects. */
export async function handleResident(change: Change, conversation: Conversation, input: Input): Promise<Turn> {
  const state = loadResidentState(conversation.state) ?? salvage(conversation.state) ?? idle
  const facts = await loadFacts(change, conversation, state, input)
  const { state: next, effects } = step(state, input, facts)
  const changes: TurnChanges = { state: { v: 1, ...next } }
  for (const effect of effects) Object.assign(changes, await carryOut(change, conversation, effect))
  return { openTickets: [], changes }
}

async function loadFacts({ tx, at }: Change, conversation: Conversation, state: State, input: Input): Promise<Facts> {
  const text = input.kind === 'said' ? input.text : ''
  const named = await namedPlace(tx, input)
  const detected =
    text === ''
      ? undefined
      : languageToAnswerIn(text, conversation.language !== null && isResidentLanguage(conversation.language) ? conversation.language : undefined)
  const isTypedPlace = state.at === 'whichPlace' && input.kind === 'said' && input.files.length === 0
  const goesElsewhere = input.kind === 'pressed' && input.data === 'elsewhere'
  const lookedAt = named !== undefined && !named.takesReports ? named.code : state.at === 'whichPlace' && !goesElsewhere ? state.within : null
  const remembered = conversation.placeCode === null ? undefined : await findPlace(tx, conversation.placeCode)
  return {
    language: conversation.language !== null && isResidentLanguage(conversation.language) ? conversation.language : undefined,
    languageChosen: conversation.languageChosen,
    detected,
    noticeSeen: conversation.noticeSeenAt !== null,
    isGreeting: isGreeting(text),
    remembered: remembered === undefined ? undefined : toPlaceFact(remembered),
    named,
    within: mayAskForPlace(state, input, remembered) ? (await placesWithin(tx, lookedAt)).map(toPlaceFact) : [],
    nearby: input.kind === 'located' ? (await findPlacesNear(tx, input)).map(toPlaceFact) : [],
    found: isTypedPlace ? (await findPlacesLike(tx, keysOf(text))).map(toPlaceFact) : [],
    tickets: await loadTickets(tx, 'own', conversation.id),
    following: asksForStatus(input) ? await loadTickets(tx, 'joined', conversation.id) : [],
    takeable: input.kind === 'command' && input.name === 'unsafe' ? await loadTakeable(tx, conversation.id) : [],
    team: state.at === 'whomItConcerns' || state.at === 'whoOfTheTeam' ? await teamOf(tx, state.draft.place?.code) : [],
    alike: input.kind === 'pressed' && input.data === 'send' ? await findAlike(tx, at, conversation.id, state) : undefined,
    isUrgent: isUrgent(text),
    // Once it is known what a report is about, that is asked again only where the resident wants to change it.
    suggested:
      draftOf(state).category === undefined || (input.kind === 'pressed' && input.data === 'changeCategory')
        ? suggestCategories([...draftTexts(state), text].join('\n'))
        : [],
    suggestedNow: state.at === 'whichCategory' || state.at === 'whichPlace' ? suggestCategories(text) : [],
  }
}

/** Whether this turn may end with the question for the place: most don't, and the list is long. */
function mayAskForPlace(state: State, input: Input, remembered: PlaceRow | undefined): boolean {
  if (input.kind === 'pressed' && (input.data === 'elsewhere' || input.data === 'changePlace')) return true
  const { place } = draftOf(state)
  return state.at === 'whichPlace' || (place === undefined && remembered === undefined)
}

async function namedPlace(tx: Change['tx'], input: Input): Promise<PlaceFact | undefined> {
  const code =
    input.kind === 'pressed' && readButton(input.data).verb === 'place'
      ? readButton(input.data).argument
      : input.kind === 'command' && input.argument.startsWith('v_')
        ? input.argument.slice(2)
        : undefined
  const place = code === undefined ? undefined : await findPlace(tx, code)
  return place === undefined ? undefined : toPlaceFact(place)
}

/** What others' tickets are joined is told nowhere else: other turns need not ask for it. */
function asksForStatus(input: Input): boolean {
  return input.kind === 'command' ? input.name === 'status' : input.kind === 'pressed' && input.data === 'command:status'
}

/** How many tickets `/unsafe` offers. */
const mostTakeable = 8

/** What is not taken back, the latest first: also what is over, and what this resident has joined. */
async function loadTakeable(tx: Change['tx'], conversationId: string): Promise<Facts['takeable']> {
  const rows = await tx.ticket.findMany({
    where: {
      OR: [
        { conversationId, status: { not: 'withdrawn' } },
        { followers: { some: { conversationId } }, status: { in: ['open', 'assigned', 'accepted', 'resolved'] } },
      ],
    },
    orderBy: { openedAt: 'desc' },
    take: mostTakeable,
    select: { code: true, category: true },
  })
  return rows.map(({ code, category }) => ({ code, category: category as Category }))
}

/** Whom a complaint from a place can name. */
async function teamOf(tx: Change['tx'], placeCode: string | undefined): Promise<Facts['team']> {
  if (placeCode === undefined) return []
  return tx.member.findMany({
    where: { leftAt: null, team: { serves: { some: { code: placeCode } } } },
    orderBy: { name: 'asc' },
    take: 40,
    select: { id: true, name: true },
  })
}

/** In one statement: every turn asks for it. */
async function loadTickets(tx: Change['tx'], whose: 'own' | 'joined', conversationId: string): Promise<readonly TicketFact[]> {
  const rows = await readOpenTickets(tx, whose, conversationId)
  return rows.map(({ placeCode, placeNames, placeKind, dueAt, category, status, ...row }) => ({
    ...row,
    category: category as Category,
    status: status as TicketFact['status'],
    place: toPlaceFact({ code: placeCode, names: placeNames, kind: placeKind }),
    dueAt: dueAt.getTime(),
  }))
}

type Saved = Partial<TurnChanges>

/** Carries out one effect in the turn's transaction; returns what it changes of the conversation itself. */
async function carryOut(change: Change, conversation: Conversation, effect: Effect): Promise<Saved> {
  const { id } = conversation
  const orSayWhy = async (code: string, outcome: Promise<Outcome>): Promise<Saved> => {
    const result = await outcome
    if (!result.ok) await tell(change, id, { notice: 'refused', code, reason: result.reason })
    return {}
  }
  switch (effect.do) {
    case 'say':
      await tell(change, id, { say: effect.saying } as Content)
      return {}
    case 'setLanguage':
      return { language: effect.language, languageChosen: effect.chosen }
    case 'noticeSeen':
      return { noticeSeenAt: new Date(change.at) }
    case 'rememberPlace':
      return { placeCode: effect.code }
    case 'join':
      return join(change, id, effect.invitation)
    case 'openTicket': {
      const { do: _, items, concerns, ...report } = effect
      await openTicket(change, {
        ...report,
        ...(typeof concerns === 'object' ? { concerns: 'team', concernedIds: [concerns.member] } : { concerns }),
        words: items,
        conversationId: id,
        priority: priorityOf(items),
        language: writtenLanguage(items, conversation),
      })
      return {}
    }
    case 'add':
      return orSayWhy(effect.code, addToTicket(change, id, effect.code, effect.items, priorityOf(effect.items) === 'danger'))
    case 'reopen':
      return orSayWhy(effect.code, reopen(change, id, effect.code, effect.items))
    case 'agree':
      return orSayWhy(effect.code, agree(change, id, effect.code))
    case 'rate':
      return orSayWhy(effect.code, rate(change, id, effect.code, effect.satisfied))
    case 'addWord':
      return orSayWhy(effect.code, addWordToRating(change, id, effect.code, effect.item))
    case 'follow':
      await orSayWhy(effect.code, follow(change, id, effect.code, effect.items))
      return { placeCode: effect.placeCode }
    case 'unfollow':
      return orSayWhy(
        effect.code,
        unfollow(change, id, effect.code, (items) => ({ priority: priorityOf(items), language: writtenLanguage(items, conversation) })),
      )
    case 'forget':
      await forget(change, id)
      return { forgottenAt: new Date(change.at), placeCode: null, noticeSeenAt: null, languageChosen: false }
    case 'showWho':
      await showWho(change, id)
      return {}
    case 'showNumbers':
      return orSayWhy(effect.code, showNumbers(change, id, effect.code))
    case 'withdraw':
      return orSayWhy(effect.code, withdraw(change, id, effect.code))
    case 'appeal':
      return orSayWhy(effect.code, appeal(change, id, effect.code))
    case 'makeSafe':
      return orSayWhy(effect.code, makeSafe(change, id, effect.code))
    case 'sendMyData':
      await tell(change, id, { notice: 'myData' })
      return {}
    case 'accept':
    case 'ask':
    case 'resolve':
    case 'handBack':
    case 'stepAside':
    case 'setDuty':
    case 'takeLeave':
    case 'showMine':
    case 'sendSignInLink':
    case 'showWhy':
      throw new Error(`a resident's step brought about ${effect.do}`)
    default:
      return unreachable(effect)
  }
}

/** A one-time invitation makes this chat the chat of the member whom it was made for. */
async function join(change: Change, id: string, invitation: string): Promise<Saved> {
  const member = await redeemToken(change.tx, invitation, ['invitation'], new Date(change.at))
  const notice: Notice = member === undefined ? { notice: 'joinRefused' } : { notice: 'joined', name: member.name }
  await tell(change, id, notice)
  return member === undefined ? {} : { memberId: member.id, state: { v: 1, at: 'memberIdle' } }
}

/** How many of a resident's latest tickets `/who` tells of. */
const mostTold = 5

/** Tells a resident who has read their tickets (protection P11). */
async function showWho(change: Change, id: string): Promise<void> {
  const tickets = await change.tx.ticket.findMany({
    where: { OR: [{ conversationId: id }, { followers: { some: { conversationId: id } } }] },
    orderBy: { openedAt: 'desc' },
    take: mostTold,
    select: { id: true, code: true },
  })
  if (tickets.length === 0) await tell(change, id, { say: { key: 'who.noTickets' } } as Content)
  for (const { id: ticketId, code } of tickets) {
    const seen = await whoSaw(change.tx, ticketId)
    await tell(change, id, { notice: 'who', code, seen: seen.map((each) => ({ ...each, lastAt: each.lastAt.getTime() })) })
  }
}

function writtenLanguage(items: readonly Item[], conversation: Conversation): string {
  return languageToAnswerIn(items.map((item) => item.text).join('\n'), undefined) ?? conversation.language ?? 'ug-Arab'
}

function priorityOf(items: readonly Item[]): Priority {
  return items.some(({ text }) => isUrgent(text)) ? 'danger' : 'ordinary'
}

/** The open ticket in the same place and of the same category that the report in hand is most like, where one is like enough. */
async function findAlike(tx: Change['tx'], at: Instant, conversationId: string, state: State): Promise<AlikeFact | undefined> {
  if (state.at !== 'confirm' || state.draft.place === undefined || state.draft.category === undefined) return undefined
  const likeness = likenessTo(draftTexts(state).join('\n'))
  const others = await openTicketsLike(tx, at, conversationId, state.draft.place.code, state.draft.category)
  const scored = others.map((other): Alike & { score: number } => ({ ...other, score: likeness(other.text) })).sort((a, b) => b.score - a.score)
  const best = scored.find(({ score }) => score >= alikeEnough)
  return best === undefined ? undefined : { code: best.code, category: state.draft.category, place: state.draft.place, openedAt: best.openedAt }
}

function draftTexts(state: State): readonly string[] {
  return 'draft' in state ? state.draft.items.map((item) => item.text) : []
}

function toPlaceFact(place: PlaceRow): PlaceFact {
  return { code: place.code, names: place.names, takesReports: takesReports(place.kind) }
}
