/**
 * Uyghur's three orthographies: Arabic letters (UEY), Latin (ULY, 2008) and Cyrillic (as in
 * Kazakhstan). Arabic letters stand in the middle: they write every sound.
 */
type Letter = readonly [arabic: string, latin: string, cyrillic: string]

const vowels: readonly Letter[] = [
  ['ا', 'a', 'а'],
  ['ە', 'e', 'ә'],
  ['ې', 'é', 'е'],
  ['ى', 'i', 'и'],
  ['و', 'o', 'о'],
  ['ۇ', 'u', 'у'],
  ['ۆ', 'ö', 'ө'],
  ['ۈ', 'ü', 'ү'],
]

const consonants: readonly Letter[] = [
  ['ب', 'b', 'б'],
  ['پ', 'p', 'п'],
  ['ت', 't', 'т'],
  ['ج', 'j', 'җ'],
  ['چ', 'ch', 'ч'],
  ['خ', 'x', 'х'],
  ['د', 'd', 'д'],
  ['ر', 'r', 'р'],
  ['ز', 'z', 'з'],
  ['ژ', 'zh', 'ж'],
  ['س', 's', 'с'],
  ['ش', 'sh', 'ш'],
  ['غ', 'gh', 'ғ'],
  ['ف', 'f', 'ф'],
  ['ق', 'q', 'қ'],
  ['ك', 'k', 'к'],
  ['گ', 'g', 'г'],
  ['ڭ', 'ng', 'ң'],
  ['ل', 'l', 'л'],
  ['م', 'm', 'м'],
  ['ن', 'n', 'н'],
  ['ھ', 'h', 'һ'],
  ['ۋ', 'w', 'в'],
  ['ي', 'y', 'й'],
]

const letters = [...vowels, ...consonants]
const toLatin = new Map(letters.map(([arabic, latin]) => [arabic, latin]))
const toCyrillic = new Map(letters.map(([arabic, , cyrillic]) => [arabic, cyrillic]))
const fromLatin = new Map([
  ...letters.map(([arabic, latin]) => [latin, arabic] as const),
  ['ë', 'ې'] as const,
  ['v', 'ۋ'] as const,
])
const fromCyrillic = new Map([
  ...letters.map(([arabic, , cyrillic]) => [cyrillic, arabic] as const),
  ...(
    [
      ['я', 'يا'],
      ['ю', 'يۇ'],
      ['ё', 'يو'],
      ['э', 'ې'],
      ['ц', 'تس'],
      ['щ', 'ش'],
      ['ы', 'ى'],
      ['ъ', ''],
      ['ь', ''],
    ] as const
  ).map(([cyrillic, arabic]) => [cyrillic, arabic] as const),
])

const hamza = 'ئ'
const arabicVowels = new Set(vowels.map(([arabic]) => arabic))
/** What two letters of ULY would read as one: `n'g` is not `ng`. */
const digraphs = new Set(['ch', 'zh', 'sh', 'gh', 'ng'])

/**
 * A word in Arabic letters, in ULY. A hamza shows as `'` after a consonant and between like vowels:
 * elsewhere it goes without saying.
 */
export function uyghurArabicToLatin(word: string): string {
  let latin = ''
  const written = [...spelling(word)]
  for (const [at, letter] of written.entries()) {
    if (letter === hamza) {
      const before = written[at - 1]
      if (before !== undefined && (!arabicVowels.has(before) || before === written[at + 1]))
        latin += "'"
      continue
    }
    const next = toLatin.get(letter) ?? letter
    latin +=
      digraphs.has(latin.slice(-1) + next.slice(0, 1)) && !latin.endsWith("'") ? `'${next}` : next
  }
  return latin
}

/**
 * A word in Arabic letters, in Cyrillic: `يا` and `يۇ` are one letter, as in Kazakhstan's spelling.
 */
export function uyghurArabicToCyrillic(word: string): string {
  let cyrillic = ''
  for (const letter of spelling(word)) {
    if (letter === hamza) cyrillic += cyrillic === '' ? '' : "'"
    else cyrillic += toCyrillic.get(letter) ?? letter
  }
  return cyrillic.replaceAll('йа', 'я').replaceAll('йу', 'ю')
}

/**
 * A word in ULY, in Arabic letters; `undefined` for what is not Uyghur's spelling (a brand name
 * such as `Cisco`). Lost: capitals. Not restored: `é ö ü` where the writer left out the marks.
 */
export function uyghurLatinToArabic(word: string): string | undefined {
  const latin = word
    .normalize('NFC')
    .toLowerCase()
    .replaceAll(/[’‘ʼ`]/g, "'")
  const read: string[] = []
  for (let at = 0; at < latin.length; ) {
    if (latin[at] === "'") {
      // Before a vowel it is a hamza; before a consonant it only parts two letters.
      if (
        fromLatin.has(latin[at + 1] ?? '') &&
        arabicVowels.has(fromLatin.get(latin[at + 1] ?? '') ?? '')
      )
        read.push(hamza)
      at += 1
      continue
    }
    const two = fromLatin.get(latin.slice(at, at + 2))
    const letter = two ?? fromLatin.get(latin.slice(at, at + 1))
    if (letter === undefined) return undefined
    read.push(letter)
    at += two === undefined ? 1 : 2
  }
  return withHamzas(read)
}

/**
 * A word in Cyrillic, in Arabic letters; `undefined` when a letter is none of Uyghur's. Lost:
 * capitals, `ъ` and `ь`.
 */
export function uyghurCyrillicToArabic(word: string): string | undefined {
  const read: string[] = []
  for (const letter of word.normalize('NFC').toLowerCase()) {
    const arabic = /['’ʼ]/.test(letter) ? hamza : fromCyrillic.get(letter)
    if (arabic === undefined) return undefined
    read.push(...arabic)
  }
  return withHamzas(read)
}

/** Sets the hamza that stands before a vowel where no consonant does. */
export function withHamzas(letters: Iterable<string>): string {
  let arabic = ''
  for (const letter of letters) {
    const before = arabic.at(-1)
    if (
      arabicVowels.has(letter) &&
      before !== hamza &&
      (before === undefined || arabicVowels.has(before))
    )
      arabic += hamza
    if (letter !== hamza || before !== hamza) arabic += letter
  }
  return arabic
}

/** Letters as UEY writes them, where look-alikes of other keyboards were typed. */
function spelling(word: string): string {
  return word.replaceAll('ک', 'ك').replaceAll('ی', 'ى').replaceAll('ه', 'ھ').replaceAll('ء', hamza)
}
