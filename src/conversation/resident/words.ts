import { unreachable } from '../../platform/unreachable.ts'
import type { Item } from '../effects.ts'
import type { Input } from '../input.ts'
import {
  draftOf,
  hasRoomFor,
  type WithDraft,
  withCategory,
  withDraft,
  withItem,
  withPlace,
} from './draft.ts'
import type { Facts, State } from './facts.ts'
import {
  additionLasts,
  afterwards,
  answerLasts,
  asking,
  askNext,
  begin,
  type Idle,
  type ResidentStep,
  repeatQuestion,
  rest,
  whichOfThese,
  withEffects,
} from './next.ts'
import { ask, say } from './questions.ts'

/**
 * The longest text, in characters, that is taken for a name and not for more of the report; a
 * Chinese one says twice as much.
 */
const longestName = { letters: 24, han: 12 } as const

function mayBeName(text: string): boolean {
  const { length } = text.trim()
  return length <= (/\p{Script=Han}/u.test(text) ? longestName.han : longestName.letters)
}

type How = { readonly isBurst: boolean }

/** The resident wrote something that is no command. */
export function said(state: State, item: Item, how: How, facts: Facts): ResidentStep {
  switch (state.at) {
    case 'idle':
      return saidAtRest(state, item, how, facts)
    case 'whatHappened':
      return askNext(withItem(state.draft, item), facts)
    case 'whichPlace':
      return saidPlace(state, item, how, facts)
    case 'whichCategory':
      return saidCategory(state, item, how, facts)
    case 'whyNot':
      return reopened(state, [item], facts)
    case 'ratingWord':
      return withEffects(
        [{ do: 'addWord', code: state.code, item }],
        repeatQuestion(state.back, facts, say('rating.thanks')),
      )
    case 'whichLanguage':
      return begin(withItem(state.draft, item), facts)
    case 'rewriting': {
      // The files stay: only the words are taken back, by the person who wrote them.
      const files = state.draft.items
        .filter((each) => each.files.length > 0)
        .map((each) => ({ ...each, text: '' }))
      return askNext({ ...state.draft, items: [...files, item] }, facts)
    }
    case 'notice':
    case 'samePlace':
    case 'whomItConcerns':
    case 'whoOfTheTeam':
    case 'confirm':
    case 'addOrNew':
    case 'returned':
    case 'alike':
      return addedToDraft(state, item, how, facts)
    default:
      return unreachable(state)
  }
}

function saidAtRest(state: Idle, item: Item, { isBurst }: How, facts: Facts): ResidentStep {
  const asked = facts.tickets.filter((ticket) => ticket.asked)
  const follows =
    facts.now < (state.follows?.until ?? 0)
      ? facts.tickets.find(({ code }) => code === state.follows?.code)
      : undefined
  const [only] = asked
  if (follows !== undefined && (isBurst || asked.length === 0 || follows.asked))
    return added(state, follows.code, [item], facts, answerLasts, isBurst)
  if (only !== undefined && asked.length === 1)
    return added(state, only.code, [item], facts, answerLasts)
  const draft = withItem({ items: [] }, item)
  return facts.tickets.length > 0 ? asking({ at: 'addOrNew', draft }, facts) : begin(draft, facts)
}

/** Words go to a ticket, and what follows them goes there too for a while. */
export function added(
  state: Idle,
  code: string,
  items: readonly Item[],
  facts: Facts,
  lasts: number,
  isBurst = false,
): ResidentStep {
  const isMore = isBurst && state.follows?.code === code
  const until = Math.max(facts.now + lasts, state.follows?.code === code ? state.follows.until : 0)
  return {
    state: { at: 'idle', follows: { code, until } },
    effects: [{ do: 'add', code, items, isMore }],
  }
}

/**
 * A shared location goes with the report, and offers the villages near it where the place is still
 * open.
 */
export function located(
  state: State,
  input: Extract<Input, { kind: 'located' }>,
  facts: Facts,
): ResidentStep {
  const item: Item = { text: locationText(input), files: [] }
  if (facts.repliedTo !== undefined) return repliedTo(state, facts.repliedTo, item, input, facts)
  const goesToTicket =
    state.at === 'idle' &&
    (facts.tickets.some((ticket) => ticket.asked) || facts.now < (state.follows?.until ?? 0))
  if (goesToTicket || state.at === 'whyNot' || state.at === 'ratingWord')
    return said(state, item, input, facts)
  const draft = withItem(draftOf(state), item)
  const wantsPlace = draft.place === undefined && facts.noticeSeen
  if (wantsPlace && facts.nearby.length > 0)
    return {
      state: { at: 'whichPlace', draft, within: null },
      effects: [{ do: 'say', saying: whichOfThese(facts.nearby) }],
    }
  const far = wantsPlace ? [say('place.far')] : []
  if (state.at === 'whichPlace') return withEffects(far, repeatQuestion({ ...state, draft }, facts))
  const next =
    state.at === 'whichCategory'
      ? addedToDraft(state, item, input, facts)
      : said(state, item, input, facts)
  return withEffects(far, next)
}

/** A location as words, for a report that has no place yet. */
export function locationText({
  latitude,
  longitude,
  text,
}: Extract<Input, { kind: 'located' }>): string {
  return `${text === '' ? '' : `${text}\n`}📍 ${latitude.toFixed(3)}, ${longitude.toFixed(3)}`
}

/**
 * A typed place: a village is taken, a county or a township narrows the list down; other words stay
 * with the report.
 */
function saidPlace(
  state: State & { at: 'whichPlace' },
  item: Item,
  how: How,
  facts: Facts,
): ResidentStep {
  if (item.files.length > 0) return addedToDraft(state, item, how, facts)
  const [only, ...others] = how.isBurst && !facts.isFoundExactly ? [] : facts.found
  if (only !== undefined && others.length === 0)
    return only.takesReports
      ? askNext(withPlace(state.draft, only), facts)
      : asking({ ...state, within: only.code }, facts)
  if (only !== undefined)
    return { state, effects: [{ do: 'say', saying: whichOfThese(facts.found) }] }
  const isMoreOfReport = how.isBurst || !mayBeName(item.text) || facts.isMatter
  if (isMoreOfReport) return addedToDraft(state, item, how, facts)
  // This may be the name of a place that we don't know. It stays in the report, as the assignee may
  // know it.
  if (!hasRoomFor(state.draft, item)) return repeatQuestion(state, facts, say('draft.full'))
  return repeatQuestion(
    { ...state, draft: withItem(state.draft, item) },
    facts,
    say('place.notFound'),
  )
}

/**
 * A place, or the name of a subject, or more of the report: never does a stray word choose a
 * subject.
 */
function saidCategory(
  state: State & { at: 'whichCategory' },
  item: Item,
  how: How,
  facts: Facts,
): ResidentStep {
  const isName = item.files.length === 0 && mayBeName(item.text)
  const [place, ...others] = facts.isFoundExactly ? facts.found : []
  if (isName && place?.takesReports === true && others.length === 0)
    return asking({ ...state, draft: withPlace(state.draft, place) }, facts)
  if (isName && facts.namedCategory !== undefined)
    return askNext(withCategory(state.draft, facts.namedCategory), facts)
  return addedToDraft(state, item, how, facts)
}

function addedToDraft(state: WithDraft, item: Item, { isBurst }: How, facts: Facts): ResidentStep {
  if (!hasRoomFor(state.draft, item)) return repeatQuestion(state, facts, say('draft.full'))
  const next = { ...state, draft: withItem(state.draft, item) }
  // One thought in several messages has one answer: it changes in its place, with the whole
  // question.
  if (isBurst)
    return {
      state: next,
      effects: [
        {
          do: 'say',
          saying: { ...ask(next, facts), leads: [{ key: 'draft.added' }] },
          amends: true,
        },
      ],
    }
  return repeatQuestion(next, facts, say('draft.added'))
}

/** The resident says that it did not help. */
export function reopened(
  state: State & { at: 'whyNot' },
  items: readonly Item[],
  facts: Facts,
): ResidentStep {
  const { back, code } = state
  const next: State =
    back.at === 'idle' ? { ...back, follows: { code, until: facts.now + additionLasts } } : back
  return afterwards(next, facts, [{ do: 'reopen', code, items }])
}

/**
 * Where a conversation stands after words could not go where they were meant to: they are back with
 * the resident, in the report in hand, or as one that asks what is to become of them.
 */
export function returned(state: State, items: readonly Item[], facts: Facts): ResidentStep {
  const kept = items.filter((item) => item.text.trim() !== '' || item.files.length > 0)
  if (kept.length === 0) return afterwards(state, facts, [])
  const inHand = rest(state)
  if (inHand.at === 'idle') return asking({ at: 'returned', draft: { items: kept } }, facts)
  return repeatQuestion(
    withDraft(inHand, (draft) => ({ ...draft, items: [...draft.items, ...kept] })),
    facts,
    say('draft.added'),
  )
}

/** A reply goes to the ticket of the message that it replies to, whatever else is in hand. */
export function repliedTo(
  state: State,
  code: string,
  item: Item,
  { isBurst }: { readonly isBurst: boolean },
  facts: Facts,
): ResidentStep {
  const asked = facts.tickets.find((ticket) => ticket.code === code)?.asked === true
  if (state.at === 'idle')
    return added(state, code, [item], facts, asked ? answerLasts : additionLasts, isBurst)
  return afterwards(state, facts, [{ do: 'add', code, items: [item], isMore: false }])
}
