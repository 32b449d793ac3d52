import { type Category, categories } from '../domain/category.ts'
import { categoryBuckets, categoryFeatures, scaleOf, weightOf } from './category-features.ts'
import shipped from './category-model.json' with { type: 'json' }

/** What the pieces of words say for each category: `weights[bucket * categories + category]`, in units of `scale`. */
export type CategoryModel = { readonly scale: number; readonly weights: Int8Array }

/**
 * The categories that a report's words speak for, best first; none when they speak for none. A suggestion only: the
 * resident decides. `test/bench/train-categories.ts` learns the model; `npm run bench -- category` says how good it is.
 */
export function suggestCategories(text: string): readonly Category[] {
  return suggestWith(model, text)
}

/** As {@link suggestCategories}, by another model: for measuring what a model has learnt. */
export function suggestWith({ scale, weights }: CategoryModel, text: string): readonly Category[] {
  const features = categoryFeatures(text)
  const scores = categories.map((category, each) => {
    let sum = 0
    for (const feature of features) sum += (weights[feature * categories.length + each] ?? 0) * weightOf(feature)
    return { category, score: sum * scale * scaleOf(features) }
  })
  const mean = scores.reduce((sum, { score }) => sum + score, 0) / scores.length
  return scores
    .filter(({ category, score }) => category !== 'other' && score > mean + leastLead)
    .sort((a, b) => b.score - a.score)
    .map(({ category }) => category)
}

/** How far above the others a category must stand to be offered at all. */
const leastLead = 0.25

const model: CategoryModel = { scale: shipped.scale, weights: new Int8Array(Buffer.from(shipped.weights, 'base64')) }
if (model.weights.length !== categoryBuckets * categories.length) throw new Error('category-model.json does not fit category-features.ts: learn it again')
