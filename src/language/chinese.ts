import { Converter as toTraditionalFrom } from 'opencc-js/cn2t'
import { Converter as toSimplifiedFrom } from 'opencc-js/t2cn'

/** Traditional characters with Taiwan's forms, in simplified ones. */
export const toSimplified = toSimplifiedFrom({ from: 'tw', to: 'cn' })

/** How long a converter is kept after it was last used, in milliseconds. */
const keptMs = 60_000

/**
 * A converter that is built when it is first asked for, which takes 0.2 s, and let go of a minute
 * after it was last used: its phrases take some 40 MB, and most places have nobody who reads
 * traditional characters.
 */
function builtWhenAsked(to: 'tw' | 'twp'): (text: string) => string {
  let kept: ((text: string) => string) | undefined
  let release: NodeJS.Timeout | undefined
  return (text) => {
    const convert = kept ?? toTraditionalFrom({ from: 'cn', to })
    kept = convert
    release ??= setTimeout(() => {
      kept = release = undefined
    }, keptMs).unref()
    release.refresh()
    return convert(text)
  }
}

/** Simplified characters in traditional ones with Taiwan's forms, by OpenCC's phrases. */
export const toTraditional = builtWhenAsked('tw')

/** The same with Taiwan's words, such as 訊息 and 連結: for sentences that are our own. */
export const toTraditionalWords = builtWhenAsked('twp')
