import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'

/**
 * How a sealed text looks, and which texts of a row are sealed (protection P36). A sealed text is
 * still a text, and names its key: `jw2.KEY.SEALED`, with AES-256-GCM. So a column can hold both
 * forms, sealed and not, while a deployment goes over.
 */

/**
 * The form of sealed texts: 1 binds a text to its key alone, as an earlier version did; 2 to its
 * row and column too.
 */
export type Form = 1 | 2
/** A form as the table of sealing has it; 0 where there is none. */
export const toForm = (stored: number | null | undefined): Form | 0 =>
  stored === 1 || stored === 2 ? stored : 0
/** What each form begins with. */
export const marks = { 1: 'jw1.', 2: 'jw2.' } as const satisfies Record<Form, string>
const [markLength, idLength, ivBytes, tagBytes] = [4, 22, 12, 16] as const

/**
 * Names in JSON, and of columns, whose strings are words that somebody wrote, made of them, or the
 * key of a file.
 */
const wordNames = new Set(['text', 'plain', 'fileKey'])

/**
 * What names a row of a table where its words are bound to it: something that it has before it is
 * written, and never changes.
 */
export type NamedRow = {
  readonly Conversation: { readonly id: string }
  readonly Inbound: { readonly externalId: string }
  readonly Outbound: { readonly sealedAs: string | null }
  readonly TicketMessage: { readonly sealedAs: string | null }
  readonly TicketNote: { readonly sealedAs: string | null }
  readonly Attachment: { readonly id: string }
}
export type SealedTable = keyof NamedRow

/** Where a text stands: its column and its row. */
export type Place = `${SealedTable}.${string}:${string}` | typeof inTransit

/** Words that are quoted in a message, before it is known which row they come to stand in. */
export const inTransit = 'quoted'

/** The place of a text: its column and its row. */
export const placeIn = (table: SealedTable, column: string, row: string): Place =>
  `${table}.${column}:${row}`

/** 32 hexadecimal digits as PostgreSQL writes a UUID. */
export const toUuid = (hex: string) =>
  hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')

/** The form of a text that may be a sealed one. */
export function formOf(text: string): Form | undefined {
  if (text.startsWith(marks[2])) return 2
  return text.startsWith(marks[1]) ? 1 : undefined
}

/** The id of the key that a text is sealed with; `undefined` where it is not sealed. */
export function keyIdOf(text: string): string | undefined {
  if (formOf(text) === undefined || text[markLength + idLength] !== '.') return undefined
  const hex = Buffer.from(text.slice(markLength, markLength + idLength), 'base64url').toString(
    'hex',
  )
  return hex.length === 32 ? toUuid(hex) : undefined
}

/** The ids of all keys that a value's texts are sealed with. */
export function keyIdsIn(value: unknown): readonly string[] {
  const found = new Set<string>()
  changeTexts(value, (text) => {
    const id = keyIdOf(text)
    if (id !== undefined) found.add(id)
    return text
  })
  return [...found]
}

const boundTo = (form: Form, keyId: string, place: Place) =>
  Buffer.from(form === 1 ? keyId : `${keyId} ${place}`)

/** Seals a text with a key for its place. */
export function sealText(
  form: Form,
  keyId: string,
  key: Buffer,
  text: string,
  place: Place,
): string {
  const iv = randomBytes(ivBytes)
  const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(boundTo(form, keyId, place))
  const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
  const id = Buffer.from(keyId.replaceAll('-', ''), 'hex').toString('base64url')
  return `${marks[form]}${id}.${Buffer.concat([iv, cipher.getAuthTag(), body]).toString('base64url')}`
}

/** `undefined` where the text was not sealed with this key, or for another place. */
export function openText(
  keyId: string,
  key: Buffer,
  text: string,
  place: Place,
): string | undefined {
  try {
    const sealed = Buffer.from(text.slice(markLength + idLength + 1), 'base64url')
    const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, ivBytes)).setAAD(
      boundTo(formOf(text) ?? 1, keyId, place),
    )
    decipher.setAuthTag(sealed.subarray(ivBytes, ivBytes + tagBytes))
    return Buffer.concat([
      decipher.update(sealed.subarray(ivBytes + tagBytes)),
      decipher.final(),
    ]).toString('utf8')
  } catch {
    return undefined
  }
}

/**
 * A column's value with each of its words changed: a text by itself, or in JSON what stands under a
 * name of words.
 */
export function changeTexts(value: unknown, change: (text: string) => string): unknown {
  return typeof value === 'string' ? change(value) : changeInJson(value, change)
}

/** A row with each of its words changed, each with the place where it stands. */
export function changeRow<Table extends SealedTable, Row extends NamedRow[Table]>(
  table: Table,
  row: Row,
  change: (text: string, place: Place) => string,
): Row {
  const name = nameOf(row)
  return Object.fromEntries(
    Object.entries(row).map(([column, value]) => {
      const at = (text: string) => change(text, placeIn(table, column, name))
      return [
        column,
        typeof value === 'string' && wordNames.has(column) ? at(value) : changeInJson(value, at),
      ]
    }),
  ) as Row
}

/** A row without a name was sealed by an earlier version, in the form that binds to no row. */
function nameOf(row: {
  readonly id?: unknown
  readonly externalId?: string
  readonly sealedAs?: string | null
}): string {
  if (row.sealedAs !== undefined) return row.sealedAs ?? ''
  return row.externalId ?? String(row.id)
}

function changeInJson(value: unknown, change: (text: string) => string): unknown {
  if (Array.isArray(value)) return value.map((each) => changeInJson(each, change))
  if (
    typeof value !== 'object' ||
    value === null ||
    value instanceof Date ||
    value instanceof Uint8Array
  )
    return value
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [
      name,
      typeof each === 'string' && wordNames.has(name) ? change(each) : changeInJson(each, change),
    ]),
  )
}

/** Whether a value holds a text that is sealed. */
export function hasText(value: unknown): boolean {
  let found = false
  changeTexts(value, (text) => {
    found ||= text !== ''
    return text
  })
  return found
}
