import { createHash } from 'node:crypto'
import pg from 'pg'
import type { Query } from './query.ts'

/** How many statements each connection keeps prepared. Later ones are planned each time. */
const mostPrepared = 400

/** Gives a statement the name under which a connection keeps it prepared; '' for none. */
export type NameOf = (statement: { readonly sql: string }) => string

/** Names statements by their text, so that PostgreSQL plans each once for a connection. */
export function statementNames(): NameOf {
  const names = new Map<string, string>()
  return ({ sql }) => {
    const known = names.get(sql)
    if (known !== undefined) return known
    if (names.size >= mostPrepared) return ''
    const name = createHash('sha256').update(sql).digest('base64url').slice(0, 20)
    names.set(sql, name)
    return name
  }
}

/**
 * A query as pg sends it. Its rows hold `bigint` for int8, and `Date` for moments and for days (at
 * midnight UTC).
 */
export function toSend(query: Query, nameOf: NameOf): pg.QueryConfig {
  const { sql, parameters } = query.compile()
  const name = query.isPlannedForValues ? '' : nameOf({ sql })
  return { name, text: sql, values: parameters.map(toParameter), types }
}

/** pg writes a `Date` in the zone of the process, which shifts columns that hold days. */
function toParameter(value: unknown): unknown {
  if (value instanceof Date) return value.toISOString()
  return Array.isArray(value) ? value.map(toParameter) : value
}

const { INT8, DATE } = pg.types.builtins
const parsers = new Map<number, (text: string) => unknown>([
  [INT8, BigInt],
  [DATE, (day) => new Date(`${day}T00:00:00Z`)],
])
const types: pg.CustomTypesConfig = {
  getTypeParser: (oid: number, format?: 'text' | 'binary') =>
    (format === 'binary' ? undefined : parsers.get(oid)) ?? pg.types.getTypeParser(oid, format),
}
