/**
 * What a form or an address gives, by name. Clients send every field that they have: an empty one
 * is not given. A name may be given more than once, and may be written as one of a list
 * (`attribute[danger][]`).
 */
export type Given = Readonly<Record<string, readonly string[]>>

/** Reads fields as a form's parser gives them: texts, or lists of texts. */
export function givenIn(fields: unknown): Given {
  const given = new Map<string, readonly string[]>()
  for (const [name, value] of Object.entries((fields ?? {}) as Record<string, unknown>)) {
    const texts = [value]
      .flat()
      .filter((each) => typeof each === 'string' || typeof each === 'number')
      .map((each) => String(each).trim())
      .filter((each) => each !== '')
    const plain = name.trim().replace(/\[\]$/, '')
    if (texts.length > 0) given.set(plain, [...(given.get(plain) ?? []), ...texts])
  }
  return Object.fromEntries(given)
}

/**
 * One text of each field. Of lists, such as codes, all that were given are parted by commas.
 *
 * @returns the fields, and the names of those that were given more than once and are no lists.
 */
export function oneOfEach(
  given: Given,
  lists: readonly string[],
): { readonly fields: Readonly<Record<string, string>>; readonly repeated: readonly string[] } {
  const names = Object.keys(given)
  return {
    fields: Object.fromEntries(
      names.map((name) => [
        name,
        (given[name] ?? []).slice(0, lists.includes(name) ? undefined : 1).join(','),
      ]),
    ),
    repeated: names.filter((name) => !lists.includes(name) && new Set(given[name]).size > 1),
  }
}

/**
 * A moment as clients write it: the `+` of an offset comes as a space where it was not encoded, and
 * a day alone is its beginning in UTC.
 */
export function evenMoment(text: string): string {
  if (/^\d{4}-\d\d-\d\d$/.test(text)) return `${text}T00:00:00Z`
  return text
    .replace(/ (\d\d:?\d\d)$/, '+$1')
    .replace(/([+-]\d\d)(\d\d)$/, '$1:$2')
    .replace(/^(\d{4}-\d\d-\d\d)[ t]/, '$1T')
    .replace(/z$/, 'Z')
}
