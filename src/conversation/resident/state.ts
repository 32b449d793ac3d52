import { z } from 'zod'
import { categories } from '../../categories/category.ts'
import { concerns } from '../effects.ts'
import type { State } from './facts.ts'

/** A state that an earlier version kept has no key: its codes fit. */
const Place = z
  .object({
    code: z.string(),
    key: z.string().exactOptional(),
    names: z.record(z.string(), z.string()),
    takesReports: z.boolean(),
  })
  .transform(({ key, ...place }) => ({ ...place, key: key ?? place.code }))
/** One message of what is in hand, as it is kept. */
export const Item = z.object({
  text: z.string(),
  files: z.array(z.string()),
  source: z.string().exactOptional(),
})
const Draft = z.object({
  items: z.array(Item),
  place: Place.exactOptional(),
  category: z.enum(categories).exactOptional(),
  concerns: z.union([z.enum(concerns), z.strictObject({ member: z.uuid() })]).exactOptional(),
  isDanger: z.literal(true).exactOptional(),
})

const StateV1: z.ZodType<State> = z.discriminatedUnion('at', [
  z.object({
    at: z.literal('idle'),
    ended: z.enum(['sent', 'stopped']).exactOptional(),
    follows: z.object({ code: z.string(), until: z.number() }).exactOptional(),
  }),
  z.object({
    at: z.enum([
      'whichLanguage',
      'notice',
      'whatHappened',
      'whomItConcerns',
      'whoOfTheTeam',
      'confirm',
      'rewriting',
      'addOrNew',
      'returned',
    ]),
    draft: Draft,
  }),
  z.object({
    at: z.literal('whichCategory'),
    draft: Draft,
    isWhole: z.literal(true).exactOptional(),
  }),
  z.object({ at: z.literal('samePlace'), draft: Draft, place: Place }),
  z.object({ at: z.literal('whichPlace'), draft: Draft, within: z.string().nullable() }),
  z.object({
    at: z.literal('alike'),
    draft: Draft,
    alike: z.object({ handle: z.string(), category: z.enum(categories), place: Place }),
  }),
  z.object({
    at: z.enum(['whyNot', 'ratingWord']),
    code: z.string(),
    get back() {
      return StateV1
    },
  }),
])

/** A stored state as the dialogue knows it; `undefined` when its shape is of another version. */
export function loadResidentState(stored: unknown): State | undefined {
  if (z.object({ v: z.literal(1) }).safeParse(stored).success === false) return undefined
  return StateV1.safeParse(stored).data
}

/**
 * Begins again with what was said, where a state's shape is unknown: the resident's words are never
 * lost.
 */
export function salvage(stored: unknown): State | undefined {
  const items = z.object({ draft: z.object({ items: z.array(Item).min(1) }) }).safeParse(stored)
    .data?.draft.items
  return items === undefined ? undefined : { at: 'notice', draft: { items } }
}
