import { convert } from './convert.ts'
import { detect } from './detect.ts'
import { hash } from './hash.ts'
import { normalise } from './normalise.ts'
import { concepts } from './report-concepts.ts'
import { soundOf } from './sound.ts'
import { formOf } from './written-language.ts'

/**
 * How many numbers the model has for each category: one for each thing that is spoken of, the rest
 * for pieces of words.
 */
export const categoryBuckets = 1 << 13
const pieceBuckets = categoryBuckets - concepts.length

/** How much more a thing that is spoken of says than a piece of a word. */
const conceptWeight = 7
/** How much a feature counts: concepts more than pieces of words. */
export const weightOf = (feature: number): number => (feature < concepts.length ? conceptWeight : 1)

/** What makes reports of any length alike. */
export function scaleOf(features: readonly number[]): number {
  return 1 / Math.sqrt(features.reduce((sum, feature) => sum + weightOf(feature) ** 2, 1))
}

/**
 * The buckets of what tells a report's subject: beginnings of words, pieces of them, and for
 * Chinese its characters by one, two and three. Each language is read in one script, and as it sounds,
 * so what is learnt in one serves in all.
 */
export function categoryFeatures(text: string): readonly number[] {
  const plain = inOneScript(text)
  const found = new Set<number>()
  const see = (piece: string) => found.add(concepts.length + (hash(piece) % pieceBuckets))
  for (const [index, stems] of conceptStems.entries())
    if (stems.some((stem) => begins(plain, stem, endings))) found.add(index)
  const sound = soundOf(text.slice(0, longestRead))
  const heard = soundStems.flatMap((stems, index) =>
    stems.some((stem) => begins(sound, stem, soundEndings)) ? [index] : [],
  )
  // Different words can sound alike. So what is read counts, unless hardly anything can be.
  if (found.size < heard.length * leastRead) for (const index of heard) found.add(index)
  const spoken = [...found]
  for (const [at, one] of spoken.entries())
    for (const other of spoken.slice(at + 1)) see(`${one}+${other}`)
  for (const [word] of plain.matchAll(/\p{L}[\p{L}\p{M}]*/gu)) {
    if (/\p{Script=Han}/u.test(word))
      for (let at = 0; at < word.length; at += 1)
        for (let length = 1; length <= 3; length += 1) see(word.slice(at, at + length))
    else {
      see(`<${word}>`)
      for (let length = 2; length <= Math.min(6, word.length); length += 1)
        see(`<${word.slice(0, length)}`)
      for (let at = 1; at + 4 <= word.length; at += 1) see(word.slice(at, at + 4))
    }
  }
  // What is typed without marks, or on a keyboard of another language, at least sounds alike.
  for (const [word] of sound.matchAll(/\p{Script=Latin}+/gu))
    for (let length = 3; length <= Math.min(6, word.length); length += 1)
      see(`~${word.slice(0, length)}`)
  return [...found]
}

/**
 * Chinese has no spaces: there a word counts anywhere. Elsewhere where a word begins; after a short
 * stem only an ending may come.
 */
function begins(text: string, { stem, isHan }: Stem, endings: RegExp): boolean {
  if (isHan) return text.includes(stem)
  for (let at = text.indexOf(stem); at !== -1; at = text.indexOf(stem, at + 1)) {
    const isStart = at === 0 || !/\p{L}/u.test(text[at - 1] ?? '')
    if (
      isStart &&
      (stem.length > 3 ||
        endings.test(
          /^\p{L}*/u.exec(text.slice(at + stem.length, at + stem.length + 20))?.[0] ?? '',
        ))
    )
      return true
  }
  return false
}

type Stem = { readonly stem: string; readonly isHan: boolean }

const conceptStems: readonly (readonly Stem[])[] = concepts.map((stems) =>
  stems.map((stem) => ({ stem, isHan: /\p{Script=Han}/u.test(stem) })),
)

/** Which part of what a text sounds like must be read in it, to be believed. */
const leastRead = 0.5

/** The same as they sound. */
const soundStems: readonly (readonly Stem[])[] = conceptStems.map((stems) =>
  stems.filter(({ isHan }) => !isHan).map(({ stem }) => ({ stem: soundOf(stem), isHan: false })),
)

/** Endings of nouns, as they sound. */
const soundEndings =
  /^(?:[ldt][AE]r|I?mIz|s?In?|[IU]?[mn]|[dtn][IAE]|[dtn][AE]n|[dtn]In|[gk][AE]|sIz|[mbp]En|lI|l[IU]k|mU)*$/

/** Endings of nouns: many, owned, of a case, with and without. */
const endings =
  /^(?:[лдт][ае]р|[ыі]?м[ыі]з|с?[ыі]н?|[ыі]?[мңң]|[дтн][ыіае]|[дтн][ае]н|[дтн][ыі]ң|[ғгқк][ае]|с[ыі]з|[мбп]ен|л[ыі]|ل[اە]ر|ىمىز|[سڭم]?ىم?|ۇم|ۇڭ|نى|نىڭ|[دت][اە]|[دت]ىن|[غگقك][اە]|سىز|ل[ىۇ][قك]|مۇ)*$/

/** Longer reports say early what they are about. */
const longestRead = 1000

/**
 * A text as models read it: normalised, in lower case, in the script in which its language is
 * learnt.
 */
function inOneScript(text: string): string {
  const plain = normalise(text.slice(0, longestRead)).toLowerCase()
  const { tag } = detect(plain)
  return tag === 'und' ? plain : convert(plain, tag, formOf(tag).source)
}
