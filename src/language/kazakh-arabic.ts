/** Kazakh letters, Cyrillic to Arabic (töte jazıw, China's standard of 1982): GB 21669 and the schoolbooks' table. */
const letters: Readonly<Record<string, string>> = {
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

const punctuation: Readonly<Record<string, string>> = { ',': '،', ';': '؛', '?': '؟' }

/** The high hamza that marks a word as front: ا و ۇ ى are then read ә ө ү і. */
const frontMark = 'ٴ'

/**
 * Kazakh text from Cyrillic to Arabic letters; everything that is not Cyrillic stays as it is, but for the comma, the
 * semicolon and the question mark, which follow the script.
 *
 * A word is front when it has ә, ө, ү or і and no back vowel; it is marked once, before it, unless it has ە, ك or گ,
 * which only front words have.
 */
export function toKazakhArabic(text: string): string {
  return text
    .replaceAll(/[а-яёәғқңөұүһі]+/giu, toArabicWord)
    .replaceAll(/(?<=\p{Script=Arabic})[,;?]|(?<=\p{Script=Arabic}[»”\u2069)])[,;?]/gu, (mark) => punctuation[mark] ?? mark)
}

function toArabicWord(word: string): string {
  const lower = word.toLowerCase()
  const written = [...lower.replaceAll(/и(?=[яю])/g, '')].map((letter) => letters[letter] ?? letter).join('')
  const isFront = /[әөүі]/.test(lower) && !/[аоұыя]/.test(lower)
  return isFront && !/[ەكگ]/.test(written) ? frontMark + written : written
}
