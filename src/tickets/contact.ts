import { plainDigit } from '../language/digits.ts'
import type { HeldBackReason } from '../mailbox/notice.ts'
import { parseTicketCode } from './code.ts'

/**
 * What leads to a person or out of the service in a text: telephone, identity and card numbers,
 * links, requests to go on elsewhere, and requests for identity papers. Pure; looks at the text
 * alone, and first brings it into one form, so that how it is written makes no difference.
 */

/** A text in one form: each character with the part of the original that it came from. */
type Plain = { readonly text: string; readonly from: readonly number[] }

/** Digits as words of Chinese. */
const hanDigits: Readonly<Record<string, string>> = Object.fromEntries(
  ['〇零', '一壹幺', '二贰', '三叁', '四肆', '五伍', '六陆', '七柒', '八捌', '九玖'].flatMap(
    (forms, digit) => [...forms].map((form) => [form, String(digit)]),
  ),
)

/**
 * What is not seen between the characters of a word or a number: marks, joiners, directions,
 * keycaps.
 */
const unseen = /^[\p{M}\p{Cf}\u115F\u1160\u3164\uFFA0]$/u

/** Looks like a ticket's code. */
const codeLike = /(?<![\p{L}\p{N}])JW[-\s]?[0-9A-Z]{10}(?![\p{L}\p{N}])/giu

/**
 * A text without the codes of tickets in it, as long as it was: some of them look like a name in
 * another app, such as `JW-248MQK2WX4`. A number with the beginning of a code is still a number, so
 * a code has three letters behind its `JW`.
 */
function withoutCodes(text: string): string {
  return text.replaceAll(codeLike, (code) =>
    parseTicketCode(code).ok && code.replaceAll(/[^A-Z]/gi, '').length >= 5
      ? '§'.repeat(code.length)
      : code,
  )
}

/**
 * Full width, styled, circled, Arabic-Indic and Chinese digits as plain ones; what is not seen is
 * left out.
 */
function toPlain(written: string): Plain {
  const original = withoutCodes(written)
  let text = ''
  const from: number[] = []
  let at = 0
  for (const character of original) {
    if (!unseen.test(character))
      for (const unit of hanDigits[character] ??
        plainDigit(character) ??
        character.normalize('NFKC')) {
        text += unit
        for (let half = 0; half < unit.length; half++) from.push(at)
      }
    at += character.length
  }
  return { text, from }
}

/**
 * Digits with what people put between them; a colon parts times of day, and a line end parts
 * numbers.
 */
const between = String.raw`(?:[^\S\r\n]|[\p{Pd}.,，、·•・‧∙/\\|_()（）\[\]'"~～*])`
const run = new RegExp(String.raw`\+?\d(?:${between}{0,3}\d)*[xXХх×]?`, 'gu')

/** A run of digits: its groups, with the places of their first digits. */
type Group = { readonly digits: string; readonly at: number }

function groupsOf(found: string, start: number): readonly Group[] {
  return [...found.matchAll(/\d+/g)].map(({ 0: digits, index }) => ({ digits, at: start + index }))
}

/** What follows a number that counts something: money, weights, areas, people, days. */
const unit =
  /^\s*(?:元|块|角|毛|万|亿|千|百|斤|公斤|千克|吨|克|米|公里|亩|公顷|平|户|人|口|头|只|匹|棵|株|袋|度|天|年|月|日|号楼|%|％|kg|km|m2|m²|тг|теңге|тенге|сом|юань|кг|га|сотых|адам|бас|يۈەن|كويچەن|كىلو|مو|ئادەم|تۈپ|تۇياق)/iu

/** The numbers in a text that lead to a person, each by where its digits stand. */
function numbersIn(plain: Plain): readonly (readonly [number, number])[] {
  const found: (readonly [number, number])[] = []
  for (const { 0: whole, index } of plain.text.matchAll(run)) {
    const groups = groupsOf(whole, index)
    const before = plain.text.slice(Math.max(0, index - 12), index)
    for (let from = 0; from < groups.length; ) {
      const count = longestNumber(groups.slice(from), {
        isAbroad: from === 0 && whole.startsWith('+'),
        hasX: /[xXХх×]$/u.test(whole),
        before,
        after: plain.text.slice(index + whole.length),
      })
      const [first, last] = [groups[from], groups[from + count - 1]]
      if (count === 0 || first === undefined || last === undefined) {
        from += 1
        continue
      }
      const end = last.at + last.digits.length
      found.push([
        first.at,
        from + count === groups.length && /[xXХх×]$/u.test(whole) ? end + 1 : end,
      ])
      from += count
    }
  }
  return found
}

type Around = {
  readonly isAbroad: boolean
  readonly hasX: boolean
  readonly before: string
  readonly after: string
}

/**
 * How many groups from the first one on are one number that leads to a person; 0 where none does.
 */
function longestNumber(groups: readonly Group[], around: Around): number {
  for (let count = Math.min(groups.length, 12); count > 0; count--) {
    const taken = groups.slice(0, count).map(({ digits }) => digits)
    const isLast = count === groups.length
    if (
      isNumber(taken, { ...around, hasX: around.hasX && isLast, after: isLast ? around.after : '' })
    )
      return count
  }
  return 0
}

function isNumber(groups: readonly string[], { isAbroad, hasX, before, after }: Around): boolean {
  const digits = groups.join('')
  if (isIdentity(digits, hasX)) return true
  if (isCard(digits, before)) return true
  if (unit.test(after) && !isAbroad) return false
  if (isMobile(groups, digits) || isLandline(groups, digits)) return true
  // With a country code: 8 to 15 digits (ITU-T E.164).
  if (isAbroad || (digits.startsWith('00') && groups[0] !== undefined && groups[0].length >= 3))
    return digits.length >= 8 && digits.length <= 17
  // A number of a messenger is as long as it likes.
  return digits.length >= 5 && handleWord.test(before)
}

/**
 * Resident identity numbers: 17 digits and a digit or X (GB 11643-1999), or the 15 of before; both
 * hold a day of birth.
 */
function isIdentity(digits: string, hasX: boolean): boolean {
  const isDay = (month: string, day: string) =>
    Number(month) >= 1 && Number(month) <= 12 && Number(day) >= 1 && Number(day) <= 31
  if (digits.length === 18 || (digits.length === 17 && hasX))
    return (
      /^[1-9]\d{5}(?:19|20)\d{2}/.test(digits) && isDay(digits.slice(10, 12), digits.slice(12, 14))
    )
  if (
    digits.length === 12 &&
    /^\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])[0-6]\d{5}$/.test(digits)
  )
    return isKazakhIdentity(digits)
  return (
    digits.length === 15 &&
    /^[1-9]/.test(digits) &&
    isDay(digits.slice(8, 10), digits.slice(10, 12))
  )
}

/**
 * Kazakhstan's individual number (IIN), by its check digit.
 * https://adilet.zan.kz/rus/docs/Z070000223_
 */
function isKazakhIdentity(digits: string): boolean {
  const check = (weights: readonly number[]) =>
    weights.reduce((sum, weight, at) => sum + weight * Number(digits[at]), 0) % 11
  const first = check([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11])
  const last = first === 10 ? check([3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2]) : first
  return last === Number(digits[11])
}

/** Bank cards: 16 to 19 digits that begin as a card's do (ISO/IEC 7812), or that are called one. */
function isCard(digits: string, before: string): boolean {
  if (digits.length < 16 || digits.length > 19) return false
  return (
    /^(?:62|4|5[1-5]|3[57])/.test(digits) ||
    /(?:卡|存折|账号|帐号|card|карт|كارت)\D{0,4}$/iu.test(before)
  )
}

/**
 * Mainland mobile numbers have 11 digits from 13 to 19; those of Kazakhstan and Russia 11 from 77,
 * 87, 79 and 89.
 */
function isMobile(groups: readonly string[], digits: string): boolean {
  const own = digits.replace(/^(?:0086|086|86)(?=1[3-9]\d{9}$)/, '')
  if (!/^(?:1[3-9]\d{9}|[78][79]\d{9})$/.test(own)) return false
  const first = groups[0] ?? ''
  return groups.length === 1 || first.length <= 4 || own !== digits
}

/** A landline with its area code: 0 and two or three digits, then seven or eight. */
function isLandline(groups: readonly string[], digits: string): boolean {
  if (!/^0[1-9]\d{8,10}$/.test(digits)) return false
  const [area = '', ...rest] = groups
  if (rest.length === 0) return true
  const length = rest.join('').length
  return (
    area.length >= 3 &&
    area.length <= 4 &&
    (length === 7 || length === 8) &&
    rest.every((group) => group.length >= 2)
  )
}

/** Words behind which a number names somebody in another app. */
const handleWord =
  /(?:微信|薇信|威信|v信|vx|wx|wechat|weixin|qq|扣扣|whatsapp|telegram|ئۈندىدار|үндидар|ündidar|вотсап|ватсап|уатсап)\D{0,6}$/iu

/** A link, whatever its scheme; an address of a site; a name after an @. */
const link = new RegExp(
  [
    String.raw`[a-z][a-z0-9+.-]{1,15}\s?:\s?//`,
    String.raw`\bhttps?\b`,
    String.raw`\bwww\s?\.`,
    // With a path any ending is one; without, those that sites have and that no sentence of ours
    // ends and begins with.
    String.raw`[a-z0-9-]+\.[a-z]{2,}/\S`,
    String.raw`[a-z0-9-]\s?\.\s?(?:com|cn|net|org|vip|icu|xyz|top|cc|kz|ru)(?![a-z0-9])`,
    String.raw`[a-z0-9-]\.(?:com|cn|net|org|top|xyz|vip|icu|io|me|ru|kz|cc|co|tv|shop|site|online|club|app|link|live|info|work|ltd|fun|store|tech|space|mobi|asia|win|wang|ink|gov|edu|ly|gl|gd|la|so|to|ai|dev|page|cloud|chat|group|pub|red|ren|uz|tr)(?![a-z0-9])`,
    String.raw`(?<![\p{L}\p{N}])@\s?[a-z]\w{3,}`,
    String.raw`\S@[a-z0-9-]+\.[a-z]`,
  ].join('|'),
  'iu',
)

/** Asking to go on in another app, where nobody protects the resident. */
const elsewhere = new RegExp(
  [
    '[微薇威徽]信\\s*(?:号|號|群|联系|聯繫|聊|找|[:=]|加|me)',
    '(?:加|扫|掃|留|我的|您的|你的).{0,6}(?:[微薇威徽]信|v信|vx|wx|qq|扣扣|钉钉|釘釘|二维码|二維碼)',
    '加(?:我|你|您|个|一下)?\\s*(?:好友|群|微|v|qq)',
    '加我(?!们|們)',
    '扫一?扫?码|掃碼|二维码|二維碼',
    '(?<![a-z])(?:vx|wx|v信|wechat|weixin|whatsapp|telegram|viber|imo)(?![a-z])',
    'qq\\s*(?:号|號|群|[:=]|\\d)',
    '(?<![a-z])(?:add|text|message|call|dm|whatsapp|contact)\\s+me(?![a-z])',
    'ئۈندىدار|تېلېگرام|ۋاتساپ|үндидар|ündidar|undidar',
    '(?:вотсап|ватсап|уатсап|телеграм|вичат|уичат|ۋاتساپ|تەلەگرام)',
  ].join('|'),
  'iu',
)

/** Words for identity papers, in the languages of the service (glossary of the field). */
const papers =
  /身份证|身分證|户口[本簿]|戶口[本簿]|护照|護照|كىملىك|پاسپورت|نوپۇس دەپتىرى|жеке куәлі[кг]|төлқұжат|жеке басын куәландыр|куәлігіңіз|كۋالى[كگ]|kimlik|jeke kuäl|passport|\bID card\b|identity (?:card|document)/iu

/**
 * What must not stand in a member's message to a resident (protection P24); `undefined` when it may
 * go.
 */
export function heldBack(text: string): HeldBackReason | undefined {
  const plain = toPlain(text)
  if (numbersIn(plain).length > 0) return 'heldNumber'
  // Chinese digits are words too: links are looked for in the text as it was written.
  const words = [...withoutCodes(text)]
    .filter((character) => !unseen.test(character))
    .join('')
    .normalize('NFKC')
    .replaceAll(/(?<=[a-z0-9])[。．](?=[a-z])/gi, '.')
  if (link.test(words) || elsewhere.test(words)) return 'heldLink'
  return papers.test(words) ? 'heldPapers' : undefined
}

/** Whether a resident's words hold a number that tells who they are. */
export function holdsNumber(text: string): boolean {
  return numbersIn(toPlain(text)).length > 0
}

/**
 * A text as its handler sees it: numbers that lead to a person keep their length, and not their
 * digits (protection P28).
 */
export function masked(text: string): string {
  const plain = toPlain(text)
  const numbers = numbersIn(plain)
  if (numbers.length === 0) return text
  const hidden = new Set<number>()
  for (const [from, end] of numbers)
    for (let at = from; at < end; at++)
      if (/[\dxXХх×]/u.test(plain.text[at] ?? '')) hidden.add(plain.from[at] ?? -1)
  let at = 0
  let shown = ''
  for (const character of text) {
    shown += hidden.has(at) ? '•'.repeat(character.length) : character
    at += character.length
  }
  return shown
}
