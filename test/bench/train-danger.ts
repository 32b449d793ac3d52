import { readFileSync, writeFileSync } from 'node:fs'
import type { DangerModel } from '../../src/language/danger.ts'
import { dangerBuckets, dangerFeatures } from '../../src/language/danger-features.ts'
import { readReports } from './train-categories.ts'

/** A message, and whether somebody is in danger now. */
export type Told = {
  readonly language: 'ug-Arab' | 'kk-Cyrl' | 'zh-Hans'
  readonly text: string
  readonly isDanger: boolean
  readonly heldBack: boolean
}

/** Every third message of each list is held back for measuring: no model learns from it. */
export function readTold(): readonly Told[] {
  return (['ug-Arab', 'kk-Cyrl', 'zh-Hans'] as const).flatMap((language) => {
    const lines = readFileSync(new URL(`danger/${language}.txt`, import.meta.url), 'utf8')
      .trimEnd()
      .split('\n')
    let [isDanger, index] = [false, 0]
    return lines.flatMap((text) => {
      if (text.startsWith('# ')) {
        ;[isDanger, index] = [text === '# yes', 0]
        return []
      }
      return [{ language, text, isDanger, heldBack: index++ % 3 === 2 }]
    })
  })
}

/** Logistic regression; ordinary reports are negatives too, with less weight. */
export function learnDanger(told: readonly Told[]): DangerModel {
  const rows = [
    ...told.map(({ text, isDanger }) => ({
      features: dangerFeatures(text).features,
      label: isDanger ? 1 : 0,
      weight: 1,
    })),
    ...readReports()
      .filter(({ heldBack }) => !heldBack)
      .map(({ text }) => ({ features: dangerFeatures(text).features, label: 0, weight: 0.5 })),
  ]
  const weights = new Float64Array(dangerBuckets)
  const squares = new Float64Array(dangerBuckets).fill(1e-3)
  let bias = 0
  for (let round = 0; round < 60; round++)
    for (let step = 0; step < rows.length; step++) {
      const row = rows[(step * 7919 + round) % rows.length]
      if (row === undefined) continue
      const score =
        bias +
        row.features.reduce((sum, { bucket, weight }) => sum + (weights[bucket] ?? 0) * weight, 0)
      const slope = (1 / (1 + Math.exp(-score)) - row.label) * row.weight
      bias -= 0.02 * slope
      for (const { bucket, weight } of row.features) {
        const gradient = slope * weight + 1e-3 * (weights[bucket] ?? 0)
        squares[bucket] = (squares[bucket] ?? 0) + gradient * gradient
        weights[bucket] =
          (weights[bucket] ?? 0) - (0.3 * gradient) / Math.sqrt(squares[bucket] ?? 1)
      }
    }
  const furthest = weights.reduce((most, weight) => Math.max(most, Math.abs(weight)), 0)
  return {
    bias: Number(bias.toPrecision(4)),
    scale: Number((furthest / 127).toPrecision(6)),
    weights: Int8Array.from(weights, (weight) => Math.round((weight * 127) / furthest)),
  }
}

if (process.argv[1]?.endsWith('train-danger.ts') === true) {
  const { weights, ...rest } = learnDanger(readTold().filter(({ heldBack }) => !heldBack))
  writeFileSync(
    new URL('../../src/language/danger-model.json', import.meta.url),
    `${JSON.stringify({ ...rest, weights: Buffer.from(weights.buffer).toString('base64') }, null, 1)}\n`,
  )
}
