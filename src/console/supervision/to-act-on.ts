import type { Category } from '../../categories/category.ts'

/** A ticket that a supervisor must act on: without a text, but with where it is and who has it. */
export type ToActOn = {
  readonly code: string
  readonly category: Category
  readonly placeNames: Readonly<Record<string, string>>
  readonly teamNames: Readonly<Record<string, string>> | null
  readonly openedAt: Date
  readonly dueAt: Date
}
