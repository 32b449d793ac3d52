import type { Category } from '../../categories/category.ts'
import { categoriesIn, suggestCategories } from '../../categories/category-suggestion.ts'
import { isResidentLanguage, type ResidentLanguage } from '../../language/catalogue.ts'
import { dangerIn } from '../../language/danger.ts'
import { languageToAnswerIn } from '../../language/detect.ts'
import { alikeEnough, likenessTo } from '../../language/likeness.ts'
import { keysOf, namesWithin } from '../../language/place-name.ts'
import { smallTalkOf } from '../../language/small-talk.ts'
import type { Conversation } from '../../mailbox/conversations.store.ts'
import type { Referred } from '../../mailbox/outbound.store.ts'
import type { Content } from '../../mailbox/shown.ts'
import {
  findPlaceByKey,
  findPlacesNamed,
  findPlacesNear,
  findPlacesTyped,
  type PlaceRow,
  placesWithin,
} from '../../organisation/places.store.ts'
import type { UnitOfWork } from '../../organisation/unit-of-work.store.ts'
import type { Instant } from '../../platform/instant.ts'
import { query, statement } from '../../platform/postgres/query.ts'
import { unreachable } from '../../platform/unreachable.ts'
import { type Alike, openTicketsLike } from '../../tickets/followers.store.ts'
import { type Input, readButton, startParameter } from '../input.ts'
import { loadEnded, loadTakeable, loadTickets, toPlaceFact } from './chat-tickets.store.ts'
import { draftOf } from './draft.ts'
import type { AlikeFact, Facts, Hearing, PlaceFact, State } from './facts.ts'

/** Reads a short text as the name of a category; see `categories/category-name.ts`. */
export type NameOfCategory = (text: string) => Category | undefined

/** What is said in an input, whatever it is. */
function textOf(input: Input): string {
  switch (input.kind) {
    case 'said':
    case 'edited':
    case 'located':
      return input.text
    case 'command':
      return startParameter(input) === undefined ? input.text : ''
    case 'pressed':
      return ''
    default:
      return unreachable(input)
  }
}

/** Reads what the reducer needs to know for this state and input. */
export async function loadFacts(
  { tx, at }: UnitOfWork,
  conversation: Conversation,
  state: State,
  input: Input,
  referred: Promise<Referred | undefined>,
  {
    nameOfCategory,
    hearing,
  }: { readonly nameOfCategory: NameOfCategory; readonly hearing: Hearing },
): Promise<Facts> {
  const text = textOf(input)
  const draft = draftOf(state)
  const whole = [...draft.items.map((item) => item.text), text].join('\n')
  const isTyped = input.kind === 'said' && input.files.length === 0
  const asksForPlace = state.at === 'whichPlace' || state.at === 'whichCategory'
  const [named, typed, remembered] = await Promise.all([
    namedPlace(tx, input),
    isTyped && asksForPlace
      ? findPlacesTyped(tx, keysOf(text), namesWithin(text, { isWhole: true }))
      : undefined,
    conversation.placeCode === null ? undefined : findPlaceByKey(tx, conversation.placeCode),
  ])
  const goesElsewhere = input.kind === 'pressed' && input.data === 'elsewhere'
  const narrowed = [named, ...(typed?.places ?? []).map(toPlaceFact)].find(
    (place) => place !== undefined && !place.takesReports,
  )
  const lookedAt =
    narrowed !== undefined
      ? narrowed.code
      : state.at === 'whichPlace' && !goesElsewhere
        ? state.within
        : null
  const wantsCategory =
    draft.category === undefined ||
    (input.kind === 'pressed' &&
      /^(?:changeCategory|allCategories|likelyCategories)$/.test(input.data))
  const about = wantsCategory ? categoriesIn(whole) : undefined
  const asksStatus = asksForStatus(input)
  // One flight: none of these waits for another.
  const [
    within,
    nearby,
    mentioned,
    tickets,
    following,
    ended,
    replied,
    corrected,
    takeable,
    team,
    alike,
  ] = await Promise.all([
    mayAskForPlace(state, input, remembered) ? placesWithin(tx, lookedAt) : [],
    input.kind === 'located' ? findPlacesNear(tx, input) : [],
    mayNamePlace(state, input, whole)
      ? findPlacesNamed(tx, namesWithin(whole, { isWhole: false }), { isWhole: false })
      : [],
    loadTickets(tx, 'own', conversation.id),
    asksStatus ? loadTickets(tx, 'joined', conversation.id) : [],
    asksStatus ? loadEnded(tx, conversation.id, at) : [],
    input.kind === 'pressed' || input.kind === 'edited'
      ? undefined
      : referred.then((on) => repliedTo(tx, conversation.id, on, input.on)),
    input.kind === 'edited' ? findCorrected(tx, conversation.id, input) : undefined,
    input.kind === 'command' && input.name === 'unsafe' ? loadTakeable(tx, conversation.id) : [],
    state.at === 'whomItConcerns' || state.at === 'whoOfTheTeam'
      ? teamOf(tx, draft.place?.code)
      : [],
    input.kind === 'pressed' && /^(?:sure:)?send$/.test(input.data)
      ? findAlike(tx, at, conversation.id, state)
      : undefined,
  ])
  return {
    now: at,
    language: languageOf(conversation),
    languageChosen: conversation.languageChosen,
    // A place's name may be in any language: it says nothing of the one to answer in.
    detected:
      text === '' || state.at === 'whichPlace'
        ? undefined
        : languageToAnswerIn(text, languageOf(conversation)),
    noticeSeen: conversation.noticeSeenAt !== null,
    hearing,
    smallTalk: isTyped ? smallTalkOf(text) : undefined,
    remembered: remembered === undefined ? undefined : toPlaceFact(remembered),
    named,
    within: within.map(toPlaceFact),
    nearby: nearby.map(toPlaceFact),
    found: (typed?.places ?? []).map(toPlaceFact),
    isFoundExactly: typed?.isExact ?? false,
    mentioned: mentioned.map(toPlaceFact),
    tickets,
    following,
    ended,
    repliedTo: replied,
    corrected,
    takeable,
    team,
    alike,
    danger: dangerIn(text),
    isMatter: state.at === 'whichPlace' && text !== '' && suggestCategories(text).length > 0,
    // Once it is known what a report is about, that is asked again only where the resident wants to
    // change it.
    suggested: about?.suggested ?? [],
    sure: draft.category === undefined ? about?.sure : undefined,
    namedCategory: state.at === 'whichCategory' && isTyped ? nameOfCategory(text) : undefined,
  }
}

function languageOf({ language }: Conversation): ResidentLanguage | undefined {
  return language !== null && isResidentLanguage(language) ? language : undefined
}

/** Whether this turn may end with the question for the place: most don't, and the list is long. */
function mayAskForPlace(state: State, input: Input, remembered: PlaceRow | undefined): boolean {
  if (input.kind === 'pressed' && (input.data === 'elsewhere' || input.data === 'changePlace'))
    return true
  if (state.at === 'samePlace' && input.kind === 'said') return true
  const { place } = draftOf(state)
  return state.at === 'whichPlace' || (place === undefined && remembered === undefined)
}

/** Whether the report may name its village, where the place is not asked for yet. */
function mayNamePlace(state: State, input: Input, whole: string): boolean {
  if (
    whole.trim() === '' ||
    draftOf(state).place !== undefined ||
    state.at === 'whichPlace' ||
    state.at === 'samePlace'
  )
    return false
  return (
    input.kind === 'said' ||
    input.kind === 'command' ||
    (input.kind === 'pressed' && /^(?:notice:seen|new$|language:)/.test(input.data))
  )
}

async function namedPlace(tx: UnitOfWork['tx'], input: Input): Promise<PlaceFact | undefined> {
  const parameter = startParameter(input)
  const key =
    input.kind === 'pressed' && readButton(input.data).verb === 'place'
      ? readButton(input.data).argument
      : parameter?.startsWith('v_') === true
        ? parameter.slice(2)
        : undefined
  const place = key === undefined ? undefined : await findPlaceByKey(tx, key)
  return place === undefined ? undefined : toPlaceFact(place)
}

/** Only the status shows joined and ended tickets, so other turns skip the query. */
function asksForStatus(input: Input): boolean {
  if (input.kind === 'command') return input.name === 'status'
  return (
    input.kind === 'pressed' &&
    (input.data === 'command:status' || input.data.startsWith('status:'))
  )
}

/** The ticket that a message of ours is about, by what it was made of. */
export function ticketOf(content: Content): string | undefined {
  if ('code' in content && typeof content.code === 'string') return content.code
  if (!('say' in content)) return undefined
  const code = content.say.params?.['code']
  return typeof code === 'object' && 'code' in code ? code.code : undefined
}

/**
 * The ticket that a message replies to: by one of ours, or by one of the resident's own that is
 * part of it.
 */
async function repliedTo(
  tx: UnitOfWork['tx'],
  conversationId: string,
  on: Referred | undefined,
  reference: string | undefined,
): Promise<string | undefined> {
  if (reference === undefined) return undefined
  if (on !== undefined) return ticketOf(on.content)
  return (await findOwnMessage(tx, conversationId, reference))?.code
}

async function findCorrected(
  tx: UnitOfWork['tx'],
  conversationId: string,
  { source, text }: Input & { kind: 'edited' },
): Promise<Facts['corrected']> {
  const found = await findOwnMessage(tx, conversationId, source)
  return found === undefined
    ? undefined
    : { code: found.code, isSame: found.text.trim() === text.trim() }
}

/** The newest wording of a message that the resident wrote into one of their tickets. */
async function findOwnMessage(tx: UnitOfWork['tx'], conversationId: string, source: string) {
  const rows = await tx.read(statement<{ code: string; text: string; sealedAs: string | null }>`
    select coalesce(f."alias", t."code") as "code", m."text", m."sealedAs"::text as "sealedAs"
      from "TicketMessage" m join "Ticket" t on t."id" = m."ticketId"
      left join "Follower" f on f."ticketId" = t."id"
        and f."conversationId" = ${conversationId}::uuid
    where m."source" = ${Buffer.from(source, 'base64url')} and m."by" = 'resident'
      and (t."conversationId" = ${conversationId}::uuid or f."id" is not null)
    order by m."id" desc limit 1`)
  const [message] = await tx.words.open('TicketMessage', rows)
  return message
}

/** Whom a complaint from a place can name. */
async function teamOf(tx: UnitOfWork['tx'], placeCode: string | undefined): Promise<Facts['team']> {
  if (placeCode === undefined) return []
  return tx.read(
    query
      .selectFrom('Place as p')
      .innerJoin('Member as m', 'm.teamId', 'p.teamId')
      .select(['m.id', 'm.name'])
      .where('p.code', '=', placeCode)
      .where('m.leftAt', 'is', null)
      .orderBy('m.name')
      .limit(40),
  )
}

/**
 * The open ticket in the same place and of the same category that the report in hand is most like,
 * where one is like enough.
 */
async function findAlike(
  tx: UnitOfWork['tx'],
  at: Instant,
  conversationId: string,
  state: State,
): Promise<AlikeFact | undefined> {
  if (
    state.at !== 'confirm' ||
    state.draft.place === undefined ||
    state.draft.category === undefined
  )
    return undefined
  const others = await openTicketsLike(
    tx,
    at,
    conversationId,
    state.draft.place.code,
    state.draft.category,
  )
  if (others.length === 0) return undefined
  const likeness = likenessTo(draftTexts(state).join('\n'))
  const scored = others
    .map((other): Alike & { score: number } => ({ ...other, score: likeness(other.text) }))
    .sort((a, b) => b.score - a.score)
  const best = scored.find(({ score }) => score >= alikeEnough)
  return best === undefined
    ? undefined
    : { handle: best.handle, category: state.draft.category, place: state.draft.place }
}

function draftTexts(state: State): readonly string[] {
  return 'draft' in state ? state.draft.items.map((item) => item.text) : []
}
