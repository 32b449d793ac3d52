import { inSimplified } from './chinese.ts'
import { convert } from './convert.ts'
import { normalise } from './normalise.ts'
import { formsLike, type WrittenLanguage } from './written-language.ts'

/**
 * What a message is that says nothing about any matter: `what` is a question mark, which asks how
 * things stand.
 */
export type SmallTalk = 'greeting' | 'thanks' | 'ok' | 'yes' | 'no' | 'emoji' | 'what'

type Word = Exclude<SmallTalk, 'emoji' | 'what'>

/**
 * Words in each language's own script; the other scripts are made from them. `+` parts words of one
 * expression.
 */
const uyghur: Readonly<Record<Word, string>> = {
  greeting:
    'سالام ئەسسالام ئەسسالامۇ+ئەلەيكۇم ۋەئەلەيكۇم+ئەسسالام ياخشىمۇسىز ياخشىمۇسىلەر قانداق+ئەھۋالىڭىز ياخشىمۇ+سىز خەيرلىك+ئەتىگەن خوش خەير+خوش',
  thanks:
    'رەھمەت رەخمەت كۆپ+رەھمەت چوڭ+رەھمەت رەھمەت+سىزگە سىزگە+رەھمەت رەھمەت+سىلەرگە كۆپ+رەھمەت+سىزگە مىڭ+رەھمەت تەشەككۈر خۇدايىم+رازى+بولسۇن ئاللا+رازى+بولسۇن',
  ok: 'بولىدۇ بوپتۇ ماقۇل خوپ ياخشى بولدى بولىدىكەن ئوكەي چۈشەندىم بىلدىم كۆردۈم ئالدىم',
  yes: 'ھەئە شۇنداق ھە ئەلۋەتتە توغرا',
  no: 'ياق ئەمەس يوق',
}
const kazakh: Readonly<Record<Word, string>> = {
  greeting:
    'сәлем салем сәлеметсіз+бе сәлеметсіздер+ме салеметсизбе амансыз+ба амансыздар+ма ассалаумағалейкум ассалаумағалайкум уағалейкум+ассалам қайырлы+таң қайырлы+күн қайырлы+кеш қалайсыз сау+болыңыз',
  thanks:
    'рақмет рахмет рәхмет рәхмәт көп+рақмет+сізге көп+рахмет+сізге көп+рақмет көп+рахмет үлкен+рақмет рақмет+сізге рахмет+сізге сізге+рақмет рақмет+сіздерге мың+рақмет алғыс рахмет+вам спасибо большое+спасибо спасибо+большое алла+разы+болсын',
  ok: 'жарайды жақсы болды мақұл келісемін түсіндім ұқтым білдім көрдім алдым окей болады хорошо ладно ок понял поняла жарайт',
  yes: 'иә ия иа ие әрине дұрыс солай да',
  no: 'жоқ жок емес нет',
}
/** Kazakh in China says some of them otherwise. */
const kazakhOfChina: Readonly<Partial<Record<Word, string>>> = {
  thanks: 'راحمەت كوپ+راحمەت',
  yes: 'ءيا يا',
  no: 'جوق',
}
const chinese: Readonly<Record<Word, string>> = {
  greeting:
    '你好 您好 你们好 您们好 大家好 在吗 在不在 有人吗 有人嗎 喂 哈喽 哈啰 嗨 早 早上好 上午好 下午好 晚上好 再见 拜拜 你們好 早安 晚安 在嗎 再見',
  thanks:
    '谢谢 谢谢你 谢谢您 谢谢你们 谢谢您们 多谢 非常感谢 感谢 十分感谢 太感谢了 谢了 辛苦了 辛苦啦 您辛苦了 你们辛苦了 谢谢啦 谢谢了 感谢您 感谢你们 麻烦了 麻烦您了 麻烦你们了 谢谢帮助 谢',
  ok: '好 好的 好吧 好滴 好嘞 行 行吧 可以 可以的 嗯 嗯嗯 知道 知道了 明白 明白了 收到 了解 没问题 哦 噢 哦哦 好好 好好好 好呀 好啊 ok的',
  yes: '是 是的 对 对的 对对 是啊 对啊 没错 是呀 确实',
  no: '不 不是 没有 没 不用 不用了 不对 不行 否 不要 没了 不需要',
}
const others: Readonly<Record<Word, string>> = {
  greeting:
    'hello hi hey привет здравствуйте здравствуй добрый+день доброе+утро алло алё салам nihao assalomu+alaykum salam salem',
  thanks:
    'thanks thank+you thx tnx rehmet rexmet raxmet rahmet raqmet raxmat rahmat spasibo xiexie благодарю koprahmet köp+rexmet kop+rexmet kop+rahmet',
  ok: 'ok okay okey k kk maqul boptu bolidu xop jaraidy jarajdy jaqsy jaksy maqul zharaidy zhaksy haode hao xosh',
  yes: 'yes yep yeah he ha hee he’e hee’e heʼe iä iya ia da shundaq shi duì ага угу',
  no: 'no nope yaq jok joq zhoq net emes bu',
}

/** A word in each written form of its language. */
const inEachForm = (source: WrittenLanguage) => (word: string) =>
  formsLike(source).map((tag) => convert(word, source, tag))

const words: ReadonlyMap<string, Word> = new Map(
  [
    ...entriesOf(others, (word) => [word]),
    ...entriesOf(kazakhOfChina, (word) => [word]),
    ...entriesOf(chinese, (word) => [word]),
    ...entriesOf(kazakh, inEachForm('kk-Cyrl')),
    ...entriesOf(uyghur, inEachForm('ug-Arab')),
  ].map(([text, kind]) => [keyOf(text), kind] as const),
)

function entriesOf(
  lists: Readonly<Partial<Record<Word, string>>>,
  inScripts: (word: string) => readonly string[],
): readonly (readonly [string, Word])[] {
  return (Object.entries(lists) as [Word, string][]).flatMap(([kind, list]) =>
    list
      .split(' ')
      .flatMap((word) => inScripts(word.replaceAll('+', ' ')).map((text) => [text, kind] as const)),
  )
}

/**
 * Letters alone, in lower case: spaces, signs and marks tell nothing here, letters typed for one
 * another are one, and Chinese is in simplified characters.
 */
function keyOf(text: string): string {
  return inSimplified(normalise(text))
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/[\u0674\u0621\u0640'’ʼ‘`]/g, '')
    .replaceAll(/[ئ]/g, '')
    .replaceAll(/[يیى]/g, 'ى')
    .replaceAll('ک', 'ك')
    .replaceAll(/[ہھەح]/g, 'ه')
    .replaceAll(/[^\p{L}]/gu, '')
}

/** The longest message, in characters, that can be small talk. */
const longest = 60

/**
 * What kind of small talk a whole message is, in any written form; `undefined` for everything that
 * says something. Two pieces of small talk together are what the last of them is: "hello, thank
 * you" thanks.
 */
export function smallTalkOf(text: string): SmallTalk | undefined {
  const trimmed = text.trim()
  if (trimmed === '' || trimmed.length > longest) return undefined
  if (/^[?？؟\s.!。…]+$/u.test(trimmed)) return /[?？؟]/.test(trimmed) ? 'what' : 'emoji'
  if (isEmoji(trimmed)) return 'emoji'
  if (/\p{N}/u.test(trimmed.replaceAll(emoji, ''))) return undefined
  const whole = words.get(keyOf(trimmed))
  if (whole !== undefined) return whole
  const parts = trimmed.split(/[\s,，、。.!！~～;；،؛]+/u).filter((part) => keyOf(part) !== '')
  const kinds = kindsOf(parts)
  return kinds === undefined ? undefined : (kinds.find((kind) => kind === 'thanks') ?? kinds.at(-1))
}

/**
 * The kinds of the expressions that a message is made of, up to three words each; `undefined` where
 * one is none.
 */
function kindsOf(parts: readonly string[]): readonly Word[] | undefined {
  if (parts.length === 0) return []
  for (const length of [3, 2, 1]) {
    if (length > parts.length) continue
    const kind = words.get(keyOf(parts.slice(0, length).join('')))
    const rest = kind === undefined ? undefined : kindsOf(parts.slice(length))
    if (kind !== undefined && rest !== undefined) return [kind, ...rest]
  }
  return undefined
}

/** Pictures, with what joins, colours and frames them. */
const emoji =
  /[\p{Extended_Pictographic}\p{Emoji_Modifier}\p{Regional_Indicator}\u200D\uFE0E\uFE0F\u20E3\u{E0020}-\u{E007F}]/gu

function isEmoji(text: string): boolean {
  return (
    /\p{Extended_Pictographic}|\p{Regional_Indicator}|\u20E3/u.test(text) &&
    text.replaceAll(emoji, '').replaceAll(/[\s!.~]/g, '') === ''
  )
}
