/**
 * How long what residents write is kept, in whole days: told to them in `/privacy`, in the notice
 * and on the page of openness.
 */
export type Kept = {
  /** Text and photos, after a ticket is over. */
  readonly textDays: number
  /** Voice notes, after a ticket is over: the shortest of all (protection P34). */
  readonly voiceDays: number
  /** A chat, after its last message. */
  readonly chatDays: number
}

/**
 * What an operator may choose: long enough to answer and to appeal, and never for good (PIPL 19;
 * protection P17).
 */
export const keptBounds = {
  textDays: { least: 30, most: 365, usual: 180 },
  voiceDays: { least: 1, most: 14, usual: 7 },
  chatDays: { least: 14, most: 90, usual: 30 },
} as const

/** The defaults, in days. */
export const usuallyKept: Kept = {
  textDays: keptBounds.textDays.usual,
  voiceDays: keptBounds.voiceDays.usual,
  chatDays: keptBounds.chatDays.usual,
}
