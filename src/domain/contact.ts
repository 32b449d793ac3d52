import type { HeldBackReason } from './notice.ts'

/**
 * What leads to a person or out of the service in a text: telephone and identity numbers, links, and requests for identity
 * papers. Pure; looks at the text alone.
 */

/** Digits as people write them: with spaces or dashes between, also in full width or Arabic forms. */
const separators = String.raw`[\s.\-–()（）]*`

/** Mainland mobile numbers (11 digits from 13 to 19), landlines with their area code, and numbers with a country code (ITU-T E.164). */
const phone = new RegExp(
  String.raw`(?<![A-Za-z\p{N}-])(?:\+|00)?(?:86${separators})?1[3-9](?:${separators}\d){9}(?![A-Za-z\p{N}])|(?<![A-Za-z\p{N}-])0\d{2,3}${separators}\d{3,4}${separators}\d{4}(?!\p{N})|\+\d(?:${separators}\d){7,14}(?!\p{N})`,
  'gu',
)
/** Resident identity numbers: 17 digits and a digit or X (GB 11643-1999). */
const identity = /(?<![A-Za-z\p{N}])\d{6}\s*(?:19|20)\d{2}\s*\d{4}\s*\d{3}[\dXx](?![A-Za-z\p{N}])/gu

const link = /https?:\/\/|www\.|\b[\w-]+\.(?:com|cn|net|org|me|io|ru|kz|app|link|top|xyz)\b|(?<![\p{L}\p{N}])@[a-z]\w{3,}/iu
/** Words for identity papers, in the languages of the service (glossary of the field). */
const papers =
  /身份证|身分證|户口[本簿]|戶口[本簿]|护照|護照|كىملىك|پاسپورت|نوپۇس دەپتىرى|жеке куәлі[кг]|төлқұжат|жеке басын куәландыр|куәлігіңіз|كۋالى[كگ]|kimlik|jeke kuäl|passport|\bID card\b|identity (?:card|document)/iu

/** What must not stand in a member's message to a resident (protection P24); `undefined` when it may go. */
export function heldBack(text: string): HeldBackReason | undefined {
  const plain = inPlainDigits(text)
  if (plain.match(phone) !== null || plain.match(identity) !== null) return 'heldNumber'
  if (link.test(plain)) return 'heldLink'
  return papers.test(plain) ? 'heldPapers' : undefined
}

/** Whether a resident's words hold a number that tells who they are. */
export function holdsNumber(text: string): boolean {
  return masked(text) !== text
}

/** A text as its handler sees it: telephone and identity numbers keep their length, and not their digits (protection P28). */
export function masked(text: string): string {
  const plain = inPlainDigits(text)
  const hide = new Set<number>()
  for (const pattern of [identity, phone])
    for (const found of plain.matchAll(pattern))
      for (let at = found.index; at < found.index + found[0].length; at++) if (/[\dXx]/.test(plain[at] ?? '')) hide.add(at)
  return text
    .split('')
    .map((unit, at) => (hide.has(at) ? '•' : unit))
    .join('')
}

/** Full-width and Arabic digits as plain ones; the length stays. */
function inPlainDigits(text: string): string {
  return text.replaceAll(/[０-９٠-٩۰-۹]/g, (digit) => {
    const code = digit.charCodeAt(0)
    return String(code >= 0xff10 ? code - 0xff10 : code >= 0x6f0 ? code - 0x6f0 : code - 0x660)
  })
}
