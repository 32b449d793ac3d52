import { type DangerConcept, dangerConcepts } from './danger-concepts.ts'
import { hash } from './hash.ts'
import { soundOf } from './sound.ts'

/** How many numbers the model has. */
export const dangerBuckets = 1 << 13
const pieceBuckets = dangerBuckets - dangerConcepts.length

/** What tells of danger in a text: which numbers of the model count, and how much. */
export type DangerFeatures = {
  readonly features: readonly { readonly bucket: number; readonly weight: number }[]
  /** The kinds of the things that are spoken of. */
  readonly kinds: ReadonlySet<DangerConcept['kind']>
}

/** How much a thing that is spoken of says, two of them together, and all pieces of words. */
const [conceptWeight, pairWeight, pieceShare] = [1, 0.25, 0.7]
/** How much it says that there is an event at all, whichever. */
const eventWeight = 2

/** Longer messages say early what has happened. */
const longestRead = 600

/**
 * What tells whether a message speaks of a danger now: the things that it speaks of, two of them
 * together, and the pieces of its words as they sound.
 */
export function dangerFeatures(text: string): DangerFeatures {
  const sound = soundOf(text.slice(0, longestRead))
  // That there is a number may say something; which one says nothing.
  const words = sound.replaceAll(/\d+/g, '0').match(/[\p{L}\d]+/gu) ?? []
  const spoken = conceptsIn(sound, words)
  const kinds = new Set(spoken.flatMap((each) => dangerConcepts[each]?.kind ?? []))
  const weights = new Map<number, number>()
  const pieces = new Set(piecesOf(words).map(bucketOf))
  const scale = pieceShare / Math.sqrt(pieces.size + 1)
  for (const bucket of pieces) weights.set(bucket, scale)
  const add = (bucket: number, weight: number) =>
    void weights.set(bucket, (weights.get(bucket) ?? 0) + weight)
  for (const [at, one] of spoken.entries()) {
    add(one, conceptWeight)
    for (const other of spoken.slice(at + 1)) add(bucketOf(`${one}+${other}`), pairWeight)
  }
  const isEvent = kinds.has('event') || kinds.has('self') || kinds.has('home')
  if (isEvent) add(bucketOf('event'), eventWeight)
  if (isEvent && !kinds.has('notNow')) add(bucketOf('event now'), eventWeight)
  if (kinds.has('notNow')) add(bucketOf('not now'), conceptWeight)
  if (/[?？؟]/.test(text)) add(bucketOf('?'), conceptWeight)
  return { features: [...weights].map(([bucket, weight]) => ({ bucket, weight })), kinds }
}

/** The first letters of words and their last ones, two words together; of Chinese, characters. */
function piecesOf(words: readonly string[]): readonly string[] {
  return words.flatMap((word, at) => {
    const found: string[] = []
    if (/\p{Script=Han}/u.test(word)) {
      for (let from = 0; from < word.length; from++)
        for (let length = 1; length <= 3; length++) found.push(word.slice(from, from + length))
      return found
    }
    found.push(`${word}>`, `-${word.slice(-4)}`)
    for (let length = 2; length <= Math.min(6, word.length); length++)
      found.push(word.slice(0, length))
    const next = words[at + 1]
    if (next !== undefined) found.push(`${word.slice(0, 4)} ${next.slice(0, 4)}`)
    return found
  })
}

/** A beginning of a word, and of the word after it where there are two; and of which concept. */
type Stem = { readonly concept: number; readonly next: string | undefined }

/** The beginnings of words by how they sound. */
const stems = new Map<string, Stem[]>()
/** What Chinese says of each concept: anywhere, as it has no spaces. */
const han: (RegExp | undefined)[] = []
for (const [concept, { stems: named }] of dangerConcepts.entries()) {
  const characters = named.filter((stem) => /\p{Script=Han}/u.test(stem))
  han[concept] =
    characters.length === 0
      ? undefined
      : new RegExp(characters.join('|').replaceAll('_', '.{0,4}'), 'u')
  for (const stem of named) {
    if (/\p{Script=Han}/u.test(stem)) continue
    const [first = '', next] = stem.split('_').map(soundOf)
    const known = stems.get(first)
    if (known === undefined) stems.set(first, [{ concept, next }])
    else known.push({ concept, next })
  }
}
const longestStem = Math.max(...[...stems.keys()].map(({ length }) => length))

/** Which concepts are spoken of, in their order. */
function conceptsIn(sound: string, words: readonly string[]): readonly number[] {
  const found = new Set<number>()
  if (/\p{Script=Han}/u.test(sound))
    for (const [concept, pattern] of han.entries())
      if (pattern?.test(sound) === true) found.add(concept)
  for (const [at, word] of words.entries())
    for (let length = 1; length <= Math.min(word.length, longestStem); length++) {
      const begun = word.slice(0, length)
      const known = stems.get(begun)
      if (known === undefined || !begins(word, begun)) continue
      for (const { concept, next } of known)
        if (next === undefined || words.slice(at + 1, at + 3).some((each) => begins(each, next)))
          found.add(concept)
    }
  return [...found].sort((a, b) => a - b)
}

/** How many letters may follow a stem of three letters. */
const mostAfterThree = 4
/** What may follow a shorter one: endings of case, and whose it is. */
const endings =
  /^(?:[IU]?m|[IU]?n|s?I|l[AE]r)?(?:[gkn]?[AE]|nI|[dt][AE]|[dt]I|[dt][AE]n|[dt]In|nIn|d[AE]gI)?$/

function begins(word: string, stem: string): boolean {
  if (!word.startsWith(stem)) return false
  if (stem.length > 3) return true
  return stem.length === 3
    ? word.length - stem.length <= mostAfterThree
    : endings.test(word.slice(stem.length))
}

const bucketOf = (piece: string) => dangerConcepts.length + (hash(piece) % pieceBuckets)
