import simplifiedToTraditional from 'opencc-js/dict/STCharacters'
import traditionalToSimplified from 'opencc-js/dict/TSCharacters'
import { type Alphabet, buckets, countLetters, eachRun } from './letter-features.ts'
import model from './letter-model.json' with { type: 'json' }
import { normalise } from './normalise.ts'
import type { WrittenLanguage } from './written-language.ts'

/**
 * What a message is written in, and how sure that is, from 0 to 1; `und` for what is none of the
 * service's languages.
 */
export type Detection = { readonly tag: WrittenLanguage | 'und'; readonly confidence: number }

/**
 * The language and script of a message: those of most of its letters. Links, codes, numbers and
 * emoji don't count.
 *
 * The alphabet with the most letters decides first; inside it, a linear model over runs of one to
 * four letters (`test/bench/train-letters.ts` learns it), for Chinese the characters that differ.
 * Linear in the text's length.
 */
export function detect(text: string): Detection {
  return detectWith(shipped, text)
}

/** As {@link detect}, by another model: for measuring what a model has learnt. */
export function detectWith(models: Models, text: string): Detection {
  const plain = withoutCodes(normalise(text))
  const counts = countLetters(plain)
  // A Chinese character says about as much as a letter and a half.
  const sizes: readonly (readonly [Alphabet, number])[] = [
    ['Arab', counts.Arab],
    ['Cyrl', counts.Cyrl],
    ['Latn', counts.Latn],
    ['Hani', counts.Hani * 1.5],
  ]
  const [alphabet, most] = sizes.reduce((best, next) => (next[1] > best[1] ? next : best))
  const kana =
    counts.Hani + counts.Latn > 0 || most === 0 ? (plain.match(/[\u3041-\u30FA]/g)?.length ?? 0) : 0
  if (kana * 4 > most) return { tag: 'und', confidence: 1 }
  if (most === 0) return { tag: 'und', confidence: 0 }
  return alphabet === 'Hani' ? detectChinese(plain) : byModel(models[alphabet], plain, alphabet)
}

/**
 * The language to answer in after a message, or `undefined` where that is not certain enough: the
 * conversation's own then stays. One that has a language changes it on better evidence than one
 * that has none, and not for a word or two: a place's Chinese name is typed in any conversation.
 */
export function languageToAnswerIn(
  text: string,
  current: WrittenLanguage | undefined,
): WrittenLanguage | undefined {
  const { tag, confidence } = detect(text)
  if (tag === 'und') return undefined
  if (current === undefined) return confidence >= 0.6 ? tag : undefined
  return confidence >= 0.85 && (text.match(/\p{L}/gu)?.length ?? 0) >= shortestChange
    ? tag
    : undefined
}

/** Letters that a message must have to change a conversation's language. */
const shortestChange = 7

const codes = /https?:\S+|www\.\S+|\S+@\S+|(?<![\p{L}\d])[@/][a-z]\w*|[A-Z]{2,}-[A-Z0-9-]+/giu

function withoutCodes(text: string): string {
  return /[:@/.-]/.test(text) ? text.replaceAll(codes, ' ') : text
}

/** Several classes may be `und`: neighbours of ours, which differ from them in different ways. */
type Model = {
  readonly tags: readonly (WrittenLanguage | 'und')[]
  readonly weights: Int8Array
  readonly scale: number
}
export type Models = Readonly<Record<'Arab' | 'Cyrl' | 'Latn', Model>>

const shipped: Models = {
  Arab: toModel(model.Arab),
  Cyrl: toModel(model.Cyrl),
  Latn: toModel(model.Latn),
}

function toModel({
  tags,
  scale,
  weights,
}: {
  readonly tags: readonly string[]
  readonly scale: number
  readonly weights: string
}): Model {
  const numbers = new Int8Array(Buffer.from(weights, 'base64'))
  if (numbers.length !== buckets * tags.length)
    throw new Error('letter-model.json does not fit letter-features.ts: learn it again')
  return { tags: tags as Model['tags'], scale, weights: numbers }
}

/** Letters of neighbours that none of ours is written with. */
const foreign: Readonly<Record<'Arab' | 'Cyrl' | 'Latn', RegExp>> = {
  Arab: /[ثذصضطظةأإآؤٹڈڑںےٺڀٿڄڃڇڊڍڏڦڪڳڱڻێۊڵڕټډړږښځڅګڼ]/g,
  Cyrl: /[ҷӣӯҳўҙҫїєґђљњћџ]/gi,
  Latn: /[ʻ]|[og][‘ʼ]|[ąćęłńśźżřěčåøæßãõ]/gi,
}
/** Letters of which Kazakh and Uyghur have one in every few words, Kyrgyz and Russian none. */
const ownCyrillic = /[қғұіәһҗ]/i

/**
 * What is added to a language for what the letters alone say too little of: in a word or two, in
 * some words, in a sentence. A word or two are far more often ours than a neighbour's; a whole
 * sentence of ours says clearly that it is. A word that may be either is Kazakh where it is Cyrillic,
 * as few write Uyghur so, and rather Uyghur where it is Arabic. Chosen with `npm run bench --
 * language`.
 */
const leans: Readonly<
  Record<
    'Arab' | 'Cyrl' | 'Latn',
    Readonly<Partial<Record<WrittenLanguage | 'und', readonly [number, number, number]>>>
  >
> = {
  Arab: { und: [-1.9, -1, 1], 'kk-Arab': [-0.5, -0.2, 0] },
  Cyrl: { und: [-0.9, -0.2, 1], 'ug-Cyrl': [-1, -0.5, 0] },
  Latn: { und: [-0.9, -0.2, 1] },
}
/** How many runs of letters a word or two have at most, and how many some words. */
const [runsOfAWord, runsOfSomeWords] = [25, 63]

function byModel(
  { tags, weights, scale }: Model,
  text: string,
  alphabet: 'Arab' | 'Cyrl' | 'Latn',
): Detection {
  const sums = new Float64Array(tags.length)
  let runs = 0
  eachRun(text, alphabet, (bucket) => {
    const at = bucket * sums.length
    for (let nth = 0; nth < sums.length; nth += 1)
      sums[nth] = (sums[nth] ?? 0) + (weights[at + nth] ?? 0)
    runs += 1
  })
  const unit = scale / Math.sqrt(runs)
  const letters = text.match(foreign[alphabet])?.length ?? 0
  const lacksItsOwn = alphabet === 'Cyrl' && runs > 70 && !ownCyrillic.test(text)
  const foreignness = letters * 1.5 + (lacksItsOwn ? 1.2 : 0)
  const length = runs <= runsOfAWord ? 0 : runs <= runsOfSomeWords ? 1 : 2
  const scores = sums.map((sum, nth) => {
    const tag = tags[nth] ?? 'und'
    return sum * unit + (leans[alphabet][tag]?.[length] ?? 0) + (tag === 'und' ? foreignness : 0)
  })
  const most = Math.max(...scores)
  const likely = new Map<WrittenLanguage | 'und', number>()
  let all = 0
  for (const [nth, tag] of tags.entries()) {
    const power = Math.exp((scores[nth] ?? 0) - most)
    likely.set(tag, (likely.get(tag) ?? 0) + power)
    all += power
  }
  const [tag, power] = [...likely].reduce((best, next) => (next[1] > best[1] ? next : best))
  return { tag, confidence: power / all }
}

/** Simplified characters that traditional texts have too, as other words: they only lean. */
const inBoth = new Set(
  '后里面干只台系范云余制致游才丑谷曲卷胡向松冲吁回几杰咸郁升于叶愿发征斗别布采占志准',
)

const leaning = new Map<string, number>()
for (const pair of simplifiedToTraditional.split('|')) {
  const [simplified, traditional] = pair.split(' ')
  if (simplified !== undefined && traditional !== simplified)
    leaning.set(simplified, inBoth.has(simplified) ? 0.3 : 1)
}
for (const pair of traditionalToSimplified.split('|')) {
  const [traditional, simplified] = pair.split(' ')
  if (traditional !== undefined && traditional !== simplified && !inBoth.has(traditional))
    leaning.set(traditional, -1)
}

function detectChinese(text: string): Detection {
  let leans = 0
  for (const character of text) leans += leaning.get(character) ?? 0
  return { tag: leans < 0 ? 'zh-Hant' : 'zh-Hans', confidence: 1 - 0.4 / (1 + 4 * Math.abs(leans)) }
}
