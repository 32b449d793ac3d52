import type { VNode } from 'preact'
import { type Category, categories } from '../../categories/category.ts'
import { catalogueLanguages, languageName } from '../../language/catalogue.ts'
import type { Voice } from '../../language/render.ts'
import { writtenLanguages } from '../../language/written-language.ts'
import { type CellKind, type Column, placeKinds, waysToCount } from '../../organisation/columns.ts'
import { priorities } from '../../organisation/deadline.ts'
import { roles } from '../../organisation/role.ts'
import { weekdays } from '../../organisation/working-calendar.ts'

/** A row that a cell may name: what stands in the cell, and what it is called. */
export type Named = {
  readonly value: string
  readonly names: Readonly<Record<string, string>> | string
}

/** What a column is called. A test holds that each has its words. */
export function headOf({ say }: Voice, { name }: Column): string {
  return say(`column.${name}` as 'column.code')
}

type Choices = readonly { readonly value: string; readonly label: string }[]

/** What a cell may hold, in words, where it is one or some of a few; `undefined` where it is not. */
function choicesOf(voice: Voice, holds: CellKind): Choices | undefined {
  const { say } = voice
  const of = <Value extends string>(values: readonly Value[], label: (value: Value) => string) =>
    values.map((value) => ({ value, label: label(value) }))
  const choices: Partial<Record<CellKind, () => Choices>> = {
    placeKind: () => of(placeKinds, (value) => say(`cell.kind.${value}`)),
    role: () => of(roles, (value) => say(`who.${value}`)),
    languages: () => of(writtenLanguages, (value) => say(`tongue.${value}`)),
    category: () => of<Category>(categories, (value) => say(`category.${value}`)),
    categories: () => of<Category>(categories, (value) => say(`category.${value}`)),
    pageLanguage: () => of(catalogueLanguages, languageName),
    yesOrEmpty: () => [
      { value: '', label: say('cell.left.no') },
      { value: 'yes', label: say('cell.left.yes') },
    ],
    weekday: () => of(weekdays, (value) => voice.weekdays()[weekdays.indexOf(value)] ?? value),
    priority: () => of(priorities, (value) => say(`cell.priority.${value}`)),
    counts: () => of(waysToCount, (value) => say(`cell.counts.${value}`)),
  }
  return choices[holds]?.()
}

/** Cells that hold several, one after another. */
const severalIn: readonly CellKind[] = ['languages', 'categories']

/** A cell in words: what it names is called as the reader knows it. */
export function shownCell(voice: Voice, { holds }: Column, value: string): string {
  const choices = choicesOf(voice, holds)
  if (choices === undefined || (value === '' && holds !== 'yesOrEmpty')) return value
  const labelOf = (part: string) => choices.find((each) => each.value === part)?.label ?? part
  return severalIn.includes(holds) ? voice.list(value.split(/\s+/).map(labelOf)) : labelOf(value)
}

/** The field of one cell: a choice where there is one, else a line to write. */
export function Field({
  voice,
  column,
  value,
  known,
  isFixed,
}: {
  voice: Voice
  column: Column
  value: string
  /** The rows that the cell may name, where they are few enough to choose from. */
  known: readonly Named[] | undefined
  isFixed: boolean
}): VNode {
  const { name, holds } = column
  const head = headOf(voice, column)
  const choices = choicesOf(voice, holds) ?? optionsFrom(voice, holds, known)
  if (isFixed)
    return (
      <label>
        <span>{head}</span>
        <input value={shownCell(voice, column, value)} dir="auto" readOnly />
        <input type="hidden" name={name} value={value} />
      </label>
    )
  if (choices !== undefined && severalIn.includes(holds)) {
    const chosen = value.split(/\s+/)
    return (
      <fieldset>
        <legend>{head}</legend>
        <input type="hidden" name={name} value="" />
        {choices.map((choice) => (
          <label key={choice.value} class="choice">
            <input
              type="checkbox"
              name={name}
              value={choice.value}
              checked={chosen.includes(choice.value)}
            />
            {choice.label}
          </label>
        ))}
      </fieldset>
    )
  }
  if (choices !== undefined)
    return (
      <label>
        <span>{head}</span>
        <select name={name}>
          {!choices.some((choice) => choice.value === value) && <option value={value}>–</option>}
          {choices.map((choice) => (
            <option key={choice.value} value={choice.value} selected={choice.value === value}>
              {choice.label}
            </option>
          ))}
        </select>
      </label>
    )
  return (
    <label>
      <span>{head}</span>
      <input name={name} value={value} dir="auto" maxLength={2000} />
    </label>
  )
}

function optionsFrom(voice: Voice, holds: CellKind, known: readonly Named[] | undefined) {
  if (known === undefined) return undefined
  const options = known.map(({ value, names }) => ({
    value,
    label: `${typeof names === 'string' ? names : voice.name(names)} (${value})`,
  }))
  return holds === 'maybeCode' ? [{ value: '', label: '–' }, ...options] : options
}
