import { readFile, writeFile } from 'node:fs/promises'
import { readCatalogues } from '../assembly/read-catalogues.ts'
import { createTranslations } from '../language/catalogue.ts'
import { createVoice } from '../language/render.ts'
import { tableNames } from '../organisation/columns.ts'
import { readOrganisation, readTable } from '../organisation/export.store.ts'
import { importOrganisation } from '../organisation/import.store.ts'
import {
  type ReadFile,
  readTables,
  UnreadableFileError,
  writeCsv,
  writeWorkbook,
} from '../organisation/import-files.client.ts'
import type { Tables } from '../organisation/tables.ts'
import { describeWrong } from '../organisation/words.ts'
import { openDecoder } from '../platform/files/decoder.ts'
import { usuallyKept } from '../privacy/retention.ts'
import { withDatabase } from './database.ts'
import { InputError } from './language.command.ts'

/**
 * `jawab import org FILE...`: places, teams, members, rosters, deadlines and calendars, from CSV or
 * XLSX; all or nothing.
 */
export async function importOrg(
  files: readonly string[],
  { dryRun = false }: { readonly dryRun?: boolean },
): Promise<void> {
  const read = await Promise.all(files.map(readOne))
  const given = merge(read.map(({ tables }) => tables))
  for (const [at, { encoding, passedOver }] of read.entries()) {
    if (encoding !== undefined && encoding !== 'UTF-8')
      console.error(`${files[at]}: read as ${encoding}`)
    if (passedOver.length > 0)
      console.error(`${files[at]}: no table in ${passedOver.join(', ')}; passed over`)
  }
  await withDatabase({ migrates: true }, async (db, { timeZone }) => {
    const shown = { at: 0 }
    const progress = (done: number, of: number) => {
      if (done < of && Date.now() - shown.at < 500) return
      shown.at = Date.now()
      console.error(`${done} of ${of} rows`)
    }
    const { effects, wrong } = await importOrganisation(db, given, {
      dryRun,
      at: new Date(),
      progress,
    })
    if (wrong.length > 0) {
      const voice = createVoice(
        createTranslations(await readCatalogues(), usuallyKept),
        'en',
        timeZone,
      )
      throw new InputError(
        [
          ...wrong.slice(0, 50).map((each) => describeWrong(voice, each)),
          `${wrong.length} mistakes. Nothing was changed.`,
        ].join('\n'),
      )
    }
    if (dryRun)
      for (const { table, row, key, does, changes } of effects.filter(
        (effect) => effect.does !== 'same',
      ))
        console.log(
          `${table} ${row === undefined ? '' : `row ${row}, `}${key}: ${does} ${changes.map(({ column, from, to }) => `${column}: ${from || '–'} → ${to || '–'}`).join('; ')}`.trimEnd(),
        )
    const count = (which: string) => effects.filter(({ does }) => does === which).length
    console.log(
      `${dryRun ? 'Would be' : 'Kept'}: ${count('new')} new, ${count('changed')} changed, ${count('gone')} gone, ${count('same')} as they were.`,
    )
  })
}

/**
 * `jawab export org FILE`: the same format back; a workbook, or with `--table` one table as CSV.
 */
export async function exportOrg(
  file: string,
  { table }: { readonly table?: string },
): Promise<void> {
  const name = tableNames.find((each) => each === table)
  if (table !== undefined && name === undefined)
    throw new InputError(`--table: must be one of ${tableNames.join(', ')}`)
  await withDatabase({ migrates: false }, async (db) => {
    const content =
      name === undefined
        ? await writeWorkbook(await readOrganisation(db))
        : writeCsv(name, await readTable(db, name))
    await writeFile(file, content).catch(() => {
      throw new InputError(`${file} cannot be written`)
    })
    console.log(file)
  })
}

async function readOne(file: string): Promise<ReadFile> {
  const content = await readFile(file).catch(() => {
    throw new InputError(`${file} cannot be read`)
  })
  const decoder = openDecoder()
  try {
    return await readTables(content, decoder)
  } catch (error) {
    if (!(error instanceof UnreadableFileError)) throw error
    throw new InputError(
      `${file} is not a table of the organisation: ${error.columns.length === 0 ? 'it must be CSV or XLSX' : `no table has the columns ${error.columns.join(', ')}`}. An export shows them.`,
    )
  } finally {
    await decoder.stop()
  }
}

function merge(all: readonly Tables[]): Tables {
  return Object.fromEntries(
    tableNames
      .map((table) => [table, all.flatMap((tables) => tables[table] ?? [])])
      .filter(([, rows]) => rows?.length !== 0),
  )
}
