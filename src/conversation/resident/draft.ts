import type { Category } from '../../categories/category.ts'
import type { Item } from '../effects.ts'
import type { Draft, PlaceFact, State } from './facts.ts'

type Drafting = State & {
  at: 'whichPlace' | 'samePlace' | 'whichCategory' | 'whomItConcerns' | 'whoOfTheTeam' | 'confirm'
}

/** Whether a report that was begun with consent is in hand. */
export function isDrafting(state: State): state is Drafting {
  return [
    'whichPlace',
    'samePlace',
    'whichCategory',
    'whomItConcerns',
    'whoOfTheTeam',
    'confirm',
  ].includes(state.at)
}

export type WithDraft = Exclude<State, { at: 'idle' | 'whyNot' | 'ratingWord' }>

/** The state with a changed draft. */
export function withDraft(state: State, change: (draft: Draft) => Draft): State {
  if (state.at === 'whyNot' || state.at === 'ratingWord')
    return { ...state, back: withDraft(state.back, change) }
  return state.at === 'idle' ? state : { ...state, draft: change(state.draft) }
}

/** The report in the making, where there is one. */
export function draftOf(state: State): Draft {
  if (state.at === 'whyNot' || state.at === 'ratingWord') return draftOf(state.back)
  return state.at === 'idle' ? { items: [] } : state.draft
}

/**
 * A report has so many messages and characters at the most: it is written whole with each turn, and
 * read by a person (protection P39).
 */
const mostOfDraft = { items: 60, characters: 30_000 } as const

/**
 * Whether a report takes one message more. What it does not take is said, and can be added once it
 * is sent.
 */
export function hasRoomFor({ items }: Draft, { text }: Item): boolean {
  const characters = items.reduce((sum, item) => sum + item.text.length, text.length)
  return (
    items.length < mostOfDraft.items && (items.length === 0 || characters <= mostOfDraft.characters)
  )
}

/** The draft with one more item. */
export function withItem(draft: Draft, item: Item): Draft {
  return { ...draft, items: [...draft.items, item] }
}

/** Another place, another team: whom a complaint concerned is asked again. */
export function withPlace({ concerns: _, ...draft }: Draft, place: PlaceFact): Draft {
  return { ...draft, place }
}

/** Another category drops whom a complaint concerned: it is asked again. */
export function withCategory({ concerns: _, ...draft }: Draft, category: Category): Draft {
  return { ...draft, category }
}

/** Whether a draft holds neither words nor files. */
export function isEmpty(draft: Draft): boolean {
  return draft.items.every((item) => item.text.trim() === '' && item.files.length === 0)
}
