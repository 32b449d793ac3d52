import type { WrittenLanguage } from '../domain/written-language.ts'
import { normalise } from './normalise.ts'

/**
 * The language and script of a message, or `undefined` where it could be several or none: digits, an emoji, one word
 * that Uyghur and Kazakh share. The conversation's own language then stays.
 *
 * By script, and inside a script by the letters that only one of the languages has.
 */
export function detect(text: string): WrittenLanguage | undefined {
  const plain = normalise(text.slice(0, 4096)).replaceAll(/https?:\/\/\S+/g, ' ')
  const counts = {
    arabic: count(plain, /\p{Script=Arabic}/gu),
    cyrillic: count(plain, /\p{Script=Cyrillic}/gu),
    latin: count(plain, /\p{Script=Latin}/gu),
    han: count(plain, /\p{Script=Han}/gu) * 2,
  }
  const most = Math.max(...Object.values(counts))
  if (most === 0) return undefined
  if (counts.arabic === most) return byMarkers(plain, arabic)
  if (counts.cyrillic === most) return cyrillicLanguage(plain)
  if (counts.han === most) return count(plain, traditional) > count(plain, simplified) ? 'zh-Hant' : 'zh-Hans'
  return byMarkers(plain.toLowerCase(), latin)
}

type Marker = readonly [pattern: RegExp, tag: WrittenLanguage | 'other', weight: number]

/** ې ۈ ئ غ خ are Uyghur's alone (a word-initial vowel stands on ئ); ع ح ٴ and a bare initial vowel are Kazakh's. */
const arabic: readonly Marker[] = [
  [/[ېۈغخئ]/g, 'ug-Arab', 3],
  [/ھ|[ىۇە]ش(?!\p{L})|(?<!\p{L})(?:ۋە|بىلەن|يوق|بۇ)(?!\p{L})|لىق|نىڭ(?!\p{L})/gu, 'ug-Arab', 1],
  [/[ٴءعح]/g, 'kk-Arab', 3],
  [/ۋ(?!\p{L})|[ىڭس]ىز(?!\p{L})|جوق|(?<!\p{L})(?:جانە|مەن|بۇل|كەرەك)(?!\p{L})/gu, 'kk-Arab', 1],
  [/(?<![\p{L}\p{M}])[اوۇىە]\p{L}/gu, 'kk-Arab', 2],
  [/[ةثذصضطظؤإأآ]|(?<!\p{L})ال/gu, 'other', 3],
]

/** Kazakh has і, ұ and ы in almost every sentence; Uyghur has none of them. */
function cyrillicLanguage(text: string): WrittenLanguage | undefined {
  if (!/[әғқңөүұіҗһ]/iu.test(text)) return undefined
  return /[іұы]/iu.test(text) ? 'kk-Cyrl' : 'ug-Cyrl'
}

const latin: readonly Marker[] = [
  [/[éë]|gh|zh|ü|ö/gu, 'ug-Latn', 1],
  [/\b(?:su|yol|bar|yoq|kent|tok|we|bilen|uchun|bizning|mehelle|yardem|rehmet)\b|q[aeiou]|liq|lik\b|ning\b|din\b/gu, 'ug-Latn', 1],
  [/[ıūñşäğ]|[ǵýïŋ]|(?<=\p{L})w\b|\bjoq\b/gu, 'kk-Latn', 1],
]

/** Characters that differ, those seen most in reports: the list needs no more than to tell a sentence. */
const simplified =
  /[们这个来时说为国会对发经见里后过还头样问东车门电话开关马长书师点路灯坏让听谢请给买卖难无应该么吗岁儿叶农区县乡镇队员办户业机场园医药学费补贷产红绿层楼厨厕圆环净场树桥沟渠闸阀]/gu
const traditional =
  /[們這個來時說為國會對發經見裡後過還頭樣問東車門電話開關馬長書師點燈壞讓聽謝請給買賣難無應該麼嗎歲兒葉農區縣鄉鎮隊員辦戶業機場園醫藥學費補貸產紅綠層樓廚廁圓環淨樹橋溝閘閥]/gu

function byMarkers(text: string, markers: readonly Marker[]): WrittenLanguage | undefined {
  const seen = new Map<WrittenLanguage | 'other', number>()
  for (const [pattern, tag, weight] of markers) seen.set(tag, (seen.get(tag) ?? 0) + weight * count(text, pattern))
  const [[best, most], [, next]] = [...seen]
    .sort(([, a], [, b]) => b - a)
    .concat([
      ['other', 0],
      ['other', 0],
    ]) as [[WrittenLanguage | 'other', number], [string, number]]
  return most > next && best !== 'other' ? best : undefined
}

function count(text: string, pattern: RegExp): number {
  return text.match(pattern)?.length ?? 0
}
