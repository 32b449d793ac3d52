import { Converter as toTraditionalFrom } from 'opencc-js/cn2t'
import { Converter as toSimplifiedFrom } from 'opencc-js/t2cn'
import {
  type KazakhLatin,
  kazakhArabicToCyrillic,
  kazakhCyrillicToArabic,
  kazakhCyrillicToLatin,
  kazakhLatinOf,
  kazakhLatinToCyrillic,
} from './kazakh.ts'
import {
  uyghurArabicToCyrillic,
  uyghurArabicToLatin,
  uyghurCyrillicToArabic,
  uyghurLatinToArabic,
} from './uyghur.ts'
import type { WrittenLanguage } from './written-language.ts'

/**
 * A text in another script of its language, word by word. Numbers, codes, links, commands, names in
 * Latin letters and words of other scripts stay as they are; the comma, semicolon and question mark
 * follow the script.
 *
 * What a script does not write is lost: `kazakh.ts` and `uyghur.ts` say what. Chinese goes by
 * OpenCC's phrases, with Taiwan's forms.
 *
 * @throws RangeError when the tags are not two scripts of one language.
 */
export function convert(text: string, from: WrittenLanguage, to: WrittenLanguage): string {
  if (from.slice(0, 2) !== to.slice(0, 2))
    throw new RangeError(`${from} and ${to} are not two scripts of one language`)
  if (from === to) return text
  if (from === 'zh-Hans') return toTraditional(text)
  if (from === 'zh-Hant') return toSimplified(text)
  const script = from.slice(3) as Script
  const spelling = kazakhLatinOf(
    from === 'kk-Latn'
      ? (text.match(wordOf.Latn) ?? []).filter((each) => !isName(each)).join(' ')
      : '',
  )
  const word = (written: string) => convertWord(written, from, to, spelling) ?? written
  const words = text
    .split(untouched)
    .map((part, index) => (index % 2 === 1 ? part : part.replaceAll(wordOf[script], word)))
    .join('')
  return withPunctuation(
    script === 'Arab' ? withCapitals(words) : words,
    script,
    to.slice(3) as Script,
  )
}

/** Arabic letters have no capitals: where the text is of sentences, each gets its own back. */
function withCapitals(text: string): string {
  return /[.!؟?]["»”)]?\s*$/.test(text)
    ? text.replaceAll(/(?<=^|[.!؟?]["»”)]?\s+)\p{Ll}/gu, (letter) => letter.toUpperCase())
    : text
}

function convertWord(
  word: string,
  from: WrittenLanguage,
  to: WrittenLanguage,
  spelling: KazakhLatin,
): string | undefined {
  if (from.endsWith('Latn') && isName(word)) return undefined
  switch (from) {
    case 'kk-Arab':
      return fromKazakhCyrillic(kazakhArabicToCyrillic(word), to)
    case 'kk-Latn':
      return fromKazakhCyrillic(kazakhLatinToCyrillic(word, spelling), to)
    case 'kk-Cyrl':
      return fromKazakhCyrillic(word, to)
    case 'ug-Arab':
      return fromUyghurArabic(word, to)
    case 'ug-Latn':
      return capitalAs(word, fromUyghurArabic(uyghurLatinToArabic(word), to))
    case 'ug-Cyrl':
      return capitalAs(word, fromUyghurArabic(uyghurCyrillicToArabic(word), to))
    case 'zh-Hans':
    case 'zh-Hant':
      return undefined
  }
}

function fromKazakhCyrillic(word: string | undefined, to: WrittenLanguage): string | undefined {
  if (word === undefined || to === 'kk-Cyrl') return word
  return to === 'kk-Arab' ? kazakhCyrillicToArabic(word) : kazakhCyrillicToLatin(word)
}

function fromUyghurArabic(word: string | undefined, to: WrittenLanguage): string | undefined {
  if (word === undefined || to === 'ug-Arab') return word
  return to === 'ug-Latn' ? uyghurArabicToLatin(word) : uyghurArabicToCyrillic(word)
}

function capitalAs(word: string, converted: string | undefined): string | undefined {
  if (converted === undefined || !/^\p{Lu}/u.test(word)) return converted
  if (word.length > 1 && word === word.toUpperCase()) return converted.toUpperCase()
  return converted.slice(0, 1).toUpperCase() + converted.slice(1)
}

/** Links, addresses, handles, commands, gaps, codes and words with digits. */
const untouched =
  /(\{\{\w+\}\}|(?:https?:\/\/|www\.)\S+|\S+@\S+\.\w+|(?<![\p{L}\d])[@/][A-Za-z]\w*|\b[A-Z]{2,}-[A-Z0-9-]+|\b(?=\w*\d)(?=\w*[A-Za-z])\w+)/u

type Script = 'Arab' | 'Latn' | 'Cyrl'
const wordOf: Readonly<Record<Script, RegExp>> = {
  Arab: /[\u0621-\u063A\u0641-\u064A\u0671-\u06D3\u06D5]+/g,
  Latn: /[\p{Script=Latin}\p{M}]+(?:['’‘ʼ`][\p{Script=Latin}\p{M}]+)*/gu,
  Cyrl: /[\p{Script=Cyrillic}\p{M}]+(?:['’ʼ][\p{Script=Cyrillic}\p{M}]+)*/gu,
}

/** Names that are written in Latin letters in every language. */
const names: ReadonlySet<string> = new Set(
  'wechat telegram whatsapp douyin tiktok alipay taobao facebook google youtube android huawei xiaomi wifi sms nfc led gps'.split(
    ' ',
  ),
)

function isName(word: string): boolean {
  return names.has(word.toLowerCase()) || /\p{Ll}\p{Lu}/u.test(word)
}

const arabicMarks: Readonly<Record<string, string>> = { ',': '،', ';': '؛', '?': '؟' }
const otherMarks: Readonly<Record<string, string>> = { '،': ',', '؛': ';', '؟': '?' }

function withPunctuation(text: string, from: Script, to: Script): string {
  if (to === 'Arab')
    return text.replaceAll(
      /(?<=\p{Script=Arabic}[»”)\u2069]?|\}\})[,;?]/gu,
      (mark) => arabicMarks[mark] ?? mark,
    )
  return from === 'Arab' ? text.replaceAll(/[،؛؟]/g, (mark) => otherMarks[mark] ?? mark) : text
}

const toSimplified = toSimplifiedFrom({ from: 'tw', to: 'cn' })

// Built when asked for, and let go of by the next collection of garbage: its phrases take some 40
// MB, and are needed where catalogues and made-up places are written, not for what residents write.
let traditional: WeakRef<(text: string) => string> | undefined

function toTraditional(text: string): string {
  const converter = traditional?.deref() ?? toTraditionalFrom({ from: 'cn', to: 'tw' })
  traditional = new WeakRef(converter)
  return converter(text)
}
