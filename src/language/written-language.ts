/** The written forms that residents use, as BCP 47 tags. */
export const writtenLanguages = [
  'ug-Arab',
  'ug-Latn',
  'ug-Cyrl',
  'kk-Arab',
  'kk-Cyrl',
  'kk-Latn',
  'zh-Hans',
  'zh-Hant',
] as const
export type WrittenLanguage = (typeof writtenLanguages)[number]

/** Whether two tags are the same language, whatever the script: `kk-Arab` and `kk-Cyrl` are. */
export function sharesLanguage(a: string, b: string): boolean {
  return a.split('-')[0] === b.split('-')[0]
}
