import { readFileSync, writeFileSync } from 'node:fs'
import { convert } from '../../src/language/convert.ts'

/**
 * Learns `src/language/kazakh-loans.json`: the beginnings by which words that Arabic or Latin
 * letters spell ambiguously are known, such as `монумент`. `tsx test/bench/learn-kazakh-stems.ts
 * FILE`, where FILE is the word list of Debian's hunspell-kk (Akmaral Mussayeva and others; GPL-2+,
 * LGPL-2.1+ or MPL-1.1+). A beginning is taken only when no word of the list begins with the same
 * letters and is another word.
 */
export function readWords(
  file: string,
  isWord: RegExp = /^[а-яәғқңөұүһі]{3,}$/,
): readonly string[] {
  const words = readFileSync(file, 'utf8')
    .split('\n')
    .map((line) => (line.split(/[/\t ]/)[0] ?? '').trim().toLowerCase())
  return [...new Set(words.filter((word) => isWord.test(word)))]
}

/** The shortest beginnings that mend the words that do not come back, for one script. */
export function learnStems(
  words: readonly string[],
  script: 'kk-Arab' | 'kk-Latn',
): readonly string[] {
  const spell = (word: string) => convert(word, 'kk-Cyrl', script).replace('ٴ', '').toLowerCase()
  const all = words
    .map((word) => ({ word, spelt: spell(word) }))
    .sort((a, b) => (a.spelt < b.spelt ? -1 : 1))
  const stems = new Set<string>()
  for (const { word } of all) {
    if (convert(convert(word, 'kk-Cyrl', script), script, 'kk-Cyrl') === word) continue
    for (let length = 4; length <= Math.min(word.length, 12); length += 1) {
      const stem = word.slice(0, length)
      if (stems.has(stem)) break
      const spelt = spell(stem)
      // What is lost lies before the stem's end, and nothing else begins so.
      const lost = convert(convert(stem, 'kk-Cyrl', script), script, 'kk-Cyrl') !== stem
      if (lost && sameSpelling(all, spelt).every((other) => other.startsWith(stem))) {
        stems.add(stem)
        break
      }
    }
  }
  return [...stems]
    .filter((stem) => ![...stems].some((other) => other !== stem && stem.startsWith(other)))
    .sort()
}

function sameSpelling(
  all: readonly { readonly word: string; readonly spelt: string }[],
  spelt: string,
): readonly string[] {
  let [low, high] = [0, all.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((all[middle]?.spelt ?? '') < spelt) low = middle + 1
    else high = middle
  }
  const found: string[] = []
  for (let at = low; all[at]?.spelt.startsWith(spelt) === true; at += 1)
    found.push(all[at]?.word ?? '')
  return found
}

if (process.argv[1]?.endsWith('learn-kazakh-stems.ts') === true) {
  const file = process.argv[2]
  if (file === undefined) throw new Error('say where the word list is')
  const words = readWords(file)
  const [arabic, latin] = [learnStems(words, 'kk-Arab'), learnStems(words, 'kk-Latn')]
  const target = new URL('../../src/language/kazakh-loans.json', import.meta.url)
  writeFileSync(
    target,
    `${JSON.stringify({ arabic: arabic.join(' '), latin: latin.join(' ') }, null, 1)}\n`,
  )
  console.log(
    `${words.length} words; ${arabic.length} beginnings for Arabic letters, ${latin.length} for Latin`,
  )
}
