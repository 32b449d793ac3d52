import { convert } from './convert.ts'
import { detect } from './detect.ts'
import { hash } from './hash.ts'
import { normalise } from './normalise.ts'
import { concepts } from './report-concepts.ts'
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
 * Chinese its characters by one, two and three. Each language is read in one script, so what is
 * learnt in one serves in all.
 */
export function categoryFeatures(text: string): readonly number[] {
  const plain = inOneScript(text)
  const found = new Set<number>()
  const see = (piece: string) => found.add(concepts.length + (hash(piece) % pieceBuckets))
  for (const [index, stems] of conceptStems.entries())
    if (stems.some((stem) => begins(plain, stem))) found.add(index)
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
  return [...found]
}

/**
 * Chinese has no spaces: there a word counts anywhere. Elsewhere where a word begins; after a short
 * stem only an ending may come.
 */
function begins(text: string, { stem, isHan }: (typeof conceptStems)[number][number]): boolean {
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

const conceptStems = concepts.map((stems) =>
  stems.map((stem) => ({ stem, isHan: /\p{Script=Han}/u.test(stem) })),
)

/** Endings of nouns: many, owned, of a case, with and without. */
const endings =
  /^(?:[лдт][ае]р|[ыі]?м[ыі]з|с?[ыі]н?|[ыі]?[мңң]|[дтн][ыіае]|[дтн][ае]н|[дтн][ыі]ң|[ғгқк][ае]|с[ыі]з|[мбп]ен|л[ыі]|ل[اە]ر|ىمىز|[سڭم]?ىم?|ۇم|ۇڭ|نى|نىڭ|[دت][اە]|[دت]ىن|[غگقك][اە]|سىز|ل[ىۇ][قك]|مۇ)*$/

/** Longer reports say early what they are about. */
const longestRead = 1000

/**
 * A text as models read it: normalised, in lower case, in the script in which its language is
 * learnt.
 */
export function inOneScript(text: string): string {
  const plain = normalise(text.slice(0, longestRead)).toLowerCase()
  const { tag } = detect(plain)
  return tag === 'und' ? plain : convert(plain, tag, formOf(tag).source)
}
