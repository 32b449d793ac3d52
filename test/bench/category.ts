import {
  suggestCategories,
  suggestWith,
  sureWith,
} from '../../src/categories/category-suggestion.ts'
import { inEachScript, learnCategories, readReports } from './train-categories.ts'

/**
 * How often the category that the resident meant is suggested first, and among the first three, on
 * reports not learnt from.
 */
export async function benchCategory(): Promise<Record<string, unknown>> {
  const reports = readReports()
  const model = learnCategories(reports.filter(({ heldBack }) => !heldBack))
  // What is about nothing on the list has nothing to suggest: "other" is always a button.
  const measured = reports.filter(({ heldBack, category }) => heldBack && category !== 'other')
  const tally: Record<string, { of: number; first: number; three: number }> = {}
  const wrong: Record<string, number> = {}
  for (const report of measured)
    for (const [script, text] of inEachScript(report)) {
      const rank = suggestWith(model, text).indexOf(report.category)
      const row = tally[script] ?? { of: 0, first: 0, three: 0 }
      tally[script] = row
      row.of += 1
      if (rank === 0) row.first += 1
      else {
        const pair = `${report.category}>${suggestWith(model, text)[0] ?? '-'}`
        wrong[pair] = (wrong[pair] ?? 0) + 1
      }
      if (rank >= 0 && rank < 3) row.three += 1
    }
  console.log(
    `${measured.length} reports measured that the model has not learnt from; ${reports.length - measured.length} learnt from\n`,
  )
  console.log(`${'percent right (of)'.padEnd(20)}${'first'.padStart(8)}${'of three'.padStart(10)}`)
  for (const [script, { of, first, three }] of Object.entries(tally))
    console.log(
      `${`${script} (${of})`.padEnd(20)}${((100 * first) / of).toFixed(1).padStart(8)}${((100 * three) / of).toFixed(1).padStart(10)}`,
    )
  console.log(
    `most often taken for another: ${Object.entries(wrong)
      .sort(([, a], [, b]) => b - a)
      .slice(0, 12)
      .map(([pair, times]) => `${pair} ${times}`)
      .join(', ')}`,
  )
  // All that was held back counts here: a report about nothing on the list must not be sure of
  // anything.
  const sure = reports
    .filter(({ heldBack }) => heldBack)
    .flatMap((report) =>
      inEachScript(report).map(([, text]) => ({
        is: sureWith(model, text),
        right: report.category,
      })),
    )
  const said = sure.filter(({ is }) => is !== undefined)
  const sureShare = Math.round((1000 * said.length) / sure.length) / 10
  const sureRight =
    Math.round((1000 * said.filter(({ is, right }) => is === right).length) / said.length) / 10
  console.log(`sure without a question: ${sureShare} of 100, of which right ${sureRight} of 100`)
  const start = performance.now()
  for (const { text } of measured) suggestCategories(text)
  const micros = ((performance.now() - start) * 1000) / measured.length
  console.log(`${micros.toFixed(0)} µs a report`)
  const percent = (of: 'first' | 'three') =>
    Object.fromEntries(
      Object.entries(tally).map(([script, row]) => [
        script,
        Math.round((1000 * row[of]) / row.of) / 10,
      ]),
    )
  return {
    first: percent('first'),
    firstThree: percent('three'),
    sureShare,
    sureRight,
    microsPerReport: Math.round(micros),
  }
}
