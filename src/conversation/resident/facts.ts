import type { Category } from '../../categories/category.ts'
import type { ResidentLanguage } from '../../language/catalogue.ts'
import type { Danger } from '../../language/danger.ts'
import type { SmallTalk } from '../../language/small-talk.ts'
import type { Instant } from '../../platform/instant.ts'
import type { Concern, Item } from '../effects.ts'

/**
 * A place as the conversation shows it. `key` names it in buttons. `takesReports` marks villages
 * and their like, the last level.
 */
export type PlaceFact = {
  readonly code: string
  readonly key: string
  readonly names: Readonly<Record<string, string>>
  readonly takesReports: boolean
}

/** A ticket of this chat that is not over. */
export type TicketFact = {
  readonly code: string
  readonly category: Category
  readonly status: 'open' | 'assigned' | 'accepted' | 'resolved'
  readonly place: PlaceFact
  readonly dueAt: number
  readonly asked: boolean
}

/** A ticket of this chat that ended lately. */
export type EndedFact = {
  readonly code: string
  readonly category: Category
  readonly status: 'closed' | 'withdrawn'
  readonly place: PlaceFact
  readonly endedAt: number
}

/**
 * An open ticket that a report looks like. Never the other's words: what it is about, where and
 * since when.
 */
/**
 * `handle` leads to the other's ticket in this chat alone, and says neither its code nor its moment
 * (protection P43).
 */
export type AlikeFact = {
  readonly handle: string
  readonly category: Category
  readonly place: PlaceFact
}

/** Somebody of the team that serves the place: whom a complaint can name. */
type MemberFact = { readonly id: string; readonly name: string }

/** A report in the making. `isDanger`: the resident has pressed that somebody is in danger now. */
export type Draft = {
  readonly items: readonly Item[]
  readonly place?: PlaceFact
  readonly category?: Category
  readonly concerns?: Concern
  readonly isDanger?: true
}

/** Where a resident's conversation stands. Data: it survives a restart and a deploy. */
export type State =
  /**
   * `ended`: what became of the report before, for buttons that are pressed late. `follows`: what
   * is said until then belongs to that ticket.
   */
  | {
      readonly at: 'idle'
      readonly ended?: 'sent' | 'stopped'
      readonly follows?: { readonly code: string; readonly until: Instant }
    }
  | { readonly at: 'whichLanguage'; readonly draft: Draft }
  | { readonly at: 'notice'; readonly draft: Draft }
  | { readonly at: 'whatHappened'; readonly draft: Draft }
  | { readonly at: 'samePlace'; readonly draft: Draft; readonly place: PlaceFact }
  | { readonly at: 'whichPlace'; readonly draft: Draft; readonly within: string | null }
  /** `isWhole`: all subjects are shown, not only those that look likely. */
  | { readonly at: 'whichCategory'; readonly draft: Draft; readonly isWhole?: true }
  | { readonly at: 'whomItConcerns'; readonly draft: Draft }
  | { readonly at: 'whoOfTheTeam'; readonly draft: Draft }
  | { readonly at: 'confirm'; readonly draft: Draft }
  /** The next words take the place of those of the draft. */
  | { readonly at: 'rewriting'; readonly draft: Draft }
  | { readonly at: 'addOrNew'; readonly draft: Draft }
  /** Words that a ticket could not take any more: the resident says what is to become of them. */
  | { readonly at: 'returned'; readonly draft: Draft }
  | { readonly at: 'alike'; readonly draft: Draft; readonly alike: AlikeFact }
  | { readonly at: 'whyNot'; readonly code: string; readonly back: State }
  | { readonly at: 'ratingWord'; readonly code: string; readonly back: State }

/**
 * Whether the chat's texts are said aloud too: they are, they can be, the channel's own page does it
 * beside each, or it can't be done.
 */
export type Hearing = 'on' | 'off' | 'onPage' | 'none'

/** What a step needs to know, loaded before it. */
export type Facts = {
  readonly now: Instant
  readonly language: ResidentLanguage | undefined
  readonly languageChosen: boolean
  /** The language of the message at hand, where it can be told. */
  readonly detected: ResidentLanguage | undefined
  readonly noticeSeen: boolean
  readonly hearing: Hearing
  /** The message at hand is no more than a greeting, thanks, a yes or a no. */
  readonly smallTalk: SmallTalk | undefined
  readonly remembered: PlaceFact | undefined
  /** The place that a button or a start link names. */
  readonly named: PlaceFact | undefined
  /** What lies inside the named place, or inside the one being looked at. */
  readonly within: readonly PlaceFact[]
  /** Villages near a shared location, nearest first. */
  readonly nearby: readonly PlaceFact[]
  /** Places whose name is like the typed text, best first. */
  readonly found: readonly PlaceFact[]
  /** Whether those are called just so, and not only nearly. */
  readonly isFoundExactly: boolean
  /** Villages that the report names, where it has no place yet. */
  readonly mentioned: readonly PlaceFact[]
  readonly tickets: readonly TicketFact[]
  /** Tickets of others that this resident has joined; loaded where their status is asked for. */
  readonly following: readonly TicketFact[]
  /** Tickets that ended in the last 30 days; loaded where their status is asked for. */
  readonly ended: readonly EndedFact[]
  /** The resident's ticket that the message at hand replies to. */
  readonly repliedTo: string | undefined
  /**
   * The resident's ticket that holds the message which was edited, and whether its words are as
   * before.
   */
  readonly corrected: { readonly code: string; readonly isSame: boolean } | undefined
  /**
   * Tickets that `/unsafe` can take away from the person who has them, over ones too; loaded where
   * it is said.
   */
  readonly takeable: readonly { readonly code: string; readonly category: Category }[]
  /**
   * The team that serves the place of the report in hand; loaded where a complaint may name
   * somebody of it.
   */
  readonly team: readonly MemberFact[]
  /** An open ticket that the report in hand looks like. */
  readonly alike: AlikeFact | undefined
  /** The danger to life or safety that the message at hand speaks of, now. */
  readonly danger: Danger | undefined
  /** The message at hand speaks of some matter, and is more than a name. */
  readonly isMatter: boolean
  /**
   * Categories that the words suggest, best first: of the whole report with the message at hand.
   */
  readonly suggested: readonly Category[]
  /** The category that the whole report speaks for so clearly that it needs no question. */
  readonly sure: Category | undefined
  /** The category whose name the message at hand is; `other` also for "I don't know". */
  readonly namedCategory: Category | undefined
}
