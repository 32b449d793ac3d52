import { isCategory } from '../../categories/category.ts'
import { unreachable } from '../../platform/unreachable.ts'
import { concerns, type ResidentEffect as Effect } from '../effects.ts'
import { isDrafting, withCategory, withPlace } from './draft.ts'
import type { Draft, Facts, State } from './facts.ts'
import {
  additionLasts,
  asking,
  askNext,
  begin,
  type Idle,
  idle,
  type ResidentStep,
  repeatQuestion,
  withEffects,
} from './next.ts'
import { say } from './questions.ts'
import { added, reopened } from './words.ts'

/** The subject or the place of a report in hand, chosen once more from an earlier question. */
export function changed(
  state: State,
  { verb, argument }: Pressed,
  facts: Facts,
): ResidentStep | undefined {
  if (!isDrafting(state)) return undefined
  if (verb === 'category' && isCategory(argument) && state.draft.category !== undefined)
    return askNext(withCategory(state.draft, argument), facts)
  if (verb === 'place' && facts.named?.takesReports === true && state.draft.place !== undefined)
    return askNext(withPlace(state.draft, facts.named), facts)
  return undefined
}

type Pressed = { readonly verb: string; readonly argument: string }

/** What a button answers in the state that asked; `undefined` when it belongs to another one. */
export function answered(
  state: State,
  { verb, argument }: Pressed,
  facts: Facts,
): ResidentStep | undefined {
  switch (state.at) {
    case 'notice':
      if (verb !== 'notice') return undefined
      return withEffects(
        [{ do: 'noticeSeen' }],
        askNext(state.draft, { ...facts, noticeSeen: true }),
      )
    case 'samePlace':
      if (verb === 'here') return askNext(withPlace(state.draft, state.place), facts)
      return verb === 'elsewhere'
        ? asking({ at: 'whichPlace', draft: state.draft, within: null }, facts)
        : undefined
    case 'whichPlace':
      if (verb === 'elsewhere') return asking({ ...state, within: null }, facts)
      if (verb !== 'place' || facts.named === undefined) return undefined
      return facts.named.takesReports
        ? askNext(withPlace(state.draft, facts.named), facts)
        : asking({ ...state, within: facts.named.code }, facts)
    case 'whichCategory':
      if (verb === 'allCategories' || verb === 'likelyCategories')
        return asking(
          {
            at: 'whichCategory',
            draft: state.draft,
            ...(verb === 'allCategories' ? { isWhole: true as const } : {}),
          },
          facts,
        )
      return verb === 'category' && isCategory(argument)
        ? askNext(withCategory(state.draft, argument), facts)
        : undefined
    case 'whomItConcerns': {
      const concern = concerns.find((each) => each === argument)
      if (verb !== 'concerns' || concern === undefined) return undefined
      if (concern === 'team' && facts.team.length > 0)
        return asking({ at: 'whoOfTheTeam', draft: state.draft }, facts)
      return askNext({ ...state.draft, concerns: concern }, facts)
    }
    case 'whoOfTheTeam': {
      if (verb !== 'named') return undefined
      const member = facts.team.find(({ id }) => id === argument)
      if (member === undefined && argument !== 'nobody') return undefined
      return askNext(
        { ...state.draft, concerns: member === undefined ? 'team' : { member: member.id } },
        facts,
      )
    }
    case 'confirm':
      return confirmed(state.draft, { verb, argument }, facts)
    case 'rewriting':
      return verb === 'keepWords' ? asking({ at: 'confirm', draft: state.draft }, facts) : undefined
    case 'addOrNew':
    case 'returned':
      if (verb === 'new') return begin(state.draft, facts)
      return verb === 'add'
        ? added(idle, argument, state.draft.items, facts, additionLasts)
        : undefined
    case 'whyNot':
      return verb === 'reopen' && argument === state.code ? reopened(state, [], facts) : undefined
    case 'ratingWord':
      return verb === 'noWord' ? repeatQuestion(state.back, facts, say('rating.thanks')) : undefined
    case 'alike':
      return saidAlike(
        state,
        verb === 'same' && argument === state.alike.handle
          ? 'same'
          : verb === 'different'
            ? 'different'
            : undefined,
      )
    case 'idle':
    case 'whatHappened':
    case 'whichLanguage':
      return undefined
    default:
      return unreachable(state)
  }
}

/** The resident has said whether an open request of others is theirs too. */
export function saidAlike(
  state: State & { at: 'alike' },
  is: 'same' | 'different' | undefined,
): ResidentStep | undefined {
  if (is === 'same')
    return {
      state: sentState,
      effects: [
        {
          do: 'follow',
          handle: state.alike.handle,
          category: state.alike.category,
          items: state.draft.items,
          placeCode: state.alike.place.code,
        },
      ],
    }
  return is === 'different' ? sent(state.draft, false) : undefined
}

function confirmed(
  draft: Draft,
  { verb, argument }: Pressed,
  facts: Facts,
): ResidentStep | undefined {
  const { place, category } = draft
  if (verb === 'changePlace') return asking({ at: 'whichPlace', draft, within: null }, facts)
  if (verb === 'changeCategory') return asking({ at: 'whichCategory', draft }, facts)
  if (verb === 'changeWords') return asking({ at: 'rewriting', draft }, facts)
  if (verb !== 'send' || place === undefined || category === undefined) return undefined
  const anonymous = argument === 'anonymously'
  // An anonymous reporter joins nobody: that would tie them to the ticket for good.
  return facts.alike === undefined || anonymous
    ? sent(draft, anonymous)
    : asking({ at: 'alike', draft, alike: facts.alike }, facts)
}

const sentState: Idle = { at: 'idle', ended: 'sent' }

/** The draft becomes a ticket. */
function sent(
  { place, category, concerns: concern, items, isDanger }: Draft,
  anonymous: boolean,
): ResidentStep | undefined {
  if (place === undefined || category === undefined) return undefined
  // Of an anonymous report the chat remembers nothing.
  const remember: Effect = { do: 'rememberPlace', code: anonymous ? null : place.code }
  return {
    state: sentState,
    effects: [
      remember,
      {
        do: 'openTicket',
        items,
        placeCode: place.code,
        category,
        concerns: concern,
        anonymous,
        isDanger: isDanger === true,
      },
    ],
  }
}
