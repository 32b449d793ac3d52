/** First strong isolate and its end (Unicode UAX #9): what stands between has its own direction. */
const isolateStart = '\u2068'
const isolateEnd = '\u2069'
const rightToLeftMark = '\u200F'

/** A code, number, link or name inside a sentence whose direction may differ. */
export function isolate(text: string): string {
  return isolateStart + text.replaceAll(/[\u202A-\u202E\u2066-\u2069]/g, '') + isolateEnd
}

/** Whether a written form reads from right to left. */
export function isRightToLeft(language: string): boolean {
  return language.endsWith('-Arab')
}

/**
 * Gives a text in an Arabic script its direction where it could begin with a digit, a code or an
 * emblem.
 */
export function withBaseDirection(text: string, language: string): string {
  if (!isRightToLeft(language)) return text
  return text
    .split('\n')
    .map((line) =>
      line === '' || /^[\u200F\p{Script=Arabic}]/u.test(line) ? line : rightToLeftMark + line,
    )
    .join('\n')
}
