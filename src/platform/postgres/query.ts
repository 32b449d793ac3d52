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

/**
 * A query that is not sent yet. `Row` is what it returns. Where `isPlannedForValues`, PostgreSQL
 * plans it anew each time.
 */
export type Query<Row = unknown> = {
  readonly compile: () => CompiledQuery<Row>
  readonly isPlannedForValues?: boolean
}

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
 * A statement that PostgreSQL plans for its values each time. For lists and figures: their best
 * plan depends on the area, the weeks and the page. One plan for all values, which PostgreSQL turns
 * to after five runs of a prepared statement, takes up to a hundred times as long (`npm run bench
 * -- console`); to plan takes 1 ms.
 */
export function statementForValues<Row = unknown>(
  text: TemplateStringsArray,
  ...values: readonly unknown[]
): Query<Row> {
  return { ...statement<Row>(text, ...values), isPlannedForValues: true }
}

/**
 * A list as one parameter, for `= any(…)`. The same statement then serves lists of every length and
 * stays prepared.
 */
export function anyOf(values: readonly unknown[], type: 'uuid' | 'bigint' | 'text' | 'bytea') {
  return sql<never>`any(${[...values]}::${sql.raw(type)}[])`
}
