import { readdirSync, readFileSync } from 'node:fs'
import { suggestCategories } from '../../src/categories/category-suggestion.ts'
import { convert } from '../../src/language/convert.ts'
import { dangerIn } from '../../src/language/danger.ts'
import { detect, detectWith } from '../../src/language/detect.ts'
import { hash } from '../../src/language/hash.ts'
import { type Keyboard, keyboards, lettersOf } from '../../src/language/keyboards.ts'
import { restoreLetters } from '../../src/language/restore.ts'
import type { WrittenLanguage } from '../../src/language/written-language.ts'
import { readReports } from './train-categories.ts'
import { readTold } from './train-danger.ts'
import { isHeldBack, learnAll, readSamples, type Sample } from './train-letters.ts'
import { learnRestore, readFull, typedWith, wordsOf } from './train-restore.ts'

/**
 * How well and how fast messages are told apart and converted, on labelled texts (`langid/*.tsv`,
 * `scripts/pairs.*.tsv`) in the folder given. The model measured learns from four fifths of the
 * texts, and is measured on the rest.
 */
export async function benchLanguage([folder = '../shared/data']: readonly string[]): Promise<
  Record<string, unknown>
> {
  const samples = readSamples(`${folder}/langid`)
  const learnt = samples.filter((sample) => !isHeldBack(sample))
  const models = learnAll(learnt)
  const heldBack = samples.filter(isHeldBack)
  console.log(
    `${heldBack.length} texts measured, that the model has not learnt from; ${learnt.length} learnt from\n`,
  )
  const tell = (text: string) => detectWith(models, text).tag
  // A name of the world's places is written alike in many languages, so it is counted by itself.
  const names = new Set(
    readFileSync(`${folder}/places/world.tsv`, 'utf8')
      .split(/[\t\n]/)
      .map((name) => name.trim()),
  )
  const rowOf = ({ tag, text }: Sample) => (names.has(text.trim()) ? `${tag}, names` : tag)
  const byTag = table(heldBack, rowOf, tell)
  console.log('')
  table(
    heldBack.filter(({ tag }) => tag === 'und'),
    ({ language }) => language,
    tell,
  )

  console.log('')
  table(
    heldBack.filter(({ tag }) => tag !== 'und' && !tag.startsWith('zh')),
    ({ source }) => source.replace('.tsv', ''),
    tell,
  )

  const message =
    'مەھەللىمىزدە ئۈچ كۈندىن بېرى سۇ يوق، بالىلار مەكتەپكە بارالمىدى، تېز ياردەم قىلىڭ'
  const microsPerMessage = microsEach(20_000, (round) => detect(message + (round % 10)))
  const floorMicros = microsEach(20_000, (round) =>
    Buffer.byteLength((message + (round % 10)).normalize('NFC')),
  )
  const long = (letters: number) =>
    message.repeat(Math.ceil(letters / message.length)).slice(0, letters)
  const tenThousand = microsEach(50, () => detect(long(10_000)))
  const hundredThousand = microsEach(20, () => detect(long(100_000)))
  const conversion = {
    ...conversionAccuracy(`${folder}/scripts`),
    ...restoringAccuracy(`${folder}/langid`),
  }
  console.log(
    `\n${message.length} characters: ${microsPerMessage.toFixed(1)} µs; ${(microsPerMessage / floorMicros).toFixed(1)} times normalising and measuring them`,
  )
  console.log(
    `10^5 characters: ${(hundredThousand / 1000).toFixed(1)} ms, ${(hundredThousand / tenThousand).toFixed(1)} times 10^4`,
  )
  const danger = dangerAccuracy()
  const reports = readReports().filter(({ text }) => text.length > 20)
  const [dangerMs, categoryMs] = [dangerIn, suggestCategories].map(
    (tell) =>
      microsEach(2_000, (round) => tell(reports[round % reports.length]?.text ?? '')) / 1000,
  )
  console.log(`danger ${dangerMs?.toFixed(3)} ms, category ${categoryMs?.toFixed(3)} ms a report`)
  return {
    danger,
    dangerMs: round(dangerMs ?? 0),
    categoryMs: round(categoryMs ?? 0),
    accuracy: byTag,
    microsPerMessage: round(microsPerMessage),
    ratioToFloor: round(microsPerMessage / floorMicros),
    growthTenfold: round(hundredThousand / tenThousand),
    conversion,
  }
}

/**
 * How many messages that speak of a danger now are noticed, and how many that only sound like it or
 * are ordinary reports: of those that were held back.
 */
function dangerAccuracy(): Record<string, number> {
  const told = readTold().filter(({ heldBack }) => heldBack)
  const ordinary = readReports().filter(({ heldBack }) => heldBack)
  const share = (texts: readonly { readonly text: string }[]) =>
    round((100 * texts.filter(({ text }) => dangerIn(text) !== undefined).length) / texts.length)
  return Object.fromEntries(
    (['ug-Arab', 'kk-Cyrl', 'zh-Hans'] as const).flatMap((language) => {
      const own = told.filter((each) => each.language === language)
      const [yes, no] = [own.filter((each) => each.isDanger), own.filter((each) => !each.isDanger)]
      const reports = ordinary.filter((each) => each.language === language)
      console.log(
        `danger in ${language}: noticed ${share(yes)} % of ${yes.length}; without reason ${share(no)} % of ${no.length} that sound like it, ${share(reports)} % of ${reports.length} ordinary reports`,
      )
      return [
        [`${language} noticed`, share(yes)],
        [`${language} nearMisses`, share(no)],
        [`${language} ordinary`, share(reports)],
      ]
    }),
  )
}

const lengths = [
  ['3-6', 3, 6],
  ['7-20', 7, 20],
  ['21+', 21, 4096],
] as const

function table(
  samples: readonly Sample[],
  rowOf: (sample: Sample) => string,
  tell: (text: string) => string,
): Record<string, Record<string, number>> {
  const rows = [...new Set(samples.map(rowOf))].sort()
  console.log(
    `${'percent right (of)'.padEnd(32)}${lengths.map(([name]) => name.padStart(14)).join('')}`,
  )
  return Object.fromEntries(
    rows.map((row) => {
      const cells = lengths.map(([name, least, most]) => {
        const texts = samples.filter(
          (sample) =>
            rowOf(sample) === row && sample.text.length >= least && sample.text.length <= most,
        )
        const right = texts.filter(({ tag, text }) => tell(text) === tag).length
        return [name, texts.length, (100 * right) / texts.length] as const
      })
      console.log(
        row.padEnd(32) +
          cells
            .map(([, of, percent]) =>
              (of === 0 ? '-' : `${percent.toFixed(1)} (${of})`).padStart(14),
            )
            .join(''),
      )
      return [row, Object.fromEntries(cells.map(([name, , percent]) => [name, round(percent)]))]
    }),
  )
}

/**
 * Words that come out as the trusted pair has them. Pairs that are not the same words at all, as
 * translations often are not, are left out: both must have the same consonants.
 */
function conversionAccuracy(folder: string): Record<string, number> {
  const accuracy: Record<string, number> = {}
  for (const file of readdirSync(folder)) {
    const [, first, second] = /^pairs\.(\w\w-\w{4})\.(\w\w-\w{4})/.exec(file) ?? []
    if (first === undefined || second === undefined) continue
    const tags = [first, second].map(
      (tag) =>
        `${tag.slice(0, 3)}${tag.slice(3, 4).toUpperCase()}${tag.slice(4)}` as WrittenLanguage,
    )
    const lines = readFileSync(`${folder}/${file}`, 'utf8').trimEnd().split('\n')
    for (const [from, to] of [
      [0, 1],
      [1, 0],
    ] as const) {
      const [source, target] = [tags[from], tags[to]]
      if (source === undefined || target === undefined) continue
      let [right, all] = [0, 0]
      for (const line of lines) {
        const [given, wanted] = [line.split('\t')[from] ?? '', line.split('\t')[to] ?? ''].map(
          words,
        )
        const made = words(convert(line.split('\t')[from] ?? '', source, target))
        if (given?.length !== wanted?.length || made.length !== wanted?.length) continue
        for (const [at, word] of made.entries())
          if (consonants(word) === consonants(wanted[at] ?? '')) {
            all += 1
            if (word === wanted[at]) right += 1
          }
      }
      const name = `${source}>${target}${file.replace(/^pairs\.[\w-]+\.[\w-]+|\.tsv$/g, '')}`
      accuracy[name] = round((100 * right) / all)
      console.log(`${name.padEnd(34)} ${accuracy[name]} % of ${all} words`)
    }
  }
  return accuracy
}

/**
 * Of the words of a source that the model has not learnt from, typed without some letters in one
 * habit after another, how many are restored.
 */
function restoringAccuracy(folder: string): Record<string, number> {
  const accuracy: Record<string, number> = {}
  for (const [language, sources] of [
    ['kk', ['kk-Cyrl.flores-sib.tsv', 'kk-Cyrl.reviews.tsv', 'own']],
    ['ug', ['ug-Arab.flores-sib.tsv', 'ug-Arab.ud-udt.tsv', 'own']],
  ] as const) {
    const texts = readFull(folder, language)
    for (const measured of sources) {
      const model = learnRestore(
        [...texts].filter(([source]) => source !== measured).flatMap(([, each]) => each),
        language,
      )
      const own = (texts.get(measured) ?? []).flatMap((text) => wordsOf(text, language))
      for (const keyboard of Object.keys(keyboards) as Keyboard[]) {
        if (keyboards[keyboard].language !== language) continue
        let [right, all] = [0, 0]
        for (const word of own)
          for (const habit of ['first', 'second', word]) {
            const typed = typedWith(word, keyboard, (of, letter) => hash(habit + letter) % of)
            const letters = lettersOf(typed, keyboard)
            if (letters === undefined) continue
            all += 1
            if (keyboards[keyboard].join(restoreLetters(letters, model)) === word) right += 1
          }
        const name = `${keyboard} restored, ${measured.replace('.tsv', '')}`
        accuracy[name] = round((100 * right) / all)
        console.log(`${name.padEnd(44)} ${accuracy[name]} % of ${all} words`)
      }
    }
  }
  return accuracy
}

function words(text: string): readonly string[] {
  return (
    text
      .toLowerCase()
      .replaceAll('ء', 'ٴ')
      // и is ي by the standard of 1982; some pairs write ىي for it. Either counts as right.
      .replaceAll(/ىيي?/g, 'ي')
      .replaceAll(/[^\p{L}\p{M}ٴ'\s]/gu, ' ')
      .trim()
      .split(/\s+/)
  )
}

function consonants(word: string): string {
  return word
    .replaceAll(/[аәеиоөұүыіэяюёйьъaäeéiıoöūüyïýئاەېىوۇۆۈيٴ']/g, '')
    .replaceAll(/(.)\1+/gu, '$1')
}

/** The median of five runs, in microseconds a round. */
function microsEach(rounds: number, run: (round: number) => unknown): number {
  const times = Array.from({ length: 6 }, () => {
    const start = performance.now()
    for (let round = 0; round < rounds; round += 1) run(round)
    return ((performance.now() - start) * 1000) / rounds
  })
  return times.slice(1).sort((a, b) => a - b)[2] ?? 0
}

function round(value: number): number {
  return Math.round(value * 100) / 100
}
