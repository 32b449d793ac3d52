/** Which alphabet a letter is of, as far as the service's languages need it. */
const alphabets = ['Arab', 'Cyrl', 'Latn', 'Hani'] as const
export type Alphabet = (typeof alphabets)[number]

const none = 255
const alphabetOf = new Uint8Array(65_536).fill(none)
/**
 * Each letter as it is compared: lower case, and one form of those that keyboards type for one
 * another.
 */
const foldedOf = new Uint16Array(65_536)
for (let unit = 0; unit < 65_536; unit += 1) {
  if (unit >= 0xd800 && unit < 0xe000) continue
  const letter = String.fromCharCode(unit)
  if (!/\p{L}|[\u0674]/u.test(letter)) continue
  const alphabet = [
    /\p{Script=Arabic}/u,
    /\p{Script=Cyrillic}/u,
    /\p{Script=Latin}/u,
    /\p{Script=Han}/u,
  ].findIndex((script) => script.test(letter))
  if (alphabet === -1) continue
  alphabetOf[unit] = alphabet
  foldedOf[unit] = letter.toLowerCase().charCodeAt(0)
}
for (const [typed, meant] of ['کك', 'یي', 'هە', 'ءٴ', 'ٸى', 'ۅو', 'ëé', 'İi'].map(
  (pair) => [pair.charCodeAt(0), pair.charCodeAt(1)] as const,
))
  foldedOf[typed] = meant
/** What stands for a letter's mark or parts two letters, in Latin: Uzbek's oʻ, Uyghur's n'g. */
const apostrophes = new Set("'’‘ʻʼ`".split('').map((mark) => mark.charCodeAt(0)))

/** How many letters of each alphabet a text has. */
export function countLetters(text: string): Readonly<Record<Alphabet, number>> {
  const counts = [0, 0, 0, 0]
  for (let at = 0; at < text.length; at += 1) {
    const alphabet = alphabetOf[text.charCodeAt(at)] ?? none
    if (alphabet !== none) counts[alphabet] = (counts[alphabet] ?? 0) + 1
  }
  return { Arab: counts[0] ?? 0, Cyrl: counts[1] ?? 0, Latn: counts[2] ?? 0, Hani: counts[3] ?? 0 }
}

/** How many numbers a model has for each language. */
export const buckets = 1 << 16

/**
 * Calls `see` with the bucket of each run of one to four letters of one alphabet, a word's
 * beginning and end counting as a letter, and of each whole word of more than three. Linear in the
 * text's length.
 */
export function eachRun(text: string, alphabet: Alphabet, see: (bucket: number) => void): void {
  const wanted = alphabets.indexOf(alphabet)
  let third = 0
  let second = 0
  let first = 0 // 0: between words
  let word = 0
  let length = 0
  for (let at = 0; at <= text.length; at += 1) {
    const unit = at < text.length ? text.charCodeAt(at) : 0
    if (unit >= 0x300 && unit < 0x370) continue
    const isMark = first !== 0 && apostrophes.has(unit)
    const letter = isMark ? 0x27 : alphabetOf[unit] === wanted ? (foldedOf[unit] ?? 0) : 0
    if (letter !== 0 || first !== 0) {
      if (letter !== 0) see(bucketOf(letter, 1))
      const two = Math.imul(first + 1, 0x9e3779b1) ^ letter
      see(bucketOf(two, 2))
      if (first !== 0) {
        const three = Math.imul(two, 0x85ebca6b) ^ second
        see(bucketOf(three, 3))
        if (second !== 0) see(bucketOf(Math.imul(three, 0xc2b2ae35) ^ third, 4))
      }
    }
    if (letter === 0) {
      if (length > 3) see(bucketOf(word, wholeWord))
      word = 0
      length = 0
      first = 0
      second = 0
      third = 0
    } else {
      word = Math.imul(word ^ letter, 0x01000193)
      length += 1
      third = second
      second = first
      first = letter
    }
  }
}

/** What parts the buckets of whole words from those of runs. */
const wholeWord = 9

/** MurmurHash3's last mixing. */
function bucketOf(value: number, length: number): number {
  let mixed = value ^ Math.imul(length, 0x27d4eb2f)
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
  return ((mixed ^ (mixed >>> 16)) >>> 0) % buckets
}
