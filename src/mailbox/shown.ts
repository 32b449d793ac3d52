import type { Saying } from '../language/render.ts'
import type { Notice } from './notice.ts'

/**
 * What is to be shown to a person: a sentence of the dialogue, or a notice. Both are data, in no
 * language yet.
 */
export type Content = { readonly say: Saying } | Notice

/**
 * A button as it is shown. `tone` says how it looks: the one that is meant first, a quieter one, or
 * one to be careful with.
 */
export type ShownButton = {
  readonly label: string
  readonly data: string
  readonly tone?: ButtonTone
}

type ButtonTone = 'filled' | 'quiet' | 'danger'

/** A message as it was shown: kept for the page of a channel that shows rows. */
export type Shown = {
  readonly language: string
  readonly text: string
  readonly buttons: readonly (readonly ShownButton[])[]
  readonly links?: readonly { readonly label: string; readonly href: string }[]
  readonly files?: readonly { readonly id: string; readonly kind: 'photo' | 'voice' }[]
  /** The row in whose place it stands, and those whose buttons went with it. */
  readonly replaces?: string
  readonly retires?: readonly string[]
  /** What stood before it was erased: the page shows it no more. */
  readonly clears?: true
}
