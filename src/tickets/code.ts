/**
 * Crockford's base 32: no I, L, O or U, which are misread or misheard.
 * https://www.crockford.com/base32.html
 */
const digits = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const length = 9

/** A ticket's code as people see it, such as `JW-4K7Q2M9XHT`. */
export type TicketCode = string

/**
 * A new code from nine random numbers. Never sequential: a code tells neither how many tickets
 * there are nor what came before.
 *
 * @param random nine whole numbers from 0 to 31.
 */
export function toTicketCode(random: readonly number[]): TicketCode {
  if (
    random.length !== length ||
    random.some((digit) => !Number.isInteger(digit) || digit < 0 || digit > 31)
  )
    throw new RangeError('a ticket code needs nine numbers from 0 to 31')
  return `JW-${[...random, checkDigit(random)].map((digit) => digits[digit]).join('')}`
}

/** What became of a typed code. */
export type ParsedCode =
  | { readonly ok: true; readonly code: TicketCode }
  | { readonly ok: false; readonly reason: 'shape' | 'checkCharacter' }

/**
 * Reads a code as people type it: in lower case, with spaces, without the dash, with O for 0 and I
 * or L for 1.
 */
export function parseTicketCode(typed: string): ParsedCode {
  if (typed.length > 40) return { ok: false, reason: 'shape' }
  const plain = typed.toUpperCase().replaceAll(/[\s\u2066-\u2069\u200E\u200F-]/g, '')
  if (!/^JW[0-9A-Z]{10}$/.test(plain)) return { ok: false, reason: 'shape' }
  const characters = plain.slice(2).replaceAll('O', '0').replaceAll(/[IL]/g, '1')
  const numbers = [...characters].map((character) => digits.indexOf(character))
  if (numbers.includes(-1)) return { ok: false, reason: 'shape' }
  if (checkDigit(numbers) !== 0) return { ok: false, reason: 'checkCharacter' }
  return { ok: true, code: `JW-${characters}` }
}

/**
 * Damm's check over GF(32), x∘y = 2·(x + y): finds every single wrong character and every swap of
 * two neighbours. H. M. Damm, Total anti-symmetrische Quasigruppen, Marburg 2004. With its own
 * digit appended the result is 0.
 */
function checkDigit(numbers: readonly number[]): number {
  return numbers.reduce((interim, digit) => double(interim ^ digit), 0)
}

/** Times 2 in GF(32) by the primitive polynomial x⁵ + x² + 1. */
function double(number: number): number {
  return number & 16 ? ((number << 1) ^ 0b100101) & 31 : number << 1
}
