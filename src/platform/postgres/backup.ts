import { createHash, randomUUID } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGunzip, createGzip } from 'node:zlib'
import type pg from 'pg'
import { from as copyFrom, to as copyTo } from 'pg-copy-streams'
import { z } from 'zod'
import { type FilesPlace, openFileStore } from '../files/file-store.ts'
import type { KeyRing } from '../sealing/key-ring.ts'
import { BackupError, opened, openPieces, sealPieces } from './backup-pieces.ts'
import { compareMigrations, migrate, ownMigrations } from './migrate.ts'
import { withClient } from './with-client.ts'

const name = z.string().regex(/^\w+$/)

const sha256 = z.string().regex(/^[0-9a-f]{64}$/)
const fileKey = z.string().regex(/^[0-9a-f]{40}$/)
const table = z.strictObject({
  name,
  columns: z.array(name),
  rows: z.number().int().nonnegative(),
})

/**
 * What a backup holds. Sealed as the rest of it, so that neither a table nor a row can be changed
 * unseen. Each piece is bound to the backup's id and stands here with its hash: pieces of two
 * backups do not make a third (protection P45).
 */
const Manifest = z.strictObject({
  format: z.literal(2),
  id: z.uuid(),
  /** The keys that were in the ring: values in the tables may need any of them. */
  keys: z.array(z.string().regex(/^[0-9a-f]{8}$/)),
  migrations: z.array(name),
  tables: z.array(table.extend({ sha256 })),
  files: z.array(z.strictObject({ key: fileKey, sha256 })),
})
type Manifest = z.infer<typeof Manifest>
type Table = z.infer<typeof table>

/** Backups of earlier versions can be restored: their pieces are bound to their tables alone. */
const EarlierManifest = z.strictObject({
  format: z.literal(1),
  migrations: z.array(name),
  tables: z.array(table),
  files: z.array(fileKey),
})
/** A manifest of either kind. */
type Known = {
  readonly id: string | undefined
  readonly keys: readonly string[]
  readonly migrations: readonly string[]
  readonly tables: readonly (Table & { readonly sha256?: string })[]
  readonly files: readonly { readonly key: string; readonly sha256?: string }[]
}

export type Counts = { readonly tables: number; readonly rows: number; readonly files: number }

/**
 * Writes everything into a new folder, as of one moment, while the service runs: each table sealed
 * with the first key, and the files, which are sealed where they lie. It has its name only once it
 * is whole.
 *
 * Without the key a backup opens for nobody: `pg_dump` would write residents' words into a file in
 * clear.
 *
 * @throws {BackupError} when the folder exists.
 */
export async function backUp(
  databaseUrl: string,
  place: FilesPlace,
  keys: KeyRing,
  folder: string,
): Promise<Counts> {
  const unfinished = `${folder}.unfinished`
  await mkdir(unfinished, { mode: 0o700 }).catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'EEXIST'
      ? new BackupError(`${unfinished} is there from an attempt that was broken off; remove it`)
      : error
  })
  await mkdir(join(unfinished, 'files'), { mode: 0o700 })
  const id = randomUUID()
  const whole = await withClient(databaseUrl, async (client) => {
    await client.query('begin isolation level repeatable read read only')
    const { rows: migrations } = await client.query<{ name: string }>(
      'select migration_name as name from "_prisma_migrations" where finished_at is not null order by 1',
    )
    const tables: Manifest['tables'] = []
    for (const each of await tablesOf(client))
      tables.push({
        ...each,
        ...(await writeTable(client, keys, id, each, join(unfinished, each.name))),
      })
    const { rows: files } = await client.query<{ key: string }>(
      'select "key" from "Attachment" order by 1',
    )
    return {
      migrations: migrations.map((each) => each.name),
      tables,
      files: files.map(({ key }) => key),
    }
  })
  const store = await openFileStore(place)
  const files: Manifest['files'] = []
  for (const key of whole.files) {
    const path = join(unfinished, 'files', key)
    const content = await store.get(key)
    if (content === undefined) continue
    await writeFile(path, content, { mode: 0o600 })
    files.push({ key, sha256: await hashOf(path) })
  }
  const manifest: Manifest = {
    format: 2,
    id,
    keys: keys.marks.map((mark) => Buffer.from(mark).toString('hex')),
    ...whole,
    files,
  }
  await writeFile(
    join(unfinished, 'manifest'),
    keys.sealBytes(Buffer.from(JSON.stringify(manifest)), 'backup'),
    { mode: 0o600 },
  )
  await rename(unfinished, folder).catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'ENOTEMPTY' || error.code === 'EEXIST'
      ? new BackupError(`${folder} is there already; name a new folder`)
      : error
  })
  return countsOf(manifest)
}

/**
 * Brings a backup into an empty database: the schema that it was made with, all rows in one
 * transaction, then this version's schema; and its files to `place`. What fails leaves the
 * database empty.
 *
 * @throws {BackupError} when something is in the database already, or the backup is damaged, of a
 * newer version or of another key.
 */
export async function restore(
  databaseUrl: string,
  place: FilesPlace,
  keys: KeyRing,
  folder: string,
): Promise<Counts> {
  const manifest = await readManifest(keys, folder)
  await checkPieces(folder, manifest)
  const own = await ownMigrations()
  const newer = manifest.migrations.filter((each) => !own.includes(each))
  if (newer.length > 0)
    throw new BackupError(
      `this backup was made by a newer version, with ${newer.join(', ')}; restore it with that one`,
    )
  const { applied } = await compareMigrations(databaseUrl)
  if (applied.some((each) => !manifest.migrations.includes(each)))
    throw new BackupError(
      'the database has a newer schema than the backup; restore into a fresh one, which is brought forward afterwards',
    )
  await migrate(databaseUrl, manifest.migrations)
  const store = await openFileStore(place)
  await withClient(databaseUrl, async (client) => {
    await client.query('begin')
    const present = await tablesOf(client)
    for (const { name: table } of present) {
      // As the service's owner: what follows from a change was backed up beside it, and must not
      // follow again.
      await client.query(`alter table "${table}" disable trigger user`)
      const { rows } = await client.query(`select 1 from "${table}" limit 1`)
      if (rows.length > 0)
        throw new BackupError(
          `the database is not empty ("${table}" has rows); restore into a fresh one`,
        )
    }
    for (const { key } of manifest.files) await store.put(key, await fileIn(folder, key))
    const checkForeignKeys = await withoutForeignKeys(client)
    for (const each of manifest.tables) await readTable(client, keys, manifest.id, each, folder)
    await checkForeignKeys()
    await client.query('refresh materialized view "PlaceKey"')
    for (const { name: table } of present)
      await client.query(`alter table "${table}" enable trigger user`)
    await client.query('commit')
  })
  await migrate(databaseUrl)
  return countsOf(manifest)
}

/**
 * Looks at all pieces before anything is touched: one of another backup, however whole in itself,
 * is refused.
 */
async function checkPieces(folder: string, { tables, files }: Known): Promise<void> {
  const whole = async (path: string, sha: string | undefined, what: string) => {
    const found = await hashOf(path).catch((error: NodeJS.ErrnoException) => {
      throw error.code === 'ENOENT' ? new BackupError(`${what} is missing from the backup`) : error
    })
    if (sha !== undefined && found !== sha)
      throw new BackupError(
        `${what} of the backup is damaged or cut short, or comes from another backup; use another one`,
      )
  }
  for (const each of tables)
    await whole(join(folder, each.name), each.sha256, `the table ${each.name}`)
  for (const { key, sha256: sha } of files)
    await whole(join(folder, 'files', key), sha, `the file ${key}`)
}

async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(path), hash)
  return hash.digest('hex')
}

function countsOf({ tables, files }: Pick<Known, 'tables' | 'files'>): Counts {
  return {
    tables: tables.length,
    rows: tables.reduce((sum, { rows }) => sum + rows, 0),
    files: files.length,
  }
}

async function tablesOf(client: pg.Client): Promise<readonly Omit<Table, 'rows'>[]> {
  const { rows } = await client.query<Omit<Table, 'rows'>>(`
    select c.relname as name,
      array(select attname::text from pg_attribute where attrelid = c.oid and attnum > 0
        and not attisdropped and attgenerated = '' order by attnum) as columns
    from pg_class c where c.relnamespace = current_schema()::regnamespace and c.relkind = 'r'
      and c.relname <> '_prisma_migrations' order by 1`)
  return rows
}

/**
 * Takes the foreign keys away while rows come in, as tables refer to one another in circles; what
 * it returns checks them all.
 */
async function withoutForeignKeys(client: pg.Client): Promise<() => Promise<void>> {
  const { rows } = await client.query<{ table: string; name: string; definition: string }>(`
    select conrelid::regclass::text as table, conname as name,
      pg_get_constraintdef(oid) as definition
    from pg_constraint where connamespace = current_schema()::regnamespace and contype = 'f'`)
  for (const { table, name: key } of rows)
    await client.query(`alter table ${table} drop constraint "${key}"`)
  return async () => {
    for (const { table, name: key, definition } of rows)
      await client.query(`alter table ${table} add constraint "${key}" ${definition}`)
  }
}

const columnList = ({ columns }: Pick<Table, 'columns'>) =>
  columns.map((column) => `"${column}"`).join(', ')

async function writeTable(
  client: pg.Client,
  keys: KeyRing,
  backup: string,
  { name: called, columns }: Omit<Table, 'rows'>,
  path: string,
): Promise<{ readonly rows: number; readonly sha256: string }> {
  const rows = client.query(copyTo(`copy "${called}" (${columnList({ columns })}) to stdout`))
  const hash = createHash('sha256')
  await pipeline(
    rows,
    createGzip(),
    (compressed: AsyncIterable<Buffer>) => sealPieces(keys, `${backup}:${called}`, compressed),
    async function* (sealed: AsyncIterable<Buffer>) {
      for await (const piece of sealed) {
        hash.update(piece)
        yield piece
      }
    },
    createWriteStream(path, { flags: 'wx', mode: 0o600 }),
  )
  return { rows: rows.rowCount, sha256: hash.digest('hex') }
}

async function readTable(
  client: pg.Client,
  keys: KeyRing,
  backup: string | undefined,
  { name: called, rows: expected, columns }: Table,
  folder: string,
): Promise<void> {
  const rows = client.query(copyFrom(`copy "${called}" (${columnList({ columns })}) from stdin`))
  await pipeline(
    createReadStream(join(folder, called)),
    (sealed: AsyncIterable<Buffer>) =>
      openPieces(keys, called, backup === undefined ? called : `${backup}:${called}`, sealed),
    createGunzip(),
    rows,
  ).catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'ENOENT'
      ? new BackupError(`the table ${called} is missing from the backup`)
      : error
  })
  if (rows.rowCount !== expected)
    throw new BackupError(
      `the table ${called} has ${rows.rowCount} rows and should have ${expected}`,
    )
  const { rows: sequences } = await client.query<{ column: string }>(
    `select column_name as column from information_schema.columns
     where table_schema = current_schema() and table_name = $1 and column_default like 'nextval(%'`,
    [called],
  )
  for (const { column } of sequences)
    await client.query(
      `select setval(pg_get_serial_sequence('"${called}"', '${column}'), coalesce(max("${column}"), 0) + 1, false) from "${called}"`,
    )
}

async function readManifest(keys: KeyRing, folder: string): Promise<Known> {
  const sealed = await readFile(join(folder, 'manifest')).catch(() => {
    throw new BackupError(`${folder} is no backup: it has no manifest`)
  })
  const content = opened(
    () => keys.openBytes(sealed, 'backup'),
    () =>
      new BackupError(
        'DATA_KEY does not open this backup: give the key that it was made with, after the present one where there is one',
      ),
  )
  const parsed = z.union([Manifest, EarlierManifest]).parse(JSON.parse(content.toString()))
  if (parsed.format === 1)
    return { ...parsed, id: undefined, keys: [], files: parsed.files.map((key) => ({ key })) }
  const own = new Set(keys.marks.map((mark) => Buffer.from(mark).toString('hex')))
  const missing = parsed.keys.filter((mark) => !own.has(mark))
  if (missing.length > 0)
    throw new BackupError(
      `DATA_KEY opens this backup, and not all that is in it: ${missing.length} of the ${parsed.keys.length} keys that it was made with are missing; give them all, with commas between`,
    )
  return parsed
}

/** A file of the backup. @throws {BackupError} where it is not there. */
async function fileIn(folder: string, key: string): Promise<Buffer> {
  return readFile(join(folder, 'files', key)).catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'ENOENT'
      ? new BackupError(`the file ${key} is missing from the backup`)
      : error
  })
}
