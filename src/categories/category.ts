/** What a report is about. The order is the order of the buttons. */
export const categories = [
  'road',
  'street_light',
  'drinking_water',
  'irrigation',
  'electricity',
  'heating',
  'waste',
  'housing',
  'health',
  'school',
  'jobs',
  'farming',
  'tourism',
  'land',
  'documents',
  'complaint_staff',
  'other',
] as const
export type Category = (typeof categories)[number]

export function isCategory(text: string): text is Category {
  return (categories as readonly string[]).includes(text)
}

/** Emblems for who cannot read well (protection P26). */
export const emblems: Readonly<Record<Category, string>> = {
  road: '🛣️',
  street_light: '💡',
  drinking_water: '🚰',
  irrigation: '💧',
  electricity: '⚡',
  heating: '🔥',
  waste: '🗑️',
  housing: '🏠',
  health: '🏥',
  school: '🏫',
  jobs: '🧰',
  farming: '🌾',
  tourism: '🏕️',
  land: '📐',
  documents: '📄',
  complaint_staff: '🛡️',
  other: '❓',
}
