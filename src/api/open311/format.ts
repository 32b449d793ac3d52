/** The formats in which GeoReport v2 answers. */
export const formats = ['json', 'xml'] as const

export type Format = (typeof formats)[number]

/**
 * A value of a GeoReport document: what is not there is `null` in JSON and an empty element in XML.
 */
export type Value =
  | string
  | number
  | boolean
  | null
  | readonly Value[]
  | { readonly [name: string]: Value }
