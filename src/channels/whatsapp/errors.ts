/**
 * What an error of the Cloud API means for a message.
 * https://developers.facebook.com/documentation/business-messaging/whatsapp/support/error-codes
 */
export type Meaning =
  /** The person has not written for 24 hours: only a template may be sent. */
  | 'windowIsClosed'
  /** The person can't be reached: they have blocked us, or have no WhatsApp any more. */
  | 'unreachable'
  /** Too much was sent to this person, or in all: wait. */
  | 'waitForPerson'
  | 'waitForAll'
  /** WhatsApp itself is in trouble, or our access to it is: wait. */
  | 'trouble'
  /** This one message can't be shown, whenever it is tried. */
  | 'refused'

const meanings: Readonly<Record<number, Meaning>> = {
  // More than 24 hours have passed; 470 is how an older version says it.
  131047: 'windowIsClosed',
  470: 'windowIsClosed',
  131026: 'unreachable',
  131050: 'unreachable',
  131056: 'waitForPerson',
  130429: 'waitForAll',
  80007: 'waitForAll',
  131048: 'waitForAll',
  4: 'waitForAll',
  1: 'trouble',
  2: 'trouble',
  131000: 'trouble',
  131016: 'trouble',
  133004: 'trouble',
  // The token has expired, the account is locked or must be paid for: the operator must act.
  0: 'trouble',
  3: 'trouble',
  10: 'trouble',
  190: 'trouble',
  200: 'trouble',
  368: 'trouble',
  131005: 'trouble',
  131031: 'trouble',
  131042: 'trouble',
  131045: 'trouble',
  133010: 'trouble',
}

/** What a code means; without one, by the HTTP status. */
export function meaningOf(code: number | undefined, status: number): Meaning {
  const known = code === undefined ? undefined : meanings[code]
  if (known !== undefined) return known
  if (status === 429) return 'waitForAll'
  return status >= 500 || status === 401 || status === 403 ? 'trouble' : 'refused'
}

/** How long to wait where WhatsApp does not say it, in milliseconds: its limits are of minutes. */
export const waitsMs = { waitForPerson: 6_000, waitForAll: 30_000 } as const
