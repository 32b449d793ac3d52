/** What the team has noted for itself on a ticket. */
export type Note = {
  readonly at: Date
  /** Who wrote it; nobody where they are gone. */
  readonly name: string | null
  readonly text: string
}

/** How many characters a note has at most. */
export const mostOfANote = 1000
