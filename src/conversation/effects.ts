import type { Category } from '../categories/category.ts'
import type { ResidentLanguage } from '../language/catalogue.ts'
import type { Saying } from '../language/render.ts'
import type { HandBackReason } from '../tickets/hand-back.ts'

/**
 * One message of a report: its words, the ids of its attachments, and the chat message that it came
 * from.
 */
export type Item = {
  readonly text: string
  readonly files: readonly string[]
  readonly source?: string
}

/**
 * An item as it was edited. Of one picture the new one takes the place; of an album nothing says
 * which it was, so it stays beside them.
 */
function editedItem(item: Item, text: string, files: readonly string[]): Item {
  const kept = files.length > 0 && item.files.length === 1 ? [] : item.files
  return { ...item, text, files: [...kept, ...files] }
}

/** Items with the one that came from the message `source` as it was edited. */
export function editedItems(
  items: readonly Item[],
  { source, text, files }: Item,
): readonly Item[] {
  return items.map((item) => (item.source === source ? editedItem(item, text, files) : item))
}

/**
 * Whom a complaint about staff concerns, or which member of the team; who it is about never sees
 * it.
 */
export const concerns = ['team', 'above', 'unsaid'] as const
export type Concern = (typeof concerns)[number] | { readonly member: string }

/**
 * What the steps of both kinds of conversation bring about. Effects carry keys and data, never
 * sentences.
 */
type CommonEffect =
  /**
   * `amends`: it belongs to words that followed within seconds, and takes the place of the answer
   * that stands there.
   */
  | { readonly do: 'say'; readonly saying: Saying; readonly amends?: true }
  /** Shows a ticket's words as they were written. */
  | { readonly do: 'showOriginal'; readonly code: string }
  | { readonly do: 'setLanguage'; readonly language: ResidentLanguage; readonly chosen: boolean }
  /** Whether each text that follows is said aloud too. */
  | { readonly do: 'setListens'; readonly listens: boolean }

/** What a step of a resident's conversation brings about. */
export type ResidentEffect =
  | CommonEffect
  | { readonly do: 'noticeSeen' }
  /** The place that the next report is likely about; `null` forgets it. */
  | { readonly do: 'rememberPlace'; readonly code: string | null }
  | { readonly do: 'join'; readonly invitation: string }
  | {
      readonly do: 'openTicket'
      readonly items: readonly Item[]
      readonly placeCode: string
      readonly category: Category
      readonly concerns: Concern | undefined
      readonly anonymous: boolean
      /** The resident has said by a button that somebody is in danger. */
      readonly isDanger: boolean
    }
  /** `isMore`: it follows words that were just added there, and needs no answer of its own. */
  | {
      readonly do: 'add'
      readonly code: string
      readonly items: readonly Item[]
      readonly isMore: boolean
    }
  | { readonly do: 'correct'; readonly code: string; readonly item: Item }
  | { readonly do: 'reopen'; readonly code: string; readonly items: readonly Item[] }
  | { readonly do: 'agree'; readonly code: string }
  | { readonly do: 'rate'; readonly code: string; readonly satisfied: boolean }
  | { readonly do: 'addWord'; readonly code: string; readonly item: Item }
  | {
      readonly do: 'follow'
      readonly handle: string
      readonly category: Category
      readonly items: readonly Item[]
      readonly placeCode: string
    }
  | { readonly do: 'unfollow'; readonly code: string }
  | { readonly do: 'withdraw'; readonly code: string }
  | { readonly do: 'appeal'; readonly code: string }
  | { readonly do: 'makeSafe'; readonly code: string }
  | { readonly do: 'setDanger'; readonly code: string; readonly isDanger: boolean }
  | { readonly do: 'sendMyData' }
  | { readonly do: 'showWho' }
  | { readonly do: 'forget' }
  | { readonly do: 'showNumbers'; readonly code: string }

/** What a step of a member's conversation brings about. */
export type MemberEffect =
  | CommonEffect
  | { readonly do: 'accept'; readonly code: string }
  | { readonly do: WayToWrite; readonly code: string; readonly item: Item }
  | { readonly do: 'correctOwn'; readonly source: string; readonly item: Item }
  | { readonly do: 'handBack'; readonly code: string; readonly reason: HandBackReason }
  | { readonly do: 'stepAside'; readonly code: string }
  | { readonly do: 'setDuty'; readonly onDuty: boolean }
  | { readonly do: 'takeLeave'; readonly days: number }
  | { readonly do: 'showMine' }
  | { readonly do: 'sendSignInLink' }
  | { readonly do: 'showWhy'; readonly code: string }

/** How a member writes to a resident: a word on progress, a question, or that it is done. */
export const waysToWrite = ['tell', 'ask', 'resolve'] as const
export type WayToWrite = (typeof waysToWrite)[number]

/** One step of a conversation: where it stands now, and what it brings about, in order. */
export type Step<State, Effect> = { readonly state: State; readonly effects: readonly Effect[] }
