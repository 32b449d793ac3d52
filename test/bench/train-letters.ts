import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { convert } from '../../src/language/convert.ts'
import type { Models } from '../../src/language/detect.ts'
import {
  type Alphabet,
  buckets,
  countLetters,
  eachRun,
} from '../../src/language/letter-features.ts'
import { normalise } from '../../src/language/normalise.ts'
import {
  formOf,
  formsLike,
  type WrittenLanguage,
  writtenLanguages,
} from '../../src/language/written-language.ts'
import { readWords } from './learn-kazakh-stems.ts'
import { readReports } from './train-categories.ts'

/**
 * Learns the numbers of `src/language/letter-model.json` from labelled texts: multinomial logistic
 * regression over runs of letters. `tsx test/bench/train-letters.ts FOLDER`, where FOLDER holds
 * files of `tag<TAB>text[<TAB>language]`. The same folder gives the same numbers. The model has no
 * text: a run of letters only picks one of its numbers.
 */
export type Sample = {
  readonly tag: string
  readonly text: string
  readonly source: string
  readonly language: string
}

export function readSamples(folder: string): readonly Sample[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.tsv'))
    .sort()
    .flatMap((source) =>
      readFileSync(`${folder}/${source}`, 'utf8')
        .split('\n')
        .map((line) => line.split('\t'))
        .flatMap(([tag, text, language = tag]) =>
          tag !== undefined && language !== undefined && text !== undefined && text.trim() !== ''
            ? [{ tag, text, source, language: language.toLowerCase() }]
            : [],
        ),
    )
}

/** One text in five, by its own letters, is kept for measuring what the others teach. */
export function isHeldBack({ text }: Sample): boolean {
  return (createHash('sha256').update(text).digest()[0] ?? 0) % 5 === 0
}

/** The other scripts that a text of a language's source is taught in too; Chinese has none. */
function others(tag: WrittenLanguage): readonly WrittenLanguage[] {
  const { source, script } = formOf(tag)
  return source === tag && script !== 'Han' ? formsLike(tag).filter((each) => each !== tag) : []
}

/**
 * The text itself, the same in the language's other scripts, as it is typed without marks, and
 * pieces as short as a word or two.
 */
function variants({
  tag,
  text,
}: Sample): readonly { readonly tag: string; readonly text: string; readonly weight: number }[] {
  const made: { tag: string; text: string; weight: number }[] = [{ tag, text, weight: 1 }]
  const form = writtenLanguages.find((each) => each === tag)
  for (const other of form === undefined ? [] : others(form))
    made.push({ tag: other, text: convert(text, tag as WrittenLanguage, other), weight: 0.7 })
  for (const each of [...made]) {
    if (each.tag === 'ug-Latn') made.push({ ...each, text: plainLatin(each.text), weight: 0.3 })
    if (each.tag === 'kk-Latn')
      made.push({
        ...each,
        text: plainLatin(each.text.replaceAll('ş', 'sh').replaceAll('Ş', 'Sh')),
        weight: 0.15,
      })
  }
  const pieces = made.flatMap((each) => {
    const words = each.text.split(/\s+/)
    return each.text.length < 20
      ? []
      : words.flatMap((word, at) =>
          at % 2 === 0
            ? [
                {
                  ...each,
                  text: at % 4 === 0 ? word : `${word} ${words[at + 1] ?? ''}`,
                  weight: each.weight * 0.5,
                },
              ]
            : [],
        )
  })
  return [...made, ...pieces]
}

function plainLatin(text: string): string {
  return text.normalize('NFD').replaceAll(/\p{M}/gu, '').replaceAll('ı', 'i')
}

/** Our languages in an alphabet, then its neighbours: each group of them is a class of its own. */
const classesOf: Readonly<
  Record<
    Exclude<Alphabet, 'Hani'>,
    {
      readonly ours: readonly [WrittenLanguage, WrittenLanguage]
      readonly neighbours: readonly (readonly string[])[]
    }
  >
> = {
  Arab: {
    ours: ['ug-Arab', 'kk-Arab'],
    neighbours: [['ar'], ['fa', 'prs'], ['ps'], ['ur', 'sd', 'ks'], ['ckb', 'kmr'], ['azb']],
  },
  Cyrl: {
    ours: ['ug-Cyrl', 'kk-Cyrl'],
    neighbours: [
      ['ru', 'uk', 'bg'],
      ['ky'],
      ['mn'],
      ['tt', 'tt-cyrl', 'ba'],
      ['tg'],
      ['uz', 'uz-cyrl', 'az-cyrl'],
    ],
  },
  Latn: {
    ours: ['ug-Latn', 'kk-Latn'],
    neighbours: [
      ['en', 'de', 'fr', 'es'],
      ['tr', 'az', 'crh', 'tt-latn', 'tk'],
      ['uz', 'uz-latn'],
      ['kmr', 'so'],
      ['zh-pinyin', 'vi'],
      ['id', 'ms'],
    ],
  },
}

/**
 * Which class a text counts for; -1 where it is of another alphabet. A neighbour that is named in no
 * group counts for the first one.
 */
function classOf({ tag, language }: Sample, alphabet: Exclude<Alphabet, 'Hani'>): number {
  const { ours, neighbours } = classesOf[alphabet]
  if (tag !== 'und') return ours.findIndex((each) => each === tag)
  const group = neighbours.findIndex((each) => each.includes(language))
  return ours.length + Math.max(0, group)
}

type Row = { readonly runs: Uint16Array; readonly label: number; readonly weight: number }

const rounds = 24

function learn(
  samples: readonly Sample[],
  alphabet: Exclude<Alphabet, 'Hani'>,
  rounds: number,
): Models['Arab'] {
  const { ours, neighbours } = classesOf[alphabet]
  const tags = [...ours, ...neighbours.map(() => 'und' as const)]
  const rows: Row[] = []
  const perLanguage = new Map<string, number>()
  for (const { language, text } of samples)
    perLanguage.set(language, (perLanguage.get(language) ?? 0) + text.length)
  const totals = tags.map(() => 0)
  for (const sample of samples)
    for (const { tag, text, weight } of variants(sample)) {
      const label = classOf({ ...sample, tag }, alphabet)
      if (label === -1) continue
      const plain = normalise(text)
      const counts = countLetters(plain)
      if (
        counts[alphabet] === 0 ||
        counts[alphabet] < Math.max(counts.Arab, counts.Cyrl, counts.Latn)
      )
        continue
      const runs: number[] = []
      eachRun(plain, alphabet, (bucket) => void runs.push(bucket))
      // Short texts of other languages are seldom sent; that ours are known counts for more.
      const short = tag === 'und' && counts[alphabet] < 15 ? 0.3 : 1
      // A language of which there is little text counts for more.
      const rare =
        tag === 'und' ? Math.min(4, Math.sqrt(16_000 / (perLanguage.get(sample.language) ?? 1))) : 1
      rows.push({ runs: Uint16Array.from(runs), label, weight: weight * short * rare })
      totals[label] = (totals[label] ?? 0) + weight
    }
  const weights = new Float64Array(buckets * tags.length)
  const squares = new Float64Array(buckets * tags.length).fill(1e-4)
  const random = seeded(7)
  // So that no language of ours is known at another's cost; neighbours count by their texts.
  const largest = Math.max(...totals)
  const balances = tags.map((tag, label) =>
    tag === 'und'
      ? preference.und
      : Math.sqrt(largest / (totals[label] || 1)) * (preference[tag] ?? 1),
  )
  for (let round = 0; round < rounds; round += 1) {
    for (let at = rows.length - 1; at > 0; at -= 1) {
      const other = Math.floor(random() * (at + 1))
      ;[rows[at], rows[other]] = [rows[other] as Row, rows[at] as Row]
    }
    for (const { runs, label, weight } of rows) {
      const scale = 1 / Math.sqrt(runs.length)
      const logits = tags.map((_, each) => {
        let sum = 0
        for (const run of runs) sum += weights[run * tags.length + each] ?? 0
        return sum * scale
      })
      const most = Math.max(...logits)
      const powers = logits.map((logit) => Math.exp(logit - most))
      const all = powers.reduce((a, b) => a + b, 0)
      const balance = weight * (balances[label] ?? 1)
      for (let each = 0; each < tags.length; each += 1) {
        const slope = ((powers[each] ?? 0) / all - (each === label ? 1 : 0)) * scale * balance
        if (Math.abs(slope) < 1e-5) continue
        for (const run of runs) {
          const index = run * tags.length + each
          const gradient = slope + 2e-5 * (weights[index] ?? 0)
          squares[index] = (squares[index] ?? 0) + gradient * gradient
          weights[index] = (weights[index] ?? 0) - (0.3 * gradient) / Math.sqrt(squares[index] ?? 1)
        }
      }
    }
  }
  const furthest = weights.reduce((most, weight) => Math.max(most, Math.abs(weight)), 0)
  const scale = furthest / 127
  return {
    tags,
    weights: Int8Array.from(weights, (weight) => Math.round(weight / scale)),
    scale,
  }
}

function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

/** What the service itself says, in the languages that it says it in. */
function ownSentences(): readonly Sample[] {
  return (['ug-Arab', 'kk-Cyrl'] as const).flatMap((tag) => {
    const catalogue = JSON.parse(
      readFileSync(new URL(`../../locales/${tag}.json`, import.meta.url), 'utf8'),
    ) as Record<string, string>
    return Object.entries(catalogue)
      .filter(([key]) => key !== 'ask.language')
      .map(([, text]) => ({
        tag,
        text: text.replaceAll(/\{\{\w+\}\}|\/[a-z]+/g, ' '),
        source: 'locales',
        language: tag,
      }))
  })
}

/**
 * Debian's lists of words (packages `hunspell-kk` and so on), of which each so many-th is learnt:
 * single words are what short messages are made of. Few of Kazakh's, as there is no such list for
 * Uyghur.
 */
const wordLists = [
  { file: 'kk_KZ', tag: 'kk-Cyrl', language: 'kk-Cyrl', every: { Arab: 10, Cyrl: 10, Latn: 20 } },
  { file: 'ru_RU', tag: 'und', language: 'ru', every: { Cyrl: 15 } },
  { file: 'uk_UA', tag: 'und', language: 'uk', every: { Cyrl: 75 } },
  { file: 'bg_BG', tag: 'und', language: 'bg', every: { Cyrl: 25 } },
  { file: 'mn_MN', tag: 'und', language: 'mn', every: { Cyrl: 100 } },
  { file: 'uz_UZ', tag: 'und', language: 'uz-cyrl', every: { Cyrl: 10 } },
  { file: 'tr_TR', tag: 'und', language: 'tr', every: { Latn: 50 } },
  { file: 'en_US', tag: 'und', language: 'en', every: { Latn: 15 } },
  { file: 'de_DE', tag: 'und', language: 'de', every: { Latn: 25 } },
  { file: 'fr', tag: 'und', language: 'fr', every: { Latn: 25 } },
  { file: 'es_ES', tag: 'und', language: 'es', every: { Latn: 25 } },
  { file: 'id_ID', tag: 'und', language: 'id', every: { Latn: 7 } },
  { file: 'kmr_Latn', tag: 'und', language: 'kmr', every: { Latn: 2 } },
  { file: 'vi_VN', tag: 'und', language: 'vi', every: { Latn: 2 } },
] as const satisfies readonly {
  readonly file: string
  readonly tag: string
  readonly language: string
  readonly every: Partial<Record<Alphabet, number>>
}[]

/** Single words for an alphabet; a list that is not installed is said, and left out. */
function listedWords(alphabet: Exclude<Alphabet, 'Hani'>): readonly Sample[] {
  return wordLists.flatMap(({ file, tag, language, every }) => {
    const each = (every as Partial<Record<Alphabet, number>>)[alphabet]
    const path = `/usr/share/hunspell/${file}.dic`
    if (each === undefined) return []
    if (!existsSync(path)) {
      console.error(`${path} is missing: the numbers will differ`)
      return []
    }
    return readWords(path, /^[\p{L}'ʻʼ‘’]{3,}$/u)
      .filter((_, index) => index % each === 0)
      .map((text) => ({ tag, text, source: file, language }))
  })
}

/** How much a mistake weighs, so that no language is known at another's cost. */
const preference = {
  'ug-Arab': 3,
  'ug-Latn': 1.9,
  'kk-Latn': 1.4,
  'kk-Cyrl': 1.3,
  'ug-Cyrl': 1.1,
  und: 1.2,
} as Readonly<Partial<Record<WrittenLanguage, number>>> & { readonly und: number }

/**
 * The numbers for each alphabet, from these texts, the project's own of its neighbours, and what
 * the service says.
 */
export function learnAll(samples: readonly Sample[]): Models {
  const reports = readReports().map(({ language, text }) => ({
    tag: language,
    text,
    source: 'reports',
    language,
  }))
  const all = [
    ...samples,
    ...ownSentences(),
    ...reports,
    ...readSamples(fileURLToPath(new URL('.', import.meta.url))),
  ]
  const learnt = (alphabet: Exclude<Alphabet, 'Hani'>) =>
    learn([...all, ...listedWords(alphabet)], alphabet, rounds)
  return { Arab: learnt('Arab'), Cyrl: learnt('Cyrl'), Latn: learnt('Latn') }
}

if (process.argv[1]?.endsWith('train-letters.ts') === true) {
  const folder = process.argv[2]
  if (folder === undefined) throw new Error('say which folder holds the labelled texts')
  const models = Object.entries(learnAll(readSamples(folder))).map(
    ([alphabet, { tags, scale, weights }]) => [
      alphabet,
      {
        tags,
        scale: Number(scale.toPrecision(6)),
        weights: Buffer.from(weights.buffer).toString('base64'),
      },
    ],
  )
  writeFileSync(
    new URL('../../src/language/letter-model.json', import.meta.url),
    `${JSON.stringify(Object.fromEntries(models), null, 1)}\n`,
  )
}
