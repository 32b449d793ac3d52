import type { Role } from '../postgres/tables.ts'

/**
 * How a text was shown: on a page, as a card or news in a chat, as a file of it, or opened out of
 * turn.
 */
export type ShownAs = 'page' | 'card' | 'news' | 'file' | 'outOfTurn'

export type AccessRole = Role

/**
 * Who has seen a ticket's text: by role, how often, and when last. No names: a resident learns
 * roles. What one person opens within 30 minutes is one time.
 */
export type Seen = {
  readonly role: AccessRole
  readonly outOfTurn: boolean
  readonly times: number
  readonly lastAt: Date
}
