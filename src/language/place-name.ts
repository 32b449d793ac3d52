import { pinyin } from 'pinyin-pro'
import { convert } from './convert.ts'

/** A name as it is spelt, and as it may sound in bare Latin letters; without the words for village and community. */
type NameKeys = { readonly spelt: string; readonly sounds: readonly string[] }

/**
 * What a typed place's name is looked for by, whatever the script, so that `Dongsheng`, `东升`, `東升`, `دۇڭشېڭ` and
 * `Дуңшең` meet. Latin letters may be pinyin or Turkic.
 */
export function keysOf(typed: string): NameKeys {
  const spelt = toSpelling(typed)
  if (/\p{Script=Han}/u.test(spelt)) return { spelt, sounds: unique([ofPinyin(toPinyin(spelt))]) }
  if (/\p{Script=Arabic}/u.test(spelt))
    return { spelt, sounds: unique([convert(spelt, 'ug-Arab', 'ug-Latn'), convert(spelt, 'kk-Arab', 'kk-Latn')].map(ofTurkic)) }
  if (/\p{Script=Cyrillic}/u.test(spelt))
    return { spelt, sounds: unique([convert(spelt, 'kk-Cyrl', 'kk-Latn'), convert(spelt, 'ug-Cyrl', 'ug-Latn')].map(ofTurkic)) }
  return { spelt, sounds: unique([ofPinyin(spelt), ofTurkic(spelt)]) }
}

/** What is kept of a place's names for searching: every spelling and sound, parted by `|`. */
export function searchText(names: Readonly<Record<string, string>>): string {
  const keys = Object.entries(names).flatMap(([language, name]) => {
    const { spelt, sounds } = keysOf(name)
    // The first sound of Arabic letters is read as Uyghur, of Cyrillic as Kazakh; a name's own language is known.
    const own = /^(?:ug-Cyrl|kk-Arab)$/.test(language) ? sounds.at(-1) : sounds[0]
    return [spelt, own ?? '']
  })
  return `|${unique(keys).join('|')}|`
}

function toSpelling(name: string): string {
  return name
    .normalize('NFC')
    .toLowerCase()
    .replaceAll(/[\u200B-\u200F\u2066-\u2069]/g, '')
    .replaceAll(/[%_|\\]/g, '')
    .replaceAll(
      /[\s-]*(?:كەنتى|كەنت|مەھەللىسى|кәнти|кәнт|ауылы|ауыл|қауымдастығы|اۋىلى|اۋىل|قاۋىمداستىعى|kenti|kent|auyly|auyl|cun|shequ)(?!\p{L})|(?<=\p{L}{2})cun$|[村社区區]+$/gu,
      '',
    )
    .trim()
}

function toPinyin(name: string): string {
  return pinyin(name, { toneType: 'none', type: 'array', nonZh: 'consecutive' }).join('')
}

function ofPinyin(latin: string): string {
  return bare(
    latin
      .replaceAll('zh', 'j')
      .replaceAll('x', 'sh')
      .replaceAll('q', 'ch')
      .replaceAll(/c(?!h)/g, 'ts'),
  )
}

function ofTurkic(latin: string): string {
  return bare(
    latin
      .replaceAll('ş', 'sh')
      .replaceAll('ç', 'ch')
      .replaceAll('ñ', 'ng')
      .replaceAll(/zh/g, 'j')
      .replaceAll(/[xğ]|kh|gh/g, (letter) => (letter === 'x' || letter === 'kh' ? 'h' : 'g'))
      .replaceAll('q', 'k'),
  )
}

/** One letter for vowels that scripts confuse, none for marks, each doubled letter once. */
function bare(latin: string): string {
  return latin
    .normalize('NFD')
    .replaceAll(/[^a-zı]/g, '')
    .replaceAll(/[ouwv]/g, 'u')
    .replaceAll(/[iyı]/g, 'i')
    .replaceAll(/(.)\1+/g, '$1')
}

function unique(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)].filter((text) => text !== '')
}
