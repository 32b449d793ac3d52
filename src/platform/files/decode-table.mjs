import { XMLParser } from 'fast-xml-parser'
import { strFromU8, unzipSync } from 'fflate'
import readXlsxFile from 'read-excel-file/node'

/**
 * The sheets of a workbook, as rows of texts, with the cells that are part of a merged one but not
 * its first (`[row, column]`, from 0): they are empty, and what they mean is not said. Throws where
 * it is none.
 */
export async function readWorkbook(content) {
  const sheets = await readXlsxFile(content)
  const merged = mergedCells(content)
  return {
    sheets: sheets.map(({ sheet, data }, at) => ({
      name: sheet,
      rows: data.map((row) => row.map(textOf)),
      merged: merged[at] ?? [],
    })),
  }
}

const earliest = Date.UTC(1900, 1, 1)

/** A time of day has no day: Excel counts it from its first one, in 1899, 1900 or 1904. */
function textOf(cell) {
  if (cell === null) return ''
  if (!(cell instanceof Date)) return String(cell)
  const [day, time] = cell.toISOString().slice(0, 16).split('T')
  if (cell.getTime() < earliest || day === '1904-01-01') return time
  return time === '00:00' ? day : `${day} ${time}`
}

/** No workbook of an organisation has more: reading on would only cost time. */
const mostMerged = 10_000

/** Of each sheet, in the workbook's order. */
function mergedCells(content) {
  const files = unzipSync(new Uint8Array(content), {
    filter: ({ name }) => /^xl\/(?:workbook\.xml|_rels\/workbook\.xml\.rels)$/.test(name),
  })
  const parser = new XMLParser({
    ignoreAttributes: false,
    attributeNamePrefix: '',
    removeNSPrefix: true,
    isArray: (name) => name === 'sheet' || name === 'Relationship',
  })
  const read = (name) => (files[name] === undefined ? {} : parser.parse(strFromU8(files[name])))
  const targets = new Map(
    (read('xl/_rels/workbook.xml.rels').Relationships?.Relationship ?? []).map(({ Id, Target }) => [
      Id,
      Target.startsWith('/') ? Target.slice(1) : `xl/${Target}`,
    ]),
  )
  return (read('xl/workbook.xml').workbook?.sheets?.sheet ?? []).map(({ id }) => {
    const path = targets.get(id)
    const { [path]: sheet } = unzipSync(new Uint8Array(content), {
      filter: ({ name }) => name === path,
    })
    return sheet === undefined ? [] : coveredBy(strFromU8(sheet))
  })
}

function coveredBy(sheet) {
  const covered = []
  for (const [, from, top, until, bottom] of sheet.matchAll(
    /<(?:\w+:)?mergeCell [^>]*?ref="([A-Z]+)(\d+):([A-Z]+)(\d+)"/g,
  ))
    for (let row = Number(top); row <= Number(bottom); row++)
      for (let column = columnOf(from); column <= columnOf(until); column++) {
        if (row === Number(top) && column === columnOf(from)) continue
        if (covered.length >= mostMerged) return covered
        covered.push([row - 1, column])
      }
  return covered
}

/** `A` is 0, `AA` is 26. */
function columnOf(letters) {
  return [...letters].reduce((at, letter) => at * 26 + letter.charCodeAt(0) - 64, 0) - 1
}
