import type { Category } from '../domain/category.ts'
import { kazakhCyrillicToArabic } from './kazakh.ts'
import { normalise } from './normalise.ts'

/**
 * Word beginnings that speak for a category: Chinese, Uyghur in Arabic letters, Kazakh in Cyrillic. Kazakh in Arabic letters follows
 * from the Cyrillic. A suggestion only: the resident decides.
 */
const words: Readonly<Partial<Record<Category, { readonly zh: string; readonly ug: string; readonly kk: string }>>> = {
  road: {
    zh: '道路 公路 修路 路面 路坏 路烂 泥泞 坑 桥 柏油 水泥路 土路 巷道',
    ug: 'يول كۆۋرۈك ئاسفالت ئورەك لاي پاتقاق',
    kk: 'жол көпір асфальт шұңқыр батпақ',
  },
  street_light: { zh: '路灯 照明 灯不亮 没灯 太黑', ug: 'چىراغ چىرىغ چىرىق قاراڭغۇ يورۇق لامپا', kk: 'шам қараңғы жарық лампа' },
  drinking_water: {
    zh: '饮用水 自来水 停水 喝水 吃水 水管 没水 断水 水龙头 浑',
    ug: 'ئىچىملىك تۇرۇبا جۈمەك ئىچىدىغان سۇ توختا سۇ كەلمە كرانت',
    kk: 'ауыз ауызсу су құбыр шүмек кран ішетін',
  },
  irrigation: { zh: '灌溉 浇水 浇地 水渠 渠道 滴灌 闸门 机井 渠', ug: 'سۇغىر ئۆستەڭ ئېرىق تامچىلىتىپ قۇدۇق توما', kk: 'суар арық тоған тамшылат құдық канал' },
  electricity: {
    zh: '停电 用电 电压 电线 没电 断电 电表 变压器 跳闸 电费 电',
    ug: 'توك سىم ترانسفورماتور ئېلېكتر سائىتى',
    kk: 'электр тоқ ток сым трансформатор',
  },
  heating: { zh: '供暖 暖气 取暖 煤 锅炉 不热 冷', ug: 'ئىسسىت ئىسسىق پار كۆمۈر مەش توڭ سوغۇق', kk: 'жылыт жылу көмір пеш суық тоң' },
  waste: { zh: '垃圾 清运 臭 卫生 脏 污水 厕所', ug: 'ئەخلەت پۇراق پاسكىنا مەينەت ھاجەتخانا', kk: 'қоқыс сасық иіс кір лас дәретхана' },
  housing: { zh: '住房 房子 房屋 漏雨 漏水 屋顶 裂缝 危房 墙', ug: 'ئۆي ئۆگزە تام يېرىق ئۆيۈم رېمونت', kk: 'үй шатыр қабырға жарық үйім жөндеу төбе' },
  health: {
    zh: '看病 医院 医生 医保 药 卫生室 报销 生病 打针 体检',
    ug: 'دوختۇر كېسەل داۋال دورا ئاغرى شىپاخانا',
    kk: 'дәрігер ауру емде аурухана дәрі сырқат',
  },
  school: {
    zh: '学校 幼儿园 老师 学生 上学 孩子上 校车 教室',
    ug: 'مەكتەپ يەسلى ئوقۇتقۇچى ئوقۇغۇچى ئوقۇش دەرس سىنىپ',
    kk: 'мектеп балабақша мұғалім оқушы сабақ сынып',
  },
  jobs: {
    zh: '工作 就业 打工 培训 找活 招工 工资 学技术',
    ug: 'خىزمەت ئىشقا ئىشلە ئىش تاپ تەربىيەل مائاش ھۈنەر كەسىپ',
    kk: 'жұмыс жұмысқа мамандық еңбек айлық кәсіп',
  },
  farming: {
    zh: '庄稼 种地 羊 牛 马 牲畜 化肥 种子 虫 棉花 小麦 玉米 养殖 疫苗 草场 饲料',
    ug: 'قوي كالا ئات چارۋا تېرى ئوغۇت ئۇرۇق قۇرۇت پاختا بۇغداي قوناق ئوت يەم',
    kk: 'қой сиыр жылқы мал егін тыңайтқыш тұқым құрт бидай жүгері жайылым жем',
  },
  tourism: { zh: '旅游 民宿 游客 农家乐 景区', ug: 'ساياھەت مېھمانساراي ساياھەتچى مېھمان', kk: 'туризм турист қонақүй қонақ саяхат' },
  land: { zh: '土地 流转 合作社 承包 地界 征地 宅基地 租地', ug: 'يەر كوپىراتىپ ھۆددە كېلىشىم چېگرا ئىجارە', kk: 'жер кооператив шекара келісім жалға' },
  documents: {
    zh: '证件 身份证 户口 证明 办证 结婚证 驾照 出生证 盖章 手续',
    ug: 'كىنىشكا ئىسپات نوپۇس گۇۋاھنامە تامغا رەسمىيەت',
    kk: 'құжат куәлік анықтама мөр жеке',
  },
  complaint_staff: {
    zh: '投诉 队员 干部 态度 欺负 骂 受贿 要钱 不公',
    ug: 'شىكايەت كادىر خادىم پوزىتسىيە تىللى پارا ئادالەتسىز',
    kk: 'шағым қызметкер басшы тілде пара әділетсіз дөрекі',
  },
}

type Stem = { readonly stem: string; readonly category: Category }

const stems: readonly Stem[] = Object.entries(words).flatMap(([category, { zh, ug, kk }]) =>
  [...zh.split(' '), ...ug.split(' '), ...kk.split(' '), ...kk.split(' ').map(kazakhCyrillicToArabic)].map((stem) => ({
    stem,
    category: category as Category,
  })),
)

/** The categories that a text's words speak for, best first; none when no word is known. */
export function suggestCategories(text: string): readonly Category[] {
  const plain = normalise(text.slice(0, 4096)).toLowerCase()
  const scores = new Map<Category, number>()
  for (const { stem, category } of stems) if (begins(plain, stem)) scores.set(category, (scores.get(category) ?? 0) + stem.length)
  return [...scores].sort(([, a], [, b]) => b - a).map(([category]) => category)
}

/** Chinese has no spaces: there a word counts anywhere; elsewhere only where a word begins. */
function begins(text: string, stem: string): boolean {
  if (/\p{Script=Han}/u.test(stem)) return text.includes(stem)
  for (let at = text.indexOf(stem); at !== -1; at = text.indexOf(stem, at + 1)) if (at === 0 || !/\p{L}/u.test(text[at - 1] ?? '')) return true
  return false
}
