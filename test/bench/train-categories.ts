import { readFileSync, writeFileSync } from 'node:fs'
import { type Category, categories } from '../../src/categories/category.ts'
import type { CategoryModel } from '../../src/categories/category-suggestion.ts'
import {
  categoryBuckets,
  categoryFeatures,
  scaleOf,
  weightOf,
} from '../../src/language/category-features.ts'
import { convert } from '../../src/language/convert.ts'
import { formsLike, type WrittenLanguage } from '../../src/language/written-language.ts'
import { keywords } from './category-keywords.ts'

/**
 * Learns `src/categories/category-model.json` from `test/bench/reports`: multinomial logistic
 * regression over pieces of words, with the words that name a category as further examples. `tsx
 * test/bench/train-categories.ts` writes it.
 */
export type Report = {
  readonly language: WrittenLanguage
  readonly category: Category
  readonly text: string
  readonly heldBack: boolean
}

const files = [
  ['ug-Arab', 'ug-Arab.txt', true],
  ['kk-Cyrl', 'kk-Cyrl.txt', true],
  ['kk-Cyrl', 'kk-Cyrl.more.txt', false],
  ['zh-Hans', 'zh-Hans.txt', true],
] as const

/**
 * Every third report of a category is held back for measuring, but of `more`: no model learns from
 * it.
 */
export function readReports(): readonly Report[] {
  return files.flatMap(([language, file, measures]) => {
    const lines = readFileSync(new URL(`reports/${file}`, import.meta.url), 'utf8')
      .trimEnd()
      .split('\n')
    const reports: Report[] = []
    let [category, index] = ['other' as Category, 0]
    for (const line of lines) {
      if (line.startsWith('# ')) [category, index] = [line.slice(2) as Category, 0]
      else reports.push({ language, category, text: line, heldBack: measures && index++ % 3 === 2 })
    }
    return reports
  })
}

/** The same report in the language's other scripts. */
export function inEachScript({
  language,
  text,
}: Report): readonly (readonly [WrittenLanguage, string])[] {
  return formsLike(language).map((script) => [script, convert(text, language, script)])
}

export function learnCategories(reports: readonly Report[]): CategoryModel {
  const rows = [
    ...reports.flatMap((report) =>
      inEachScript(report).map(([script, text]) => ({
        features: categoryFeatures(text),
        label: categories.indexOf(report.category),
        weight: script === report.language ? 1 : 0.3,
      })),
    ),
    ...Object.entries(keywords).flatMap(([category, words]) =>
      words.map((word) => ({
        features: categoryFeatures(word),
        label: categories.indexOf(category as Category),
        weight: 0.5,
      })),
    ),
  ]
  const size = categories.length
  const weights = new Float64Array(categoryBuckets * size)
  const squares = new Float64Array(categoryBuckets * size).fill(1e-3)
  for (let round = 0; round < 40; round += 1)
    for (let step = 0; step < rows.length; step += 1) {
      // A step that shares no factor with most lengths visits each row once a round, far from its
      // neighbours.
      const row = rows[(step * 7919 + round) % rows.length]
      if (row === undefined) continue
      const scale = scaleOf(row.features)
      const scores = categories.map(
        (_, each) =>
          row.features.reduce(
            (sum, feature) => sum + (weights[feature * size + each] ?? 0) * weightOf(feature),
            0,
          ) * scale,
      )
      const most = Math.max(...scores)
      const powers = scores.map((score) => Math.exp(score - most))
      const all = powers.reduce((a, b) => a + b, 0)
      for (let each = 0; each < size; each += 1) {
        const slope =
          ((powers[each] ?? 0) / all - (each === row.label ? 1 : 0)) * scale * row.weight
        for (const feature of row.features) {
          const at = feature * size + each
          const gradient = slope * weightOf(feature) + 3e-3 * (weights[at] ?? 0)
          squares[at] = (squares[at] ?? 0) + gradient * gradient
          weights[at] = (weights[at] ?? 0) - (0.25 * gradient) / Math.sqrt(squares[at] ?? 1)
        }
      }
    }
  const furthest = weights.reduce((most, weight) => Math.max(most, Math.abs(weight)), 0)
  return {
    categories,
    scale: furthest / 127,
    weights: Int8Array.from(weights, (weight) => Math.round((weight * 127) / furthest)),
  }
}

if (process.argv[1]?.endsWith('train-categories.ts') === true) {
  const { scale, weights } = learnCategories(readReports().filter(({ heldBack }) => !heldBack))
  const model = {
    categories,
    scale: Number(scale.toPrecision(6)),
    weights: Buffer.from(weights.buffer).toString('base64'),
  }
  writeFileSync(
    new URL('../../src/categories/category-model.json', import.meta.url),
    `${JSON.stringify(model, null, 1)}\n`,
  )
}
