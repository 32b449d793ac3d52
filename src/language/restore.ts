import { hash } from './hash.ts'
import { type Keyboard, keyboards, type Letter, lettersOf } from './keyboards.ts'
import shipped from './restore-model.json' with { type: 'json' }

/** How many numbers the model of a language has, and how many bits its list of words. */
export const restoreBuckets = 1 << 16
export const wordBits = 1 << 20

/** What was learnt for a language: the weight of each feature, and which words there are. */
export type RestoreModel = { readonly weights: Int8Array; readonly words: Uint8Array }

/**
 * Words as they would be written with all letters of the language, in the form of its catalogue:
 * `жок` is жоқ, `kundin` is كۈندىن. Which letter is meant is told by the letters around it, as
 * learnt from texts.
 *
 * It answers only where a text was evidently typed without some letters. Then some of its words are
 * none as they stand, but are words with other letters; and not more are no words either way. A
 * letter that the text has elsewhere with its mark counts as what it is, unless the word is none
 * then: who types `қ` mostly means к by `к`.
 *
 * @param words the words of one message.
 * @param literally each word as the rules of its written form read it.
 * @returns the words, or `undefined` where the text is to be read by the rules.
 */
export function restoreWords(
  words: readonly string[],
  keyboard: Keyboard,
  literally: (word: string) => string | undefined,
): ReadonlyMap<string, string> | undefined {
  const { language, marks, join, impossible, areRulesFirst } = keyboards[keyboard]
  const model = models()[language]
  const typed = words.join(' ').toLowerCase()
  const settled = marks.filter(({ mark }) => mark.test(typed))
  const surely = settled.filter(({ isSure }) => isSure === true)
  const restore = (word: string): { word: string; isKnown: boolean } | undefined => {
    const letters = lettersOf(word, keyboard)
    if (letters === undefined) return undefined
    const best = [settled, surely]
      .map((each) => join(restoreLetters(settle(letters, each), model)))
      .map((each) => ({ word: each, isKnown: isWord(model, each) }))
    return best.find(({ isKnown }) => isKnown) ?? best[0]
  }

  const read = new Map<string, string>()
  const known: string[] = []
  let evidence = impossible.test(typed) ? strongEvidence : 0
  let [evident, strange] = [0, 0]
  for (const word of new Set(words)) {
    const plain = literally(word)?.toLowerCase() ?? ''
    if (isWord(model, plain)) {
      known.push(word)
      continue
    }
    const restored = restore(word)
    if (restored?.isKnown !== true) strange += 1
    if (restored === undefined || alike(restored.word) === alike(plain)) continue
    if (restored.isKnown) {
      evidence += restored.word.length - 2
      evident += 1
    }
    if (restored.isKnown || areRulesFirst !== true) read.set(word, restored.word)
  }
  if (evidence < leastEvidence || evident + known.length < strange || read.size === 0)
    return undefined
  for (const word of areRulesFirst === true ? [] : known) {
    const restored = restore(word)
    if (restored?.isKnown === true) read.set(word, restored.word)
  }
  return read
}

/**
 * How many letters of words that are words only with other letters, without two of each, tell that
 * letters are missing: fewer are words by chance. What the written form can't have counts as much.
 */
const leastEvidence = 3
const strongEvidence = 2

/** The letters, of which some mean what they are. */
function settle(letters: readonly Letter[], marks: readonly { readonly of: RegExp }[]) {
  return letters.map((letter) =>
    marks.some(({ of }) => of.test(letter.typed))
      ? { ...letter, meant: letter.meant.slice(0, 1) }
      : letter,
  )
}

/** Letters that are often written for one another even in books. */
function alike(word: string): string {
  return word.replaceAll('һ', 'х')
}

/** The letters that are meant, one after another: each knows what was decided before it. */
export function restoreLetters(letters: readonly Letter[], model: RestoreModel): readonly string[] {
  const meant: string[] = []
  for (const [at, letter] of letters.entries()) {
    const [only = ''] = letter.meant
    if (letter.meant.length < 2) {
      meant.push(only)
      continue
    }
    const features = restoreFeatures(letters, at, meant)
    let [best, most] = [only, Number.NEGATIVE_INFINITY]
    for (const each of letter.meant) {
      const own = hash(each)
      const score = features.reduce((sum, one) => sum + (model.weights[bucketOf(one, own)] ?? 0), 0)
      if (score > most) [best, most] = [each, score]
    }
    meant.push(best)
  }
  return meant
}

/** How many letters before and after one are looked at together. */
const windows = [
  [0, 1],
  [1, 0],
  [1, 1],
  [0, 2],
  [2, 0],
  [2, 1],
  [1, 2],
  [2, 2],
  [0, 3],
  [3, 0],
  [3, 2],
  [2, 3],
  [3, 3],
  [0, 4],
  [4, 0],
  [4, 4],
] as const

/** What tells which letter is meant: those around it, the word, and the vowels before it. */
export function restoreFeatures(
  letters: readonly Letter[],
  at: number,
  meant: readonly string[],
): readonly number[] {
  const sounds = letters.map(({ sound }) => sound)
  const around = (before: number, after: number) =>
    `${at < before ? '^' : ''}${sounds.slice(Math.max(0, at - before), at + after + 1).join('')}${at + after >= sounds.length ? '$' : ''}`
  const word = sounds.join('')
  const typed = letters[at]?.typed ?? ''
  const decided = meant.join('')
  const vowel = decided.match(/[әөүіеаоұыەېۆۈاوۇ](?=[^әөүіеаоұыەېۆۈاوۇ]*$)/)?.[0] ?? ''
  const isBack = /[qğыy]|gh/.test(letters.map((each) => each.typed).join(''))
  const pieces = [
    typed,
    `v${vowel}${sounds[at]}`,
    `b${isBack}${sounds[at]}${vowel}`,
    `t${letters[at - 1]?.typed}${typed}${letters[at + 1]?.typed}`,
    `m${meant.at(-1)}${meant.at(-2)}${typed}${sounds[at + 1]}`,
    `w${at}${word}`,
    `s${at}${word.slice(0, 4)}`,
    `s${at}${word.slice(0, 6)}`,
    `h${/e/.test(word)}${/a/.test(word)}${/o/.test(word)}${sounds[at]}${vowel}`,
  ]
  for (const [before, after] of windows) pieces.push(`${before}${after}${around(before, after)}`)
  return pieces.map(hash)
}

/** The number of the model for a feature and the letter that may be meant. */
export function bucketOf(feature: number, letter: number): number {
  return (Math.imul(feature ^ letter, 0x9e3779b1) >>> 0) % restoreBuckets
}

/** Whether a word is in the list. */
function isWord({ words }: RestoreModel, word: string): boolean {
  return bitsOf(word).every((bit) => ((words[bit >> 3] ?? 0) >> (bit & 7)) & 1)
}

/** How many bits a word has in the list: with so many, one in a million others seems to be in it. */
const bitsOfWord = 12

/** Where the list holds a word: a Bloom filter. */
export function bitsOf(word: string): readonly number[] {
  const [one, two] = [hash(word), hash(`${word}#`)]
  return Array.from(
    { length: bitsOfWord },
    (_, step) => ((one + Math.imul(step, two | 1)) >>> 0) % wordBits,
  )
}

let opened: Readonly<Record<'kk' | 'ug', RestoreModel>> | undefined

function models(): Readonly<Record<'kk' | 'ug', RestoreModel>> {
  opened ??= { kk: open(shipped.kk), ug: open(shipped.ug) }
  return opened
}

function open({ weights, words }: (typeof shipped)['kk']): RestoreModel {
  return {
    weights: new Int8Array(Buffer.from(weights, 'base64')),
    words: new Uint8Array(Buffer.from(words, 'base64')),
  }
}
