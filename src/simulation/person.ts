import type { InboundMessage } from '../mailbox/message.ts'
import type { Shown } from '../mailbox/shown.ts'
import type { Instant } from '../platform/instant.ts'
import type { Chance } from './chance.ts'

/** Something that a person will write or press in their chat. It is made up when its time comes. */
export type Act = { readonly at: Instant; readonly message: () => InboundMessage }

/** Somebody with a chat: sees what is shown there, and acts upon it sooner or later. */
export type Person = { readonly sees: (shown: Shown, now: Instant) => readonly Act[] }

/** A message of words. */
export function says(text: string): InboundMessage {
  return { kind: 'said', text, files: [] }
}

/** A pressed button. */
export function presses(data: string): InboundMessage {
  return { kind: 'pressed', data }
}

/** What the buttons of a message send. */
export function buttonsOf({ buttons }: Shown): readonly string[] {
  return buttons.flat().map(({ data }) => data)
}

/**
 * How long somebody takes who takes `mean` on the average and is as likely to act at any moment
 * (exponential), in the same unit.
 */
export function patience(chance: Chance, mean: number): number {
  return Math.round(-mean * Math.log(1 - chance.next()))
}
