import { randomUUID } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { PrismaPg } from '@prisma/adapter-pg'
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils'
import type { MigrationList, SchemaEngine } from '@prisma/schema-engine-wasm/schema_engine_bg'
import pg from 'pg'
import { withClient } from './with-client.ts'

/**
 * Brings the database to this version's schema; does nothing when it already is there. Returns the names of the
 * migrations that it applied.
 *
 * Prisma's own migration engine, in its WebAssembly form, which needs no download. It writes the same
 * `_prisma_migrations` ledger as `prisma migrate deploy`, so the two agree. Copies that start together take turns: the engine
 * holds PostgreSQL's advisory lock while it works.
 *
 * @param only the migrations to go to, as of an older version whose backup is restored; without, all of this version.
 * @throws when a migration fails; the ones before it stay applied.
 */
export async function migrate(databaseUrl: string, only?: readonly string[]): Promise<readonly string[]> {
  const isAsked = (name: string) => only === undefined || only.includes(name)
  // Nearly every start finds nothing to do: the engine takes a second and 100 MB only to say so.
  if (!(await compareMigrations(databaseUrl)).missing.some(isAsked)) return []
  const folder = await migrationsFolder()
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 2 }).on('error', () => {})
  try {
    const engine = await loadEngine(pool, await readFile(join(folder, '..', 'schema.prisma'), 'utf8'))
    const { appliedMigrationNames } = await engine.applyMigrations({
      migrationsList: await listMigrations(folder, isAsked),
      filters: { externalTables: [], externalEnums: [] },
    })
    return appliedMigrationNames
  } finally {
    await pool.end()
  }
}

/** The adapter cuts a script at each semicolon, also inside a function's body; sent whole, it also is one transaction. */
function sendsScriptsWhole(pool: pg.Pool): PrismaPg {
  const factory = new PrismaPg(pool)
  const connect = factory.connect.bind(factory)
  factory.connect = async () => Object.assign(await connect(), { executeScript: async (script: string) => void (await pool.query(script)) })
  return factory
}

async function loadEngine(pool: pg.Pool, schema: string): Promise<SchemaEngine> {
  const folder = pathToFileURL(createRequire(import.meta.url).resolve('@prisma/schema-engine-wasm'))
  // The bindings hold one instance for good: each engine gets bindings of its own, by an address of its own.
  const bindings = (await import(
    `${new URL('schema_engine_bg.js', folder).href}?${randomUUID()}`
  )) as typeof import('@prisma/schema-engine-wasm/schema_engine_bg')
  const { instance } = await WebAssembly.instantiate(await readFile(fileURLToPath(new URL('schema_engine_bg.wasm', folder))), {
    './schema_engine_bg.js': bindings as unknown as WebAssembly.ModuleImports,
  })
  bindings.__wbg_set_wasm(instance.exports)
  ;(instance.exports['__wbindgen_start'] as () => void)()
  return bindings.SchemaEngine.new({ datamodels: [['schema.prisma', schema]] }, () => {}, bindMigrationAwareSqlAdapterFactory(sendsScriptsWhole(pool)))
}

async function listMigrations(folder: string, isAsked: (name: string) => boolean): Promise<MigrationList> {
  const names = (await ownMigrations()).filter(isAsked)
  const migrationDirectories = await Promise.all(
    names.map(async (path) => ({
      path,
      migrationFile: { path: 'migration.sql', content: { tag: 'ok' as const, value: await readFile(join(folder, path, 'migration.sql'), 'utf8') } },
    })),
  )
  return {
    baseDir: folder,
    lockfile: { path: 'migration_lock.toml', content: await readFile(join(folder, 'migration_lock.toml'), 'utf8') },
    shadowDbInitScript: '',
    migrationDirectories,
  }
}

/** `prisma/migrations` beside `src` in a clone, and one level further up from `dist/src` after a build. */
async function migrationsFolder(): Promise<string> {
  for (const up of ['../../prisma/migrations', '../../../prisma/migrations']) {
    const folder = fileURLToPath(new URL(up, import.meta.url))
    if (
      await readdir(folder).then(
        () => true,
        () => false,
      )
    )
      return folder
  }
  throw new Error('prisma/migrations is missing from this installation')
}

/** The migrations of this version, in their order. */
export async function ownMigrations(): Promise<readonly string[]> {
  const entries = await readdir(await migrationsFolder(), { withFileTypes: true })
  return entries
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort()
}

export type Compared = { readonly applied: readonly string[]; readonly missing: readonly string[]; readonly unknown: readonly string[] }

/** Migrations that the database has had; those of this version that it has not; and those that it has and this version does not know. */
export async function compareMigrations(databaseUrl: string): Promise<Compared> {
  const own = await ownMigrations()
  return withClient(databaseUrl, async (client) => {
    const { rows: ledger } = await client.query<{ there: boolean }>(`select to_regclass('_prisma_migrations') is not null as there`)
    const { rows } =
      ledger[0]?.there === true
        ? await client.query<{ name: string }>('select migration_name as name from "_prisma_migrations" where finished_at is not null')
        : { rows: [] }
    const had = rows.map(({ name }) => name)
    return { applied: had, missing: own.filter((name) => !had.includes(name)), unknown: had.filter((name) => !own.includes(name)) }
  })
}
