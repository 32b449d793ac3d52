/**
 * A decimal digit of another script as a European one, by its place among its ten; `undefined` for
 * what is none, or is one already.
 */
export function plainDigit(character: string): string | undefined {
  if (!/^\p{Nd}$/u.test(character) || /^\d$/.test(character)) return undefined
  const composed = character.normalize('NFKC')
  if (/^\d$/.test(composed)) return composed
  const code = character.codePointAt(0) ?? 0
  let value = 0
  while (value < 9 && /^\p{Nd}$/u.test(String.fromCodePoint(code - value - 1))) value += 1
  return String(value)
}

/** A text with the decimal digits of all scripts as European ones. */
export function withPlainDigits(text: string): string {
  return text.replaceAll(/\p{Nd}/gu, (digit) => plainDigit(digit) ?? digit)
}

const hanOnes = '零一二三四五六七八九'

/** `十二`, `二十`, as numbers up to 99 are written in words; `两` is the two of counting. */
function hanNumber(text: string): number | undefined {
  const parts = /^([一二两三四五六七八九])?(十)?([一二三四五六七八九])?$/.exec(text)
  if (parts === null || text === '') return undefined
  const [, first, ten, last] = parts
  const worth = (sign: string | undefined) => (sign === '两' ? 2 : hanOnes.indexOf(sign ?? ''))
  if (ten === undefined) return last === undefined && first !== undefined ? worth(first) : undefined
  return (first === undefined ? 1 : worth(first)) * 10 + (last === undefined ? 0 : worth(last))
}

/**
 * The number that a message is, and nothing else: in the digits of any script, circled, as a key or
 * in Chinese words, with one mark that a keyboard or a person puts behind it.
 */
export function numberAlone(text: string): number | undefined {
  const plain = withPlainDigits(
    text
      .normalize('NFKC')
      .replaceAll(/[\p{Cf}\ufe0f\u20e3]/gu, '')
      .trim(),
  )
  const number = plain.replace(/\s?[.。)）、,，]$/u, '')
  if (/^\d{1,3}$/.test(number)) return Number(number)
  return hanNumber(number)
}
