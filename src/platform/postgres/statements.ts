import { createHash } from 'node:crypto'
import pg from 'pg'
import type { WordSeal } from '../sealing/words.ts'
import { Prisma } from './generated/client.ts'

/**
 * Statements of our own, sent straight to a connection. Prisma's client in between took a third of
 * the CPU that a message costs (`docs/performance.md`). What a text holds goes as a parameter, as
 * with Prisma's own of the same names; a failure is pg's `DatabaseError`, with the SQLSTATE as its
 * `code`.
 */
export type Statements = {
  /** The rows, with `bigint` for int8, and `Date` for moments and for days (at midnight UTC). */
  $queryRaw<Rows>(text: TemplateStringsArray, ...values: readonly unknown[]): Promise<Rows>
  /** How many rows were written. */
  $executeRaw(text: TemplateStringsArray, ...values: readonly unknown[]): Promise<number>
  /** What seals and opens the words in rows. */
  readonly words: WordSeal
}

/**
 * Our own statements to `to`, each planned once for a connection under the name that `nameOf` gives
 * it.
 */
export function statementsTo(
  to: pg.Pool | pg.ClientBase,
  nameOf: NameOf,
  words: WordSeal,
): Statements {
  const run = (strings: TemplateStringsArray, values: readonly unknown[]) => {
    // `text` is put together anew each time that it is asked for.
    const { text, values: parameters } = Prisma.sql(strings, ...values)
    return to.query({
      name: nameOf({ sql: text }),
      text,
      values: parameters.map(toParameter),
      types,
    })
  }
  return {
    words,
    $queryRaw: async <Rows>(strings: TemplateStringsArray, ...values: readonly unknown[]) =>
      (await run(strings, values)).rows as Rows,
    $executeRaw: async (strings, ...values) => (await run(strings, values)).rowCount ?? 0,
  }
}

/**
 * pg writes a `Date` in the process's own time, which a column of days would take for another day.
 */
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

type NameOf = (statement: { readonly sql: string }) => string

/**
 * How many statements each connection keeps prepared. Those that come later are planned each time,
 * as are all without a name.
 */
const mostPrepared = 400

/**
 * Names for statements by what they say, so that PostgreSQL plans each once for a connection and
 * not for every message.
 */
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
