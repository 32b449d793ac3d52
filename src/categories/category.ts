/** What a category is known by, beside its words in `locales/` (`category.…`). */
type Entry = {
  /** For who cannot read well (protection P26). */
  readonly emblem: string
  /** Which default deadline holds (`organisation/deadline.ts`). */
  readonly target: 'ordinary' | 'hard' | 'supply' | 'complaint'
  /** How often it is written about in a simulated month, against the others. */
  readonly weight: number
}

/**
 * What a report is about, in the order of the buttons. To add a category, add an entry here, its
 * words to `locales/`, and reports to learn it from to `test/bench/reports`.
 */
const table = {
  road: { emblem: '🛣️', target: 'ordinary', weight: 12 },
  street_light: { emblem: '💡', target: 'ordinary', weight: 6 },
  drinking_water: { emblem: '🚰', target: 'supply', weight: 12 },
  irrigation: { emblem: '💧', target: 'ordinary', weight: 10 },
  electricity: { emblem: '⚡', target: 'supply', weight: 12 },
  heating: { emblem: '🔥', target: 'supply', weight: 8 },
  waste: { emblem: '🗑️', target: 'ordinary', weight: 8 },
  housing: { emblem: '🏠', target: 'hard', weight: 5 },
  health: { emblem: '🏥', target: 'ordinary', weight: 5 },
  school: { emblem: '🏫', target: 'ordinary', weight: 5 },
  jobs: { emblem: '🧰', target: 'ordinary', weight: 5 },
  farming: { emblem: '🌾', target: 'ordinary', weight: 8 },
  tourism: { emblem: '🏕️', target: 'ordinary', weight: 1 },
  land: { emblem: '📐', target: 'hard', weight: 5 },
  documents: { emblem: '📄', target: 'ordinary', weight: 8 },
  complaint_staff: { emblem: '🛡️', target: 'complaint', weight: 1 },
  other: { emblem: '❓', target: 'ordinary', weight: 4 },
} as const satisfies Readonly<Record<string, Entry>>

export type Category = keyof typeof table
/** Every category, in the order of the buttons. */
export const categories = Object.keys(table) as [Category, ...Category[]]

/** Whether a text is the key of a category. */
export function isCategory(text: string): text is Category {
  return Object.hasOwn(table, text)
}

/** What a category is known by. */
export function entryOf(category: Category): Entry {
  return table[category]
}
