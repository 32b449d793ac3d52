import { Converter as toTraditionalFrom } from 'opencc-js/cn2t'
import { Converter as toSimplifiedFrom } from 'opencc-js/t2cn'

/** Traditional characters with Taiwan's forms, in simplified ones. */
export const toSimplified = toSimplifiedFrom({ from: 'tw', to: 'cn' })

// Built when asked for, and let go of by the next collection of garbage: its phrases take some 40
// MB, and are needed where catalogues and made-up places are written, not for what residents write.
let traditional: WeakRef<(text: string) => string> | undefined
let traditionalWords: WeakRef<(text: string) => string> | undefined

/** Simplified characters in traditional ones with Taiwan's forms, by OpenCC's phrases. */
export function toTraditional(text: string): string {
  const converter = traditional?.deref() ?? toTraditionalFrom({ from: 'cn', to: 'tw' })
  traditional = new WeakRef(converter)
  return converter(text)
}

/** The same with Taiwan's words, such as 訊息 and 連結: for sentences that are our own. */
export function toTraditionalWords(text: string): string {
  const converter = traditionalWords?.deref() ?? toTraditionalFrom({ from: 'cn', to: 'twp' })
  traditionalWords = new WeakRef(converter)
  return converter(text)
}
