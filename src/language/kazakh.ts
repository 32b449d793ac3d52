import loans from './kazakh-loans.json' with { type: 'json' }
import { frontStems, mixedStems } from './kazakh-stems.ts'

/**
 * Kazakh's three orthographies: Cyrillic, Arabic letters (töte jazıw, China's standard of 1982) and
 * Latin (the alphabet of 2021). Cyrillic stands in the middle: it tells front vowels from back
 * ones, which Arabic letters leave to harmony.
 */
const arabicOf: Readonly<Record<string, string>> = {
  а: 'ا',
  ә: 'ا',
  б: 'ب',
  в: 'ۆ',
  г: 'گ',
  ғ: 'ع',
  д: 'د',
  е: 'ە',
  ё: 'يو',
  ж: 'ج',
  з: 'ز',
  и: 'ي',
  й: 'ي',
  к: 'ك',
  қ: 'ق',
  л: 'ل',
  м: 'م',
  н: 'ن',
  ң: 'ڭ',
  о: 'و',
  ө: 'و',
  п: 'پ',
  р: 'ر',
  с: 'س',
  т: 'ت',
  у: 'ۋ',
  ұ: 'ۇ',
  ү: 'ۇ',
  ф: 'ف',
  х: 'ح',
  һ: 'ھ',
  ц: 'تس',
  ч: 'چ',
  ш: 'ش',
  щ: 'شش',
  ъ: '',
  ы: 'ى',
  і: 'ى',
  ь: '',
  э: 'ە',
  ю: 'يۋ',
  я: 'يا',
}

const latinOf: Readonly<Record<string, string>> = {
  а: 'a',
  ә: 'ä',
  б: 'b',
  в: 'v',
  г: 'g',
  ғ: 'ğ',
  д: 'd',
  е: 'e',
  ё: 'io',
  ж: 'j',
  з: 'z',
  и: 'i',
  й: 'i',
  к: 'k',
  қ: 'q',
  л: 'l',
  м: 'm',
  н: 'n',
  ң: 'ñ',
  о: 'o',
  ө: 'ö',
  п: 'p',
  р: 'r',
  с: 's',
  т: 't',
  у: 'u',
  ұ: 'ū',
  ү: 'ü',
  ф: 'f',
  х: 'h',
  һ: 'h',
  ц: 'ts',
  ч: 'ch',
  ш: 'ş',
  щ: 'şş',
  ъ: '',
  ы: 'y',
  і: 'ı',
  ь: '',
  э: 'e',
  ю: 'iu',
  я: 'ia',
}

/** The high hamza that marks a word as front: ا و ۇ ى are then read ә ө ү і. */
const frontMark = 'ٴ'

/**
 * A Cyrillic word in Arabic letters. A word is front when it has ә, ө, ү or і and no back vowel; it
 * is marked once, before it, unless it has ە, ك or گ, which only front words have.
 */
export function kazakhCyrillicToArabic(word: string): string {
  const lower = word.toLowerCase()
  const written = [...lower.replaceAll(/и(?=[яю])/g, '')]
    .map((letter) => arabicOf[letter] ?? letter)
    .join('')
  const isFront = /[әөүі]/.test(lower) && !/[аоұыя]/.test(lower)
  return isFront && !/[ەكگ]/.test(written) ? frontMark + written : written
}

/** A Cyrillic word in Latin letters, with its capitals. */
export function kazakhCyrillicToLatin(word: string): string {
  const plain = word.replaceAll(/[иИ](?=[яюЯЮ])/g, '')
  const written = [...plain].map((letter) => {
    const latin = latinOf[letter.toLowerCase()] ?? letter
    return letter === letter.toLowerCase()
      ? latin
      : latin.slice(0, 1).toLocaleUpperCase(latin.startsWith('i') ? 'tr' : 'en') + latin.slice(1)
  })
  const isUpper = plain.length > 1 && plain === plain.toUpperCase()
  return isUpper ? upper(written.join('')) : written.join('')
}

/** `ı` has the capital `I`, `i` the capital `İ`, as in the alphabet's table. */
function upper(latin: string): string {
  return latin.replaceAll('i', 'İ').toUpperCase()
}

const consonantsOf: Readonly<Record<string, string>> = {
  ب: 'б',
  ۆ: 'в',
  گ: 'г',
  ع: 'ғ',
  د: 'д',
  ە: 'е',
  ج: 'ж',
  ز: 'з',
  ك: 'к',
  ق: 'қ',
  ل: 'л',
  م: 'м',
  ن: 'н',
  ڭ: 'ң',
  پ: 'п',
  ر: 'р',
  س: 'с',
  ت: 'т',
  ۋ: 'у',
  ف: 'ф',
  ح: 'х',
  ھ: 'һ',
  چ: 'ч',
  ش: 'ш',
}

/** Vowels whose reading harmony decides: back, front. */
const harmonicOf: Readonly<Record<string, readonly [back: string, front: string]>> = {
  ا: ['а', 'ә'],
  و: ['о', 'ө'],
  ۇ: ['ұ', 'ү'],
  ى: ['ы', 'і'],
}

type Harmony = 'back' | 'front'

/**
 * A word in Arabic letters, in Cyrillic; `undefined` when a letter is none of Kazakh's.
 *
 * Lost on the way here and restored only by context: и/й (й after a vowel), я ю (after a vowel or
 * first), щ (for شش). Lost for good: ё, ц, э, ъ, ь, capitals, a single и before я or ю. Words whose
 * harmony is mixed against the rule stand in `kazakh-stems.ts`.
 */
export function kazakhArabicToCyrillic(word: string): string | undefined {
  // On a Uyghur keyboard ۈ, and letters with the mark in them, say that the word is front.
  const marked = /^[ٴء]|[ۈٵٶٷٸ]/.test(word)
  const arabic = arabicSpelling(word)
  const stem = marked ? undefined : stemOf(arabic)
  const ending = readHarmonically(
    arabic.slice(stem?.arabic.length ?? 0),
    stem === undefined ? undefined : lastHarmony(stem.cyrillic),
    marked,
  )
  return ending === undefined ? undefined : joined(stem?.cyrillic ?? '', ending)
}

/**
 * The one ending that does not follow harmony ("with"), after a stem that shows none of its own.
 */
const withEnding = /(?<=^[^ەكگ]+)[مبپ]ەن(?:دە|دىك.*)?$/

/**
 * Reads each vowel front or back: as ق ع (back) or ك گ (front) beside it tell, else as the sound
 * before it that tells, else as the next one. ә and ө stand in a word's first syllable only, so
 * that later ones are а and о.
 */
function readHarmonically(
  arabic: string,
  inherited: Harmony | undefined,
  marked: boolean,
): string | undefined {
  const written = [...arabic]
  const stemEnd = arabic.search(withEnding)
  const isLoan = /[ۆف]|يكا|^(?:پر|تر|گر|كل|كر|ست|سپ|پل|بل|فر|در)|^[^ەاۇوى]*[او].*ە.*ا/.test(arabic)
  const after: (Harmony | undefined)[] = []
  let next: Harmony | undefined
  for (let at = (stemEnd === -1 ? written.length : stemEnd) - 1; at >= 0; at -= 1) {
    after[at] = next
    next = evidence(written[at] ?? '') ?? next
  }
  let last = inherited
  let isFirstSyllable = inherited === undefined
  let cyrillic = ''
  for (const [at, letter] of written.entries()) {
    const harmonic = harmonicOf[letter]
    if (harmonic !== undefined) {
      const isBack =
        (letter === 'ا' || letter === 'و') &&
        !marked &&
        (isLoan || !isFirstSyllable || written[at - 1] === 'ي')
      const harmony = isBack
        ? 'back'
        : (touching(written, at) ?? last ?? after[at] ?? (marked ? 'front' : 'back'))
      cyrillic += harmonic[harmony === 'front' ? 1 : 0]
      last = harmony
      isFirstSyllable = false
    } else if (letter === 'ي') {
      cyrillic += 'ј'
      if (!/[اوۇىە]/.test(written[at - 1] ?? '')) isFirstSyllable = false
    } else {
      const consonant = consonantsOf[letter]
      if (consonant === undefined) return undefined
      cyrillic += consonant
      last = evidence(letter) ?? last
      if (
        letter === 'ە' ||
        (letter === 'ۋ' && !isVowel(written[at - 1]) && !isVowel(written[at + 1]))
      )
        isFirstSyllable = false
    }
  }
  return cyrillic
}

function isVowel(letter: string | undefined): boolean {
  return letter !== undefined && /[اەوۇىي]/.test(letter)
}

/** ق and ع stand with back vowels, ك گ and ە with front ones. */
function evidence(letter: string): Harmony | undefined {
  if (letter === 'ق' || letter === 'ع') return 'back'
  return letter === 'ە' || letter === 'ك' || letter === 'گ' ? 'front' : undefined
}

function touching(written: readonly string[], at: number): Harmony | undefined {
  const beside = [written[at - 1], written[at + 1]]
  if (beside.some((letter) => letter === 'ق' || letter === 'ع')) return 'back'
  return beside.some((letter) => letter === 'ك' || letter === 'گ') ? 'front' : undefined
}

/**
 * In an ending that is joined to a stem, ј stands for what is й after a vowel and и elsewhere; with
 * а or у it is one letter. A stem loses its ь before а, ы and і: роль, ролі.
 */
function joined(stem: string, ending: string): string {
  return (stem + ending)
    .replaceAll(/ь(?=[аыі])/g, '')
    .replaceAll(/тсј(?=[ао])/g, 'цј')
    .replaceAll(/^јо/g, 'йо')
    .replaceAll(/(?<![бвгғджзкқлмнңпрстфхһцчшщ])ј([ау])/g, (_, vowel) =>
      vowel === 'а' ? 'я' : 'ю',
    )
    .replaceAll(/ј([ау])/g, (_, vowel) => (vowel === 'а' ? 'ия' : 'ию'))
    .replaceAll(/(?<=[аәеоөуұүыіэяю])ј/g, 'й')
    .replaceAll('ј', 'и')
    .replaceAll('шш', 'щ')
}

function lastHarmony(cyrillic: string): Harmony | undefined {
  const vowel = cyrillic.match(/[аоұыяәөүіе](?=[^аоұыяәөүіе]*$)/)?.[0]
  return vowel === undefined ? undefined : /[әөүіе]/.test(vowel) ? 'front' : 'back'
}

function arabicSpelling(word: string): string {
  return word
    .replaceAll(/[ٴء]/g, '')
    .replaceAll('ک', 'ك')
    .replaceAll('ی', 'ي')
    .replaceAll('ه', 'ە')
    .replaceAll(/[ئٔ]/g, '')
    .replaceAll('ې', 'ە')
    .replaceAll('غ', 'ع')
    .replaceAll('خ', 'ح')
    .replaceAll('ژ', 'ج')
    .replaceAll('ٸ', 'ى')
    .replaceAll(/[ٷۈ]/g, 'ۇ')
    .replaceAll('ٶ', 'و')
    .replaceAll('ۅ', 'و')
    .replaceAll('ٵ', 'ا')
    .replaceAll(/(?<!^س(?=ىي[لىن])|^ت(?=ىي[ىسل]))ىيي?/g, 'ي')
}

type Stem = { readonly arabic: string; readonly cyrillic: string }
const stemsByArabic: ReadonlyMap<string, Stem> = byArabic([
  ...loans.arabic.split(' '),
  ...mixedStems,
])
/**
 * Read only where ە ك or گ follows: the same letters with a mark or without one are other words.
 */
const frontStemsByArabic: ReadonlyMap<string, Stem> = byArabic(frontStems)

function byArabic(stems: readonly string[]): ReadonlyMap<string, Stem> {
  return new Map(
    stems.map((cyrillic) => {
      const arabic = kazakhCyrillicToArabic(cyrillic).replace(frontMark, '')
      return [arabic, { arabic, cyrillic }]
    }),
  )
}
const longestStem = 12

const stemsByLatin: ReadonlyMap<string, string> = new Map(
  loans.latin.split(' ').map((stem) => [kazakhCyrillicToLatin(stem), stem]),
)

function stemOf(arabic: string): Stem | undefined {
  for (let length = Math.min(longestStem, arabic.length); length > 1; length -= 1) {
    const stem =
      stemsByArabic.get(arabic.slice(0, length)) ??
      (withEnding.test(arabic) ? frontStemsByArabic.get(arabic.slice(0, length)) : undefined)
    if (stem !== undefined) return stem
  }
  return undefined
}

const cyrillicOfLatin: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    Object.entries(latinOf)
      .filter(([, latin]) => latin.length === 1)
      .map(([cyrillic, latin]) => [latin, cyrillic]),
  ),
  e: 'е',
  h: 'х',
  i: 'ј',
  и: 'и',
  x: 'х',
  c: 'ц',
  ç: 'ч',
}

/**
 * A Latin word in Cyrillic; `undefined` when a letter is none of Kazakh's. `spelling` is that of
 * the text around it. Lost: х/һ (х, but for words that are known),
 * и/й (й after a vowel), ё, ц, э, ъ, ь.
 */
export function kazakhLatinToCyrillic(
  word: string,
  spelling: KazakhLatin = '2021',
): string | undefined {
  const latin = word
    .normalize('NFC')
    .replaceAll('İ', 'i')
    .replaceAll('I', 'ı')
    .toLowerCase()
    .normalize('NFC')
  const modern =
    spelling === '2021' ? latin : spelling === '2018' ? from2018(latin) : fromTurkic(latin)
  const stem = latinStemOf(modern)
  let cyrillic = ''
  for (let at = stem.length; at < modern.length; at += 1) {
    if (modern.startsWith('ch', at)) {
      cyrillic += 'ч'
      at += 1
      continue
    }
    const letter = cyrillicOfLatin[modern[at] ?? '']
    if (letter === undefined) return undefined
    cyrillic += letter
  }
  const joinedWord = withHeh(joined(stemsByLatin.get(stem) ?? '', cyrillic))
  if (word.length > 1 && word === word.toUpperCase()) return joinedWord.toUpperCase()
  return /^\p{Lu}/u.test(word)
    ? joinedWord.slice(0, 1).toUpperCase() + joinedWord.slice(1)
    : joinedWord
}

function latinStemOf(latin: string): string {
  for (let length = Math.min(longestStem, latin.length); length > 2; length -= 1)
    if (stemsByLatin.has(latin.slice(0, length))) return latin.slice(0, length)
  return ''
}

/** `ı` for ы, `i` for і, `ï` for и, `ý` and `y` for й, `w` for у, `u` for ұ. */
function fromTurkic(latin: string): string {
  return latin
    .replaceAll('y', 'ý')
    .replaceAll('ı', 'y')
    .replaceAll('i', 'ı')
    .replaceAll('ï', 'и')
    .replaceAll('ý', 'i')
    .replaceAll('u', 'ū')
    .replaceAll('w', 'u')
}

/**
 * `y` for ы, `i` for і, `ı` for и and й, `ý` for у, `u` for ұ, acutes for ә ө ү ғ ң, `sh` for ш.
 */
function from2018(latin: string): string {
  return latin
    .replaceAll('i', 'і')
    .replaceAll('ı', 'i')
    .replaceAll('і', 'ı')
    .replaceAll('u', 'ū')
    .replaceAll('ý', 'u')
    .replaceAll('sh', 'ş')
    .replaceAll(
      /[áóúǵń]/g,
      (letter) => ({ á: 'ä', ó: 'ö', ú: 'ü', ǵ: 'ğ', ń: 'ñ' })[letter] ?? letter,
    )
}

/** The few words that have һ. */
function withHeh(cyrillic: string): string {
  return cyrillic.replace(/^(қа|гау|жи|ша)х(?=ар|ан)/, '$1һ').replace(/^(ай|уа)ха/, '$1һа')
}

/**
 * The Latin spellings that are typed: the alphabet of 2021, that of 2018 with its acutes, and the
 * older Turkic one.
 */
export type KazakhLatin = '2021' | '2018' | 'turkic'

/**
 * Which spelling a text in Latin letters is in. Asked of the whole text, as one word seldom tells.
 */
export function kazakhLatinOf(text: string): KazakhLatin {
  const latin = text.normalize('NFC').toLowerCase()
  const count = (letter: string) => latin.split(letter).length - 1
  if (/[wï]/.test(latin)) return 'turkic'
  if (/[ǵńáóú]/.test(latin)) return '2018'
  if (/ý/.test(latin)) return count('y') > count('ı') ? '2018' : 'turkic'
  if (/[yū]/.test(latin)) return '2021'
  const count2021 =
    latin.match(/(?<!\p{L})(?:[^aou\P{L}]*[eäöü][^aou\P{L}]*ı|[^aou\P{L}]*ı[^aou\P{L}]*[eäöü])/gu)
      ?.length ?? 0
  // Of the words of 2021, few have ı beside а or after у, and few front ones have i (minister).
  const countTurkic =
    latin.match(
      /(?<!\p{L})(?!qaz|bır|qau|kıt|qab)(?:\p{L}*[ao]\p{L}*ı|\p{L}*ı\p{L}*[ao]|[^eäöü\P{L}]*u[^eäöü\P{L}]*ı)/gu,
    )?.length ?? 0
  if (count2021 + countTurkic > 0) return count2021 >= countTurkic ? '2021' : 'turkic'
  const withFrontI =
    latin.match(/(?<!\p{L})[^aou\P{L}]*[^aeiouäöü\P{L}]i[^aou\P{L}]*(?!\p{L})/gu) ?? []
  return withFrontI.some((word) => !frontStemsWithI.some((stem) => word.startsWith(stem)))
    ? 'turkic'
    : '2021'
}

/** What has и in a front word by the alphabet of 2021 too, such as `resmi`. */
const frontStemsWithI: readonly string[] = [
  ...mixedStems,
  ...loans.latin.split(' ').filter((stem) => stem.length > 4),
]
  .filter((stem) => /и/.test(stem) && !/[аоуұыя]/.test(stem))
  .map(kazakhCyrillicToLatin)
