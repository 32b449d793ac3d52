import { inSimplified } from './chinese.ts'
import { normalise } from './normalise.ts'

/**
 * How a text sounds, roughly and in one alphabet: the same for a word in Arabic, Cyrillic and Latin
 * letters, on a Russian keyboard, without marks, in any habit of Latin. Consonants that people type
 * for one another are one letter. Vowels are five: `A` (a ä), `E` (e), `I` (i y), `O` (o ö) and `U`
 * (u ü w v). Chinese is in simplified characters.
 *
 * For finding what is spoken of, not for showing: different words can sound alike here.
 */
export function soundOf(text: string): string {
  const plain = normalise(text).toLowerCase()
  const han = inSimplified(plain)
  return (
    han
      .replaceAll('ئ', '')
      // In Cyrillic ә is the e of Uyghur and the a of Kazakh, which can hardly be written without ы
      // and і.
      .replaceAll('ә', /[ыі]/.test(han) ? 'а' : 'е')
      .normalize('NFD')
      .replaceAll(compounds, (letters) => compound.get(letters) ?? letters)
      .replaceAll(/\p{M}+|[ʻʼ'’‘`ьъٴء]/gu, '')
      .replaceAll(/\p{L}/gu, (letter) => sounds.get(letter) ?? letter)
      .replaceAll('ng', 'n')
      .replaceAll(/(\p{Script=Latin})\1+/gu, '$1')
  )
}

/** Letters with a mark, and digraphs of Latin, by what they sound like. */
const compound = new Map(
  Object.entries({
    ş: 'š',
    š: 'š',
    ș: 'š',
    ç: 'č',
    č: 'č',
    sh: 'š',
    ch: 'č',
    zh: 'j',
    gh: 'g',
    kh: 'h',
    й: 'и',
    ё: 'ю',
  }).map(([letters, sound]) => [letters.normalize('NFD'), sound] as const),
)
const compounds = new RegExp([...compound.keys()].join('|'), 'gu')

/** What is written for each sound. */
const written = {
  A: 'aæаاآٵ',
  E: 'eəэеەې',
  I: 'iıyиіыيىیٸ',
  O: 'oøоөوۆٶ',
  U: 'uwvуүұўвۇۈۋٷ',
  IU: 'ю',
  IA: 'я',
  b: 'bбب',
  p: 'pпپ',
  t: 'tтت',
  j: 'jcжҗجژ',
  š: 'šшщش',
  č: 'čчچ',
  h: 'hxхһخھحه',
  d: 'dдد',
  r: 'rрر',
  z: 'zзز',
  s: 'sцсس',
  g: 'gгғگغع',
  k: 'kqкқكقک',
  f: 'fфف',
  l: 'lлل',
  m: 'mмم',
  n: 'nñŋнңنڭ',
} as const
const sounds = new Map(
  Object.entries(written).flatMap(([sound, letters]) =>
    [...letters].map((letter) => [letter, sound] as const),
  ),
)
