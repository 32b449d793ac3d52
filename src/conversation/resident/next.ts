import type { Saying } from '../../language/render.ts'
import { minute } from '../../platform/instant.ts'
import type { ResidentEffect as Effect, Step } from '../effects.ts'
import { isEmpty, withCategory, withPlace } from './draft.ts'
import type { Draft, Facts, PlaceFact, State } from './facts.ts'
import { ask, askAgain, say } from './questions.ts'

export type ResidentStep = Step<State, Effect>

export type Idle = State & { at: 'idle' }

/** Nothing is being asked. */
export const idle: Idle = { at: 'idle' }

/**
 * What follows an answer to a member's question belongs to it for so long, unless the resident
 * starts something else.
 */
export const answerLasts = 30 * minute

/** What follows words that were added to a ticket belongs to them for so long. */
export const additionLasts = minute

/** Asks which of several places is meant. */
export function whichOfThese(places: readonly PlaceFact[]): Saying {
  const buttons = places.map((place) => [
    { label: { names: place.names }, data: `place:${place.key}` },
  ])
  return {
    key: 'place.whichOfThese',
    asks: true,
    buttons: [...buttons, [{ label: { key: 'button.elsewhere' }, data: 'elsewhere' }]],
  }
}

/** Starts a report, with the notice first where it has not been seen. */
export function begin(draft: Draft, facts: Facts): ResidentStep {
  return facts.noticeSeen ? askNext(draft, facts) : asking({ at: 'notice', draft }, facts)
}

/**
 * Asks the next thing that the report still lacks, and only that. What its words say for certain is
 * not asked.
 */
export function askNext(draft: Draft, facts: Facts): ResidentStep {
  if (isEmpty(draft)) return asking({ at: 'whatHappened', draft }, facts)
  if (draft.place === undefined) {
    const [mentioned, ...others] = facts.mentioned
    if (mentioned !== undefined && others.length === 0)
      return askNext(withPlace(draft, mentioned), facts)
    if (mentioned !== undefined)
      return {
        state: { at: 'whichPlace', draft, within: null },
        effects: [{ do: 'say', saying: whichOfThese(facts.mentioned) }],
      }
    return asking(
      facts.remembered === undefined
        ? { at: 'whichPlace', draft, within: null }
        : { at: 'samePlace', draft, place: facts.remembered },
      facts,
    )
  }
  if (draft.category === undefined)
    return facts.sure === undefined
      ? asking({ at: 'whichCategory', draft }, facts)
      : askNext(withCategory(draft, facts.sure), facts)
  if (draft.category === 'complaint_staff' && draft.concerns === undefined)
    return asking({ at: 'whomItConcerns', draft }, facts)
  return asking({ at: 'confirm', draft }, facts)
}

/** Greets, where there is nothing to ask yet. */
export function welcomed(facts: Facts): ResidentStep {
  return withEffects([say('welcome')], begin({ items: [] }, facts))
}

/** A state with the question that belongs to it. */
export function asking(state: State, facts: Facts): ResidentStep {
  return { state, effects: [{ do: 'say', saying: ask(state, facts) }] }
}

/** Stays, says something first, and offers the buttons again: never silence, never a dead end. */
export function repeatQuestion(state: State, facts: Facts, first?: Effect): ResidentStep {
  return {
    state,
    effects: [
      ...(first === undefined ? [] : [first]),
      { do: 'say', saying: askAgain(state, facts) } as const,
    ],
  }
}

/** Does something beside the report in hand, then comes back to it. */
export function afterwards(state: State, facts: Facts, effects: readonly Effect[]): ResidentStep {
  const question: readonly Saying[] = state.at === 'idle' ? [] : [askAgain(state, facts)]
  return {
    state,
    effects: [...effects, ...question.map((saying) => ({ do: 'say', saying }) as const)],
  }
}

/** Where a question in between comes back to. */
export function rest(state: State): State {
  return state.at === 'whyNot' || state.at === 'ratingWord' ? state.back : state
}

/** A step with effects before its own. */
export function withEffects(
  first: readonly Effect[],
  { state, effects }: ResidentStep,
): ResidentStep {
  return { state, effects: [...first, ...effects] }
}
