import type { Category } from '../domain/category.ts'
import type { ResidentLanguage } from '../language/catalogue.ts'
import type { Concern, Item } from './effects.ts'

/** A place as the conversation shows it. `takesReports` marks villages and their like, the last level. */
export type PlaceFact = { readonly code: string; readonly names: Readonly<Record<string, string>>; readonly takesReports: boolean }

/** A ticket of this chat that is not over. */
export type TicketFact = {
  readonly code: string
  readonly category: Category
  readonly status: 'open' | 'assigned' | 'accepted' | 'resolved'
  readonly place: PlaceFact
  readonly dueAt: number
  readonly asked: boolean
}

/** An open ticket that a report looks like. Never the other's words: what it is about, where and since when. */
export type AlikeFact = { readonly code: string; readonly category: Category; readonly place: PlaceFact; readonly openedAt: number }

/** Somebody of the team that serves the place: whom a complaint can name. */
type MemberFact = { readonly id: string; readonly name: string }

/** A report in the making. */
export type Draft = { readonly items: readonly Item[]; readonly place?: PlaceFact; readonly category?: Category; readonly concerns?: Concern }

/** Where a resident's conversation stands. Data: it survives a restart and a deploy. */
export type State =
  | { readonly at: 'idle' }
  | { readonly at: 'whichLanguage'; readonly draft: Draft }
  | { readonly at: 'notice'; readonly draft: Draft }
  | { readonly at: 'whatHappened'; readonly draft: Draft }
  | { readonly at: 'samePlace'; readonly draft: Draft; readonly place: PlaceFact }
  | { readonly at: 'whichPlace'; readonly draft: Draft; readonly within: string | null }
  | { readonly at: 'whichCategory'; readonly draft: Draft }
  | { readonly at: 'whomItConcerns'; readonly draft: Draft }
  | { readonly at: 'whoOfTheTeam'; readonly draft: Draft }
  | { readonly at: 'confirm'; readonly draft: Draft }
  | { readonly at: 'addOrNew'; readonly draft: Draft }
  | { readonly at: 'alike'; readonly draft: Draft; readonly alike: AlikeFact }
  | { readonly at: 'whyNot'; readonly code: string; readonly back: State }
  | { readonly at: 'ratingWord'; readonly code: string; readonly back: State }

/** What a step needs to know, loaded before it. */
export type Facts = {
  readonly language: ResidentLanguage | undefined
  readonly languageChosen: boolean
  /** The language of the message at hand, where it can be told. */
  readonly detected: ResidentLanguage | undefined
  readonly noticeSeen: boolean
  readonly isGreeting: boolean
  readonly remembered: PlaceFact | undefined
  /** The place that a button or a start link names. */
  readonly named: PlaceFact | undefined
  /** What lies inside the named place, or inside the one being looked at. */
  readonly within: readonly PlaceFact[]
  /** Villages near a shared location, nearest first. */
  readonly nearby: readonly PlaceFact[]
  /** Places whose name is like the typed text, best first. */
  readonly found: readonly PlaceFact[]
  readonly tickets: readonly TicketFact[]
  /** Tickets of others that this resident has joined; loaded where their status is asked for. */
  readonly following: readonly TicketFact[]
  /** Tickets that `/unsafe` can take away from whoever has them, over ones too; loaded where it is said. */
  readonly takeable: readonly { readonly code: string; readonly category: Category }[]
  /** The team that serves the place of the report in hand; loaded where a complaint may name somebody of it. */
  readonly team: readonly MemberFact[]
  /** An open ticket that the report in hand looks like. */
  readonly alike: AlikeFact | undefined
  /** The message at hand says that life or safety is in danger now. */
  readonly isUrgent: boolean
  /** Categories that the words suggest, best first: of the whole report with the message at hand, and of that message alone. */
  readonly suggested: readonly Category[]
  readonly suggestedNow: readonly Category[]
}
