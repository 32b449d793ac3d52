import { pinyin } from 'pinyin-pro'
import { type CatalogueLanguage, isCatalogueLanguage } from './catalogue.ts'
import { convert } from './convert.ts'
import { detect } from './detect.ts'
import { withPlainDigits } from './digits.ts'
import type { Voice } from './render.ts'
import { cardinal, digitByDigit, largestSaid, ordinal, type Spoken } from './spoken-number.ts'
import { formOf, type WrittenLanguage, writtenForms } from './written-language.ts'

/** A voice of the speech engine, by espeak-ng's name of it. */
type SpeechVoice = Spoken | 'cmn-latn-pinyin' | 'en'

/** A piece of what is said, by one voice. */
export type SpokenPart = { readonly voice: SpeechVoice; readonly text: string }

/** The most characters of a text that are spoken: four minutes. */
const mostCharacters = 3_000

/**
 * A text as it is said aloud: each sentence by the voice of its own language, codes letter by
 * letter, numbers, dates and times as one says them. Emblems, links and commands are left out.
 *
 * @param language the written form that the text is in.
 */
export function spokenText(text: string, language: string): readonly SpokenPart[] {
  return joined(partsOf(text, formCalled(language)))
}

/**
 * A message as it is said aloud: its text, and each of its buttons after the number that answers
 * with it.
 */
export function spokenMessage(
  {
    text,
    buttons,
    language,
  }: {
    readonly text: string
    readonly buttons: readonly (readonly { readonly label: string }[])[]
    readonly language: string
  },
  voices: (language: CatalogueLanguage) => Pick<Voice, 'say'>,
): readonly SpokenPart[] {
  const labels = buttons.flat().map(({ label }) => label)
  const own = formCalled(language)
  const { say } = voices(isCatalogueLanguage(language) ? language : 'ug-Arab')
  return joined([
    ...partsOf(text, own),
    ...(labels.length === 0 ? [] : partsOf(`\n${say('speech.answer')}\n`, own)),
    ...labels.flatMap((label, at) => [
      ...spokenLine(`${at + 1}: `, own),
      ...partsOf(`${label}\n`, own),
    ]),
  ])
}

function formCalled(language: string): WrittenLanguage | undefined {
  return writtenForms.find(({ tag }) => tag === language)?.tag
}

function partsOf(text: string, own: WrittenLanguage | undefined): readonly SpokenPart[] {
  return withPlainDigits(text.slice(0, mostCharacters))
    .replaceAll(unspoken, ' ')
    .split(/(\n)|(\b[A-Z]{2}-[0-9A-Z]{6,})/)
    .filter((part) => part !== undefined && part !== '')
    .flatMap((part) => (isCode.test(part) ? spelled(part, own) : spokenLine(part, own)))
}

/** Marks of direction, emblems, links and commands: they are seen, and not said. */
const unspoken =
  /https?:\/\/\S+|(?<![\p{L}\d])\/[a-z]{3,}(?: (?:on|off|\d+)\b)?(?:\s*–)?|[\u200e\u200f\u202a-\u202e\u2066-\u2069\ufe0f\u20e3]|\p{Extended_Pictographic}|\p{Emoji_Modifier}/gu
const isCode = /^[A-Z]{2}-[0-9A-Z]{6,}$/

/**
 * A ticket's code: its letters by their Latin names, its digits in the language, with rests between.
 */
function spelled(code: string, own: WrittenLanguage | undefined): readonly SpokenPart[] {
  return [...code.matchAll(/[A-Z]|\d/g)].flatMap(([sign]): readonly SpokenPart[] =>
    /\d/.test(sign)
      ? [{ voice: voiceOf(own), text: `${digits(sign, own)},` }]
      : [{ voice: 'en', text: `${sign},` }],
  )
}

/** The parts of a line that are of one script each, with what stands between them. */
function spokenLine(line: string, own: WrittenLanguage | undefined): readonly SpokenPart[] {
  const runs = line.match(runsOfOneScript) ?? []
  return runs.map((run) => {
    const language = languageOf(run, own)
    return { voice: voiceOf(language), text: asSaid(run, language) }
  })
}

/** Letters of one script with all that is no letter around them. */
const runsOfOneScript = new RegExp(
  ['Arabic', 'Cyrillic', 'Han', 'Latin']
    .map((script) => `[^\\p{L}]*\\p{Script=${script}}(?:[\\p{Script=${script}}\\p{M}]|[^\\p{L}])*`)
    .join('|')
    .concat('|[^\\p{L}]+'),
  'gu',
)

/** From how many letters on the language of a run is told from its words. */
const tellable = 12
const sureEnough = 0.8

function languageOf(run: string, own: WrittenLanguage | undefined): WrittenLanguage | undefined {
  const script = scriptOf(run)
  if (script === undefined || script === 'Han') return script === undefined ? own : 'zh-Hans'
  const isOwn = own !== undefined && formOf(own).script === script
  if ((run.match(/\p{L}/gu) ?? []).length >= tellable) {
    const { tag, confidence } = detect(run)
    if (tag !== 'und' && confidence >= sureEnough && formOf(tag).script === script) return tag
  }
  if (isOwn) return own
  const isKazakh = own !== undefined && voiceOf(own) === 'kk'
  if (script === 'Arab') return isKazakh ? 'kk-Arab' : 'ug-Arab'
  if (script === 'Cyrl') return own !== undefined && voiceOf(own) === 'ug' ? 'ug-Cyrl' : 'kk-Cyrl'
  return undefined
}

function scriptOf(run: string): 'Arab' | 'Cyrl' | 'Han' | 'Latn' | undefined {
  if (/\p{Script=Arabic}/u.test(run)) return 'Arab'
  if (/\p{Script=Cyrillic}/u.test(run)) return 'Cyrl'
  if (/\p{Script=Han}/u.test(run)) return 'Han'
  return /\p{Script=Latin}/u.test(run) ? 'Latn' : undefined
}

function voiceOf(language: WrittenLanguage | undefined): SpeechVoice {
  if (language === undefined) return 'en'
  const { source } = formOf(language)
  return source === 'ug-Arab' ? 'ug' : source === 'kk-Cyrl' ? 'kk' : 'cmn-latn-pinyin'
}

/** A run in the writing that its voice reads, with numbers as they are said. */
function asSaid(run: string, language: WrittenLanguage | undefined): string {
  if (language === undefined) return run
  const voice = voiceOf(language)
  const { source } = formOf(language)
  const inSource = language === source ? run : convert(run, language, source)
  if (voice === 'ug' || voice === 'kk') return numbersIn(inSource, voice)
  return pinyin(chineseTimes(inSource), {
    toneType: 'num',
    nonZh: 'consecutive',
    v: true,
  }).replaceAll(/(\p{L})0(?!\d)/gu, '$15')
}

/**
 * Numbers of Uyghur and Kazakh in words: times, days of a month and what has its ending behind a
 * hyphen as ordinals, long numbers digit by digit.
 */
function numbersIn(text: string, language: Spoken): string {
  const say = (number: string) =>
    number.length > 6 || (number.length > 1 && number.startsWith('0'))
      ? digitByDigit(number, language)
      : cardinal(Number(number), language)
  return text
    .replaceAll(/(?<!\d)(\d{1,2}):(\d{2})(?!\d)/g, (_, hour: string, minute: string) =>
      [
        cardinal(Number(hour), language),
        ...(minute === '00' ? [] : [cardinal(Number(minute), language)]),
      ].join(' '),
    )
    .replaceAll(endingBehind, (_, number: string) =>
      Number(number) > largestSaid ? say(number) : `${ordinal(Number(number), language)} `,
    )
    .replaceAll(
      /(?<!\d)(\d{1,2})(?= (?:\p{L}+)(?<=қаңтар|ақпан|наурыз|сәуір|мамыр|маусым|шілде|тамыз|қыркүйек|қазан|қараша|желтоқсан))/gu,
      (_, day: string) => ordinal(Number(day), language),
    )
    .replaceAll(/\d+/g, say)
}

/** `27-نويابىر`, `5-ші`: the ending itself is said with the number where it is that of an ordinal. */
const endingBehind = /(?<!\d)(\d+)-(?:(?:нші|ншы|інші|ыншы|ші|шы|نچى|ىنچى)(?!\p{L})|(?=\p{L}))/gu

function digits(sign: string, own: WrittenLanguage | undefined): string {
  const voice = voiceOf(own)
  return voice === 'ug' || voice === 'kk' ? digitByDigit(sign, voice) : sign
}

/** Numbers that are called, which Mandarin says digit by digit with `yao1` for one (GB/T 15835). */
const called = /(?<!\d)(?:1(?:10|19|20|22)|12\d{3}|0\d{2,3}-?\d{7,8}|1\d{10})(?!\d)/g

function chineseTimes(text: string): string {
  return text
    .replaceAll(/(?<!\d)(\d{1,2}):(\d{2})(?!\d)/g, (_, hour: string, minute: string) =>
      minute === '00' ? `${Number(hour)}点` : `${Number(hour)}点${Number(minute)}分`,
    )
    .replaceAll(called, (number) =>
      [...number.replaceAll('-', '')].map((digit) => (digit === '1' ? '幺' : `${digit} `)).join(''),
    )
}

/** Marks of Chinese and of line ends as the engine knows them: it rests there. */
const rests: Readonly<Record<string, string>> = {
  '，': ',',
  '、': ',',
  '。': '.',
  '；': ';',
  '：': ':',
  '？': '?',
  '！': '!',
}

/** A line that ends without a mark is a sentence too. */
function withRests(text: string): string {
  return text
    .replaceAll(/[，、。；：？！]/g, (mark) => rests[mark] ?? mark)
    .replaceAll(/([\p{L}\p{M}\d])[^\S\n]*\n\s*/gu, '$1. ')
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/ ([,.;:?!])/g, '$1')
    .trim()
}

/** Parts of the same voice as one. */
function joined(parts: readonly SpokenPart[]): readonly SpokenPart[] {
  const made: { voice: SpeechVoice; text: string }[] = []
  for (const { voice, text } of parts) {
    const last = made.at(-1)
    // Punctuation alone makes a pause in any voice: it stays with the part before it.
    if (last !== undefined && (last.voice === voice || !/[\p{L}\d]/u.test(text)))
      last.text += ` ${text}`
    else made.push({ voice, text })
  }
  return made
    .map(({ voice, text }) => ({ voice, text: withRests(text) }))
    .filter(({ text }) => /[\p{L}\d]/u.test(text))
}
