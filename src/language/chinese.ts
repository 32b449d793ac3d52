import { Converter as toTraditionalFrom } from 'opencc-js/cn2t'
import { Converter as toSimplifiedFrom } from 'opencc-js/t2cn'

/** Traditional characters with Taiwan's forms, in simplified ones. */
export const toSimplified = toSimplifiedFrom({ from: 'tw', to: 'cn' })

/** A text with its Chinese in simplified characters. */
export function inSimplified(text: string): string {
  return /\p{Script=Han}/u.test(text) ? toSimplified(text) : text
}

/**
 * A converter that is built when it is asked for, which takes 0.2 s, and let go of by the next
 * collection of garbage: its phrases take some 40 MB, and are mostly needed where catalogues and
 * made-up places are written.
 */
function letGoOf(to: 'tw' | 'twp'): () => (text: string) => string {
  let kept: WeakRef<(text: string) => string> | undefined
  return () => {
    const converter = kept?.deref() ?? toTraditionalFrom({ from: 'cn', to })
    kept = new WeakRef(converter)
    return converter
  }
}

const traditional = letGoOf('tw')
const traditionalWords = letGoOf('twp')

/** Simplified characters in traditional ones with Taiwan's forms, by OpenCC's phrases. */
export const toTraditional = (text: string) => (held ?? traditional())(text)

/** The same with Taiwan's words, such as 訊息 and 連結: for sentences that are our own. */
export const toTraditionalWords = (text: string) => traditionalWords()(text)

/** How long the converter is kept after a message was read in traditional characters. */
const keptMs = 600_000

let held: ((text: string) => string) | undefined
let release: NodeJS.Timeout | undefined

/**
 * Keeps the converter to traditional characters for ten minutes: where somebody reads messages in
 * them, none waits for it twice. Most places have nobody who does.
 */
export function keepTraditional(): void {
  held ??= traditional()
  release ??= setTimeout(() => {
    held = release = undefined
  }, keptMs).unref()
  release.refresh()
}
