import type { WrittenForm } from './written/form.ts'
import { kkArab } from './written/kk-arab.ts'
import { kkCyrl } from './written/kk-cyrl.ts'
import { kkLatn } from './written/kk-latn.ts'
import { ugArab } from './written/ug-arab.ts'
import { ugCyrl } from './written/ug-cyrl.ts'
import { ugLatn } from './written/ug-latn.ts'
import { zhHans } from './written/zh-hans.ts'
import { zhHant } from './written/zh-hant.ts'

/** The written forms that residents use, in the order of the buttons. */
const forms = [ugArab, ugLatn, ugCyrl, kkArab, kkCyrl, kkLatn, zhHans, zhHant] as const

export type WrittenLanguage = (typeof forms)[number]['tag']
/** Every written form, with what is known of it. */
export const writtenForms: readonly (WrittenForm & { readonly tag: WrittenLanguage })[] = forms
/** The tags of the written forms. */
export const writtenLanguages = forms.map(({ tag }) => tag) as [
  WrittenLanguage,
  ...WrittenLanguage[],
]

const byTag = new Map<string, WrittenForm & { readonly tag: WrittenLanguage }>(
  writtenForms.map((form) => [form.tag, form]),
)

/** @throws {RangeError} for a tag that is no written form. */
export function formOf(tag: WrittenLanguage): WrittenForm & { readonly tag: WrittenLanguage } {
  const form = byTag.get(tag)
  if (form === undefined) throw new RangeError(`${tag} is no written form`)
  return form
}

/** The forms whose catalogue is made from the same one, itself among them. */
export function formsLike(source: WrittenLanguage): readonly WrittenLanguage[] {
  return writtenForms.filter((form) => form.source === formOf(source).source).map(({ tag }) => tag)
}

/** Whether two tags are the same language, whatever the script: `kk-Arab` and `kk-Cyrl` are. */
export function sharesLanguage(a: string, b: string): boolean {
  return a.split('-')[0] === b.split('-')[0]
}
