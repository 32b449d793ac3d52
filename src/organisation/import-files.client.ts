import { parse } from 'csv-parse/sync'
import { stringify } from 'csv-stringify/sync'
import type { SheetData } from 'write-excel-file/node'
import type { Decoder } from '../platform/files/decoder.ts'
import { decodeText, type TextEncoding } from '../platform/files/text-encoding.ts'
import { evenCell } from './cell-text.ts'
import { columnsOf, type Row, type TableName, tableNames } from './columns.ts'
import type { NumberedRow, Tables } from './tables.ts'

/** Why a file can't be read: it is none that offices save, or no table has its columns. */
export class UnreadableFileError extends Error {
  override readonly name = 'UnreadableFileError'
  /** The headings that were met; empty where none could be read. */
  readonly columns: readonly string[]
  constructor(columns: readonly string[], cause?: unknown) {
    super('not a table of the organisation', { cause })
    this.columns = columns
  }
}

/** What was read from a file. It is shown before anything is changed. */
export type ReadFile = {
  readonly tables: Tables
  /** What a text file is encoded in. */
  readonly encoding: TextEncoding | undefined
  /** The names of sheets that hold no table, such as notes. */
  readonly passedOver: readonly string[]
}

/**
 * Reads a CSV, which is one table, told by its heading, or a workbook, whose sheets are tables. A
 * title may stand above the heading. Sheets without a heading of a table are passed over, unless
 * their name or most of a heading says that they are meant as one. A workbook is unpacked by the
 * decoder, as it may be a bomb.
 *
 * @throws {UnreadableFileError}
 */
export async function readTables(
  content: Buffer,
  { decode }: Pick<Decoder, 'decode'>,
): Promise<ReadFile> {
  // A workbook is a ZIP archive.
  if (content.subarray(0, 2).toString('latin1') === 'PK') {
    const decoded = await decode({ kind: 'table', content }, { of: 'organisation' })
    if (!('sheets' in decoded)) throw new UnreadableFileError([])
    return { ...toTables(decoded.sheets), encoding: undefined }
  }
  const read = decodeText(content)
  if (read === undefined) throw new UnreadableFileError([])
  const rows = readCsv(read.text)
  return { ...toTables([{ name: '', rows, merged: [] }]), encoding: read.encoding }
}

/** What parts the cells of a line: Excel writes what the region of its computer has. */
const delimiters = [',', ';', '\t'] as const

/** A CSV with whichever delimiter shows a table's heading. */
function readCsv(text: string): readonly (readonly string[])[] {
  const read: (readonly (readonly string[])[])[] = []
  let broken: unknown
  for (const delimiter of delimiters) {
    try {
      const rows = split(text, delimiter)
      if (headingIn(rows) !== undefined) return rows
      read.push(rows)
    } catch (error) {
      // The file may have another delimiter: what is wrong with it is told as with commas.
      if (delimiter === ',') broken = error
    }
  }
  if (broken !== undefined) throw new UnreadableFileError([], broken)
  // None has a heading: the one with the most columns shows what is wrong with it.
  const [widest = []] = read.sort((a, b) => (b[0]?.length ?? 0) - (a[0]?.length ?? 0))
  return widest
}

function split(
  text: string,
  delimiter: (typeof delimiters)[number],
): readonly (readonly string[])[] {
  const rows: string[][] = parse(text, {
    delimiter,
    skip_empty_lines: false,
    relax_column_count: true,
    relax_quotes: delimiter !== ',',
    trim: true,
    bom: true,
  })
  return rows.map((row) => row.map(unquoted))
}

/** How many rows may stand above a heading. */
const mostAbove = 10

type Heading = {
  readonly table: TableName
  readonly at: number
  readonly names: readonly string[]
}

function headingIn(rows: readonly (readonly string[])[]): Heading | undefined {
  for (const [at, row] of rows.slice(0, mostAbove).entries()) {
    const names = row.map((name) => evenCell('code', name).toLowerCase())
    const table = tableOf(names)
    if (table !== undefined) return { table, at, names }
  }
  return undefined
}

type Sheet = {
  readonly name: string
  readonly rows: readonly (readonly string[])[]
  readonly merged: readonly (readonly [row: number, column: number])[]
}

function toTables(sheets: readonly Sheet[]): Pick<ReadFile, 'tables' | 'passedOver'> {
  const read: Record<string, NumberedRow[]> = {}
  const passedOver: string[] = []
  for (const { name, rows, merged } of sheets) {
    const heading = headingIn(rows)
    if (heading === undefined) {
      if (rows.every((row) => row.every((cell) => cell === ''))) continue
      if (sheets.length === 1 || isMeant(name, rows))
        throw new UnreadableFileError(likeliestHeading(rows))
      passedOver.push(name)
      continue
    }
    const { table, at, names } = heading
    const numbered = rows.slice(at + 1).map((row, index) => ({
      number: at + index + 2,
      cells: Object.fromEntries(names.map((column, place) => [column, row[place] ?? ''])),
      merged: merged
        .filter(([line]) => line === at + index + 1)
        .map(([, place]) => names[place] ?? ''),
    }))
    read[table] = [
      ...(read[table] ?? []),
      ...numbered.filter(({ cells }) => Object.values(cells).some((cell) => cell !== '')),
    ]
  }
  if (passedOver.length === sheets.length) throw new UnreadableFileError([])
  return { tables: read, passedOver }
}

/** A sheet that is called as a table, or has most of its columns, is not to be passed over. */
function isMeant(name: string, rows: readonly (readonly string[])[]): boolean {
  return (
    tableNames.some((table) => table === name.trim().toLowerCase()) ||
    likeliestHeading(rows).filter((column) => isColumn(column)).length > 1
  )
}

/** The row near the top with the most names of columns, or the first one. */
function likeliestHeading(rows: readonly (readonly string[])[]): readonly string[] {
  const [best = []] = rows
    .slice(0, mostAbove)
    .map((row) => row.map((cell) => cell.trim().toLowerCase()).filter((cell) => cell !== ''))
    .filter((row) => row.length > 0)
    .sort((a, b) => b.filter(isColumn).length - a.filter(isColumn).length)
  return best
}

function isColumn(name: string): boolean {
  return tableNames.some((table) => columnsOf(table).some((column) => column.name === name))
}

/** Each table has its own columns: the one that has all of these, and none that they are not. */
function tableOf(names: readonly string[]): TableName | undefined {
  const given = names.filter((name) => name !== '')
  return tableNames.find((table) => {
    const own = columnsOf(table).map(({ name }) => name)
    return own.length === given.length && own.every((name) => given.includes(name))
  })
}

/** What a spreadsheet would take for a formula (OWASP, CSV injection). */
const formula = /^'*[=+\-@\t\r＝＋－＠]/

/** A text that a spreadsheet would calculate gets a quote before it; a number is none. */
function quoted(cell: string): string {
  return formula.test(cell) && !/^[+-]?\d+(?:[.,]\d+)?$/.test(cell) ? `'${cell}` : cell
}

/** Takes the quote away again that `quoted` has set. */
function unquoted(cell: string): string {
  return cell.startsWith("'") && formula.test(cell.slice(1)) ? cell.slice(1) : cell
}

/**
 * One table as CSV, as an import reads it. With a byte order mark, so that Excel knows it as UTF-8.
 */
export function writeCsv(table: TableName, rows: readonly Row[]): string {
  const names = columnsOf(table).map(({ name }) => name)
  return stringify(
    rows.map((row) => names.map((name) => quoted(row[name] ?? ''))),
    { header: true, columns: names, bom: true },
  )
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
