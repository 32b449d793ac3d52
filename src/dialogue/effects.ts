import type { Category } from '../domain/category.ts'
import type { HandBackReason } from '../domain/hand-back.ts'
import type { ResidentLanguage } from '../language/catalogue.ts'
import type { Saying } from '../language/render.ts'

/** One message of a report: its words and the ids of its attachments. */
export type Item = { readonly text: string; readonly files: readonly string[] }

/** Whom a complaint about staff concerns, or which member of the team; who it is about never sees it. */
export const concerns = ['team', 'above', 'unsaid'] as const
export type Concern = (typeof concerns)[number] | { readonly member: string }

/** What a step of a conversation brings about. Effects carry keys and data, never sentences. */
export type Effect =
  | { readonly do: 'say'; readonly saying: Saying }
  | { readonly do: 'setLanguage'; readonly language: ResidentLanguage; readonly chosen: boolean }
  | { readonly do: 'noticeSeen' }
  | { readonly do: 'rememberPlace'; readonly code: string }
  | { readonly do: 'join'; readonly invitation: string }
  | {
      readonly do: 'openTicket'
      readonly items: readonly Item[]
      readonly placeCode: string
      readonly category: Category
      readonly concerns: Concern | undefined
      readonly anonymous: boolean
    }
  | { readonly do: 'add'; readonly code: string; readonly items: readonly Item[] }
  | { readonly do: 'reopen'; readonly code: string; readonly items: readonly Item[] }
  | { readonly do: 'agree'; readonly code: string }
  | { readonly do: 'rate'; readonly code: string; readonly satisfied: boolean }
  | { readonly do: 'addWord'; readonly code: string; readonly item: Item }
  | { readonly do: 'follow'; readonly code: string; readonly items: readonly Item[]; readonly placeCode: string }
  | { readonly do: 'unfollow'; readonly code: string }
  | { readonly do: 'withdraw'; readonly code: string }
  | { readonly do: 'appeal'; readonly code: string }
  | { readonly do: 'makeSafe'; readonly code: string }
  | { readonly do: 'sendMyData' }
  | { readonly do: 'showWho' }
  | { readonly do: 'forget' }
  | { readonly do: 'showNumbers'; readonly code: string }
  | { readonly do: 'accept'; readonly code: string }
  | { readonly do: 'ask'; readonly code: string; readonly text: string }
  | { readonly do: 'resolve'; readonly code: string; readonly text: string }
  | { readonly do: 'handBack'; readonly code: string; readonly reason: HandBackReason }
  | { readonly do: 'stepAside'; readonly code: string }
  | { readonly do: 'setDuty'; readonly onDuty: boolean }
  | { readonly do: 'takeLeave'; readonly days: number }
  | { readonly do: 'showMine' }
  | { readonly do: 'sendSignInLink' }
  | { readonly do: 'showWhy'; readonly code: string }

/** One step of a conversation: where it stands now, and what it brings about, in order. */
export type Step<State> = { readonly state: State; readonly effects: readonly Effect[] }
