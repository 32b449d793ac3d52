import {
  type CompiledQuery,
  DummyDriver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  sql,
} from 'kysely'
import type { DB } from './tables.ts'

/** A query that is not sent yet. `Row` is what it returns. */
export type Query<Row = unknown> = { readonly compile: () => CompiledQuery<Row> }

/**
 * Builds queries that are checked against `prisma/schema.prisma`. It holds no connection: what it
 * builds is sent by a `Db` or a `Transaction`.
 */
export const query = new Kysely<DB>({
  dialect: {
    createAdapter: () => new PostgresAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: (db) => new PostgresIntrospector(db),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  },
})

/** A statement in SQL, for what the builder has no words for. Values become parameters. */
export function statement<Row = unknown>(
  text: TemplateStringsArray,
  ...values: readonly unknown[]
): Query<Row> {
  const built = sql<Row>(text, ...values)
  return { compile: () => built.compile(query) }
}

/**
 * A list as one parameter, for `= any(…)`. The same statement then serves lists of every length and
 * stays prepared.
 */
export function anyOf(values: readonly unknown[], type: 'uuid' | 'bigint' | 'text' | 'bytea') {
  return sql<never>`any(${[...values]}::${sql.raw(type)}[])`
}
