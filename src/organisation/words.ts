import { categories } from '../categories/category.ts'
import type { Voice } from '../language/render.ts'
import { writtenLanguages } from '../language/written-language.ts'
import type { Wrong } from './tables.ts'

/** What is wrong with a row and what would be right, in words for anyone who made the file. */
export function describeWrong(
  { say }: Voice,
  { table, row, column, value, mistake, right }: Wrong,
): string {
  const where = say('import.where', {
    table: { code: table },
    row: { text: String(row) },
    column: { code: column },
  })
  const what = say(`import.mistake.${mistake}`, { value: { text: value === '' ? '–' : value } })
  const list =
    right === 'languages'
      ? writtenLanguages
      : right === 'categories' || right === 'category'
        ? categories
        : undefined
  const remedy = say(
    `import.right.${right}`,
    list === undefined ? {} : { list: { code: list.join(' ') } },
  )
  return `${where}: ${what} ${remedy}`
}

/** Says how a file was read: its encoding, and which sheets were passed over. */
export function describeRead(
  { say }: Voice,
  {
    encoding,
    passedOver,
  }: { readonly encoding: string | undefined; readonly passedOver: readonly string[] },
): readonly string[] {
  return [
    ...(encoding === undefined ? [] : [say('import.readAs', { encoding: { code: encoding } })]),
    ...(passedOver.length === 0
      ? []
      : [say('import.passedOver', { sheets: { text: passedOver.join(', ') } })]),
  ]
}
