/** The encodings that offices save text files in. */
export type TextEncoding = 'UTF-8' | 'UTF-16' | 'GB18030' | 'Windows-1251'

/**
 * A text file and what it is encoded in: what decodes without one mistake, UTF-8 before others.
 * `undefined` where nothing does.
 *
 * GB18030 (Chinese Excel and WPS) and Windows-1251 (Russian ones) name no sign that tells them
 * apart: two of its letters are nearly always a Chinese character too. Cyrillic letters are the
 * upper quarter of the bytes; of Chinese, four characters in ten have another byte.
 */
export function decodeText(
  content: Uint8Array,
): { readonly text: string; readonly encoding: TextEncoding } | undefined {
  const order = byteOrder(content)
  const utf16 = order === undefined ? undefined : decoded(content, order)
  if (utf16 !== undefined && !isGuesswork(utf16)) return { text: utf16, encoding: 'UTF-16' }
  const utf8 = decoded(content, 'utf-8')
  if (utf8 !== undefined) return { text: utf8, encoding: 'UTF-8' }
  const chinese = decoded(content, 'gb18030')
  const russian = decoded(content, 'windows-1251')
  if (russian !== undefined && (chinese === undefined || looksCyrillic(content)))
    return { text: russian, encoding: 'Windows-1251' }
  return chinese === undefined ? undefined : { text: chinese, encoding: 'GB18030' }
}

/**
 * Whether text holds mostly signs that stand for nothing. A Russian file that begins with яю or юя
 * looks like UTF-16 by its first two bytes; its letters would be such signs then.
 */
function isGuesswork(text: string): boolean {
  const strange = text.match(/[\p{Co}\p{Cn}]/gu)?.length ?? 0
  return strange > text.length / 4
}

/** Control signs that no program writes into a table. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
const notOfText = /[\u0000-\u0008\u000E-\u001F\u0080-\u009F]/

function decoded(content: Uint8Array, encoding: string): string | undefined {
  try {
    const text = new TextDecoder(encoding, { fatal: true }).decode(content)
    return notOfText.test(text) ? undefined : text
  } catch {
    return undefined
  }
}

/** Of how many bytes is looked whether every second one is 0, as of Latin letters in UTF-16. */
const looked = 200

function byteOrder(content: Uint8Array): 'utf-16le' | 'utf-16be' | undefined {
  const [first, second] = content
  if (first === 0xff && second === 0xfe) return 'utf-16le'
  if (first === 0xfe && second === 0xff) return 'utf-16be'
  const start = content.subarray(0, looked)
  const zeros = [0, 0]
  for (const [at, byte] of start.entries()) if (byte === 0) zeros[at % 2] = (zeros[at % 2] ?? 0) + 1
  const [even = 0, odd = 0] = zeros
  if (odd > start.length / 4 && even === 0) return 'utf-16le'
  return even > start.length / 4 && odd === 0 ? 'utf-16be' : undefined
}

/** How many bytes tell: fewer may be letters of either. */
const fewestTelling = 6

function looksCyrillic(content: Uint8Array): boolean {
  const high = content.filter((byte) => byte >= 0x80)
  // Letters, and ё, № and the quotation marks.
  const letters = high.filter(
    (byte) => byte >= 0xc0 || [0xa8, 0xb8, 0xb9, 0xab, 0xbb].includes(byte),
  )
  return high.length >= fewestTelling && letters.length >= high.length * 0.95
}
