import { inOneScript } from './category-features.ts'

/**
 * Whether a message says that life or safety is in danger now: fire, flood, gas, collapse, somebody
 * badly hurt. It is met with the emergency numbers and with priority; nothing else in a text sets
 * anything (protection P19).
 */
export function isUrgent(text: string): boolean {
  return danger.test(inOneScript(text))
}

const words = {
  zh: '着火 起火 失火 火灾 发洪水 洪水来 山洪 煤气泄漏 燃气泄漏 煤气中毒 天然气泄漏 漏煤气 一氧化碳中毒 房子塌 房屋倒塌 楼塌 塌方埋 压住了人 压着人 埋了人 埋住 重伤 昏迷 不省人事 流血不止 快不行了 人触电 触电了 落水 溺水 掉进水 掉河里 地震了 爆炸 救命 有人受伤 摔下来不动',
  ug: 'ئوت_كەتتى ئوت_كېتىۋاتىدۇ ئوت_ئاپىتى كۆيۈۋاتىدۇ كەلكۈن_كەل سەل_كەل سۇ_باستى گاز_چىقىۋاتىدۇ گاز_قويۇپ گاز_پۇراق ئىس_تەگ ئىس_تېگىپ ئۆي_ئۆرۈلدى ئۆرۈلۈپ_چۈشۈپ_ئادەم بېسىۋالدى ئېغىر_يارىلان ھوشىدىن_كەت ھۇشىدىن_كەت قان_توختىم توك_سوقۇۋەت سۇغا_چۈشۈپ_كەت غەرق يەر_تەۋرىدى پارتلىدى پارتلاپ_كەت قۇتقۇزۇڭلار قۇتقۇزۇۋېلىڭ',
  kk: 'өрт_шық өрт_болды өртеніп_жатыр өртеніп_кетті жанып_жатыр тасқын_кел сел_кел сел_жүр су_басты су_басып_жатыр газ_шығып газ_иісі ис_тиді үй_құлады құлап_адам басып_қалды ауыр_жарал есінен_танды есінен_тан қан_тоқтамай қаны_тоқтамай тоқ_соғып_кетті суға_кетті суға_батып жер_сілкінді жарылыс құтқарыңыз құтқарыңдар',
} as const

const danger = new RegExp(
  Object.values(words)
    .flatMap((list) => list.split(' '))
    .map((stem) =>
      /\p{Script=Han}/u.test(stem) ? stem : `(?<!\\p{L})${stem.replaceAll('_', '\\s+')}`,
    )
    .join('|'),
  'u',
)
