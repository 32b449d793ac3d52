import { readdir, readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { PrismaPg } from '@prisma/adapter-pg'
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils'
import type { MigrationList } from '@prisma/schema-engine-wasm/schema_engine_bg'
import * as bindings from '@prisma/schema-engine-wasm/schema_engine_bg'
import pg from 'pg'
import { once } from '../../src/platform/memo.ts'

const folder = 'prisma/migrations'

/** Its bindings hold one instance for good. */
const loadEngine = once(async () => {
  const wasm = createRequire(import.meta.url)
    .resolve('@prisma/schema-engine-wasm')
    .replace('schema_engine.js', 'schema_engine_bg.wasm')
  const { instance } = await WebAssembly.instantiate(await readFile(wasm), {
    './schema_engine_bg.js': bindings as unknown as WebAssembly.ModuleImports,
  })
  bindings.__wbg_set_wasm(instance.exports)
  ;(instance.exports['__wbindgen_start'] as () => void)()
})

/** What `prisma migrate deploy` does, by Prisma's own engine in the form that needs no download. */
export async function prismaEngine(databaseUrl: string) {
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 2 }).on('error', () => {})
  await loadEngine()
  // The adapter cuts a script at each semicolon, also inside a function's body: it is sent whole.
  const factory = new PrismaPg(pool)
  const connect = factory.connect.bind(factory)
  factory.connect = async () =>
    Object.assign(await connect(), {
      executeScript: async (script: string) => void (await pool.query(script)),
    })
  const schema = await readFile('prisma/schema.prisma', 'utf8')
  const engine = await bindings.SchemaEngine.new(
    { datamodels: [['schema.prisma', schema]] },
    () => {},
    bindMigrationAwareSqlAdapterFactory(factory),
  )
  const filters = { externalTables: [], externalEnums: [] }
  return {
    /** Applies what is missing of these migrations. */
    deploy: async (names: readonly string[]) =>
      (await engine.applyMigrations({ migrationsList: await listOf(names), filters }))
        .appliedMigrationNames,
    /**
     * What it finds of the ledger: migrations that were changed after they were applied, that
     * failed, and that are missing.
     */
    diagnose: async (names: readonly string[]) => {
      const found = await engine.diagnoseMigrationHistory({
        migrationsList: await listOf(names),
        filters,
        optInToShadowDatabase: false,
      })
      return {
        edited: found.editedMigrationNames,
        failed: found.failedMigrationNames,
        history: found.history,
      }
    },
    close: () => pool.end(),
  }
}

async function listOf(names: readonly string[]): Promise<MigrationList> {
  const known = (await readdir(folder)).filter((name) => names.includes(name)).sort()
  const read = async (path: string) => ({
    path,
    migrationFile: {
      path: 'migration.sql',
      content: {
        tag: 'ok' as const,
        value: await readFile(join(folder, path, 'migration.sql'), 'utf8'),
      },
    },
  })
  return {
    baseDir: folder,
    lockfile: {
      path: 'migration_lock.toml',
      content: await readFile(join(folder, 'migration_lock.toml'), 'utf8'),
    },
    shadowDbInitScript: '',
    migrationDirectories: await Promise.all(known.map(read)),
  }
}
