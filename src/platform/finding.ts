/**
 * What a check found: `wrong` says what is the matter and what to do about it, `note` what is still
 * to be done.
 */
export type Finding = {
  readonly about: string
  readonly wrong?: string
  readonly fine?: string
  readonly note?: string
}
