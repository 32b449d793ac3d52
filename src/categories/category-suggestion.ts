import {
  categoryBuckets,
  categoryFeatures,
  scaleOf,
  weightOf,
} from '../language/category-features.ts'
import { type Category, isCategory } from './category.ts'
import shipped from './category-model.json' with { type: 'json' }

/**
 * What the pieces of words say for each category that was learnt: `weights[bucket * categories +
 * category]`, in units of `scale`. A category that was not is never suggested.
 */
export type CategoryModel = {
  readonly categories: readonly Category[]
  readonly scale: number
  readonly weights: Int8Array
}

/**
 * The categories that a report's words speak for, best first; none when they speak for none. A
 * suggestion only: the resident decides. `test/bench/train-categories.ts` learns the model; `npm
 * run bench -- category` says how good it is.
 */
export function suggestCategories(text: string): readonly Category[] {
  return suggestWith(model, text)
}

/** As {@link suggestCategories}, by another model: for measuring what a model has learnt. */
export function suggestWith(model: CategoryModel, text: string): readonly Category[] {
  return rank(model, text).map(({ category }) => category)
}

/** What a report's words speak for, read once: as {@link suggestCategories}, and what is sure. */
export function categoriesIn(text: string): {
  readonly suggested: readonly Category[]
  readonly sure: Category | undefined
} {
  const ranked = rank(model, text)
  return { suggested: ranked.map(({ category }) => category), sure: sureOf(ranked) }
}

/** The category that is sure (`categoriesIn`), by another model. */
export function sureWith(model: CategoryModel, text: string): Category | undefined {
  return sureOf(rank(model, text))
}

/**
 * The category that a report's words speak for so clearly that it need not be asked; the resident
 * sees it before they send and can change it. Never a complaint about staff: what becomes of one is
 * another track, which is chosen by a press.
 */
function sureOf(ranked: readonly Ranked[]): Category | undefined {
  const [first, second] = ranked
  // Where anything speaks of staff, the resident is asked: what becomes of a complaint must be
  // their own choice.
  if (first === undefined || ranked.some(({ category }) => category === 'complaint_staff'))
    return undefined
  return first.score - (second?.score ?? 0) >= sureLead ? first.category : undefined
}

/**
 * How far before the next one a category must stand to be sure. `npm run bench -- category`
 * measures it on reports that the model was not learnt from, those about nothing on the list among
 * them: 96 of 100 were right, and 33 of 100 were sure.
 */
const sureLead = 3

type Ranked = { readonly category: Category; readonly score: number }

/**
 * The categories that stand out, best first; `score` is how far each stands above the mean of all.
 */
function rank({ categories, scale, weights }: CategoryModel, text: string): readonly Ranked[] {
  const features = categoryFeatures(text)
  const scores = categories.map((category, each) => {
    let sum = 0
    for (const feature of features)
      sum += (weights[feature * categories.length + each] ?? 0) * weightOf(feature)
    return { category, score: sum * scale * scaleOf(features) }
  })
  const mean = scores.reduce((sum, { score }) => sum + score, 0) / scores.length
  return scores
    .map(({ category, score }) => ({ category, score: score - mean }))
    .filter(({ category, score }) => category !== 'other' && score > leastLead)
    .sort((a, b) => b.score - a.score)
}

/** How far above the others a category must stand to be offered at all. */
const leastLead = 0.25

const model: CategoryModel = {
  categories: shipped.categories.filter(isCategory),
  scale: shipped.scale,
  weights: new Int8Array(Buffer.from(shipped.weights, 'base64')),
}
if (model.weights.length !== categoryBuckets * model.categories.length)
  throw new Error('category-model.json does not fit category-features.ts: learn it again')
