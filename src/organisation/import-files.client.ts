import { parse } from 'csv-parse/sync'
import { stringify } from 'csv-stringify/sync'
import type { SheetData } from 'write-excel-file/node'
import type { Decoder } from '../platform/files/decoder.ts'
import {
  columnsOf,
  type NumberedRow,
  type Row,
  type TableName,
  type Tables,
  tableNames,
  tables,
} from './tables.ts'

/**
 * A file could not be read: not CSV or XLSX, or a heading that is none. `columns` are what was met.
 */
export class UnreadableFileError extends Error {
  override readonly name = 'UnreadableFileError'
  readonly columns: readonly string[]
  constructor(columns: readonly string[], cause?: unknown) {
    super('not a table of the organisation', { cause })
    this.columns = columns
  }
}

/**
 * Reads a CSV, which is one table, told by its heading, or a workbook, whose sheets are tables,
 * told by their names or headings. Sheets that are empty are passed over. A workbook is unpacked by
 * the decoder, as it may be a bomb.
 *
 * @throws {UnreadableFileError}
 */
export async function readTables(
  content: Buffer,
  { decode }: Pick<Decoder, 'decode'>,
): Promise<Tables> {
  // A workbook is a ZIP archive.
  if (content.subarray(0, 2).toString('latin1') !== 'PK')
    return toTables([readCsv(content.toString('utf8'))])
  const decoded = await decode({ kind: 'table', content }, { of: 'organisation' })
  if (!('sheets' in decoded)) throw new UnreadableFileError([])
  return toTables(decoded.sheets)
}

function readCsv(text: string): readonly (readonly string[])[] {
  try {
    return parse(text, {
      skip_empty_lines: false,
      relax_column_count: true,
      trim: true,
      bom: true,
    }) as string[][]
  } catch (error) {
    throw new UnreadableFileError([], error)
  }
}

function toTables(sheets: readonly (readonly (readonly string[])[])[]): Tables {
  const read: Record<string, NumberedRow[]> = {}
  for (const [heading = [], ...rows] of sheets) {
    const names = heading.map((name) => name.trim().toLowerCase())
    if (names.every((name) => name === '')) continue
    const table = tableOf(names)
    if (table === undefined) throw new UnreadableFileError(names)
    const numbered = rows.map((row, index) => ({
      number: index + 2,
      cells: Object.fromEntries(names.map((name, at) => [name, row[at] ?? ''])),
    }))
    read[table] = [
      ...(read[table] ?? []),
      ...numbered.filter(({ cells }) => Object.values(cells).some((cell) => cell !== '')),
    ]
  }
  return read
}

/** Each table has its own columns: the one that has all of these, and none that they are not. */
function tableOf(names: readonly string[]): TableName | undefined {
  const given = names.filter((name) => name !== '')
  return tableNames.find((table) => {
    const own = columnsOf(table).map(({ name }) => name)
    return own.length === given.length && given.every((name) => own.includes(name))
  })
}

/**
 * One table as CSV, as an import reads it. With a byte order mark, so that Excel knows it as UTF-8.
 */
export function writeCsv(table: TableName, rows: readonly Row[]): string {
  return stringify([...rows], {
    header: true,
    columns: tables[table].columns.map(({ name }) => name),
    bom: true,
    escape_formulas: true,
  })
}

/** All tables as one workbook. */
export async function writeWorkbook(
  all: Readonly<Record<TableName, readonly Row[]>>,
): Promise<Buffer> {
  const sheets = tableNames.map((table) => {
    const names = columnsOf(table).map(({ name }) => name)
    const data: SheetData = [
      names,
      ...all[table].map((row) =>
        names.map((name) => ((row[name] ?? '') === '' ? null : (row[name] ?? ''))),
      ),
    ]
    return { sheet: table, data }
  })
  const { default: writeXlsxFile } = await import('write-excel-file/node')
  return writeXlsxFile(sheets).toBuffer()
}
