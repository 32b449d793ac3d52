import type { KazakhLatin } from '../kazakh.ts'
import type { Keyboard } from '../keyboards.ts'

export type Script = 'Arab' | 'Latn' | 'Cyrl' | 'Han'

/** A written form of a language. */
export type WrittenForm = {
  /** Its BCP 47 tag. */
  readonly tag: string
  /** How the language calls itself in it. */
  readonly ownName: string
  /** The form in which its catalogue is written by hand. */
  readonly source: 'ug-Arab' | 'kk-Cyrl' | 'zh-Hans'
  readonly script: Script
  /** How many of a hundred residents of a simulated month write in it. */
  readonly weight: number
  /** What it is typed on by people who lack some of its letters. */
  readonly keyboard?: Keyboard
  /**
   * Takes a word, or a Chinese text, to the form of its catalogue and from it; `undefined` where it
   * is no word of the language. The form of the catalogue itself has none.
   */
  readonly toSource?: (word: string, spelling: KazakhLatin) => string | undefined
  readonly fromSource?: (word: string) => string | undefined
  /**
   * Makes one of our own sentences from the catalogue's, where it takes more than other letters:
   * other words, or a spelling that people write and that can't be read back. `convert` puts it into
   * the script.
   */
  readonly say?: (sentence: string, convert: (text: string) => string) => string
  /**
   * Whether a word gets the capitals back that it had, as the way through the source loses them.
   */
  readonly keepsCapitals?: boolean
  /** Keeps at hand for a while what converting to it needs, where somebody reads messages in it. */
  readonly keep?: () => void
}
