/** A text that was opened out of turn, for those who watch over it. */
export type Opened = {
  readonly code: string
  readonly name: string
  readonly at: Date
  readonly reason: string
}
