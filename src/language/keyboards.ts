import { withHamzas } from './uyghur.ts'

/**
 * What people type who lack letters of their language, or do without them: Kazakh and Uyghur with
 * the letters of a Russian keyboard, and in Latin letters without marks; Kazakh in Arabic letters
 * without the mark that tells front words.
 */
export type Keyboard = 'kk-Arab' | 'kk-Cyrl' | 'kk-Latn' | 'ug-Cyrl' | 'ug-Latn'

/**
 * A letter as it was typed, what it may mean (as the rules read it first), and a sound by which
 * keyboards are alike.
 */
export type Letter = {
  readonly typed: string
  readonly meant: readonly string[]
  readonly sound: string
}

type Described = {
  readonly language: 'kk' | 'ug'
  /** `typed sound meant…`; a meaning of `-` is none: the letter is part of the one before it. */
  readonly letters: ReadonlyMap<string, Omit<Letter, 'typed'>>
  /**
   * Where a text has the mark, letters that match `of` are what they are: surely, or unless the word
   * is none then.
   */
  readonly marks: readonly {
    readonly mark: RegExp
    readonly of: RegExp
    readonly isSure?: boolean
  }[]
  /** What no text in full spelling has. */
  readonly impossible: RegExp
  /** Whether what is a word by the rules of the written form is left as it is. */
  readonly areRulesFirst?: boolean
  /** Makes a word from its letters. */
  readonly join: (letters: readonly string[]) => string
}

function described(rows: string): Described['letters'] {
  return new Map(
    rows
      .trim()
      .split(/\s*[\n;]\s*/)
      .map((row) => {
        const [typed = '', sound = '', ...meant] = row.split(' ')
        return [typed, { sound, meant: meant.map((each) => (each === '-' ? '' : each)) }]
      }),
  )
}

const kazakhCyrillic = described(`
а a а ә; ә a ә; б b б; в v в; г g г ғ; ғ g ғ; д d д; е e е; ё io ё; ж j ж; з z з
и i и і й; й i й; к k к қ; қ k қ; л l л; м m м; н n н ң; ң n ң; о o о ө; ө o ө; п p п
р r р; с s с; т t т; у u у ұ ү; ұ u ұ; ү u ү; ф f ф; х h х һ; һ h һ; ц c ц; ч C ч
ш S ш; щ S щ; ъ - ъ; ы i ы і; і i і; ь - ь; э e э; ю iu ю; я ia я
`)

const kazakhArabic = described(`
ا a а ә; ب b б; ۆ v в; گ g г; ع g ғ; د d д; ە e е э; ج j ж; ز z з; ي i и й; ك k к; ق k қ; ل l л; م m м; ن n н; ڭ n ң
و o о ө; پ p п; ر r р; س s с; ت t т; ۋ u у; ۇ u ұ ү; ف f ф; ح h х; ھ h һ; چ C ч; ش S ш; ى i ы і
يا ia я ия; يۋ iu ю ию; شش SS щ шш
`)

const kazakhLatin = described(`
a a а ә; ä a ә; á a ә; b b б; c c ц с; d d д; e e е э ә; f f ф; g g г ғ; ğ g ғ; ǵ g ғ; gh g ғ
h h х һ; i i и і ы й ий; ı i і ы; ï i и; j j ж й; k k к қ; kh h х; l l л; m m м; n n н ң; ñ n ң; ń n ң
ng ng ң нг ңг нғ; ngh ngg нғ ңғ; o o о ө; ö o ө; ó o ө; p p п; q k қ; r r р; s s с; ş S ш; sh S ш щ; t t т
u u у ұ ү; ū u ұ; ü u ү; ú u ү; v v в у; w u у ұ ү; ý i й у; x h х; y i ы й -; z z з; zh j ж; ch C ч; ç C ч
`)

const uyghurLatin = described(`
a a ا; b b ب; ch C چ; c C چ; d d د; e e ە ې; é e ې; ë e ې; f f ف; g g گ غ; gh g غ; ğ g غ; h h ھ خ; i i ى ې; j j ج ژ
k k ك ق; l l ل; m m م; n n ن; ng ng ڭ نگ نغ; ñ ng ڭ; ŋ ng ڭ; o o و ۆ; ö o ۆ; p p پ; q k ق; r r ر; s s س; sh S ش; ş S ش
t t ت; u u ۇ ۈ; ü u ۈ; v v ۋ; w v ۋ; x h خ; y y ي; z z ز; zh j ژ; ä e ە; ç C چ; ngh ngg نغ ڭغ; ' - ئ
`)

const uyghurCyrillic = described(`
а a ا; б b ب; в v ۋ; г g گ غ; ғ g غ; д d د; е e ې ە; ә e ە; э e ە ې; ж j ژ ج; җ j ج; з z ز; и i ى; й y ي; к k ك ق; қ k ق
л l ل; м m م; н n ن ڭ; ң ng ڭ; о o و ۆ; ө o ۆ; п p پ; р r ر; с s س; т t ت; у u ۇ ۈ; ү u ۈ; ф f ف; х h خ ھ; һ h ھ; ч C چ; ш S ش
я ya يا; ю yu يۇ; ё yo يو; ц c تس; щ S ش; ы i ى; ъ - -; ь - -; ' - ئ
`)

/** A letter of the keyboard may stand for two. */
function joinUyghur(letters: readonly string[]): string {
  return withHamzas(letters.join(''))
}

export const keyboards: Readonly<Record<Keyboard, Described>> = {
  'kk-Arab': {
    language: 'kk',
    letters: kazakhArabic,
    marks: [],
    impossible: /(?!)/,
    areRulesFirst: true,
    join: (letters) => letters.join(''),
  },
  'kk-Cyrl': {
    language: 'kk',
    letters: kazakhCyrillic,
    impossible: /[кг][аоуы]|[аоы][кг]/,
    marks: [
      { mark: /[әөүұі]/, of: /[аоуиы]/ },
      { mark: /[ңғ]/, of: /[нг]/ },
      { mark: /һ/, of: /х/ },
      { mark: /қ/, of: /к/ },
    ],
    join: (letters) => letters.join(''),
  },
  'kk-Latn': {
    language: 'kk',
    letters: kazakhLatin,
    impossible: /zh|sh|gh|kh|k[aoy]|[aoy]k/,
    marks: [
      { mark: /[äöüūáóú]/, of: /^[aou]$/ },
      { mark: /q/, of: /^k$/ },
      { mark: /gh|ğ|ǵ/, of: /^g$/ },
      { mark: /ñ|ń/, of: /^n$/ },
      // With `y` for ы, `ı` is і: so it is in the alphabet of 2021.
      { mark: /y.*ı|ı.*y/, of: /^ı$/, isSure: true },
    ],
    join: (letters) => letters.join('').replaceAll('йа', 'я').replaceAll('йу', 'ю'),
  },
  'ug-Latn': {
    language: 'ug',
    letters: uyghurLatin,
    impossible: /(?!)/,
    marks: [
      { mark: /[éëöüä]/, of: /^[eiou]$/ },
      { mark: /x/, of: /^h$/ },
      { mark: /q/, of: /^k$/ },
      { mark: /gh|ğ/, of: /^g$/ },
      { mark: /zh/, of: /^j$/ },
    ],
    join: joinUyghur,
  },
  'ug-Cyrl': {
    language: 'ug',
    letters: uyghurCyrillic,
    impossible: /(?!)/,
    marks: [
      { mark: /ә/, of: /[еэ]/ },
      { mark: /[өү]/, of: /[оу]/ },
      { mark: /[ңғ]/, of: /[нг]/ },
      { mark: /қ/, of: /к/ },
      { mark: /һ/, of: /х/ },
      { mark: /җ/, of: /ж/ },
    ],
    join: joinUyghur,
  },
}

/** The letters of a word as typed; `undefined` where one is none of the keyboard's. */
export function lettersOf(word: string, keyboard: Keyboard): readonly Letter[] | undefined {
  const { letters } = keyboards[keyboard]
  const plain = word
    .normalize('NFC')
    .toLowerCase()
    .replaceAll(/[’‘ʼ`]/g, "'")
  const found: Letter[] = []
  for (let at = 0; at < plain.length; ) {
    const typed = [3, 2, 1]
      .map((length) => plain.slice(at, at + length))
      .find((each) => letters.has(each))
    const letter = typed === undefined ? undefined : letters.get(typed)
    if (typed === undefined || letter === undefined) return undefined
    found.push({ typed, ...letter })
    at += typed.length
  }
  return found
}
