import { type KazakhLatin, kazakhLatinOf } from './kazakh.ts'
import { restoreWords } from './restore.ts'
import type { Script, WrittenForm } from './written/form.ts'
import { formOf, type WrittenLanguage } from './written-language.ts'

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
  const [source, target] = [formOf(from), formOf(to)]
  if (source.source !== target.source)
    throw new RangeError(`${from} and ${to} are not two scripts of one language`)
  if (from === to) return text
  if (source.script === 'Han') return inForm(text, source, target, kazakhLatinOf('')) ?? text
  const { script } = source
  const spelling = kazakhLatinOf(
    script === 'Latn'
      ? (text.match(wordOf[script]) ?? []).filter((each) => !isName(each)).join(' ')
      : '',
  )
  const parts = text.split(untouched)
  const restored = restoredIn(parts, source, spelling)
  const word = (written: string) => {
    if (script === 'Latn' && isName(written)) return written
    const inSource = capitalAs(written, restored?.get(written))
    const converted =
      inSource === undefined
        ? inForm(written, source, target, spelling)
        : fromSource(written, inSource, source, target)
    return converted ?? written
  }
  const words = parts
    .map((part, index) => (index % 2 === 1 ? part : part.replaceAll(wordOf[script], word)))
    .join('')
  return withPunctuation(script === 'Arab' ? withCapitals(words) : words, script, target.script)
}

/**
 * A word from one form by way of its language's source to another; `undefined` where it is none.
 */
function inForm(
  word: string,
  from: WrittenForm,
  to: WrittenForm,
  spelling: KazakhLatin,
): string | undefined {
  const inSource = from.toSource === undefined ? word : from.toSource(word, spelling)
  return inSource === undefined ? undefined : fromSource(word, inSource, from, to)
}

function fromSource(word: string, inSource: string, from: WrittenForm, to: WrittenForm) {
  const written = to.fromSource === undefined ? inSource : to.fromSource(inSource)
  return from.keepsCapitals === true ? capitalAs(word, written) : written
}

/**
 * The words of a text that was typed without some letters, as they are meant; `undefined` for other
 * texts. Every second part is left as it is.
 */
function restoredIn(
  parts: readonly string[],
  { keyboard, script, toSource }: WrittenForm,
  spelling: KazakhLatin,
): ReadonlyMap<string, string> | undefined {
  if (keyboard === undefined || script === 'Han') return undefined
  const words = parts
    .filter((_, index) => index % 2 === 0)
    .flatMap((part) => part.match(wordOf[script]) ?? [])
    .filter((word) => script !== 'Latn' || !isName(word))
  return restoreWords(words, keyboard, (word) =>
    toSource === undefined ? word : toSource(word, spelling),
  )
}

/** Arabic letters have no capitals: where the text is of sentences, each gets its own back. */
function withCapitals(text: string): string {
  return /[.!؟?]["»”)]?\s*$/.test(text)
    ? text.replaceAll(/(?<=^|[.!؟?]["»”)]?\s+)\p{Ll}/gu, (letter) => letter.toUpperCase())
    : text
}

function capitalAs(word: string, converted: string | undefined): string | undefined {
  if (converted === undefined || !/^\p{Lu}/u.test(word)) return converted
  if (word.length > 1 && word === word.toUpperCase()) return converted.toUpperCase()
  return converted.slice(0, 1).toUpperCase() + converted.slice(1)
}

/** Links, addresses, handles, commands, gaps, codes and words with digits. */
const untouched =
  /(\{\{\w+\}\}|(?:https?:\/\/|www\.)\S+|\S+@\S+\.\w+|(?<![\p{L}\d])[@/][A-Za-z]\w*|\b[A-Z]{2,}-[A-Z0-9-]+|\b(?=\w*\d)(?=\w*[A-Za-z])\w+)/u

const wordOf: Readonly<Record<Exclude<Script, 'Han'>, RegExp>> = {
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
