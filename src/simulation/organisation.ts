import { type Category, categories } from '../categories/category.ts'
import { convert } from '../language/convert.ts'
import { writtenLanguages } from '../language/written-language.ts'
import type { Organisation } from '../organisation/organisation.ts'
import { createChance } from './chance.ts'

export type Size = { readonly teams: number; readonly members: number; readonly counties: number }

/** The default demonstration: 12 teams in 4 counties. */
export const demoSize: Size = { teams: 12, members: 72, counties: 4 }

/** How many counties so many teams have where nobody says it: eight in a prefecture. */
export const countiesFor = (teams: number) => (teams >= 100 ? 8 : Math.min(4, teams))

type Names = readonly [zh: string, ug: string, kk: string]

const prefecture: Names = [
  '伊犁哈萨克自治州',
  'ئىلى قازاق ئاپتونوم ئوبلاستى',
  'Іле Қазақ автономиялы облысы',
]

/** Real public places. */
const counties: readonly Names[] = [
  ['新源县', 'كۈنەس ناھىيەسى', 'Күнес ауданы'],
  ['昭苏县', 'موڭغۇلكۈرە ناھىيەسى', 'Моңғұлкүре ауданы'],
  ['霍城县', 'قورغاس ناھىيەسى', 'Қорғас ауданы'],
  ['尼勒克县', 'نىلقا ناھىيەسى', 'Нылқы ауданы'],
  ['特克斯县', 'تېكەس ناھىيەسى', 'Текес ауданы'],
  ['巩留县', 'توققۇزتارا ناھىيەسى', 'Тоғызтарау ауданы'],
  ['伊宁县', 'غۇلجا ناھىيەسى', 'Құлжа ауданы'],
  ['察布查尔县', 'چاپچال ناھىيەسى', 'Шапшал ауданы'],
]

const firstTownships: readonly Names[] = [
  ['那拉提镇', 'نارات بازىرى', 'Нарат қалашығы'],
  ['乌尊布拉克乡', 'ئۇزۇنبۇلاق يېزىسى', 'Ұзынбұлақ ауылы'],
  ['清水河镇', 'چىڭشۈيخې بازىرى', 'Чиңшүйхы қалашығы'],
  ['乌拉斯台乡', 'ئۇلاستاي يېزىسى', 'Ұластай ауылы'],
]

const firstVillages: readonly (readonly Names[])[] = [
  [['恰勒阔德村', 'چالكۆدە كەنتى', 'Шалкөде ауылы']],
  [['东升村', 'دۇڭشېڭ كەنتى', 'Дуңшең ауылы']],
  [
    ['双沟二村', 'شۇاڭگۇ 2-كەنتى', 'Шуаңгу 2-ауылы'],
    ['二道河村', 'ئەردوخې كەنتى', 'Ердаухы ауылы'],
  ],
]

/** Plain words that many villages are called by. */
const words: readonly Names[] = [
  ['白泉', 'ئاقبۇلاق', 'Ақбұлақ'],
  ['团结', 'ئىتتىپاق', 'Бірлік'],
  ['绿洲', 'بوستان', 'Бостан'],
  ['桦林', 'قېيىنلىق', 'Қайыңды'],
  ['果园', 'ئالمىلىق', 'Алмалы'],
  ['石桥', 'تاشكۆۋرۈك', 'Тасөткел'],
  ['光明', 'نۇرلۇق', 'Нұрлы'],
  ['幸福', 'بەختلىك', 'Бақытты'],
  ['银泉', 'كۈمۈشبۇلاق', 'Күмісбұлақ'],
  ['新村', 'يېڭىمەھەللە', 'Жаңаауыл'],
  ['黑山', 'قاراتاغ', 'Қаратау'],
  ['柳树', 'سۆگەتلىك', 'Талды'],
  ['平原', 'تۈزلەڭ', 'Жазық'],
  ['金麦', 'ئالتۇنبۇغداي', 'Алтынбидай'],
  ['草场', 'يايلاق', 'Жайлау'],
  ['温泉', 'ئارىشاڭ', 'Арасан'],
]

const kinds = {
  township: ['乡', ' يېزىسى', ' ауылдық округі'],
  village: ['村', ' كەنتى', ' ауылы'],
  community: ['社区', ' مەھەللىسى', ' қауымдастығы'],
  park: ['工业园', ' سانائەت باغچىسى', ' өнеркәсіп паркі'],
} as const

/** Plainly invented: no person is called so. */
const inventedNames = [
  'Terek',
  'Alma',
  'Bulut',
  'Yultuz',
  'Deniz',
  'Üzüm',
  'Qarighay',
  'Samal',
  'Köktem',
  'Bahar',
] as const

/** What members of a team read: in a team of six, each language is read by somebody. */
const readings: readonly (readonly string[])[] = [
  ['zh-Hans', 'zh-Hant', 'ug-Arab'],
  ['ug-Arab', 'ug-Latn'],
  ['kk-Arab', 'kk-Cyrl', 'zh-Hans'],
  ['zh-Hans'],
  ['ug-Arab', 'ug-Cyrl', 'kk-Cyrl'],
  ['kk-Arab', 'kk-Latn', 'zh-Hans'],
]

/**
 * An organisation of any size, the same for the same seed. One team serves one village; townships
 * hold up to eight.
 *
 * @param showcase makes the first team answer through its first member, who reads and handles
 * everything, so that a newcomer sees a report arrive.
 */
export function makeOrganisation(
  { teams, members, counties: countyCount }: Size,
  seed = 1,
  showcase = false,
): Organisation {
  const chance = createChance(seed)
  const result = {
    places: [] as Organisation['places'][number][],
    teams: [] as Organisation['teams'][number][],
    members: [] as Organisation['members'][number][],
  }
  const addPlace = (
    code: string,
    kind: Organisation['places'][number]['kind'],
    parentCode: string | null,
    [zh, ug, kk]: Names,
    teamId: string | null = null,
  ) => {
    const names = {
      'zh-Hans': zh,
      'ug-Arab': ug,
      'kk-Cyrl': kk,
      'kk-Arab': convert(kk, 'kk-Cyrl', 'kk-Arab'),
    }
    const place = { code, kind, parentCode, names, teamId }
    result.places.push(teamId === null ? place : { ...place, ...locationOf(result.teams.length) })
  }
  addPlace('YL', 'prefecture', null, prefecture)
  for (let county = 0; county < countyCount; county++)
    addPlace(
      `YL${pad(county + 1)}`,
      'county',
      'YL',
      counties[county] ?? numbered(['示范县', 'ئۈلگە ناھىيەسى', 'Үлгі ауданы'], county),
    )
  for (let index = 0; index < teams; index++) {
    const county = index % countyCount
    const village = Math.floor(index / countyCount)
    const township = Math.floor(village / 8)
    const townshipCode = `YL${pad(county + 1)}${pad(township + 1)}`
    if (village % 8 === 0)
      addPlace(
        townshipCode,
        'township',
        `YL${pad(county + 1)}`,
        township === 0 && firstTownships[county] !== undefined
          ? firstTownships[county]
          : generated('township', county * 7 + township, Math.floor(township / words.length)),
      )
    const code = `${townshipCode}${pad((village % 8) + 1)}`
    const kind = index % 19 === 17 ? 'park' : index % 11 === 10 ? 'community' : 'village'
    const names =
      firstVillages[county]?.[village] ??
      generated(kind, index * 5 + 3, Math.floor(index / words.length))
    const teamId = chance.uuid()
    addPlace(code, kind, townshipCode, names, teamId)
    result.teams.push({
      id: teamId,
      code: `T${code.slice(2)}`,
      placeCode: townshipCode,
      names: {
        'zh-Hans': `${names[0]}工作队`,
        'ug-Arab': `${names[1]} خىزمەت ئەترىتى`,
        'kk-Cyrl': `${names[2]} жұмыс тобы`,
      },
    })
  }
  for (let index = 0; index < members; index++) {
    const team = index % teams
    const rank = Math.floor(index / teams)
    const isShowcase = showcase && index === 0
    const reads = isShowcase ? writtenLanguages : (readings[rank % readings.length] ?? [])
    const skills = isShowcase
      ? [...categories]
      : someOf(categories, 5 + chance.below(4), chance.below)
    result.members.push({
      id: chance.uuid(),
      code: `M${String(index + 1).padStart(5, '0')}`,
      name: `${chance.pick(inventedNames)} ${team + 1}-${rank + 1}`,
      role: rank === 0 ? 'lead' : 'member',
      teamId: result.teams[team]?.id ?? null,
      areaCode: null,
      reads,
      skills,
      onDuty: !(showcase && team === 0 && rank > 0),
      language: isShowcase ? 'zh-Hans' : languageOf(reads),
    })
  }
  const above = [...result.places].filter(({ kind }) => kind === 'county' || kind === 'prefecture')
  for (const { code, kind } of above)
    result.members.push({
      id: chance.uuid(),
      code: `S-${code}`,
      name: `${chance.pick(inventedNames)} ${code}`,
      role: 'supervisor',
      teamId: null,
      areaCode: code,
      reads: ['zh-Hans', 'ug-Arab', 'kk-Cyrl'],
      skills: [],
      onDuty: true,
      language: kind === 'county' ? 'zh-Hans' : 'ug-Arab',
    })
  result.members.push({
    id: chance.uuid(),
    code: 'A-1',
    name: `${chance.pick(inventedNames)} A`,
    role: 'administrator',
    teamId: null,
    areaCode: null,
    reads: ['zh-Hans'],
    skills: [],
    onDuty: true,
    language: 'zh-Hans',
  })
  return result
}

/** Made-up villages lie on a grid of some six kilometres, from the county of Xinyuan on. */
function locationOf(index: number): { readonly latitude: number; readonly longitude: number } {
  return { latitude: 43.2 + Math.floor(index / 32) * 0.055, longitude: 80.4 + (index % 32) * 0.075 }
}

function generated(kind: keyof typeof kinds, index: number, round: number): Names {
  const [zh, ug, kk] = words[index % words.length] ?? ['', '', '']
  const [zhKind, ugKind, kkKind] = kinds[kind]
  const number = round === 0 ? '' : String(round + 1)
  return [
    `${zh}${number}${zhKind}`,
    `${ug}${number === '' ? '' : ` ${number}-`}${number === '' ? ugKind : ugKind.trim()}`,
    `${kk}${number === '' ? '' : ` ${number}-`}${number === '' ? kkKind : kkKind.trim()}`,
  ]
}

function numbered([zh, ug, kk]: Names, index: number): Names {
  return [`${zh}${index + 1}`, `${ug} ${index + 1}`, `${kk} ${index + 1}`]
}

function someOf(
  list: readonly Category[],
  count: number,
  below: (bound: number) => number,
): Category[] {
  const rest = [...list]
  return Array.from({ length: count }, () => rest.splice(below(rest.length), 1)[0] as Category)
}

function languageOf(reads: readonly string[]): string {
  return (
    reads.find((tag) => ['ug-Arab', 'kk-Arab', 'kk-Cyrl', 'zh-Hans'].includes(tag)) ?? 'zh-Hans'
  )
}

function pad(number: number): string {
  return String(number).padStart(2, '0')
}
