/**
 * How much one chat, one address, one program and the whole service may ask for (protection P39).
 * `seconds` is the time within which it is counted; without it, it is how many there may be at
 * once. Who runs the service can set others with `QUOTAS`.
 *
 * An address may stand for a whole county behind an operator's network. So it limits new sessions,
 * files and look-ups, and never the words of a chat that exists.
 */
export const quotaFigures = {
  chatMessagesAMinute: { most: 30, seconds: 60 },
  chatMessagesADay: { most: 500, seconds: 86_400 },
  chatFileMegabytesADay: { most: 100, seconds: 86_400 },
  /** Copies of one's data: they are much work. */
  chatCopiesAnHour: { most: 2, seconds: 3_600 },
  /** Messages that are said aloud: texts never wait for them. */
  chatSpeechesAMinute: { most: 20, seconds: 60 },
  serviceSpeechesAMinute: { most: 300, seconds: 60 },
  /** How often a chat app's chat is told that it sends too much. */
  chatWarningsAMinute: { most: 1, seconds: 60 },
  /** Live pages of one talk at once. */
  chatStreams: { most: 3 },
  /** Live pages of one member of staff at once. */
  staffStreams: { most: 10 },
  addressSessionsAMinute: { most: 30, seconds: 60 },
  addressPagesAMinute: { most: 600, seconds: 60 },
  addressStreams: { most: 500 },
  addressFileMegabytesADay: { most: 3_000, seconds: 86_400 },
  addressLookupsAMinute: { most: 60, seconds: 60 },
  /** Ticket codes that do not exist although their check character fits: guesses. */
  addressUnknownCodesADay: { most: 900, seconds: 86_400 },
  /** Links and passkeys that did not fit, and passkeys that were asked for. */
  addressSignInsAMinute: { most: 60, seconds: 60 },
  /** Requests whose key or secret did not prove good. */
  addressWrongKeysAMinute: { most: 60, seconds: 60 },
  programRequestsAMinute: { most: 120, seconds: 60 },
  /** Where a key has no figure of its own (`reportsAMinute`). */
  programReportsAMinute: { most: 600, seconds: 60 },
  /**
   * A hundred a second. New sessions get half of it and chats that exist nine tenths; the rest is
   * kept for members.
   */
  serviceMessagesAMinute: { most: 6_000, seconds: 60 },
  serviceSessionsAMinute: { most: 600, seconds: 60 },
  serviceFileMegabytesADay: { most: 30_000, seconds: 86_400 },
  serviceStreams: { most: 5_000 },
} as const satisfies Record<string, { readonly most: number; readonly seconds?: number }>

export type QuotaName = keyof typeof quotaFigures
/** Quotas that count what happened within a time. */
export type TimedQuota = {
  [Name in QuotaName]: (typeof quotaFigures)[Name] extends { readonly seconds: number }
    ? Name
    : never
}[QuotaName]
/** Quotas that count what is there at once. */
export type StandingQuota = Exclude<QuotaName, TimedQuota>
/** Figures that are different from the default. */
export type OtherFigures = Readonly<Partial<Record<QuotaName, number>>>

/** The names of all quotas, as `QUOTAS` has them. */
export const quotaNames = Object.keys(quotaFigures) as readonly QuotaName[]

/** How many of these there may be. */
export const mostOf = (quota: QuotaName, others: OtherFigures): number =>
  others[quota] ?? quotaFigures[quota].most

/** With less free disk than this, files are not taken; words are, down to the last byte. */
export const leastFreeBytes = 1_000_000_000

/**
 * Which part of the whole service's messages may be used up by whom, before the next one is
 * refused.
 */
export const shares = { newSession: 0.5, knownChat: 0.9, member: 1 } as const
export type Share = keyof typeof shares
