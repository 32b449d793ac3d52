import readXlsxFile from 'read-excel-file/node'

/** The sheets of a workbook, as rows of texts. Throws where it is none. */
export async function readWorkbook(content) {
  const sheets = await readXlsxFile(content)
  return {
    sheets: sheets.map(({ data }) =>
      data.map((row) =>
        row.map((cell) =>
          cell === null
            ? ''
            : cell instanceof Date
              ? cell.toISOString().slice(0, 10)
              : String(cell),
        ),
      ),
    ),
  }
}
