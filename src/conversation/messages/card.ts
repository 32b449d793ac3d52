import type { Category } from '../../categories/category.ts'
import type { Instant } from '../../platform/instant.ts'
import type { Status } from '../../tickets/lifecycle.ts'

/** A ticket as its assignee's card shows it. Nothing here tells who wrote (protection P28). */
export type CardFacts = {
  readonly code: string
  readonly status: Status
  readonly category: Category
  readonly placeNames: Readonly<Record<string, string>>
  readonly dueAt: Instant
  readonly messages: readonly CardMessage[]
  readonly isUrgent: boolean
  /** How many residents have said that it is theirs too, the first one among them. */
  readonly reportedBy: number
  readonly residentUnreachable: boolean
  /** Words of the resident are shown in another script than they were written in. */
  readonly isConverted?: boolean
}

type CardMessage = {
  readonly by: 'resident' | 'member'
  readonly text: string
  readonly files: number
}
