import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { hash } from '../../src/language/hash.ts'
import { kazakhCyrillicToArabic } from '../../src/language/kazakh.ts'
import { type Keyboard, keyboards, type Letter, lettersOf } from '../../src/language/keyboards.ts'
import { normalise } from '../../src/language/normalise.ts'
import {
  bitsOf,
  bucketOf,
  type RestoreModel,
  restoreBuckets,
  restoreFeatures,
  wordBits,
} from '../../src/language/restore.ts'
import { readSamples } from './train-letters.ts'

/**
 * Learns `src/language/restore-model.json` from texts in full spelling: they are typed as people do
 * who lack letters, and the model learns to tell which were meant. `tsx test/bench/train-restore.ts
 * FOLDER`, where FOLDER holds files of `tag<TAB>text`. The model has no text, and its list of words
 * can only be asked whether it has one.
 */
export type Language = 'kk' | 'ug'

const wordOf = { kk: /[а-яёәғқңөұүһі]+/gu, ug: /[\u0621-\u063A\u0641-\u064A\u0671-\u06D3\u06D5]+/g }
const fullSpelling = { kk: /^kk-Cyrl(?!.*russian-keyboard)/, ug: /^ug-Arab/ }

/** Texts in full spelling, by where they are from. */
export function readFull(
  folder: string,
  language: Language,
): ReadonlyMap<string, readonly string[]> {
  const bySource = new Map<string, string[]>()
  for (const { source, text } of readSamples(folder))
    if (fullSpelling[language].test(source))
      bySource.set(source, [...(bySource.get(source) ?? []), text])
  const tag = language === 'kk' ? 'kk-Cyrl' : 'ug-Arab'
  const own = ['reports', 'danger'].flatMap((kind) =>
    readdirSync(new URL(`${kind}/`, import.meta.url))
      .filter((file) => file.startsWith(tag))
      .map((file) => readFileSync(new URL(`${kind}/${file}`, import.meta.url), 'utf8')),
  )
  const catalogue = readFileSync(new URL(`../../locales/${tag}.json`, import.meta.url), 'utf8')
  return bySource.set('own', [...own, ...(Object.values(JSON.parse(catalogue)) as string[])])
}

export function wordsOf(text: string, language: Language): readonly string[] {
  const plain = normalise(text).toLowerCase()
  const words = plain.match(wordOf[language]) ?? []
  return language === 'kk'
    ? words
    : words.map((word) => word.replaceAll('ک', 'ك').replaceAll('ی', 'ى'))
}

/** How often each word is written; of words typed alike without some letters, the commonest. */
function countWords(texts: readonly string[], language: Language): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const text of texts)
    for (const word of wordsOf(text, language)) counts.set(word, (counts.get(word) ?? 0) + 1)
  const best = new Map<string, number>()
  for (const [word, count] of counts)
    best.set(bare(word), Math.max(best.get(bare(word)) ?? 0, count))
  return new Map([...counts].filter(([word, count]) => count * 4 >= (best.get(bare(word)) ?? 0)))
}

const bareOf: Readonly<Record<string, string>> = {
  ә: 'а',
  ғ: 'г',
  қ: 'к',
  ң: 'н',
  ө: 'о',
  ұ: 'у',
  ү: 'у',
  һ: 'х',
  і: 'и',
  ې: 'ە',
  ۆ: 'و',
  ۈ: 'ۇ',
  خ: 'ھ',
}
const bare = (word: string) => word.replaceAll(/./gu, (letter) => bareOf[letter] ?? letter)

type Habit = Readonly<Record<string, readonly string[]>>

const cyrillicHabit: Habit = {
  ә: ['а', 'а', 'а', 'ә'],
  ғ: ['г'],
  қ: ['к'],
  ң: ['н'],
  ө: ['о'],
  ұ: ['у'],
  ү: ['у'],
  һ: ['х'],
  і: ['и', 'и', 'и', 'ы'],
  й: ['й', 'й', 'й', 'и'],
}
const latinHabit: Habit = {
  а: ['a'],
  ә: ['a', 'a', 'a', 'e'],
  б: ['b'],
  в: ['v'],
  г: ['g'],
  ғ: ['g', 'gh'],
  д: ['d'],
  е: ['e'],
  ж: ['j', 'zh'],
  з: ['z'],
  и: ['i', 'i', 'iy'],
  й: ['i', 'y'],
  к: ['k'],
  қ: ['q', 'k'],
  л: ['l'],
  м: ['m'],
  н: ['n'],
  ң: ['n', 'ng'],
  о: ['o'],
  ө: ['o'],
  п: ['p'],
  р: ['r'],
  с: ['s'],
  т: ['t'],
  у: ['u', 'u', 'w'],
  ұ: ['u'],
  ү: ['u'],
  ф: ['f'],
  х: ['h', 'h', 'x', 'kh'],
  һ: ['h'],
  ц: ['c'],
  ч: ['ch'],
  ш: ['sh'],
  щ: ['sh'],
  ы: ['y', 'i'],
  і: ['i'],
  э: ['e'],
}
const uyghurLatinHabit: Habit = {
  ا: ['a'],
  ە: ['e'],
  ې: ['e', 'e', 'i', 'é'],
  ى: ['i'],
  و: ['o'],
  ۆ: ['o'],
  ۇ: ['u'],
  ۈ: ['u'],
  ب: ['b'],
  پ: ['p'],
  ت: ['t'],
  ج: ['j'],
  چ: ['ch'],
  خ: ['x', 'h'],
  د: ['d'],
  ر: ['r'],
  ز: ['z'],
  ژ: ['zh', 'j'],
  س: ['s'],
  ش: ['sh'],
  غ: ['gh', 'gh', 'g'],
  ف: ['f'],
  ق: ['q', 'q', 'k'],
  ك: ['k'],
  گ: ['g'],
  ڭ: ['ng'],
  ل: ['l'],
  م: ['m'],
  ن: ['n'],
  ھ: ['h'],
  ۋ: ['w', 'w', 'v'],
  ي: ['y'],
  ئ: [''],
}
const uyghurCyrillicHabit: Habit = {
  ا: ['а'],
  ە: ['е', 'э', 'ә'],
  ې: ['е'],
  ى: ['и'],
  و: ['о'],
  ۆ: ['о'],
  ۇ: ['у'],
  ۈ: ['у'],
  ب: ['б'],
  پ: ['п'],
  ت: ['т'],
  ج: ['ж'],
  چ: ['ч'],
  خ: ['х'],
  د: ['д'],
  ر: ['р'],
  ز: ['з'],
  ژ: ['ж'],
  س: ['с'],
  ش: ['ш'],
  غ: ['г'],
  ف: ['ф'],
  ق: ['к'],
  ك: ['к'],
  گ: ['г'],
  ڭ: ['н'],
  ل: ['л'],
  م: ['м'],
  ن: ['н'],
  ھ: ['х'],
  ۋ: ['в'],
  ي: ['й'],
  ئ: [''],
}
const habits: Readonly<Record<Exclude<Keyboard, 'kk-Arab'>, Habit>> = {
  'kk-Cyrl': cyrillicHabit,
  'kk-Latn': latinHabit,
  'ug-Latn': uyghurLatinHabit,
  'ug-Cyrl': uyghurCyrillicHabit,
}

/** A word as somebody types it; each writes the same letter alike throughout. */
export function typedWith(
  word: string,
  keyboard: Keyboard,
  choose: (of: number, letter: string) => number,
): string {
  if (keyboard === 'kk-Arab') return kazakhCyrillicToArabic(word).replace('ٴ', '')
  const habit = habits[keyboard]
  const apart = keyboard === 'kk-Latn' ? word.replaceAll('я', 'йа').replaceAll('ю', 'йу') : word
  return [...apart]
    .map((letter) => {
      const ways = habit[letter] ?? [letter]
      return ways[choose(ways.length, letter)] ?? ''
    })
    .join('')
}

/** What was meant by each letter as typed, where together they make the word. */
function aligned(
  letters: readonly Letter[],
  word: string,
  keyboard: Keyboard,
): readonly string[] | undefined {
  const apart = keyboard === 'kk-Latn' ? word.replaceAll('я', 'йа').replaceAll('ю', 'йу') : word
  const from = (at: number, rest: string): readonly string[] | undefined => {
    if (at === letters.length) return rest === '' ? [] : undefined
    for (const meant of letters[at]?.meant ?? []) {
      const isFirst = rest.startsWith('ئ') && keyboards[keyboard].language === 'ug'
      const left = rest.startsWith(meant)
        ? rest.slice(meant.length)
        : isFirst && rest.slice(1).startsWith(meant) && meant !== ''
          ? rest.slice(1 + meant.length)
          : undefined
      const others = left === undefined ? undefined : from(at + 1, left)
      if (others !== undefined) return [meant, ...others]
    }
    return undefined
  }
  const found = from(0, apart)
  return found !== undefined && keyboards[keyboard].join(found) === word ? found : undefined
}

type Example = {
  readonly features: readonly number[]
  readonly meant: readonly number[]
  readonly right: number
  readonly weight: number
}

function examplesOf(words: ReadonlyMap<string, number>, language: Language): readonly Example[] {
  const boards = (Object.keys(keyboards) as Keyboard[]).filter(
    (each) => keyboards[each].language === language,
  )
  const examples: Example[] = []
  for (const [word, count] of words)
    for (const board of boards)
      for (let round = 0; round < (board.endsWith('Latn') ? 3 : 1); round++) {
        const seed = hash(`${word}${board}${round}`)
        const typed = typedWith(word, board, (of, letter) => hash(`${seed}${letter}`) % of)
        const letters = lettersOf(typed, board)
        const meant = letters === undefined ? undefined : aligned(letters, word, board)
        if (letters === undefined || meant === undefined) continue
        for (const [at, letter] of letters.entries())
          if (letter.meant.length > 1)
            examples.push({
              features: restoreFeatures(letters, at, meant.slice(0, at)),
              meant: letter.meant.map(hash),
              right: letter.meant.indexOf(meant[at] ?? ''),
              weight: Math.min(8, Math.sqrt(count)) / (board.endsWith('Latn') ? 2 : 1),
            })
      }
  return examples
}

/** Logistic regression over the letters that may be meant. */
export function learnRestore(texts: readonly string[], language: Language): RestoreModel {
  const counted = countWords(texts, language)
  const examples = examplesOf(counted, language)
  const weights = new Float64Array(restoreBuckets)
  const squares = new Float64Array(restoreBuckets).fill(1e-2)
  for (let round = 0; round < 5; round++)
    for (let step = 0; step < examples.length; step++) {
      const example = examples[(step * 104729 + round) % examples.length]
      if (example === undefined) continue
      const scores = example.meant.map((letter) =>
        example.features.reduce((sum, one) => sum + (weights[bucketOf(one, letter)] ?? 0), 0),
      )
      const top = Math.max(...scores)
      const total = scores.reduce((sum, score) => sum + Math.exp(score - top), 0)
      for (const [which, letter] of example.meant.entries()) {
        const slope =
          (Math.exp((scores[which] ?? 0) - top) / total - (which === example.right ? 1 : 0)) *
          example.weight
        if (Math.abs(slope) < 1e-3) continue
        for (const one of example.features) {
          const bucket = bucketOf(one, letter)
          const gradient = slope + 1e-5 * (weights[bucket] ?? 0)
          squares[bucket] = (squares[bucket] ?? 0) + gradient * gradient
          weights[bucket] =
            (weights[bucket] ?? 0) - (0.15 * gradient) / Math.sqrt(squares[bucket] ?? 1)
        }
      }
    }
  const furthest =
    [...weights].map(Math.abs).sort((a, b) => a - b)[Math.floor(restoreBuckets * 0.9995)] ?? 1
  const words = new Uint8Array(wordBits / 8)
  for (const word of counted.keys())
    for (const bit of bitsOf(word)) words[bit >> 3] = (words[bit >> 3] ?? 0) | (1 << (bit & 7))
  return {
    weights: Int8Array.from(weights, (weight) =>
      Math.max(-127, Math.min(127, Math.round((weight * 127) / furthest))),
    ),
    words,
  }
}

if (process.argv[1]?.endsWith('train-restore.ts') === true) {
  const learnt = (language: Language) => {
    const { weights, words } = learnRestore(
      [...readFull(process.argv[2] ?? '', language).values()].flat(),
      language,
    )
    return {
      weights: Buffer.from(weights.buffer).toString('base64'),
      words: Buffer.from(words).toString('base64'),
    }
  }
  writeFileSync(
    new URL('../../src/language/restore-model.json', import.meta.url),
    `${JSON.stringify({ kk: learnt('kk'), ug: learnt('ug') }, null, 2)}\n`,
  )
}
