import { inSimplified } from '../language/chinese.ts'
import { convert } from '../language/convert.ts'
import { normalise } from '../language/normalise.ts'
import { formsLike } from '../language/written-language.ts'
import { type Category, categories } from './category.ts'

/**
 * Short names that people type for a subject, beside the one on its button. Words parted by `|` are
 * of one category.
 */
const short: Readonly<Partial<Record<Category, string>>> = {
  road: '路|公路|马路|桥|يول|كۆۋرۈك|жол|көпір|дорога|road',
  street_light: '路灯|灯|چىراغ|шам|фонарь|light',
  drinking_water: '水|饮水|自来水|吃水|سۇ|ئىچىملىك سۇ|су|ауыз су|вода|water',
  irrigation: '浇水|浇地|渠|水渠|سۇغىرىش|ئۆستەڭ|суару|арық',
  electricity: '电|用电|停电|توك|ئېلېكتر|ток|тоқ|электр|жарық|свет|electricity',
  heating: '暖气|供暖|取暖|ئىسسىتىش|پار|жылу|жылыту|пеш',
  waste: '垃圾|ئەخلەت|қоқыс|мусор',
  housing: '房子|房屋|住房|危房|ئۆي|үй|дом',
  health: '看病|医院|医疗|卫生|دوختۇرخانا|داۋالاش|дәрігер|аурухана|емдеу|больница',
  school: '学校|幼儿园|上学|مەكتەپ|يەسلى|мектеп|балабақша|школа',
  jobs: '工作|就业|打工|培训|ئىش|خىزمەت|жұмыс|работа',
  farming: '种地|养殖|牲畜|农业|畜牧|تېرىقچىلىق|چارۋىچىلىق|چارۋا|егін|мал|мал шаруашылығы',
  tourism: '旅游|民宿|农家乐|ساياھەت|туризм|саяхат',
  land: '土地|地|合作社|承包|يەر|كوپىراتىپ|жер|кооператив|земля',
  documents: '证件|办证|证明|手续|ئىسپات|كىنىشكا|құжат|құжаттар|документ',
  complaint_staff: '投诉|投诉干部|举报|شىكايەت|ئەرز|шағым|жалоба',
}
/** Of a person who does not know, or for whom nothing fits: that is "other". */
const unknown =
  '其他|不知道|不清楚|不晓得|我不知道|都不是|都没有|没有合适的|以上都不是|不确定|别的|另外的|بىلمەيمەن|بىلمىدىم|ھېچقايسىسى ئەمەس|ئۇقمايمەن|باشقا|باشقىسى|ھېچقايسى|білмеймін|білмедім|ешқайсысы|ешқайсысы емес|ешбірі|ешбірі емес|басқа|басқасы|не знаю|другое|dont know|i dont know|none of these|other'

/**
 * Reads a short text as the name of a category, in any written form; `other` also for "I don't
 * know" and "none of these". Only a whole name counts: a stray word never chooses a subject
 * (protection P19).
 *
 * @param namesOf what a category's button says, in every language.
 */
export function categoryNames(
  namesOf: (category: Category) => readonly string[],
): (text: string) => Category | undefined {
  // Made when the first text is read: a start has enough to do.
  let names: ReadonlyMap<string, Category> | undefined
  return (text) => {
    names ??= namesInEachForm(namesOf)
    return names.get(keyOf(text))
  }
}

function namesInEachForm(
  namesOf: (category: Category) => readonly string[],
): ReadonlyMap<string, Category> {
  const names = new Map<string, Category>()
  const add = (category: Category, name: string) => {
    for (const form of formsOf(name)) if (!names.has(keyOf(form))) names.set(keyOf(form), category)
  }
  for (const name of unknown.split('|')) add('other', name)
  for (const category of categories) for (const name of namesOf(category)) add(category, name)
  for (const category of categories)
    for (const name of namesOf(category).flatMap(partsOf)) add(category, name)
  for (const category of categories)
    for (const name of (short[category] ?? '').split('|')) add(category, name)
  names.delete('')
  return names
}

/** "School and kindergarten" is also called by either. */
function partsOf(name: string): readonly string[] {
  return name
    .split(/\s+(?:ۋە|және|ۋا|jäne|we|wä|вә|and)\s+|[和、]/u)
    .filter((part) => part.trim().length > 1)
}

function formsOf(name: string): readonly string[] {
  // Traditional characters are read as simplified ones.
  if (/\p{Script=Han}/u.test(name)) return [name]
  const source = /\p{Script=Arabic}/u.test(name) ? 'ug-Arab' : 'kk-Cyrl'
  return formsLike(source).map((tag) => convert(name, source, tag))
}

function keyOf(text: string): string {
  return inSimplified(normalise(text))
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/[يیى]/g, 'ى')
    .replaceAll(/[ہھە]/g, 'ه')
    .replaceAll(/[^\p{L}\p{N}]/gu, '')
}
