/** The languages whose numbers are said in words here; Mandarin's are read by the speech engine. */
export type Spoken = 'ug' | 'kk'

type Words = {
  /** 0 to 9. */
  readonly ones: readonly string[]
  /** 10 to 90. */
  readonly tens: readonly string[]
  readonly hundred: string
  readonly thousand: string
  /** The ordinal of the last word of a number, where a rule does not give it. */
  readonly ordinals: Readonly<Record<string, string>>
}

const list = (words: string) => words.split(' ')
const paired = (words: string, ordinals: string) => {
  const made = list(ordinals)
  return Object.fromEntries(list(words).map((word, at) => [word, made[at] ?? word]))
}

/**
 * Cardinals and ordinals of literary Uyghur and Kazakh, as their grammars and spelling dictionaries
 * have them (Tömür 2003, Modern Uyghur Grammar, 4.2; Қазақ грамматикасы 2002, Сан есім).
 */
const wordsOf: Readonly<Record<Spoken, Words>> = {
  ug: {
    ones: list('نۆل بىر ئىككى ئۈچ تۆت بەش ئالتە يەتتە سەككىز توققۇز'),
    tens: list('ئون يىگىرمە ئوتتۇز قىرىق ئەللىك ئاتمىش يەتمىش سەكسەن توقسان'),
    hundred: 'يۈز',
    thousand: 'مىڭ',
    ordinals: paired(
      'نۆل بىر ئىككى ئۈچ تۆت بەش ئالتە يەتتە سەككىز توققۇز ئون يىگىرمە ئوتتۇز قىرىق ئەللىك ئاتمىش يەتمىش سەكسەن توقسان يۈز مىڭ',
      'نۆلىنچى بىرىنچى ئىككىنچى ئۈچىنچى تۆتىنچى بەشىنچى ئالتىنچى يەتتىنچى سەككىزىنچى توققۇزىنچى ئونىنچى يىگىرمىنچى ئوتتۇزىنچى قىرىقىنچى ئەللىكىنچى ئاتمىشىنچى يەتمىشىنچى سەكسىنىنچى توقسىنىنچى يۈزىنچى مىڭىنچى',
    ),
  },
  kk: {
    ones: list('нөл бір екі үш төрт бес алты жеті сегіз тоғыз'),
    tens: list('он жиырма отыз қырық елу алпыс жетпіс сексен тоқсан'),
    hundred: 'жүз',
    thousand: 'мың',
    ordinals: paired(
      'нөл бір екі үш төрт бес алты жеті сегіз тоғыз он жиырма отыз қырық елу алпыс жетпіс сексен тоқсан жүз мың',
      'нөлінші бірінші екінші үшінші төртінші бесінші алтыншы жетінші сегізінші тоғызыншы оныншы жиырмасыншы отызыншы қырқыншы елуінші алпысыншы жетпісінші сексенінші тоқсаныншы жүзінші мыңыншы',
    ),
  },
}

/** The largest number that is said as one; longer ones are said digit by digit. */
export const largestSaid = 999_999

/**
 * A whole number from 0 to `largestSaid` in words.
 *
 * @throws {RangeError} for any other number.
 */
export function cardinal(number: number, language: Spoken): string {
  if (!Number.isInteger(number) || number < 0 || number > largestSaid)
    throw new RangeError(`${number} is no whole number from 0 to ${largestSaid}`)
  return parts(number, wordsOf[language]).join(' ')
}

/** The same as an ordinal: "the 27th". */
export function ordinal(number: number, language: Spoken): string {
  const said = cardinal(number, language).split(' ')
  const last = said.pop() ?? ''
  return [...said, wordsOf[language].ordinals[last] ?? last].join(' ')
}

/** Digits one after another, as codes and telephone numbers are said. */
export function digitByDigit(digits: string, language: Spoken): string {
  return [...digits].map((digit) => wordsOf[language].ones[Number(digit)] ?? digit).join(' ')
}

function parts(number: number, words: Words): readonly string[] {
  const { ones, tens, hundred, thousand } = words
  const thousands = Math.floor(number / 1_000)
  if (thousands > 0)
    return [
      ...(thousands === 1 ? [] : parts(thousands, words)),
      thousand,
      ...(number % 1_000 === 0 ? [] : parts(number % 1_000, words)),
    ]
  const hundreds = Math.floor(number / 100)
  if (hundreds > 0)
    return [
      ...(hundreds === 1 ? [] : [ones[hundreds] ?? '']),
      hundred,
      ...(number % 100 === 0 ? [] : parts(number % 100, words)),
    ]
  const ten = Math.floor(number / 10)
  if (ten === 0) return [ones[number] ?? '']
  return [tens[ten - 1] ?? '', ...(number % 10 === 0 ? [] : [ones[number % 10] ?? ''])]
}
