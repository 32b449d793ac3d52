import { createReadStream, createWriteStream } from 'node:fs'
import { copyFile, mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGunzip, createGzip } from 'node:zlib'
import pg from 'pg'
import { from as copyFrom, to as copyTo } from 'pg-copy-streams'
import { z } from 'zod'
import { attachmentsFolder } from './attachments.ts'
import type { KeyRing } from './key-ring.ts'
import { compareMigrations, migrate, ownMigrations } from './migrate.ts'

const name = z.string().regex(/^\w+$/)

/** What a backup holds. Sealed as the rest of it, so that neither a table nor a row can be changed unseen. */
const Manifest = z.strictObject({
  format: z.literal(1),
  migrations: z.array(name),
  tables: z.array(z.strictObject({ name, columns: z.array(name), rows: z.number().int().nonnegative() })),
  files: z.array(z.string().regex(/^[0-9a-f]{40}$/)),
})
type Manifest = z.infer<typeof Manifest>
type Table = Manifest['tables'][number]

/** A folder that is no whole backup, one that does not fit here, or a database that is not empty. What to do is in the message. */
class BackupError extends Error {
  override readonly name = 'BackupError'
}

export type Counts = { readonly tables: number; readonly rows: number; readonly files: number }

/**
 * Writes everything into a new folder, as of one moment, while the service runs: each table sealed with the first key,
 * and the files, which are sealed where they lie. It has its name only once it is whole.
 *
 * Without the key a backup opens for nobody: `pg_dump` would write residents' words into a file in clear.
 *
 * @throws {BackupError} when the folder exists.
 */
export async function backUp(databaseUrl: string, dataDir: string, keys: KeyRing, folder: string): Promise<Counts> {
  const unfinished = `${folder}.unfinished`
  await mkdir(unfinished, { mode: 0o700 }).catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'EEXIST' ? new BackupError(`${unfinished} is there from an attempt that was broken off; remove it`) : error
  })
  await mkdir(join(unfinished, 'files'), { mode: 0o700 })
  const manifest = await withClient(databaseUrl, async (client): Promise<Manifest> => {
    await client.query('begin isolation level repeatable read read only')
    const { rows: migrations } = await client.query<{ name: string }>(
      'select migration_name as name from "_prisma_migrations" where finished_at is not null order by 1',
    )
    const tables: Table[] = []
    for (const table of await tablesOf(client)) tables.push({ ...table, rows: await writeTable(client, keys, table, join(unfinished, table.name)) })
    const { rows: files } = await client.query<{ key: string }>('select "key" from "Attachment" order by 1')
    return { format: 1, migrations: migrations.map((each) => each.name), tables, files: files.map(({ key }) => key) }
  })
  const files: string[] = []
  for (const key of manifest.files) if (await copied(join(attachmentsFolder(dataDir), key), join(unfinished, 'files', key))) files.push(key)
  await writeFile(join(unfinished, 'manifest'), keys.sealBytes(Buffer.from(JSON.stringify({ ...manifest, files })), 'backup'), { mode: 0o600 })
  await rename(unfinished, folder).catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'ENOTEMPTY' || error.code === 'EEXIST' ? new BackupError(`${folder} is there already; name a new folder`) : error
  })
  return countsOf({ ...manifest, files })
}

/**
 * Brings a backup into an empty database: the schema that it was made with, all rows in one transaction, then this
 * version's schema; and its files under `dataDir`. What fails leaves the database empty.
 *
 * @throws {BackupError} when something is in the database already, or the backup is damaged, of a newer version or of another key.
 */
export async function restore(databaseUrl: string, dataDir: string, keys: KeyRing, folder: string): Promise<Counts> {
  const manifest = await readManifest(keys, folder)
  const own = await ownMigrations()
  const newer = manifest.migrations.filter((each) => !own.includes(each))
  if (newer.length > 0) throw new BackupError(`this backup was made by a newer version, with ${newer.join(', ')}; restore it with that one`)
  const { applied } = await compareMigrations(databaseUrl)
  if (applied.some((each) => !manifest.migrations.includes(each)))
    throw new BackupError('the database has a newer schema than the backup; restore into a fresh one, which is brought forward afterwards')
  await migrate(databaseUrl, manifest.migrations)
  const target = attachmentsFolder(dataDir)
  await mkdir(target, { recursive: true, mode: 0o700 })
  await withClient(databaseUrl, async (client) => {
    await client.query('begin')
    const present = await tablesOf(client)
    for (const { name: table } of present) {
      // As the service's owner: what follows from a change was backed up beside it, and must not follow again.
      await client.query(`alter table "${table}" disable trigger user`)
      const { rows } = await client.query(`select 1 from "${table}" limit 1`)
      if (rows.length > 0) throw new BackupError(`the database is not empty ("${table}" has rows); restore into a fresh one`)
    }
    for (const key of manifest.files)
      if (!(await copied(join(folder, 'files', key), join(target, key)))) throw new BackupError(`the file ${key} is missing from the backup`)
    const checkForeignKeys = await withoutForeignKeys(client)
    for (const table of manifest.tables) await readTable(client, keys, table, folder)
    await checkForeignKeys()
    await client.query('refresh materialized view "PlaceKey"')
    for (const { name: table } of present) await client.query(`alter table "${table}" enable trigger user`)
    await client.query('commit')
  })
  await migrate(databaseUrl)
  return countsOf(manifest)
}

function countsOf({ tables, files }: Manifest): Counts {
  return { tables: tables.length, rows: tables.reduce((sum, { rows }) => sum + rows, 0), files: files.length }
}

async function withClient<T>(connectionString: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString })
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

async function tablesOf(client: pg.Client): Promise<readonly Omit<Table, 'rows'>[]> {
  const { rows } = await client.query<Omit<Table, 'rows'>>(`
    select c.relname as name,
      array(select attname::text from pg_attribute where attrelid = c.oid and attnum > 0 and not attisdropped and attgenerated = '' order by attnum) as columns
    from pg_class c where c.relnamespace = current_schema()::regnamespace and c.relkind = 'r' and c.relname <> '_prisma_migrations' order by 1`)
  return rows
}

/** Takes the foreign keys away while rows come in, as tables refer to one another in circles; what it returns checks them all. */
async function withoutForeignKeys(client: pg.Client): Promise<() => Promise<void>> {
  const { rows } = await client.query<{ table: string; name: string; definition: string }>(`
    select conrelid::regclass::text as table, conname as name, pg_get_constraintdef(oid) as definition
    from pg_constraint where connamespace = current_schema()::regnamespace and contype = 'f'`)
  for (const { table, name: key } of rows) await client.query(`alter table ${table} drop constraint "${key}"`)
  return async () => {
    for (const { table, name: key, definition } of rows) await client.query(`alter table ${table} add constraint "${key}" ${definition}`)
  }
}

const columnList = ({ columns }: Pick<Table, 'columns'>) => columns.map((column) => `"${column}"`).join(', ')

async function writeTable(client: pg.Client, keys: KeyRing, table: Omit<Table, 'rows'>, path: string): Promise<number> {
  const rows = client.query(copyTo(`copy "${table.name}" (${columnList(table)}) to stdout`))
  await pipeline(
    rows,
    createGzip(),
    (compressed: AsyncIterable<Buffer>) => sealPieces(keys, table.name, compressed),
    createWriteStream(path, { flags: 'wx', mode: 0o600 }),
  )
  return rows.rowCount
}

async function readTable(client: pg.Client, keys: KeyRing, table: Table, folder: string): Promise<void> {
  const rows = client.query(copyFrom(`copy "${table.name}" (${columnList(table)}) from stdin`))
  await pipeline(
    createReadStream(join(folder, table.name)),
    (sealed: AsyncIterable<Buffer>) => openPieces(keys, table.name, sealed),
    createGunzip(),
    rows,
  ).catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'ENOENT' ? new BackupError(`the table ${table.name} is missing from the backup`) : error
  })
  if (rows.rowCount !== table.rows) throw new BackupError(`the table ${table.name} has ${rows.rowCount} rows and should have ${table.rows}`)
  const { rows: sequences } = await client.query<{ column: string }>(
    `select column_name as column from information_schema.columns
     where table_schema = current_schema() and table_name = $1 and column_default like 'nextval(%'`,
    [table.name],
  )
  for (const { column } of sequences)
    await client.query(`select setval(pg_get_serial_sequence('"${table.name}"', '${column}'), coalesce(max("${column}"), 0) + 1, false) from "${table.name}"`)
}

/** Bytes of a piece before it is sealed: bounds the memory. */
const pieceBytes = 1 << 20
const headBytes = 5

/** Pieces that are sealed one by one, each bound to its table and its turn: none can be moved, left out or cut off unseen. */
async function* sealPieces(keys: KeyRing, table: string, source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const state = { held: Buffer.alloc(0), nth: 0 }
  const piece = (content: Buffer, isLast: boolean) => {
    const sealed = keys.sealBytes(content, placeOf(table, state.nth++, isLast))
    const head = Buffer.alloc(headBytes)
    head.writeUInt32BE(sealed.length)
    head.writeUInt8(isLast ? 1 : 0, headBytes - 1)
    return Buffer.concat([head, sealed])
  }
  for await (const part of source) {
    state.held = Buffer.concat([state.held, part])
    if (state.held.length < pieceBytes) continue
    yield piece(state.held, false)
    state.held = Buffer.alloc(0)
  }
  yield piece(state.held, true)
}

async function* openPieces(keys: KeyRing, table: string, source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const state = { held: Buffer.alloc(0), nth: 0, isOver: false }
  const damaged = () => new BackupError(`the table ${table} of the backup is damaged or cut short; use another one`)
  for await (const part of source) {
    state.held = Buffer.concat([state.held, part])
    for (;;) {
      if (state.held.length < headBytes) break
      const end = headBytes + state.held.readUInt32BE()
      if (end > 4 * pieceBytes || state.isOver) throw damaged()
      if (state.held.length < end) break
      state.isOver = state.held[headBytes - 1] === 1
      yield opened(() => keys.openBytes(state.held.subarray(headBytes, end), placeOf(table, state.nth++, state.isOver)), damaged)
      state.held = state.held.subarray(end)
    }
  }
  if (!state.isOver || state.held.length > 0) throw damaged()
}

const placeOf = (table: string, nth: number, isLast: boolean) => `backup:${table}:${nth}:${isLast ? 'last' : 'more'}`

async function readManifest(keys: KeyRing, folder: string): Promise<Manifest> {
  const sealed = await readFile(join(folder, 'manifest')).catch(() => {
    throw new BackupError(`${folder} is no backup: it has no manifest`)
  })
  const content = opened(
    () => keys.openBytes(sealed, 'backup'),
    () => new BackupError('DATA_KEY does not open this backup: give the key that it was made with, after the present one where there is one'),
  )
  return Manifest.parse(JSON.parse(content.toString()))
}

function opened(open: () => Buffer, otherwise: () => Error): Buffer {
  try {
    return open()
  } catch {
    throw otherwise()
  }
}

/** Copies a file; `false` when it is not there, such as one that was erased meanwhile. */
async function copied(from: string, to: string): Promise<boolean> {
  return copyFile(from, to).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return false
      throw error
    },
  )
}
