import { Converter as toTraditionalFrom } from 'opencc-js/cn2t'
import { Converter as toSimplifiedFrom } from 'opencc-js/t2cn'

/** Traditional characters with Taiwan's forms, in simplified ones. */
export const toSimplified = toSimplifiedFrom({ from: 'tw', to: 'cn' })

/**
 * A converter that is built when it is asked for, and let go of by the next collection of garbage:
 * its phrases take some 40 MB, and are needed where catalogues and made-up places are written, not
 * for what residents write.
 */
function letGoOf(to: 'tw' | 'twp'): (text: string) => string {
  let kept: WeakRef<(text: string) => string> | undefined
  return (text) => {
    const converter = kept?.deref() ?? toTraditionalFrom({ from: 'cn', to })
    kept = new WeakRef(converter)
    return converter(text)
  }
}

/** Simplified characters in traditional ones with Taiwan's forms, by OpenCC's phrases. */
export const toTraditional = letGoOf('tw')

/** The same with Taiwan's words, such as 訊息 and 連結: for sentences that are our own. */
export const toTraditionalWords = letGoOf('twp')
