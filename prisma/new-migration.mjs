/**
 * Writes the SQL of a new migration: the schema of the last commit against the one on disk.
 *
 *   node prisma/new-migration.mjs add_something      (DATABASE_URL: any PostgreSQL that answers; nothing is written there)
 */
import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { PrismaPg } from '@prisma/adapter-pg'
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils'
import * as bindings from '@prisma/schema-engine-wasm/schema_engine_bg'

const name = process.argv[2]
if (name === undefined || !/^[a-z0-9_]+$/.test(name))
  throw new Error('give the migration a name of a-z, 0-9 and _')
const wasm = createRequire(import.meta.url)
  .resolve('@prisma/schema-engine-wasm')
  .replace('schema_engine.js', 'schema_engine_bg.wasm')
const { instance } = await WebAssembly.instantiate(readFileSync(wasm), {
  './schema_engine_bg.js': bindings,
})
bindings.__wbg_set_wasm(instance.exports)
instance.exports.__wbindgen_start()

const file = 'prisma/schema.prisma'
const schema = (content) => ({
  tag: 'schemaDatamodel',
  files: [{ path: file, content }],
  configDir: '.',
})
const now = readFileSync(file, 'utf8')
const adapter = bindMigrationAwareSqlAdapterFactory(
  new PrismaPg({ connectionString: process.env.DATABASE_URL }),
)
const engine = await bindings.SchemaEngine.new({ datamodels: [[file, now]] }, () => {}, adapter)
const filters = { externalTables: [], externalEnums: [] }
const { stdout } = await engine.diff({
  from: schema(execFileSync('git', ['show', `HEAD:${file}`], { encoding: 'utf8' })),
  to: schema(now),
  script: true,
  exitCode: false,
  filters,
  shadowDatabaseUrl: null,
})
const folder = `prisma/migrations/${new Date().toISOString().replaceAll(/\D/g, '').slice(0, 14)}_${name}`
mkdirSync(folder)
writeFileSync(`${folder}/migration.sql`, stdout)
console.log(`${folder}/migration.sql`)
process.exit(0)
