import { pinyin } from 'pinyin-pro'
import { convert } from './convert.ts'
import { normalise } from './normalise.ts'
import { soundOf } from './sound.ts'

/**
 * A name as it is spelt, as it may sound in bare Latin letters, and as it is heard in Chinese,
 * where that is long enough to tell anything; without the words for village and community.
 */
type NameKeys = {
  readonly spelt: string
  readonly sounds: readonly string[]
  readonly heard: string | undefined
}

/**
 * What a typed place's name is looked for by, whatever the script, so that `Dongsheng`, `东升`, `東升`,
 * `دۇڭشېڭ` and `Дуңшең` meet. Latin letters may be pinyin or Turkic.
 */
export function keysOf(typed: string): NameKeys {
  const name = withoutKind(plain(typed))
  const spelt = withOneLetter(name)
  if (/\p{Script=Han}/u.test(name)) {
    // 什 is read otherwise in words, in names it is always shi.
    const syllables = pinyin(name.replaceAll('什', '十'), {
      toneType: 'none',
      type: 'array',
      nonZh: 'consecutive',
    })
    return {
      spelt,
      sounds: unique([ofPinyin(syllables.join(''))]),
      heard: heard(ofSyllables(syllables)),
    }
  }
  const asHeard = heard(ofLetters(name))
  if (/\p{Script=Arabic}/u.test(name))
    return {
      spelt,
      sounds: unique(
        [convert(name, 'ug-Arab', 'ug-Latn'), convert(name, 'kk-Arab', 'kk-Latn')].map(ofTurkic),
      ),
      heard: asHeard,
    }
  if (/\p{Script=Cyrillic}/u.test(name))
    return {
      spelt,
      sounds: unique(
        [convert(name, 'kk-Cyrl', 'kk-Latn'), convert(name, 'ug-Cyrl', 'ug-Latn')].map(ofTurkic),
      ),
      heard: asHeard,
    }
  return { spelt, sounds: unique([ofPinyin(name), ofTurkic(name)]), heard: asHeard }
}

/** Sounds that Chinese syllables can't tell apart, by the one that stands for them. */
const heardAs = new Map(
  Object.entries({
    P: 'bpf',
    T: 'dt',
    K: 'gkh',
    L: 'lr',
    S: 'szšjč',
    M: 'm',
    N: 'n',
    A: 'AE',
    I: 'I',
    U: 'OU',
  }).flatMap(([one, letters]) => [...letters].map((letter) => [letter, one] as const)),
)

/**
 * A name as who hears it would write it down in syllables, to be compared letter by letter with what
 * Chinese has written down: 喀拉达拉 and قارادالا are both `~KALATALA`. Of 372 townships of Xinjiang,
 * 352 are among the six that are most alike; most others are called otherwise in Chinese.
 */
function heard(sounds: string): string | undefined {
  const one = sounds.replaceAll(/(.)\1+/g, '$1')
  return one.length < shortestAlike ? undefined : `~${one}`
}

/** The shortest name that is compared by what is heard: others are alike by chance. */
const shortestAlike = 3

function ofLetters(name: string): string {
  return [...soundOf(name)].map((letter) => heardAs.get(letter) ?? '').join('')
}

/** Each syllable's first consonant, its vowel, and the n that it may end with. */
function ofSyllables(syllables: readonly string[]): string {
  return syllables
    .map((syllable) => {
      if (syllable === 'er') return 'L'
      const [, first = '', rest = ''] = /^([zcs]h|[b-df-hj-np-tv-z])?(.*)$/.exec(syllable) ?? []
      const vowel = /^[iu]?a|^e|^$/.test(rest) ? 'A' : /[uo]/.test(rest) ? 'U' : 'I'
      return consonantOf(first) + vowel + (/ng?$/.test(rest) ? 'N' : '')
    })
    .join('')
}

function consonantOf(first: string): string {
  if (first === 'y') return 'I'
  if (first === 'w') return 'U'
  return /^[zcsjqx]/.test(first) ? 'S' : (heardAs.get(first) ?? '')
}

/**
 * What is kept of a place's names for searching: every spelling and sound, parted by `|`, in an
 * order that does not depend on that of the names.
 */
export function searchText(names: Readonly<Record<string, string>>): string {
  const keys = Object.entries(names).flatMap(([language, name]) => {
    const { spelt, sounds, heard: asHeard = '' } = keysOf(name)
    // The first sound of Arabic letters is read as Uyghur, of Cyrillic as Kazakh; a name's own
    // language is known.
    const own = /^(?:ug-Cyrl|kk-Arab)$/.test(language) ? sounds.at(-1) : sounds[0]
    return [spelt, own ?? '', asHeard]
  })
  return `|${[...unique(keys)].sort().join('|')}|`
}

/** The longest text, in characters, in which places are looked for. */
const longestSearched = 300

/**
 * The names of places that a text may hold, as they are kept: in an address every part, in a
 * sentence what stands before a word for a village, a township or a county, or bears an ending of a
 * place ("in Karasu"). `isWhole`: the text is an answer to the question for the place, so that its
 * last part may lack such a word.
 */
export function namesWithin(
  text: string,
  { isWhole }: { readonly isWhole: boolean },
): readonly string[] {
  const searched = plain(text.slice(0, longestSearched))
  const names: string[] = []
  for (const [run] of searched.matchAll(/\p{Script=Han}+/gu))
    names.push(...namesInHan(run, isWhole))
  const words = searched
    .split(/[^\p{L}\p{M}'’ʼ-]+/u)
    .filter((word) => word !== '' && !/\p{Script=Han}/u.test(word))
  for (const [index, word] of words.entries())
    if (isKind(word))
      for (const length of [1, 2, 3])
        if (index >= length) names.push(words.slice(index - length, index).join(' '))
  if (!isWhole) names.push(...namesWithEnding(words))
  else
    for (const length of [1, 2, 3])
      for (let at = 0; at + length <= words.length; at++)
        names.push(words.slice(at, at + length).join(' '))
  // In an answer a name may bear an ending: "in Karasu", "from Karasu".
  const bare = isWhole ? names.map((name) => name.replace(caseEnding, '')) : []
  return unique([...names, ...bare].map((name) => withOneLetter(withoutKind(name)))).filter(
    (name) => name.length >= 2,
  )
}

/** What a Chinese name ends with, and how long one is. */
const hanKind = /[村社区區乡鄉镇鎮县縣市州园園场場街道]/u
const longestHan = 8

function namesInHan(run: string, isWhole: boolean): readonly string[] {
  const names: string[] = []
  for (let at = 0; at < run.length; at++)
    for (let length = 2; length <= longestHan && at + length <= run.length; length++) {
      const next = run[at + length] ?? ''
      if (hanKind.test(next) || (isWhole && at + length === run.length))
        names.push(run.slice(at, at + length))
    }
  return names
}

/** Words for a village, a township, a county, with any ending. */
const kinds =
  /^(?:كەنت|مەھەللە|يېزا|يېزى|ناھىيە|ناھىيى|بازار|بازىر|شەھەر|شەھىر|кәнт|мәһәллә|йеза|наһийә|ауыл|қыстақ|қыстағ|аудан|қала|қалашық|қауымдастық|ауылдық|اۋىل|قىستاق|قىستاع|اۋدان|قالا|قاۋىمداستىق|kent|mehelle|yëza|yéza|yeza|nahiye|nahiyi|auyl|auıl|awıl|awyl|qystaq|qıstaq|audan|awdan|qala|cun|zhen|xiang|xian|shequ)/u

function isKind(word: string): boolean {
  return kinds.test(word)
}

/** Endings that say in, from, to or of a place, in each script. */
const caseEnding =
  /(?:نىڭ|دىڭ|تىڭ|[دت]ىكى|[دت]ىن|غا|قا|گە|كە|عا|[دت][اە]|[دتن][اە]ن|[دت]اعى|[دت]ەگى|ниң|[дт]ики|[дт]ин|[нтд][ыі]ң|[дт]ағы|[дт]егі|[дтн][ае]н|ғ[аә]|г[еә]|қ[аә]|к[еә]|[дт][аеә]|ning|n[yıi][nñ]g?|[dt]iki|[dt]in|[dt][ae]n|gha|qa|ge|ke|ga|ka|[dt][ae]|[dt]a[gǵğ]h?[yıi]|[dt]egi)$/u

/** The shortest name that counts in a sentence where nothing says that it is a place. */
const shortestNamed = 4
/** The shortest one that counts by its sound alone. */
const shortestHeard = 5

/** Names that stand in a sentence with an ending of a place: "in Karasu", "Karasu's road". */
function namesWithEnding(words: readonly string[]): readonly string[] {
  return words.flatMap((word, index) => {
    const bare = word.replace(caseEnding, '')
    if (bare === word || bare.length < 2 || isKind(word)) return []
    return [1, 2, 3].flatMap((length) => {
      if (index + 1 < length) return []
      const name = withoutKind([...words.slice(index + 1 - length, index), bare].join(' '))
      if (name.length < shortestNamed) return []
      return [name, ...(name.length < shortestHeard ? [] : keysOf(name).sounds)]
    })
  })
}

/**
 * As it is compared: one case, no marks that are not seen, nothing that would break the kept text.
 */
function plain(name: string): string {
  return normalise(name)
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/[\u0640\u200B-\u200F\u2066-\u2069]/g, '')
    .replaceAll('ک', 'ك')
    .replaceAll(/[%_|\\]/g, '')
    .trim()
}

/** Without the word for what kind of place it is: "Dongsheng village" is also called Dongsheng. */
function withoutKind(name: string): string {
  return name
    .replaceAll(
      /[\s-]+(?:كەنتى|كەنت|مەھەللىسى|يېزىسى|يېزا|ناھىيىسى|ناھىيەسى|ناھىيە|بازىرى|بازار|شەھىرى|شەھەر|رايونى|رايون|ئوبلاستى|ۋىلايىتى|كوچىسى|كوچا باشقارمىسى|кәнти|кәнт|йезиси|наһийиси|базири|шәһири|райони|вилайити|ауылы|ауыл|қыстағы|қауымдастығы|ауылдық округі|қалашығы|қаласы|ауданы|аудан|көшесі|облысы|اۋىلى|اۋىل|قىستاعى|قاۋىمداستىعى|اۋىلدىق وكرۋگى|قالاشىعى|قالاسى|اۋدانى|اۋدان|كوشەسى|وبلىسى|kenti|kent|yëzisi|yézisi|yezisi|nahiyisi|nahiye|baziri|shehiri|sheher|rayoni|rayon|oblasti|wilayiti|kochisi|kocha bashqarmisi|auyly|auyl|auılı|audany|audanı|qalasy|qalası|köşesı|oblysy|cun|shequ|zhen|xiang|xian|shi)(?!\p{L})|(?<=\p{L}{2})cun$|(?<=\p{Script=Han}{2})(?:社区|社區|街道|自治县|[村区區乡鄉镇鎮县縣市])+$|[村社区區]+$/gu,
      '',
    )
    .trim()
}

/**
 * Letters that keyboards and fonts put for one another are one: heh in four forms, yeh in three.
 */
function withOneLetter(name: string): string {
  return name.replaceAll(/[ہھەه]/g, 'ه').replaceAll(/[يیى]/g, 'ى')
}

function ofPinyin(latin: string): string {
  return bare(
    latin
      .replaceAll('zh', 'j')
      .replaceAll('x', 'sh')
      .replaceAll('q', 'ch')
      .replaceAll(/c(?!h)/g, 'ts'),
  )
}

function ofTurkic(latin: string): string {
  return bare(
    latin
      .replaceAll('ş', 'sh')
      .replaceAll('ç', 'ch')
      .replaceAll('ñ', 'ng')
      .replaceAll(/zh/g, 'j')
      .replaceAll(/[xğ]|kh|gh/g, (letter) => (letter === 'x' || letter === 'kh' ? 'h' : 'g'))
      .replaceAll('q', 'k'),
  )
}

/** One letter for vowels that scripts confuse, none for marks, each doubled letter once. */
function bare(latin: string): string {
  return latin
    .normalize('NFD')
    .replaceAll(/[^a-zı]/g, '')
    .replaceAll(/[ouwv]/g, 'u')
    .replaceAll(/[iyı]/g, 'i')
    .replaceAll(/(.)\1+/g, '$1')
}

function unique(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)].filter((text) => text !== '')
}
